/**
 * Hard EM: every row belongs to one cluster. The E-step assigns rows to their nearest centre, the M-step moves each
 * centre to where its rows cost least; the objective is −cost, and the loop is that of soft EM (Celeux & Govaert 1992).
 *
 * One thing differs from a mixture: the fixed point is reached exactly, when no label changes. To see that, and because
 * some centres (medians) are not a function of any sum, the statistics carry the labels of their rows: merging joins them.
 */
import type { Block, Dataset } from '../data/dataset.js';
import type { Random } from '../data/random.js';
import { weightOf } from '../data/weights.js';
import { COMPLETE, type CompletedModel } from './blocks.js';

/** Parameters: nClusters × nFeatures, row-major, less the data's origin. */
export interface Centers {
  readonly centers: Float64Array;
}

/** Labels of the rows from `start` on; they may be read anew each time, so only until the next E-step (`holdLabels`). */
export interface LabelRun {
  readonly start: number;
  readonly labels: Int32Array;
}

/** What an assignment says of some rows. */
export interface HardStatistics {
  /** Σ s·(distance term to the own centre) */
  cost: number;
  /** Σ s */
  weight: number;
  /** Σ s of each cluster (nClusters) */
  counts: Float64Array;
  /**
   * the row of positive weight that is farthest from its centre (lowest of equals), and its distance term; 0 when every
   * row lies on its centre
   */
  farthest: { distance: number; row: number };
  /** in the order of the rows */
  runs: LabelRun[];
  /** rows of positive weight with another label than after the E-step before, where kernels know that without comparing */
  changes?: number;
}

/** The hard E-step of a whole block, what `transform` shows, and costs of seeds; on one backend. */
export interface ClusterKernels<S extends HardStatistics> extends SeedKernels {
  expectation(parameters: Centers, block: Block): S;
  /** `EMModel.expectations`, where there are several threads. */
  expectations?(parameters: Centers): Iterable<S>;
  /** `CompletedModel`. */
  complete?(statistics: S, parameters: Centers): S | undefined;
  /** Whether the last cost was not taken by its definition; that of the next E-step will be. */
  forgetCost?(): boolean;
  /** Distances, nRows × nClusters row-major, into `out`. */
  distances(parameters: Centers, block: Block, out: Float64Array): void;
  /** `HardMethod.update` by medians, the `lower` of two middle values or their mean, where the kernels can select them. */
  medians?(statistics: HardStatistics, lower: boolean): Float64Array;
}

/** What the rows of a data set would cost with further centres, for choosing seeds: costs are infinite at first. */
export interface SeedKernels {
  /**
   * For each candidate (a row of nFeatures numbers, less the origin and scaled; at most max(8, nClusters) of them)
   * Σ s·min(cost, its distance term) over the block. `keep` makes the minimum for the first one the new cost.
   */
  trySeeds(candidates: Float64Array, block: Block, keep: boolean): Float64Array;
  /** Costs of a block's rows, as a view to be read at once. The next E-step forgets them. */
  seedCosts(block: Block): Float64Array;
}

/** What starts of mixtures need: seeds, and rounds of Lloyd's k-means with plain sums. */
export interface StartKernels extends SeedKernels {
  /**
   * The index of the nearest of nClusters centres (less the origin and scaled; lowest of equals) for the block's rows, as a
   * view to be read at once. `sums`, where given, receives, added to what it holds, each row times its weight and the weight.
   */
  nearest(centers: Float64Array, block: Block, sums?: RowSums): Int32Array;
  /** Sums of zero. */
  rowSums(): RowSums;
}

/** Sums of rows for each cluster, where the kernels have them: nFeatures sums and the weight, then the next cluster's. */
export interface RowSums {
  readonly values: Float64Array;
  /** from one cluster's to the next one's */
  readonly stride: number;
}

/** What k-means and k-medians do differently. */
export interface HardMethod<S extends HardStatistics> {
  /** What a difference in one feature adds to the cost. */
  term(difference: number): number;
  /** Statistics of both in one; `a` may be reused. */
  merge(a: S, b: S): S;
  /** The best centres of the clusters (nClusters × nFeatures, less the origin); an empty cluster's row is ignored. */
  update(statistics: S, data: Dataset, kernels?: Pick<ClusterKernels<S>, 'medians'>): Float64Array;
  /** Statistics of given labels, cost apart: what `update` needs. */
  fromLabels(labels: Int32Array, nClusters: number, data: Dataset): S;
}

/** The `EMModel` of a method over one data set. */
export function hardModel<S extends HardStatistics>(
  method: HardMethod<S>,
  kernels: Pick<ClusterKernels<S>, 'expectation' | 'expectations' | 'complete' | 'medians'>,
  data: Dataset,
  initialize: (random: Random) => Centers,
): CompletedModel<Centers, S> {
  return {
    initialize: (_data, random) => initialize(random),
    expectation: (parameters, block) => kernels.expectation(parameters, block),
    ...(kernels.expectations && { expectations: kernels.expectations }),
    ...(kernels.complete && { [COMPLETE]: kernels.complete }),
    merge: (a, b) => method.merge(a, b),
    maximization: (statistics, previous) => ({
      centers: fillEmpty(method.update(statistics, data, kernels), statistics, previous.centers, data),
    }),
    objective: ({ cost }) => -cost,
    stable: (statistics, previous) => !anyChange(statistics, previous, data.sampleWeights),
  };
}

/**
 * The rule for empty clusters (no row, or none of positive weight): the first of them moves to the row that is farthest
 * from its centre, so the next assignment costs less; its former cluster still counts that row until then. The others stay
 * where they are and get their turn in the next M-steps, when distances are known again: two rows far out often lie side
 * by side, and one centre serves both. When every row lies on a centre there is nothing to gain and empty clusters stay.
 * (Farthest whatever its weight: so a row of weight 2 still equals two rows.)
 */
function fillEmpty(
  centers: Float64Array,
  statistics: HardStatistics,
  previous: Float64Array,
  data: Dataset,
): Float64Array {
  const { counts, farthest } = statistics;
  const { x, nFeatures: d, origin } = data;
  let reseed = farthest.distance > 0;
  for (let k = 0; k < counts.length; k++) {
    if ((counts[k] as number) > 0) continue;
    for (let j = 0; j < d; j++) {
      centers[k * d + j] = reseed
        ? (x[farthest.row * d + j] as number) - (origin[j] as number)
        : (previous[k * d + j] as number);
    }
    reseed = false;
  }
  return centers;
}

/** Adds the parts that both methods have. */
export function mergeHard<S extends HardStatistics>(a: S, b: S): S {
  a.cost += b.cost;
  a.weight += b.weight;
  for (let k = 0; k < a.counts.length; k++) a.counts[k] = (a.counts[k] as number) + (b.counts[k] as number);
  if (a.changes !== undefined && b.changes !== undefined) a.changes += b.changes;
  const { farthest } = b;
  // blocks may be merged in any order: of equal distances the lower row
  if (
    farthest.distance > a.farthest.distance ||
    (farthest.distance === a.farthest.distance && farthest.distance > 0 && farthest.row < a.farthest.row)
  ) {
    a.farthest = farthest;
  }
  for (const run of b.runs) a.runs.push(run);
  return a;
}

/** Statistics of given labels without any cost. */
export function labelled(labels: Int32Array, nClusters: number, data: Dataset): HardStatistics {
  const counts = new Float64Array(nClusters);
  labels.forEach((k, i) => {
    counts[k] = (counts[k] as number) + weightOf(data.sampleWeights, i);
  });
  return { cost: 0, weight: data.totalWeight, counts, farthest: { distance: 0, row: 0 }, runs: [{ start: 0, labels }] };
}

/** The labels of all rows in one array. */
export function joinLabels({ runs }: HardStatistics): Int32Array {
  const all = runs.map(({ start, labels }) => ({ start, labels }));
  const out = new Int32Array(all.reduce((n, { labels }) => n + labels.length, 0));
  for (const { start, labels } of all) out.set(labels, start);
  return out;
}

/** Makes the labels what they are now. */
export function holdLabels(statistics: HardStatistics): void {
  statistics.runs = [{ start: 0, labels: joinLabels(statistics) }];
}

/** Whether a row that counts has another label; both come from the same blocks. */
function anyChange(a: HardStatistics, b: HardStatistics, weights: Float64Array | undefined): boolean {
  if (a.changes !== undefined) return a.changes > 0;
  return a.runs.some(({ start, labels }, r) => {
    const before = (b.runs[r] as LabelRun).labels;
    for (let i = 0; i < labels.length; i++) {
      if (labels[i] !== before[i] && weightOf(weights, start + i) > 0) return true;
    }
    return false;
  });
}
