/** The Kullback–Leibler divergence of any two distributions that can be told from one another. */
import type { Backend } from '../backend.js';
import { InvalidOptionError, InvalidParametersError, show } from '../errors.js';
import { backendOf } from '../functions/cholesky.js';
import { withBackend } from '../lease.js';
import { choiceOption, nonNegativeOption } from '../options.js';
import { binaryDivergence, canEnumerate, MAX_BINARY_FEATURES } from './binary.js';
import { discreteDivergence } from './discrete.js';
import {
  type DensityLike,
  type Distribution,
  ofDensity,
  ofGaussian,
  ofModel,
  type ScoredModel,
  singleGaussian,
} from './distribution.js';
import { type DivergenceEstimator, ESTIMATORS, monteCarloDivergence, quadratureDivergence } from './estimators.js';
import { checkMonteCarlo, type MonteCarloOptions } from './expectation.js';
import { type Gaussian, type GaussianLike, gaussianDivergence, toGaussian } from './gaussian.js';

/** What can be compared: two vectors of probabilities, or any two of the others. */
export type DistributionLike = ArrayLike<number> | GaussianLike | ScoredModel | DensityLike;

/** Options of `klDivergence`. */
export interface DivergenceOptions extends MonteCarloOptions {
  /**
   * `'exact'`: two vectors, two Gaussians, or two models of at most 16 binary features. `'quadrature'`: one continuous
   * feature. `'monteCarlo'`: the rest. `'auto'` (default): the first of these that applies.
   */
  method?: 'auto' | 'exact' | 'quadrature' | 'monteCarlo';
  /** Monte Carlo only; default `'balanced'` if q can be drawn from, else `'plain'` */
  estimator?: DivergenceEstimator;
  /** quadrature only: error wanted, relative to the divergence; default 1e-10 */
  tol?: number;
}

/** A divergence, how it was computed, and how far to trust it. */
export interface Divergence {
  /** KL(p‖q), nats; Infinity where p has mass and q has none */
  readonly value: number;
  /** of the Monte Carlo estimate; 0 by the other methods */
  readonly standardError: number;
  /** that was used */
  readonly method: 'exact' | 'quadrature' | 'monteCarlo';
  /** estimated error of the quadrature (cautious, not a bound); 0 by the other methods */
  readonly quadratureError: number;
}

const METHODS = ['auto', 'exact', 'quadrature', 'monteCarlo'] as const;

/**
 * KL(p‖q) = E_p[log p(x) − log q(x)] in nats (Kullback & Leibler 1951): ≥ 0, 0 only for equals, and not symmetric.
 *
 * p and q are both vectors of probabilities, or each one of: `{ mean, covariance }`; a model with `scoreSamples` and
 * `sample`; `{ logDensity(x), sample(random) }`.
 *
 * - **Exact**, with no cancellation for nearly equal pairs: vectors, as Σ p·log(p/q) − p + q, used as they are, not
 *   renormalised; Gaussians, in closed form (a `GaussianMixture` of one component is a Gaussian). Bernoulli mixtures of at
 *   most 16 features, as the sum over all rows of zeros and ones.
 * - **Quadrature**, for densities of one feature: adaptive Gauss–Kronrod over the line. Counts are estimated by Monte Carlo:
 *   say `discrete: true`, otherwise what draws only whole numbers is taken for counts.
 * - **Monte Carlo**, for the rest, by one of three estimators with d = log p(x) − log q(x):
 *   `'balanced'` draws half of its samples from p and half from q, and averages (p·log(p/q) − p + q)/((p + q)/2): never
 *   negative, precise for nearly equal pairs, sound for distant ones. `'plain'` averages d over draws from p, as the
 *   definition says: its part −E log q is what maximum likelihood minimises, but it may come out negative.
 *   `'controlVariate'` averages d − 1 + q/p ≥ 0 over draws from p (E_p[q/p] = 1): precise for nearly equal pairs, but where
 *   q has mass that p does not reach, q/p has no variance and the answer is wrong without showing it.
 *
 * That densities integrate to 1 is checked by quadrature only, that is in one dimension.
 *
 * @throws {InvalidParametersError} probabilities that are negative or do not sum to 1, shapes or dimensions that differ, a
 *   density that does not integrate to 1
 * @throws {NotPositiveDefiniteError} a covariance without a Cholesky factor
 * @throws {InvalidOptionError} a method that does not fit p and q, no sample function where one is needed
 * @throws {InvalidDataError} a log-density that is NaN or +Infinity
 * @example
 * klDivergence([0.5, 0.5], [0.9, 0.1]).value; // 0.5108256237659906
 * klDivergence({ mean: 0, covariance: 1 }, { mean: 1, covariance: 1 }).value; // 0.5
 */
export function klDivergence(p: DistributionLike, q: DistributionLike, options: DivergenceOptions = {}): Divergence {
  const name = backendOf(options, 'klDivergence', ['method', 'estimator', 'nSamples', 'seed', 'tol']);
  const settings = checkSettings(options);
  return withBackend(name, (backend) => divergence(p, q, settings, backend));
}

type Settings = ReturnType<typeof checkSettings>;

function checkSettings(options: DivergenceOptions) {
  return {
    ...checkMonteCarlo(options),
    method: choiceOption('method', options.method ?? 'auto', METHODS),
    estimator: options.estimator === undefined ? undefined : choiceOption('estimator', options.estimator, ESTIMATORS),
    tol: nonNegativeOption('tol', options.tol ?? 1e-10),
  };
}

function divergence(p: DistributionLike, q: DistributionLike, settings: Settings, backend: Backend): Divergence {
  const { method } = settings;
  if (isVector(p) || isVector(q)) {
    if (!isVector(p) || !isVector(q)) {
      throw new InvalidParametersError('p and q must both be vectors of probabilities, or neither');
    }
    if (method !== 'auto' && method !== 'exact')
      throw methodError(method, 'vectors of probabilities are summed exactly');
    return exact(discreteDivergence(p, q, backend));
  }
  const gaussianP = gaussianOf(p, 'p');
  const gaussianQ = gaussianOf(q, 'q');
  if (gaussianP !== undefined && gaussianQ !== undefined && (method === 'auto' || method === 'exact')) {
    checkFeatures(gaussianP.mean.length, gaussianQ.mean.length);
    return exact(gaussianDivergence(gaussianP, gaussianQ, backend));
  }
  const left =
    gaussianP === undefined ? toDistribution(p, 'p', settings.seed, backend) : ofGaussian(gaussianP, backend);
  const right =
    gaussianQ === undefined ? toDistribution(q, 'q', settings.seed, backend) : ofGaussian(gaussianQ, backend);
  const nFeatures = left.nFeatures ?? right.nFeatures;
  checkFeatures(nFeatures, right.nFeatures ?? nFeatures);
  if (left.support !== undefined && right.support !== undefined && left.support !== right.support) {
    throw new InvalidParametersError(
      `${left.support === 'binary' ? 'p' : 'q'} is a distribution of rows of zeros and ones, the other a density over real numbers; they cannot be compared`,
    );
  }
  if ((method === 'auto' || method === 'exact') && canEnumerate(left, right)) {
    return exact(binaryDivergence(left, right, backend));
  }
  if (method === 'exact') {
    throw methodError(
      method,
      `it needs two vectors of probabilities, two Gaussians, or two Bernoulli mixtures of at most ${MAX_BINARY_FEATURES} features`,
    );
  }
  const isLine = nFeatures === 1 && !left.isDiscrete && !right.isDiscrete;
  if (method === 'quadrature' && nFeatures !== 1) {
    throw methodError(method, `it is for one feature, and p and q have ${nFeatures ?? 'an unknown number'}`);
  }
  if (method === 'quadrature' || (method === 'auto' && isLine)) {
    const { value, error } = quadratureDivergence(left, right, settings.tol, backend);
    return { value, standardError: 0, method: 'quadrature', quadratureError: error };
  }
  return { ...monteCarloDivergence(left, right, settings, backend), method: 'monteCarlo', quadratureError: 0 };
}

function exact(value: number): Divergence {
  return { value, standardError: 0, method: 'exact', quadratureError: 0 };
}

function methodError(method: string, why: string): InvalidOptionError {
  return new InvalidOptionError('method', `method '${method}' does not fit: ${why}; omit method to have one chosen`);
}

function checkFeatures(p: number | undefined, q: number | undefined): void {
  if (p === q) return;
  throw new InvalidParametersError(`p and q must have the same number of features; p has ${p}, q has ${q}`);
}

function isVector(value: DistributionLike): value is ArrayLike<number> {
  return value !== null && typeof value === 'object' && 'length' in value;
}

/** `{ mean, covariance }`, or a mixture that has one component only. */
function gaussianOf(value: DistributionLike, name: string): Gaussian | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  return 'mean' in value && 'covariance' in value
    ? toGaussian(value as GaussianLike, name)
    : singleGaussian(value, name);
}

function toDistribution(value: DistributionLike, name: string, seed: number, backend: Backend): Distribution {
  const given = value as Partial<ScoredModel & DensityLike> | null | undefined;
  if (typeof given?.scoreSamples === 'function') return ofModel(value as ScoredModel, name, seed, backend);
  if (typeof given?.logDensity === 'function') return ofDensity(value as DensityLike, name, seed, backend);
  throw new InvalidParametersError(
    `${name} must be a vector of probabilities, { mean, covariance }, a model with scoreSamples and sample, or { logDensity, sample }; got ${show(value)}`,
  );
}
