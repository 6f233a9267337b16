/** The options of k-means and k-medians: types, defaults, checks. */
import type { BackendName } from '../backend.js';
import { type Columns, checkColumns, type NamedRows, readColumns } from '../data/columns.js';
import { createDataset, type Dataset } from '../data/dataset.js';
import { type DataInput, type Matrix, toMatrix } from '../data/matrix.js';
import { checkSquares } from '../data/squares.js';
import { toSampleWeights, weightOf } from '../data/weights.js';
import { InvalidDataError, InvalidOptionError, InvalidParametersError } from '../errors.js';
import { flatten, toLabels } from '../init/given.js';
import type { NestedNumbers } from '../init/names.js';
import { checkKnown, choiceOption, integerOption, nonNegativeOption } from '../options.js';

/** Names of the starts of k-means and k-medians. */
export type ClusterInitName = 'kmeans++' | 'greedyKmeans++' | 'random';

const INITS: readonly ClusterInitName[] = ['kmeans++', 'greedyKmeans++', 'random'];
const BACKENDS: readonly BackendName[] = ['wasm', 'js'];

/** Options of `KMeans.fit` and `KMedians.fit`. */
export interface ClusteringOptions {
  /** number of clusters K, 1 ≤ K ≤ rows of positive weight */
  nClusters: number;
  /**
   * How to start: `'greedyKmeans++'` (default, and scikit-learn's `'k-means++'`: each seed is the best of 2 + ⌊log₂ K⌋
   * candidates), `'kmeans++'` (one candidate, Arthur & Vassilvitskii 2007; candidates are drawn with probability
   * proportional to weight × cost), `'random'` (K different rows), `{ labels }` (one per row, every cluster at least once).
   * `initialParameters` goes before all of them. Candidates are drawn among at most 16,384 rows (1,024 × nClusters, if that
   * is more), themselves drawn by `seed` at equal steps of weight.
   */
  init?: ClusterInitName | { labels: ArrayLike<number> };
  /** explicit start (nClusters × nFeatures), nested or flat; then `init` and `nInit` play no part */
  initialParameters?: { centers: NestedNumbers };
  /** independent starts, of which the one of least cost is kept (the first of equals); default 1; a given start is one */
  nInit?: number;
  /** of the random numbers, any safe integer; default 0: results are reproducible unless another is passed */
  seed?: number;
  /**
   * stop before labels are stable when the mean cost per unit of weight falls by less (units of the cost: squared for
   * k-means); default 0: go on until no label changes, which always happens (every assignment is met at most once)
   */
  tol?: number;
  /** most updates of the centres; default 300; 0 returns the start with its cost */
  maxIter?: number;
  /**
   * weight of each row, ≥ 0; integer weights equal repeated rows. Sums drop what is less than
   * 2⁻¹¹² of the heaviest row's part, so the center of a cluster whose rows all weigh less than 2⁻⁶⁰ of that row loses digits
   */
  sampleWeights?: ArrayLike<number>;
  /**
   * names of the features. Where X is an array of objects, an Arrow or an Arquero table: the columns to take, in this order.
   * The model keeps the names (`columns`), so that `predict`, `score` … take the same objects.
   */
  columns?: readonly string[];
  /** `'wasm'` (default) or `'js'`, the plain reference */
  backend?: BackendName;
}

const KNOWN = [
  'nClusters',
  'init',
  'initialParameters',
  'nInit',
  'seed',
  'tol',
  'maxIter',
  'sampleWeights',
  'columns',
  'backend',
] as const satisfies readonly (keyof ClusteringOptions)[];

/** How a fit starts, checked. */
export type ClusterStart =
  | { readonly kind: ClusterInitName }
  | { readonly kind: 'labels'; readonly labels: Int32Array }
  | { readonly kind: 'centers'; readonly centers: Float64Array };

/** What a fit has to know: plain data, so that a worker can be told. */
export interface ClusteringPlan {
  readonly nClusters: number;
  readonly nInit: number;
  readonly seed: number;
  readonly tol: number;
  readonly maxIter: number;
  readonly backend: BackendName;
  /** names of the features, for the model */
  readonly columns?: Columns;
  readonly start: ClusterStart;
}

/** Everything checked: the fit as plain data, and the rows. `centre` says whether data far from 0 are moved. */
export function prepareClustering(
  X: DataInput | NamedRows,
  options: ClusteringOptions,
  where: string,
  alsoKnown: readonly string[],
  centre: boolean,
): { plan: ClusteringPlan; data: Dataset } {
  if (options === undefined) {
    throw new InvalidOptionError('nClusters', `${where} needs options with nClusters, the number of clusters`);
  }
  checkKnown(options, [...KNOWN, ...alsoKnown], where);
  const nClusters = integerOption('nClusters', options.nClusters, 1);
  const init = checkInit(options.init ?? 'greedyKmeans++');
  const given = checkInitial(options.initialParameters);
  const checked = {
    nClusters,
    nInit: integerOption('nInit', options.nInit ?? 1, 1),
    seed: integerOption('seed', options.seed ?? 0, Number.MIN_SAFE_INTEGER),
    tol: nonNegativeOption('tol', options.tol ?? 0),
    maxIter: integerOption('maxIter', options.maxIter ?? 300, 0),
    backend: backendOption(options.backend),
    columns: checkColumns(options.columns),
  };
  const data = prepareData(
    readColumns(toMatrix, X, checked.columns),
    nClusters,
    options.sampleWeights ?? undefined,
    centre,
  );
  return { plan: { ...checked, start: prepareStart(init, given, nClusters, data) }, data };
}

export function backendOption(backend: unknown): BackendName {
  return choiceOption('backend', backend ?? 'wasm', BACKENDS);
}

function checkInit(init: unknown): NonNullable<ClusteringOptions['init']> {
  if (typeof init !== 'object' || init === null) return choiceOption('init', init, INITS);
  checkKnown(init, ['labels'], 'init');
  if ((init as { labels?: unknown }).labels === undefined) {
    throw new InvalidOptionError('init', 'init as an object needs labels, one per row');
  }
  return init as { labels: ArrayLike<number> };
}

function checkInitial(initial: ClusteringOptions['initialParameters'] | null): NestedNumbers | undefined {
  if (initial === undefined || initial === null) return undefined;
  checkKnown(initial, ['centers'], 'initialParameters');
  if (initial.centers === undefined) {
    throw new InvalidOptionError('initialParameters', 'initialParameters needs centers (nClusters × nFeatures)');
  }
  return initial.centers;
}

function prepareData(
  matrix: Matrix,
  nClusters: number,
  given: ArrayLike<number> | undefined,
  centre: boolean,
): Dataset {
  const weights = toSampleWeights(given, matrix.nSamples);
  const usable = weights === undefined ? matrix.nSamples : weights.reduce((n, w) => n + (w > 0 ? 1 : 0), 0);
  if (usable < nClusters) {
    throw new InvalidDataError(
      `${nClusters} clusters need at least ${nClusters} rows${weights === undefined ? '' : ' of positive weight'}; got ${usable}; lower nClusters`,
    );
  }
  const data = createDataset(matrix, weights, centre);
  // only squared distances are taken about a centre of the data
  if (centre) checkSquares(data, false);
  return data;
}

function prepareStart(
  init: NonNullable<ClusteringOptions['init']>,
  given: NestedNumbers | undefined,
  nClusters: number,
  data: Dataset,
): ClusterStart {
  if (given !== undefined) return { kind: 'centers', centers: flatten(given, 'centers', [nClusters, data.nFeatures]) };
  if (typeof init === 'string') return { kind: init };
  const labels = toLabels(init.labels, data.nSamples, nClusters);
  const filled = new Set(labels.filter((_, i) => weightOf(data.sampleWeights, i) !== 0));
  for (let k = 0; k < nClusters; k++) {
    if (filled.has(k)) continue;
    throw new InvalidParametersError(
      `init.labels must use every cluster from 0 to ${nClusters - 1}; no row${data.sampleWeights === undefined ? '' : ' of positive weight'} has ${k}`,
      k,
    );
  }
  return { kind: 'labels', labels };
}
