/** The M-step of k-means: means of the clusters, from sums. */
import type { Dataset, Rows } from '../data/dataset.js';
import { weightOf } from '../data/weights.js';
import { type HardMethod, type HardStatistics, labelled, mergeHard } from '../em/hard.js';
import { sumError } from '../numeric/sum-error.js';

/** Hard statistics and Σ s·(x − origin) of each cluster, twice as precise as a double. */
export interface KMeansStatistics extends HardStatistics {
  /** (nClusters × nFeatures) */
  sums: Float64Array;
  /** what rounding took from `sums` (nClusters × nFeatures) */
  errors: Float64Array;
  /** what rounding took from `counts` (nClusters) */
  countErrors: Float64Array;
}

/** Statistics of both in one, which is `a`. */
export function mergeKMeans(a: KMeansStatistics, b: KMeansStatistics): KMeansStatistics {
  for (let i = 0; i < a.sums.length; i++) {
    addTo(a.sums, a.errors, i, b.sums[i] as number);
    a.errors[i] = (a.errors[i] as number) + (b.errors[i] as number);
  }
  for (let k = 0; k < a.counts.length; k++) {
    const [count, other] = [a.counts[k] as number, b.counts[k] as number];
    const lost = sumError(count, other, count + other);
    a.countErrors[k] = (a.countErrors[k] as number) + lost + (b.countErrors[k] as number);
  }
  return mergeHard(a, b);
}

/** Means of the clusters; an empty one's stays the previous. */
export function meansOf(
  { counts, sums, errors }: KMeansStatistics,
  nFeatures: number,
  previous: Float64Array,
): Float64Array {
  return sums.map((sum, i) => {
    const count = counts[Math.floor(i / nFeatures)] as number;
    return count > 0 ? (sum + (errors[i] as number)) / count : (previous[i] as number);
  });
}

/**
 * Lloyd's algorithm (Lloyd 1982): for squared Euclidean distances a cluster's best centre is its mean, Σ s·x / Σ s.
 *
 * Sums carry their rounding errors along (Ogita, Rump & Oishi 2005, Sum2), so that a mean is right to the last place or
 * two however many rows it has, however far the previous centre was, and however the rows are cut into blocks.
 */
export const kMeansMethod: HardMethod<KMeansStatistics> = {
  term: (difference) => difference * difference,
  merge: mergeKMeans,

  update: (statistics, { nFeatures }) => meansOf(statistics, nFeatures, statistics.sums),

  fromLabels(labels, nClusters, data: Dataset) {
    const length = nClusters * data.nFeatures;
    const statistics = {
      ...labelled(labels, nClusters, data),
      sums: new Float64Array(length),
      errors: new Float64Array(length),
      countErrors: new Float64Array(nClusters),
    };
    labels.forEach((k, i) => {
      const s = weightOf(data.sampleWeights, i);
      if (s > 0) accumulateRow(statistics, data, i, k, s);
    });
    return statistics;
  },
};

/** Adds row `i` of the data to cluster `k` with weight `s`. */
function accumulateRow(
  { sums, errors }: Pick<KMeansStatistics, 'sums' | 'errors'>,
  { x, nFeatures, origin }: Rows,
  i: number,
  k: number,
  s: number,
): void {
  const row = i * nFeatures;
  const at = k * nFeatures;
  for (let j = 0; j < nFeatures; j++) addTo(sums, errors, at + j, s * ((x[row + j] as number) - (origin[j] as number)));
}

/** Adds a value, and what rounding takes from the sum to its errors. */
function addTo(sums: Float64Array, errors: Float64Array, at: number, value: number): void {
  const before = sums[at] as number;
  const after = before + value;
  sums[at] = after;
  errors[at] = (errors[at] as number) + sumError(before, value, after);
}
