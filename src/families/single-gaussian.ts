/** Ways to a single Gaussian: by its parameters, by maximum likelihood, as the sum of two others. */

import { createDataset } from '../data/dataset.js';
import { type DataInput, toMatrix } from '../data/matrix.js';
import { checkSquares } from '../data/squares.js';
import { toSampleWeights } from '../data/weights.js';
import { blockRows, blocksOf, TreeSum } from '../em/blocks.js';
import { DegenerateStatistics } from '../em/mixture.js';
import { DegenerateComponentError, InvalidParametersError } from '../errors.js';
import { backendOf, type KernelOptions } from '../functions/cholesky.js';
import { covarianceMatrix, type GaussianLike, toGaussian } from '../information/gaussian.js';
import { expectedBytes, withBackend } from '../lease.js';
import { choiceOption, nonNegativeOption, requireObject } from '../options.js';
import { type CovarianceType, dataRemedy, type GaussianComponent, type Moments } from './gaussian.js';
import { GaussianDistribution } from './gaussian-distribution.js';
import { GAUSSIAN_KERNELS } from './gaussian-kernels.js';
import { familyFor } from './gaussian-parameters.js';

/**
 * The normal distribution of given parameters.
 *
 * @param parameters mean (nFeatures, or a number) and covariance (nFeatures × nFeatures, nFeatures variances, or a number);
 *   variances, not standard deviations
 * @throws {InvalidParametersError} wrong shapes, not finite, not symmetric
 * @throws {NotPositiveDefiniteError} a covariance without a Cholesky factor
 * @example
 * gaussian({ mean: [0, 1], covariance: [[2, 1], [1, 2]] }).logDensity([[0, 1]]); // Float64Array [-2.387…]
 */
export function gaussian(parameters: GaussianLike, options: KernelOptions = {}): GaussianDistribution {
  const backend = backendOf(options, 'gaussian');
  requireObject(parameters, 'gaussian', 'mean, covariance');
  const checked = toGaussian(parameters, 'gaussian');
  return new GaussianDistribution(checked.mean, covarianceMatrix(checked), backend);
}

export interface FitGaussianOptions extends KernelOptions {
  /** `'full'` (default), `'diag'` (independent features) or `'spherical'` (one variance for all features) */
  covarianceType?: Exclude<CovarianceType, 'tied'>;
  /** weight of each row, ≥ 0; integer weights equal repeated rows */
  sampleWeights?: ArrayLike<number>;
  /** added to every variance; default 0, maximum likelihood proper */
  regCovar?: number;
}

/**
 * The Gaussian of greatest likelihood: mean Σ s·x / Σ s and covariance Σ s·(x − μ)(x − μ)ᵀ / Σ s, taken about the mean (so it
 * divides by n, not n − 1; times n/(n − 1) it is the unbiased one).
 *
 * @param X nSamples × nFeatures
 * @throws {InvalidDataError} as `GaussianMixture.fit`
 * @throws {InvalidOptionError} an impossible or unknown option
 * @throws {DegenerateComponentError} the likelihood has no maximum: a constant feature, features that depend on each other
 *   linearly, or no more rows than features
 * @example
 * const { mean, covariance } = fitGaussian([[1, 2], [2, 1], [3, 5]]); // [2, 2.666…], [0.666…, 1, 1, 2.888…]
 */
export function fitGaussian(X: DataInput, options: FitGaussianOptions = {}): GaussianDistribution {
  const name = backendOf(options, 'fitGaussian', ['covarianceType', 'sampleWeights', 'regCovar']);
  const covarianceType = choiceOption('covarianceType', options.covarianceType ?? 'full', [
    'full',
    'diag',
    'spherical',
  ] as const);
  const regCovar = nonNegativeOption('regCovar', options.regCovar ?? 0);
  const matrix = toMatrix(X);
  const data = createDataset(matrix, toSampleWeights(options.sampleWeights, matrix.nSamples));
  checkSquares(data, covarianceType !== 'spherical');
  const rows = blockRows(data.nFeatures, 1);
  const { mean, covariance } = withBackend(
    name,
    (backend) => {
      const family = familyFor(covarianceType, backend, data, regCovar);
      const kernels = backend.open(GAUSSIAN_KERNELS, { data, covarianceType, nComponents: 1, rows });
      const zeros = new Float64Array(family.covarianceLength);
      const about: GaussianComponent = {
        mean: data.mean,
        center: data.mean,
        covariance: zeros,
        precisionCholesky: zeros,
        logDeterminant: 0,
      };
      const parameters = { weights: Float64Array.of(1), components: [about] };
      const ones = new Float64Array(Math.min(rows, data.nSamples)).fill(1);
      const sum = new TreeSum<Moments>((a, b) => {
        family.merge(a, b);
        return a;
      });
      for (const block of blocksOf(data, rows)) {
        sum.add(kernels.moments(parameters, ones.subarray(0, block.nRows), block).components[0] as Moments);
      }
      return maximumOf(covarianceType, () => family.maximize(sum.total() as Moments));
    },
    expectedBytes(data, 1),
  );
  return new GaussianDistribution(
    mean.map((value, j) => value + (data.origin[j] as number)),
    asMatrix(covariance, data.nFeatures),
    name,
  );
}

/** What to do where a feature does not vary, or depends on others. */
const USUAL: Partial<Record<CovarianceType, string>> = {
  full: "drop constant or dependent features, set regCovar above 0, or use covarianceType 'diag' or 'spherical'",
  diag: "drop constant features, set regCovar above 0, or use covarianceType 'spherical'",
  spherical: 'pass rows that differ, or set regCovar above 0',
};

function maximumOf(covarianceType: CovarianceType, maximize: () => GaussianComponent): GaussianComponent {
  try {
    return maximize();
  } catch (cause) {
    if (!(cause instanceof DegenerateStatistics)) throw cause;
    throw new DegenerateComponentError(
      0,
      undefined,
      `the likelihood of a Gaussian has no maximum for these data: ${cause.message}; ${dataRemedy(cause) ?? USUAL[covarianceType]}`,
      { cause },
    );
  }
}

/** One variance, one per feature, or a matrix: as a matrix. */
function asMatrix(covariance: Float64Array, d: number): Float64Array {
  if (covariance.length === d * d) return covariance;
  const matrix = new Float64Array(d * d);
  for (let j = 0; j < d; j++) matrix[j * d + j] = covariance[covariance.length === 1 ? 0 : j] as number;
  return matrix;
}

/**
 * The distribution of X + Y for independent Gaussians: N(μx + μy, Σx + Σy).
 *
 * @throws {InvalidParametersError} different numbers of features
 * @throws {NotPositiveDefiniteError} a covariance without a Cholesky factor
 * @example
 * addGaussians({ mean: 1, covariance: 4 }, { mean: 2, covariance: 9 }).covariance; // Float64Array [13]
 */
export function addGaussians(a: GaussianLike, b: GaussianLike, options: KernelOptions = {}): GaussianDistribution {
  if ('mean' in options) {
    throw new InvalidParametersError(
      'addGaussians adds two Gaussians; for a third, add it to the sum of the first two',
    );
  }
  const backend = backendOf(options, 'addGaussians');
  // each has to be a distribution, whatever their sum is
  const x = gaussian(a, { backend });
  const y = gaussian(b, { backend });
  if (x.nFeatures !== y.nFeatures) {
    throw new InvalidParametersError(
      `the Gaussians must have the same number of features; the first has ${x.nFeatures}, the second ${y.nFeatures}`,
    );
  }
  const plus = (u: Float64Array, v: Float64Array) => u.map((value, i) => value + (v[i] as number));
  return new GaussianDistribution(plus(x.mean, y.mean), plus(x.covariance, y.covariance), backend);
}
