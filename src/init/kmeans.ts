/** Hard clusters as a start for mixtures: seeds by greedy k-means++, Lloyd's k-means if wanted, each row to the nearest. */
import type { Dataset, Rows } from '../data/dataset.js';
import type { Random } from '../data/random.js';
import { blockRows, blocksOf } from '../em/blocks.js';
import type { RowSums, StartKernels } from '../em/hard.js';
import { greedyTrials, kmeansPlusPlus } from './kmeans-plus-plus.js';

/** A start is all that is wanted: these are the limits of scikit-learn's. */
const MAX_ROUNDS = 300;
/** Σ of squared moves of all centres, where every feature has variance 1 */
const LEAST_MOVE = 1e-4;

/** `'lloyd'` moves the seeds until they hardly move any more. */
export type Improve = 'lloyd' | 'none';

/** Centres (scaled, less the origin), from the rows the kernels have. */
export function startCenters(
  kernels: StartKernels,
  data: Dataset,
  nClusters: number,
  random: Random,
  scales: Float64Array,
  improve: Improve,
): Float64Array {
  const rows = blockRows(data.nFeatures, nClusters);
  const seeds = kmeansPlusPlus(kernels, data, nClusters, random, { trials: greedyTrials(nClusters), scales, rows });
  return improve === 'lloyd' ? lloyd(kernels, data, seeds, rows) : seeds;
}

/** What brings every feature that varies to a variance of 1; 0 for the others. */
export function startScales({ variance }: Dataset): Float64Array {
  return variance.map((v) => (v > 0 && v < Infinity ? 1 / Math.sqrt(v) : 0));
}

/** Lloyd's k-means; a cluster without rows stays where it is. Plain sums: this is a start. */
function lloyd(kernels: StartKernels, data: Dataset, seeds: Float64Array, rows: number): Float64Array {
  const d = data.nFeatures;
  let centers = seeds;
  for (let round = 0, moved = Infinity; round < MAX_ROUNDS && moved > LEAST_MOVE; round++) {
    const { values, stride } = sumsAbout(kernels, data, centers, rows);
    moved = 0;
    centers = centers.map((before, at) => {
      const row = Math.floor(at / d) * stride;
      const count = values[row + d] as number;
      const mean = count > 0 ? (values[row + (at % d)] as number) / count : before;
      moved += (mean - before) * (mean - before);
      return mean;
    });
  }
  return centers;
}

function sumsAbout(kernels: StartKernels, data: Dataset, centers: Float64Array, rows: number): RowSums {
  const sums = kernels.rowSums();
  for (const block of blocksOf(data, rows)) kernels.nearest(centers, block, sums);
  return sums;
}

/** The nearest centre of each row. */
export function labelsOf(kernels: StartKernels, data: Rows, centers: Float64Array, rows: number): Int32Array {
  const labels = new Int32Array(data.nSamples);
  for (const block of blocksOf(data, rows)) labels.set(kernels.nearest(centers, block), block.start);
  return labels;
}
