/** Hard clusters as a start for mixtures: seeds by greedy k-means++, Lloyd's k-means if wanted, each row to the nearest. */
import type { Backend } from '../backend.js';
import type { Dataset, Rows } from '../data/dataset.js';
import type { Random } from '../data/random.js';
import { blockRows, blocksOf } from '../em/blocks.js';
import type { SeedKernels } from '../em/hard.js';
import { SQUARED_SEEDS } from '../families/nearest-kernels.js';
import { greedyTrials, kmeansPlusPlus } from './kmeans-plus-plus.js';
import { sampleRows } from './sample-rows.js';

/** A start is all that is wanted: these are the limits of scikit-learn's. */
const MAX_ROUNDS = 300;
/** Σ of squared moves of all centres, where every feature has variance 1 */
const LEAST_MOVE = 1e-4;

/**
 * Labels of all rows. Distances are in units of the features' standard deviations, so that no unit of measurement decides
 * alone. Seeds and k-means come from the rows that `sampleRows` says; all rows are then assigned to those centres.
 *
 * @param improve `'lloyd'` moves the seeds until they hardly move any more
 */
export function clusterLabels(
  data: Dataset,
  nClusters: number,
  random: Random,
  backend: Backend,
  improve: 'lloyd' | 'none',
): Int32Array {
  const scales = data.variance.map((v) => (v > 0 && v < Infinity ? 1 / Math.sqrt(v) : 0));
  const rows = blockRows(data.nFeatures, nClusters);
  const sample = sampleRows(data, nClusters, random);
  const open = (part: Rows) => backend.open(SQUARED_SEEDS, { data: part, nClusters, rows, scales });
  return backend.scoped(() => {
    const kernels = open(sample);
    const rule = { trials: greedyTrials(nClusters), scales, rows };
    const seeds = kmeansPlusPlus(kernels, sample, nClusters, random, rule);
    const centers = improve === 'lloyd' ? lloyd(kernels, sample, scales, seeds, rows) : seeds;
    if (sample === data) return labelsOf(kernels, data, centers, rows);
    // bare rows: nothing is to be kept of them
    const { x, nSamples, nFeatures, sampleWeights, origin } = data;
    const all = { x, nSamples, nFeatures, sampleWeights, origin };
    return labelsOf(open(all), all, centers, rows);
  });
}

/** Lloyd's k-means; a cluster without rows stays where it is. Plain sums: this is a start. */
function lloyd(
  kernels: SeedKernels,
  data: Dataset,
  scales: Float64Array,
  seeds: Float64Array,
  rows: number,
): Float64Array {
  const { x, nSamples, nFeatures: d, sampleWeights, origin } = data;
  let centers = seeds;
  for (let round = 0, moved = Infinity; round < MAX_ROUNDS && moved > LEAST_MOVE; round++) {
    const labels = labelsOf(kernels, data, centers, rows);
    const next = new Float64Array(centers.length);
    const counts = new Float64Array(centers.length / d);
    for (let i = 0; i < nSamples; i++) {
      const k = labels[i] as number;
      const s = sampleWeights === undefined ? 1 : (sampleWeights[i] as number);
      counts[k] = (counts[k] as number) + s;
      for (let j = 0; j < d; j++) {
        next[k * d + j] = (next[k * d + j] as number) + s * ((x[i * d + j] as number) - (origin[j] as number));
      }
    }
    moved = 0;
    for (let at = 0; at < next.length; at++) {
      const count = counts[Math.floor(at / d)] as number;
      const before = centers[at] as number;
      const mean = count > 0 ? ((next[at] as number) / count) * (scales[at % d] as number) : before;
      moved += (mean - before) * (mean - before);
      next[at] = mean;
    }
    centers = next;
  }
  return centers;
}

/** The nearest centre of each row, lowest of equals: one more centre is nearer than all before where it lowers the cost. */
function labelsOf(kernels: SeedKernels, data: Rows, centers: Float64Array, rows: number): Int32Array {
  const d = data.nFeatures;
  const labels = new Int32Array(data.nSamples);
  const least = new Float64Array(Math.min(rows, data.nSamples));
  for (const block of blocksOf(data, rows)) {
    const { start, nRows } = block;
    kernels.forgetSeeds(block);
    least.fill(Infinity);
    for (let k = 0; k * d < centers.length; k++) {
      kernels.trySeeds(centers.subarray(k * d, (k + 1) * d), block, true);
      const costs = kernels.seedCosts(block);
      for (let i = 0; i < nRows; i++) {
        const cost = costs[i] as number;
        if (cost < (least[i] as number)) {
          least[i] = cost;
          labels[start + i] = k;
        }
      }
    }
  }
  return labels;
}
