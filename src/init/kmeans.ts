/** Lloyd's k-means from given labels, as a start for mixtures: distances in units of the features' standard deviations. */
import type { Dataset } from '../data/dataset.js';
import { featureScales } from './kmeans-plus-plus.js';

const MAX_ROUNDS = 100;

/** Improves `labels` in place until no row changes its cluster (or 100 rounds, for a start is all that is wanted). */
export function lloyd(data: Dataset, labels: Int32Array, nClusters: number): void {
  const { x, nSamples, nFeatures } = data;
  const scales = featureScales(data);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const centers = clusterMeans(data, labels, nClusters);
    let changed = 0;
    for (let i = 0; i < nSamples; i++) {
      let nearest = labels[i] as number;
      let least = Infinity;
      for (let k = 0; k < nClusters; k++) {
        let distance = 0;
        for (let j = 0; j < nFeatures; j++) {
          const u = (x[i * nFeatures + j] as number) - (centers[k * nFeatures + j] as number);
          distance += u * u * (scales[j] as number);
        }
        if (distance < least) {
          least = distance;
          nearest = k;
        }
      }
      if (nearest !== labels[i]) changed++;
      labels[i] = nearest;
    }
    if (changed === 0) return;
  }
}

/** Weighted means of the clusters (nClusters × nFeatures); NaN, which is nearest to nothing, for an empty one. */
function clusterMeans(data: Dataset, labels: Int32Array, nClusters: number): Float64Array {
  const { x, nSamples, nFeatures, sampleWeights, origin } = data;
  const sums = new Float64Array(nClusters * nFeatures);
  const counts = new Float64Array(nClusters);
  for (let i = 0; i < nSamples; i++) {
    const k = labels[i] as number;
    const weight = sampleWeights === undefined ? 1 : (sampleWeights[i] as number);
    counts[k] = (counts[k] as number) + weight;
    for (let j = 0; j < nFeatures; j++) {
      const u = (x[i * nFeatures + j] as number) - (origin[j] as number);
      sums[k * nFeatures + j] = (sums[k * nFeatures + j] as number) + weight * u;
    }
  }
  return sums.map(
    (sum, at) => sum / (counts[Math.floor(at / nFeatures)] as number) + (origin[at % nFeatures] as number),
  );
}
