/** The M-step of k-medians: coordinate-wise medians of the clusters, selected from the rows. */
import type { Dataset } from '../data/dataset.js';
import { weightOf } from '../data/weights.js';
import { type HardMethod, type HardStatistics, joinLabels, labelled, mergeHard } from '../em/hard.js';
import { type MedianTie, weightedMedian } from './median.js';

/**
 * Σ_n s_n Σ_j |x_nj − c_j| of one cluster is a sum over features, each least at the median of that feature.
 *
 * A median is not a function of any fixed number of sums, so the statistics of k-medians are its labels (they merge like
 * sums, by joining), and the M-step goes back to the rows to select exactly. So k-medians fits the loop, but not a stream
 * whose rows are gone after the E-step.
 */
export function kMediansMethod(tie: MedianTie): HardMethod<HardStatistics> {
  return {
    term: Math.abs,
    merge: mergeHard,
    fromLabels: labelled,
    update: (statistics, data, kernels) =>
      kernels?.medians?.(statistics, tie === 'lower') ??
      medians(joinLabels(statistics), statistics.counts.length, data, tie),
  };
}

function medians(labels: Int32Array, nClusters: number, data: Dataset, tie: MedianTie): Float64Array {
  const { x, nFeatures: d, origin, sampleWeights } = data;
  const { members, ends } = groupRows(labels, nClusters, sampleWeights);
  const values = new Float64Array(members.length);
  const weights = sampleWeights === undefined ? undefined : new Float64Array(members.length);
  const centers = new Float64Array(nClusters * d);
  for (let k = 0; k < nClusters; k++) {
    const from = k === 0 ? 0 : (ends[k - 1] as number);
    const n = (ends[k] as number) - from;
    if (n === 0) continue;
    for (let j = 0; j < d; j++) {
      for (let i = 0; i < n; i++) {
        const row = members[from + i] as number;
        values[i] = x[row * d + j] as number;
        if (weights !== undefined) weights[i] = (sampleWeights as Float64Array)[row] as number;
      }
      const median = weightedMedian(values.subarray(0, n), weights?.subarray(0, n), tie);
      centers[k * d + j] = median - (origin[j] as number);
    }
  }
  return centers;
}

/** Rows of positive weight by cluster (a counting sort): cluster k has members[ends[k − 1] … ends[k] − 1]. */
function groupRows(labels: Int32Array, nClusters: number, weights: Float64Array | undefined) {
  const counts = (i: number) => weightOf(weights, i) > 0;
  const ends = new Int32Array(nClusters);
  labels.forEach((k, i) => {
    if (counts(i)) ends[k] = (ends[k] as number) + 1;
  });
  let total = 0;
  for (let k = 0; k < nClusters; k++) {
    const n = ends[k] as number;
    ends[k] = total;
    total += n;
  }
  const members = new Int32Array(total);
  labels.forEach((k, i) => {
    if (counts(i)) {
      members[ends[k] as number] = i;
      ends[k] = (ends[k] as number) + 1;
    }
  });
  return { members, ends };
}
