/** The quadratic-form kernel as a function of its own. */

import { type DataInput, toMatrix } from '../data/matrix.js';
import { blockRows } from '../em/blocks.js';
import { InvalidDataError } from '../errors.js';
import { COVARIANCE_TYPES, type CovarianceType } from '../families/gaussian.js';
import { checkParameters } from '../families/gaussian-checks.js';
import { GAUSSIAN_KERNELS } from '../families/gaussian-kernels.js';
import { plainFamily, toComponents } from '../families/gaussian-parameters.js';
import { featuresOfRows } from '../init/given.js';
import type { NestedNumbers } from '../init/names.js';
import { withBackend } from '../lease.js';
import { choiceOption, requireObject } from '../options.js';
import { backendOf, type KernelOptions } from './cholesky.js';

/**
 * Mahalanobis distances √((x − μ_k)ᵀ Σ_k⁻¹ (x − μ_k)) of every row to every component.
 *
 * @param X nSamples × nFeatures
 * @param parameters means (nComponents × nFeatures) and covariances, shaped by `covarianceType` (default `'full'`:
 *   nComponents × nFeatures × nFeatures)
 * @returns (nSamples × nComponents, row-major); Infinity where the square overflows
 * @throws {InvalidDataError | InvalidParametersError | NotPositiveDefiniteError} as `GaussianMixture.fromParameters`
 * @example
 * mahalanobis([[3, 4]], { means: [[0, 0]], covariances: [[[1, 0], [0, 1]]] }); // Float64Array [5]
 */
export function mahalanobis(
  X: DataInput,
  parameters: { means: NestedNumbers; covariances: NestedNumbers; covarianceType?: CovarianceType },
  options: KernelOptions = {},
): Float64Array {
  const backend = backendOf(options, 'mahalanobis');
  requireObject(parameters, 'mahalanobis', 'means, covariances');
  const { means, covariances } = parameters;
  const covarianceType = choiceOption('covarianceType', parameters.covarianceType ?? 'full', COVARIANCE_TYPES);
  const matrix = toMatrix(X);
  const nComponents = typeof means?.[0] === 'number' ? means.length / matrix.nFeatures : (means?.length ?? 0);
  const d = featuresOfRows(means, nComponents, 'means');
  if (d !== matrix.nFeatures) {
    throw new InvalidDataError(`the means have ${d} features but the data have ${matrix.nFeatures} columns`);
  }
  const flat = checkParameters({ means, covariances }, covarianceType, nComponents, d);
  // distances are taken from near the components, where digits are
  const origin = flat.means.slice(0, d);
  const data = { ...matrix, sampleWeights: undefined, origin };
  return withBackend(backend, (leased) => {
    const { components } = toComponents(plainFamily(covarianceType, leased, d), flat, origin);
    const kernels = leased.open(GAUSSIAN_KERNELS, {
      data,
      covarianceType,
      nComponents,
      rows: blockRows(d, nComponents),
    });
    const squares = kernels.mahalanobis(components);
    for (let i = 0; i < squares.length; i++) {
      const square = squares[i] as number;
      squares[i] = Number.isNaN(square) ? Infinity : Math.sqrt(square);
    }
    return squares;
  });
}
