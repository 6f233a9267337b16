/** Bounds on what a fit may cost, for who fits other people's data: checked from sizes, before anything is copied or computed. */
import type { NamedRows } from '../data/columns.js';
import type { Rows } from '../data/dataset.js';
import type { DataInput } from '../data/matrix.js';
import { InvalidOptionError, MixwasmError, show } from '../errors.js';
import { clusteringBytes } from '../families/clustering-bytes.js';
import { COVARIANCE_TYPES } from '../families/gaussian.js';
import { expectedBytes } from '../lease.js';
import { checkKnown } from '../options.js';
import { listOption, STARTS } from '../select/options.js';
import { sizeOf } from './size-of.js';

/** The most that a fit may ask for. Infinity takes a limit away. */
export interface Limits {
  /** rows of X */
  maxSamples?: number;
  /** columns of X */
  maxFeatures?: number;
  /** `nComponents` or `nClusters`; of a selection the greatest */
  maxComponents?: number;
  /** bytes that the fit is expected to take besides X itself: a copy of the rows, parameters, WebAssembly memory (an estimate) */
  maxBytes?: number;
  /**
   * E-steps of all starts together, nInit × (maxIter + 1), with the fit's own defaults where an option is left out; of a
   * selection times its candidates, by cross-validation also times its folds and one
   */
  maxIterations?: number;
  /** option `threads`; `'auto'` counts as more than any number */
  maxThreads?: number;
  /** wall clock from the call on: `withLimits` adds a signal that fires then */
  maxSeconds?: number;
}

/** The limits that hold where none is given: what a service of a few cores can answer while others wait. */
export const SERVICE_LIMITS: Readonly<Required<Limits>> = Object.freeze({
  maxSamples: 1_000_000,
  maxFeatures: 256,
  maxComponents: 64,
  maxBytes: 512 * 2 ** 20,
  maxIterations: 10_000,
  maxThreads: 1,
  maxSeconds: 30,
});

/** A fit that asks for more than a limit allows. Nothing was computed. */
export class LimitError extends MixwasmError {
  override name = 'LimitError';
  /** name of the limit */
  readonly limit: keyof Limits;
  /** what was asked for */
  readonly asked: number;
  /** what is allowed */
  readonly allowed: number;
  constructor(limit: keyof Limits, asked: number, allowed: number, message: string) {
    super('LIMIT', message);
    this.limit = limit;
    this.asked = asked;
    this.allowed = allowed;
  }
}

/** What limits look at of the options of a fit, or of `select`. */
export interface LimitedOptions {
  nComponents?: number | readonly number[];
  nClusters?: number;
  nInit?: number;
  maxIter?: number;
  threads?: number | 'auto';
  /** of a selection */
  covarianceTypes?: unknown;
  /** of a selection */
  criterion?: string;
  /** of a selection */
  nFolds?: number;
  /** of a selection */
  mixture?: unknown;
  columns?: readonly string[];
  signal?: AbortSignal;
}

/** What is said of each limit, and what to do. */
const ABOUT: Record<keyof Limits, readonly [what: string, remedy: string]> = {
  maxSamples: ['rows', 'pass fewer rows, or a sample of them'],
  maxFeatures: ['columns', 'pass fewer columns'],
  maxComponents: ['components', 'lower nComponents (or nClusters)'],
  maxBytes: ['bytes of memory', 'pass fewer rows or columns, or lower nComponents'],
  maxIterations: [
    'iterations (nInit × (maxIter + 1), of every candidate of a selection)',
    'lower maxIter or nInit, or compare fewer candidates',
  ],
  maxThreads: ['threads', 'lower threads'],
  maxSeconds: ['seconds', ''],
};

/** Defaults of `maxIter` of mixtures and of clusterings. */
const MAX_ITER = { mixture: 1000, clustering: 300 };

/**
 * Whether a fit of X with these options keeps to the limits, by default `SERVICE_LIMITS`. Looks at sizes only, so it takes
 * microseconds however large X is; the fit checks everything else. Options of `select` (known by a list of `nComponents`, by
 * `covarianceTypes`, `criterion` or `mixture`) count with all candidates and with `select`'s own defaults: all four covariance
 * types, ten starts, `threads: 'auto'`.
 *
 * @throws {LimitError} more of something than its limit allows: `limit`, `asked`, `allowed`
 * @throws {InvalidDataError} X has no size that could be told
 * @throws {InvalidOptionError} an unknown limit, or one that is not a number ≥ 0; an option that is limited and is no number
 * @example
 * checkLimits([[1, 2], [3, 4], [9, 9]], { nComponents: 2 }, { maxSamples: 1000 });
 */
export function checkLimits(
  X: DataInput | NamedRows | object,
  options: LimitedOptions | undefined,
  limits: Limits = {},
): void {
  const most = fill(limits);
  const { nComponents, nClusters, maxIter, columns } = options ?? {};
  const ks = listOption('nComponents', nComponents ?? nClusters ?? 1, (k) => count('nComponents (or nClusters)', k));
  const k = Math.max(...ks);
  const { nFits, nInit, threads } = fitsOf(options ?? {}, ks.length);
  const steps = maxIter ?? (nClusters === undefined ? MAX_ITER.mixture : MAX_ITER.clustering);
  const { nSamples, nFeatures } = sizeOf(X, columns);
  const asked: [keyof Limits, number][] = [
    ['maxSamples', nSamples],
    ['maxFeatures', nFeatures],
    ['maxComponents', k],
    ['maxIterations', nFits * count('nInit', nInit) * (count('maxIter', steps) + 1)],
    ['maxThreads', threads === 'auto' ? Infinity : count('threads', threads)],
    ['maxBytes', bytesOf(nSamples, nFeatures, k, nClusters !== undefined)],
  ];
  for (const [limit, value] of asked) {
    if (value <= most[limit]) continue;
    const [what, remedy] = ABOUT[limit];
    throw new LimitError(
      limit,
      value,
      most[limit],
      `${value} ${what} are more than the ${most[limit]} allowed; ${remedy}`,
    );
  }
}

/**
 * The options for `fitAsync` of a request: checked against the limits, with a `signal` that fires after `maxSeconds` (a
 * `TimeoutError`) or when the one given fires.
 *
 * @throws as `checkLimits`
 * @example
 * const X = [[1, 2], [1.1, 2.3], [8, 9], [8.2, 8.8]];
 * const model = await KMeans.fitAsync(X, withLimits(X, { nClusters: 2 }, { maxSeconds: 5 }));
 */
export function withLimits<O extends LimitedOptions>(
  X: DataInput | NamedRows | object,
  options: O,
  limits: Limits = {},
): O & { signal?: AbortSignal } {
  checkLimits(X, options, limits);
  const { maxSeconds } = fill(limits);
  // timers end at 2³¹ − 1 ms
  if (maxSeconds * 1000 >= 2 ** 31) return { ...options };
  const deadline = AbortSignal.timeout(Math.ceil(maxSeconds * 1000));
  const { signal } = options;
  return { ...options, signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]) };
}

function fill(limits: Limits): Required<Limits> {
  checkKnown(limits, Object.keys(SERVICE_LIMITS), 'limits');
  const most: Required<Limits> = { ...SERVICE_LIMITS };
  for (const name of Object.keys(most) as (keyof Limits)[]) {
    const value: unknown = limits[name] ?? most[name];
    if (typeof value !== 'number' || !(value >= 0)) {
      throw new InvalidOptionError(name, `${name} must be a number ≥ 0; got ${String(value)}`);
    }
    most[name] = value;
  }
  return most;
}

/** How many fits options ask for, each of how many starts, by how many threads. */
function fitsOf(
  { nInit, threads, covarianceTypes, criterion, nFolds, mixture, nComponents }: LimitedOptions,
  nKs: number,
) {
  const ofMany = typeof nComponents === 'object' && nComponents !== null;
  const selects = [covarianceTypes, criterion, mixture].some((option) => option !== undefined);
  if (!ofMany && !selects) return { nFits: 1, nInit: nInit ?? 1, threads: threads ?? 1 };
  // by name, lest limits bring a model along; under another name it is taken for more than it is
  const bernoulli = (mixture as { name?: string } | undefined)?.name === 'BernoulliMixture';
  const types = bernoulli ? ['none'] : (covarianceTypes ?? COVARIANCE_TYPES);
  const nTypes = listOption('covarianceTypes', types, (type) => type).length;
  const nFolded = criterion === 'crossValidation' ? count('nFolds', nFolds ?? 5) : 0;
  return { nFits: nKs * nTypes * (1 + nFolded), nInit: nInit ?? STARTS, threads: threads ?? 'auto' };
}

/** A limited option: what is no number would be compared with no limit, and become one in the fit. Its range is for the fit to check. */
function count(name: string, value: unknown): number {
  if (typeof value === 'number' && !Number.isNaN(value)) return Math.max(0, value);
  throw new InvalidOptionError(name, `${name} must be a number, to be compared with a limit; got ${show(value)}`);
}

/** A copy of the rows, and what a fit over them reserves. */
function bytesOf(nSamples: number, nFeatures: number, k: number, clusters: boolean): number {
  const x = { BYTES_PER_ELEMENT: 8, byteLength: 8 * nSamples * nFeatures };
  const data = { x, nSamples, nFeatures, sampleWeights: undefined } as unknown as Rows;
  return x.byteLength + (clusters ? clusteringBytes(data, k) : expectedBytes(data, k));
}
