/** Hard clusters as a start for mixtures: seeds by greedy k-means++, Lloyd's k-means if wanted, each row to the nearest. */
import type { Backend, BackendName } from '../backend.js';
import type { Dataset, Rows } from '../data/dataset.js';
import type { Random } from '../data/random.js';
import { blockRows, blocksOf, TreeSum } from '../em/blocks.js';
import type { ClusterKernels } from '../em/hard.js';
import { K_MEANS_KERNELS } from '../families/cluster-kernels.js';
import { type KMeansStatistics, meansOf, mergeKMeans } from '../families/k-means-method.js';
import { expectedBytes, withBackend } from '../lease.js';
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
  backend: BackendName,
  improve: 'lloyd' | 'none',
): Int32Array {
  const scales = data.variance.map((v) => (v > 0 && v < Infinity ? 1 / Math.sqrt(v) : 0));
  const rows = blockRows(data.nFeatures, nClusters);
  const sample = sampleRows(data, nClusters, random);
  const open = (leased: Backend, part: Rows) => leased.open(K_MEANS_KERNELS, { data: part, nClusters, rows, scales });
  return withBackend(
    backend,
    (leased) => {
      const kernels = open(leased, sample);
      const rule = { trials: greedyTrials(nClusters), scales, rows };
      const seeds = kmeansPlusPlus(kernels, sample, nClusters, random, rule);
      const centers = improve === 'lloyd' ? lloyd(kernels, sample, seeds, rows) : seeds;
      // bare rows: only their labels are wanted
      const { x, nSamples, nFeatures, sampleWeights, origin } = data;
      const all = sample === data ? data : { x, nSamples, nFeatures, sampleWeights, origin };
      const assign = sample === data ? kernels : open(leased, all);
      const labels = new Int32Array(nSamples);
      for (const block of blocksOf(all, rows)) {
        for (const run of assign.expectation({ centers }, block).runs) labels.set(run.labels, run.start);
      }
      return labels;
    },
    expectedBytes(sample, nClusters),
  );
}

/** Lloyd's k-means; a cluster without rows stays where it is. */
function lloyd(
  kernels: ClusterKernels<KMeansStatistics>,
  data: Dataset,
  seeds: Float64Array,
  rows: number,
): Float64Array {
  let centers = seeds;
  for (let round = 0, moved = Infinity; round < MAX_ROUNDS && moved > LEAST_MOVE; round++) {
    const sum = new TreeSum(mergeKMeans);
    for (const block of blocksOf(data, rows)) sum.add(kernels.expectation({ centers }, block));
    const next = meansOf(sum.total() as KMeansStatistics, data.nFeatures, centers);
    moved = next.reduce((total, c, i) => total + square(c - (centers[i] as number)), 0);
    centers = next;
  }
  return centers;
}

function square(u: number): number {
  return u * u;
}
