/** The options of a Gaussian mixture fit: types, defaults, checks. */
import type { BackendName } from '../backend.js';
import { InvalidOptionError, show } from '../errors.js';
import { INITS, type InitName, type NestedNumbers } from '../init/names.js';
import { checkKnown, choiceOption, integerOption, nonNegativeOption } from '../options.js';
import { COVARIANCE_TYPES, type CovarianceType } from './gaussian.js';

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

/** `number`: added to every variance as in scikit-learn. `relative`: times the mean variance of the features. */
export type Regularization = number | { relative: number };

export interface GaussianMixtureOptions {
  /** number of components K, 1 ≤ K ≤ rows of positive weight */
  nComponents: number;
  /** shape of the covariances; default `'full'` */
  covarianceType?: CovarianceType;
  /**
   * How to start: `'kmeans++'` (default; spread-out seeds, then one hard assignment), `'kmeans'` (Lloyd to convergence),
   * `'random'` (random responsibilities), `'randomPoints'` (means at random rows, covariance of the data), `{ labels }`
   * (one per row), `{ responsibilities }` (rows × components). `initialParameters` goes before all of them.
   */
  init?: InitName | { labels: ArrayLike<number> } | { responsibilities: NestedNumbers };
  /** explicit start; then `init` and `nInit` play no part */
  initialParameters?: GaussianInitialParameters;
  /** independent starts, of which the one of greatest log-likelihood is kept; default 1 */
  nInit?: number;
  /** of the random numbers, any safe integer; default 0: results are reproducible unless another is passed */
  seed?: number;
  /** stop when the mean log-likelihood per point rises by less (nats); default 1e-6; 0 runs exactly `maxIter` iterations */
  tol?: number;
  /** stop when no parameter moves by more (means in units of their σ, the rest relative); default 0, off */
  paramTol?: number;
  /** most M-steps; default 1000; 0 returns the start with its log-likelihood */
  maxIter?: number;
  /** regularisation of the variances; default `{ relative: 1e-6 }`; 0 is maximum likelihood proper */
  regCovar?: Regularization;
  /** weight of each row, ≥ 0; integer weights equal repeated rows */
  sampleWeights?: ArrayLike<number>;
  /** `'wasm'` (default) or `'js'`, the plain reference */
  backend?: BackendName;
}

const KNOWN = [
  'nComponents',
  'covarianceType',
  'init',
  'initialParameters',
  'nInit',
  'seed',
  'tol',
  'paramTol',
  'maxIter',
  'regCovar',
  'sampleWeights',
  'backend',
] as const satisfies readonly (keyof GaussianMixtureOptions)[];

export const BACKENDS: readonly BackendName[] = ['wasm', 'js'];

/** Options with defaults filled in, checked. */
export interface CheckedOptions {
  nComponents: number;
  covarianceType: CovarianceType;
  init: NonNullable<GaussianMixtureOptions['init']>;
  initialParameters: GaussianInitialParameters | undefined;
  nInit: number;
  seed: number;
  tol: number;
  paramTol: number;
  maxIter: number;
  regCovar: Regularization;
  sampleWeights: ArrayLike<number> | undefined;
  backend: BackendName;
}

export function checkOptions(
  options: GaussianMixtureOptions,
  where: string,
  alsoKnown: readonly string[] = [],
): CheckedOptions {
  if (options === undefined) {
    throw new InvalidOptionError('nComponents', `${where} needs options with nComponents, the number of components`);
  }
  checkKnown(options, [...KNOWN, ...alsoKnown], where);
  return {
    nComponents: integerOption('nComponents', options.nComponents, 1),
    covarianceType: choiceOption('covarianceType', options.covarianceType ?? 'full', COVARIANCE_TYPES),
    init: checkInit(options.init ?? 'kmeans++'),
    initialParameters: checkInitial(options.initialParameters),
    nInit: integerOption('nInit', options.nInit ?? 1, 1),
    seed: integerOption('seed', options.seed ?? 0, Number.MIN_SAFE_INTEGER),
    tol: nonNegativeOption('tol', options.tol ?? 1e-6),
    paramTol: nonNegativeOption('paramTol', options.paramTol ?? 0),
    maxIter: integerOption('maxIter', options.maxIter ?? 1000, 0),
    regCovar: checkRegularization(options.regCovar ?? { relative: 1e-6 }),
    sampleWeights: options.sampleWeights ?? undefined,
    backend: choiceOption('backend', options.backend ?? 'wasm', BACKENDS),
  };
}

function checkInit(init: unknown): NonNullable<GaussianMixtureOptions['init']> {
  if (typeof init === 'object' && init !== null) {
    checkKnown(init, ['labels', 'responsibilities'], 'init');
    const given = init as { labels?: unknown; responsibilities?: unknown };
    if ((given.labels === undefined) === (given.responsibilities === undefined)) {
      throw new InvalidOptionError('init', 'init as an object takes either labels or responsibilities');
    }
    return init as NonNullable<GaussianMixtureOptions['init']>;
  }
  return choiceOption('init', init, INITS);
}

function checkInitial(initial: GaussianInitialParameters | undefined | null): GaussianInitialParameters | undefined {
  if (initial === undefined || initial === null) return undefined;
  checkKnown(initial, ['weights', 'means', 'covariances'], 'initialParameters');
  if (initial.means === undefined) {
    throw new InvalidOptionError('initialParameters', 'initialParameters needs means (nComponents × nFeatures)');
  }
  return initial;
}

function checkRegularization(value: unknown): Regularization {
  if (typeof value === 'object' && value !== null) {
    checkKnown(value, ['relative'], 'regCovar');
    return { relative: nonNegativeOption('regCovar.relative', (value as { relative: unknown }).relative) };
  }
  if (typeof value !== 'number') {
    throw new InvalidOptionError('regCovar', `regCovar must be a number ≥ 0 or { relative }; got ${show(value)}`);
  }
  return nonNegativeOption('regCovar', value);
}
