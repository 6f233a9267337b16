/** The options of `select`: types, defaults, checks. */
import { InvalidOptionError, show } from '../errors.js';
import type { BernoulliMixture } from '../families/bernoulli-mixture.js';
import type { BernoulliMixtureOptions } from '../families/bernoulli-options.js';
import type { CovarianceType } from '../families/gaussian.js';
import type { GaussianMixture } from '../families/gaussian-mixture.js';
import type { GaussianMixtureOptions, Regularization } from '../families/gaussian-options.js';
import { MIXTURE_OPTIONS } from '../families/mixture-options.js';
import type { InitName } from '../init/names.js';
import { checkKnown, choiceOption, functionOption, integerOption } from '../options.js';
import type { AsyncOptions } from '../threads/client.js';
import type { Candidate, Criterion } from './candidates.js';

/** Called when a candidate is done; with several threads in any order. If it returns `'stop'`, the selection ends (see `select`). */
export type OnCandidate<C extends Candidate<unknown>> = (progress: {
  /** candidates that are done, this one included */
  readonly done: number;
  readonly total: number;
  /** the row of the table; not yet with `labels` */
  readonly candidate: C;
}) => unknown;

/** Where a fit of a selection is. */
export interface CandidateIteration {
  readonly nComponents: number;
  /** undefined for Bernoulli mixtures */
  readonly covarianceType: CovarianceType | undefined;
  /** the fold that is held out, from 0; undefined while all rows are fitted */
  readonly fold: number | undefined;
  /** which of the nInit starts, from 0 */
  readonly restart: number;
  /** M-steps done in this start (with `acceleration`: E-steps after the first) */
  readonly iteration: number;
  /** total over the rows that are fitted, nats */
  readonly logLikelihood: number;
}

/** Called while a candidate is fitted, after some of its iterations. If it returns `'stop'`, the selection ends (see `select`). */
export type OnCandidateIteration = (progress: CandidateIteration) => unknown;

/** What every selection takes. */
export interface SelectionOptions<C extends Candidate<unknown>> extends Pick<AsyncOptions, 'signal' | 'workerUrl'> {
  /** the numbers of components to try */
  nComponents: number | readonly number[];
  /** `'bic'` (default), `'aic'`, `'icl'`, or `'crossValidation'`: the mean log-likelihood of rows held out */
  criterion?: Criterion;
  /** folds of cross-validation, 2 or more; default 5; dealt out by `seed`, the same for all candidates */
  nFolds?: number;
  /**
   * How many candidates are fitted at once, each in a worker of its own: a number, or `'auto'` (default), as many as there
   * are cores. Never changes the result, not by a bit.
   */
  threads?: number | 'auto';
  /** called when a candidate is done; may return `'stop'` */
  onProgress?: OnCandidate<C>;
  /** called after iterations of the fits under way, of each every 20 ms at most; may return `'stop'` */
  onIteration?: OnCandidateIteration;
}

/** A Gaussian row of the table. */
export interface GaussianCandidate extends Candidate<GaussianMixture> {
  readonly covarianceType: CovarianceType;
}

/** A Bernoulli mixture that was compared. */
export type BernoulliCandidate = Candidate<BernoulliMixture>;

/** What `select` sets itself, candidate by candidate. */
type Chosen = 'nComponents' | 'init' | 'initialParameters' | 'onProgress';

/** Options of `select` for Gaussian mixtures: its own, and those of `GaussianMixture.fit`. */
export interface SelectOptions
  extends SelectionOptions<GaussianCandidate>,
    Omit<GaussianMixtureOptions, Chosen | 'covarianceType'> {
  mixture?: typeof GaussianMixture;
  /** the shapes of covariances to try; default all four (for one feature the two that differ, `'full'` and `'tied'`) */
  covarianceTypes?: CovarianceType | readonly CovarianceType[];
  /** starts of each candidate, of which the best is kept; default 10 */
  nInit?: number;
  /** how candidates start; default `'kmeans++'` */
  init?: InitName;
  /** regularisation of the variances; default 0, because criteria compare maxima of the likelihood itself */
  regCovar?: Regularization;
}

/** Options of `select` for Bernoulli mixtures: its own, and those of `BernoulliMixture.fit`. */
export interface SelectBernoulliOptions
  extends SelectionOptions<BernoulliCandidate>,
    Omit<BernoulliMixtureOptions, Chosen> {
  mixture: typeof BernoulliMixture;
  /** starts of each candidate, of which the best is kept; default 10 */
  nInit?: number;
  /** how candidates start; default `'kmeans++'` */
  init?: 'kmeans++' | 'random';
}

/** Starts of a candidate, unless it is said. One start ends in a poor optimum too often for optima to be compared. */
export const STARTS = 10;

/** Options that are not those of a fit. */
const OWN = [
  'mixture',
  'criterion',
  'nFolds',
  'threads',
  'signal',
  'workerUrl',
  'onProgress',
  'onIteration',
  'covarianceTypes',
] as const;

/** Names that a selection knows: its own, those of all mixtures, and the family's. */
export function checkNames(options: object, ofFamily: readonly string[]): void {
  const own = OWN.filter((name) => name !== 'covarianceTypes');
  checkKnown(options, [...MIXTURE_OPTIONS, ...own, 'init', 'initialParameters', ...ofFamily], 'select');
}

const CRITERIA: readonly Criterion[] = ['bic', 'aic', 'icl', 'crossValidation'];

/** Checks what is not checked with each fit's options. */
export function checkSelection(options: SelectionOptions<never>) {
  functionOption('onProgress', options.onProgress);
  functionOption('onIteration', options.onIteration);
  const criterion = choiceOption<Criterion>('criterion', options.criterion ?? 'bic', CRITERIA);
  if (options.nFolds !== undefined && criterion !== 'crossValidation') {
    throw new InvalidOptionError(
      'nFolds',
      `nFolds belongs to criterion 'crossValidation'; the criterion is '${criterion}'`,
    );
  }
  const { init, initialParameters } = options as { init?: unknown; initialParameters?: unknown };
  if (typeof init === 'object' || initialParameters !== undefined) {
    const option = initialParameters === undefined ? 'init' : 'initialParameters';
    throw new InvalidOptionError(
      option,
      `${option}: select starts every candidate itself, and a given start fits one nComponents only; name an init, or fit that one by itself`,
    );
  }
  return {
    criterion,
    nFolds: integerOption('nFolds', options.nFolds ?? 5, 2),
    threads:
      options.threads === undefined || options.threads === 'auto'
        ? undefined
        : integerOption("threads (if not 'auto')", options.threads, 1, 256),
    numbers: listOption('nComponents', options.nComponents, (value) => integerOption('nComponents', value, 1)),
  };
}

/** The options that go to a fit of one candidate. */
export function fitOptions<O extends object>(options: O, nComponents: number) {
  const rest: Record<string, unknown> = { ...options, nComponents };
  for (const name of OWN) delete rest[name];
  return rest as Omit<O, (typeof OWN)[number] | 'nComponents'> & { nComponents: number };
}

/** One value or several, each once, in the order given. */
export function listOption<T>(name: string, given: unknown, check: (value: unknown) => T): T[] {
  const values =
    typeof given === 'object' && given !== null && Symbol.iterator in given
      ? [...(given as Iterable<unknown>)]
      : [given];
  if (values.length === 0)
    throw new InvalidOptionError(name, `${name} must name at least one candidate; got ${show(given)}`);
  return [...new Set(values.map(check))];
}
