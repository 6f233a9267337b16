/** The options of a Gaussian mixture fit: types, defaults, checks. */
import { InvalidOptionError, show } from '../errors.js';
import { INITS, type InitName, type NestedNumbers } from '../init/names.js';
import { checkKnown, choiceOption, nonNegativeOption } from '../options.js';
import { COVARIANCE_TYPES, type CovarianceType } from './gaussian.js';
import { checkInitOption, checkMixtureOptions, type MixtureOptions } from './mixture-options.js';

/** Parameters to start from, nested or flat (row-major). */
export interface GaussianInitialParameters {
  /** mixing proportions (nComponents), summing to 1; 1/nComponents if omitted */
  weights?: ArrayLike<number>;
  /** (nComponents × nFeatures) */
  means: NestedNumbers;
  /**
   * full: nComponents × nFeatures × nFeatures · tied: nFeatures × nFeatures · diag: nComponents × nFeatures · spherical:
   * nComponents. The covariance of the data if omitted.
   */
  covariances?: NestedNumbers;
}

/** `number`: added to every variance as in scikit-learn. `relative`: times the variance that the feature has in the data. */
export type Regularization = number | { relative: number };

/** Options of `GaussianMixture.fit` and `steps`. */
export interface GaussianMixtureOptions extends MixtureOptions {
  /** shape of the covariances; default `'full'` */
  covarianceType?: CovarianceType;
  /**
   * How to start: `'kmeans++'` (default; spread-out seeds, then one hard assignment), `'kmeans'` (Lloyd's k-means until
   * centers hardly move), `'random'` (random responsibilities), `'randomPoints'` (means at random rows, covariance of the
   * data), `{ labels }` (one per row), `{ responsibilities }` (rows × components). `initialParameters` goes before all of
   * them. The first two find their centers among at most 16,384 rows (1,024 × nComponents, if that is more), drawn by
   * `seed` at equal steps of weight. Where these are a quarter of all rows or less, what was found is improved on them: by
   * Lloyd's k-means, and by EM if there are four of them for each parameter. Every row takes part in what follows.
   */
  init?: InitName | GivenInit;
  /** explicit start; then `init` and `nInit` play no part */
  initialParameters?: GaussianInitialParameters;
  /** regularisation of the variances; default `{ relative: 1e-6 }`; 0 is maximum likelihood proper */
  regCovar?: Regularization;
}

/** A start given row by row. */
export type GivenInit = { labels: ArrayLike<number> } | { responsibilities: NestedNumbers };

/** Options with defaults filled in, checked. */
export interface CheckedOptions extends ReturnType<typeof checkMixtureOptions> {
  covarianceType: CovarianceType;
  init: InitName | GivenInit;
  initialParameters: GaussianInitialParameters | undefined;
  regCovar: Regularization;
}

export function checkOptions(
  options: GaussianMixtureOptions,
  where: string,
  alsoKnown: readonly string[] = [],
): CheckedOptions {
  const own = ['covarianceType', 'init', 'initialParameters', 'regCovar'];
  const common = checkMixtureOptions(options, where, [...own, ...alsoKnown]);
  if (common.optimizer === 'gradient' && typeof options.regCovar === 'number' && options.regCovar > 0) {
    throw new InvalidOptionError(
      'regCovar',
      `optimizer 'gradient' climbs the log-likelihood itself and adds nothing to covariances; got regCovar ${options.regCovar}: omit it, or use optimizer 'em'`,
    );
  }
  return {
    ...common,
    covarianceType: choiceOption('covarianceType', options.covarianceType ?? 'full', COVARIANCE_TYPES),
    init: checkInitOption<InitName, GivenInit>(options.init ?? 'kmeans++', INITS),
    initialParameters: checkInitial(options.initialParameters),
    regCovar: checkRegularization(options.regCovar ?? { relative: 1e-6 }),
  };
}

/** What parameters carry when a step, an error or a model hands them out: they can be handed back as they are. */
export const PARAMETER_FIELDS: readonly string[] = [
  'weights',
  'means',
  'covariances',
  'covarianceType',
  'nComponents',
  'nFeatures',
  'iteration',
  'logLikelihood',
  'stopReason',
];

function checkInitial(initial: GaussianInitialParameters | undefined | null): GaussianInitialParameters | undefined {
  if (initial === undefined || initial === null) return undefined;
  checkKnown(initial, PARAMETER_FIELDS, 'initialParameters');
  if (initial.means === undefined) {
    throw new InvalidOptionError('initialParameters', 'initialParameters needs means (nComponents × nFeatures)');
  }
  return initial;
}

export function checkRegularization(value: unknown): Regularization {
  if (typeof value === 'object' && value !== null) {
    checkKnown(value, ['relative'], 'regCovar');
    return { relative: nonNegativeOption('regCovar.relative', (value as { relative: unknown }).relative) };
  }
  if (typeof value !== 'number') {
    throw new InvalidOptionError('regCovar', `regCovar must be a number ≥ 0 or { relative }; got ${show(value)}`);
  }
  return nonNegativeOption('regCovar', value);
}
