/** Bounds on what a fit may cost, for who fits other people's data: checked from sizes, before anything is copied or computed. */
import type { NamedRows } from '../data/columns.js';
import type { Rows } from '../data/dataset.js';
import type { DataInput } from '../data/matrix.js';
import { InvalidOptionError, MixwasmError } from '../errors.js';
import { expectedBytes } from '../lease.js';
import { checkKnown } from '../options.js';
import { sizeOf } from './size-of.js';

/** The most that a fit may ask for. Infinity takes a limit away. */
export interface Limits {
  /** rows of X */
  maxSamples?: number;
  /** columns of X */
  maxFeatures?: number;
  /** `nComponents` or `nClusters` */
  maxComponents?: number;
  /** bytes that the fit is expected to take besides X itself: a copy of the rows, parameters, WebAssembly memory (an estimate) */
  maxBytes?: number;
  /** E-steps of all starts together, nInit × (maxIter + 1), with the fit's own defaults where an option is left out */
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

/** What limits look at of a fit's options; what is wrong with them is for the fit to say. */
export interface LimitedOptions {
  nComponents?: number;
  nClusters?: number;
  nInit?: number;
  maxIter?: number;
  threads?: number | 'auto';
  columns?: readonly string[];
  signal?: AbortSignal;
}

/** What is said of each limit, and what to do. */
const ABOUT: Record<keyof Limits, readonly [what: string, remedy: string]> = {
  maxSamples: ['rows', 'pass fewer rows, or a sample of them'],
  maxFeatures: ['columns', 'pass fewer columns'],
  maxComponents: ['components', 'lower nComponents (or nClusters)'],
  maxBytes: ['bytes of memory', 'pass fewer rows or columns, or lower nComponents'],
  maxIterations: ['iterations (nInit × (maxIter + 1))', 'lower maxIter or nInit'],
  maxThreads: ['threads', 'lower threads'],
  maxSeconds: ['seconds', ''],
};

/** Defaults of `maxIter` of mixtures and of clusterings. */
const MAX_ITER = { mixture: 1000, clustering: 300 };

/**
 * Whether a fit of X with these options keeps to the limits, by default `SERVICE_LIMITS`. Looks at sizes only, so it takes
 * microseconds however large X is; the fit checks everything else.
 *
 * @throws {LimitError} more of something than its limit allows: `limit`, `asked`, `allowed`
 * @throws {InvalidDataError} X has no size that could be told
 * @throws {InvalidOptionError} an unknown limit, or one that is not a number ≥ 0
 * @example
 * checkLimits([[1, 2], [3, 4], [9, 9]], { nComponents: 2 }, { maxSamples: 1000 });
 */
export function checkLimits(
  X: DataInput | NamedRows | object,
  options: LimitedOptions | undefined,
  limits: Limits = {},
): void {
  const most = fill(limits);
  const { nComponents, nClusters, nInit = 1, maxIter, threads = 1, columns } = options ?? {};
  const k = number(nComponents ?? nClusters ?? 1);
  const steps = maxIter ?? (nClusters === undefined ? MAX_ITER.mixture : MAX_ITER.clustering);
  const { nSamples, nFeatures } = sizeOf(X, columns);
  const asked: [keyof Limits, number][] = [
    ['maxSamples', nSamples],
    ['maxFeatures', nFeatures],
    ['maxComponents', k],
    ['maxIterations', number(nInit) * (number(steps) + 1)],
    ['maxThreads', threads === 'auto' ? Infinity : number(threads)],
    ['maxBytes', bytesOf(nSamples, nFeatures, k)],
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

/** What is no number is for the fit to refuse, and counts nothing here. */
function number(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}

/** A copy of the rows, and what a fit over them reserves. */
function bytesOf(nSamples: number, nFeatures: number, nComponents: number): number {
  const x = { BYTES_PER_ELEMENT: 8, byteLength: 8 * nSamples * nFeatures };
  const data = { x, nSamples, nFeatures, sampleWeights: undefined } as unknown as Rows;
  return x.byteLength + expectedBytes(data, nComponents);
}
