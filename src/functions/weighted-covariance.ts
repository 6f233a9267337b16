/** The moment kernel as a function of its own. */

import { createDataset } from '../data/dataset.js';
import { type DataInput, toMatrix } from '../data/matrix.js';
import { toSampleWeights } from '../data/weights.js';
import { blockRows, blocksOf, TreeSum } from '../em/blocks.js';
import { displacement, type GaussianComponent, type Moments, meanOf, mergeMoments } from '../families/gaussian.js';
import { scatter } from '../families/gaussian-full.js';
import { GAUSSIAN_KERNELS } from '../families/gaussian-kernels.js';
import { withBackend } from '../lease.js';
import { backendOf, type KernelOptions } from './cholesky.js';

/**
 * Weighted mean and maximum-likelihood covariance (divided by Σ weights), accumulated about the mean, so that an offset
 * of 1e8 costs no digits.
 *
 * @param X nSamples × nFeatures
 * @returns mean (nFeatures), covariance (nFeatures × nFeatures, row-major), weight Σ s
 * @throws {InvalidDataError} as `GaussianMixture.fit`
 * @example
 * weightedCovariance([[1, 2], [3, 6]], { sampleWeights: [1, 3] }); // mean [2.5, 5], covariance [0.75, 1.5, 1.5, 3]
 */
export function weightedCovariance(
  X: DataInput,
  options: KernelOptions & { sampleWeights?: ArrayLike<number> } = {},
): { mean: Float64Array; covariance: Float64Array; weight: number } {
  const backend = backendOf(options, 'weightedCovariance', ['sampleWeights']);
  const matrix = toMatrix(X);
  const data = createDataset(matrix, toSampleWeights(options.sampleWeights, matrix.nSamples));
  const d = data.nFeatures;
  const rows = blockRows(d, 1);
  const about: GaussianComponent = {
    mean: data.mean,
    center: data.mean,
    covariance: new Float64Array(d * d),
    precisionCholesky: new Float64Array(d * d),
    logDeterminant: 0,
  };
  const moments = withBackend(backend, (leased) => {
    const kernels = leased.open(GAUSSIAN_KERNELS, { data, covarianceType: 'full', nComponents: 1, rows });
    const ones = new Float64Array(Math.min(rows, data.nSamples)).fill(1);
    const parameters = { weights: Float64Array.of(1), components: [about] };
    const sum = new TreeSum<Moments>((a, b) => {
      mergeMoments(a, b, true);
      return a;
    });
    for (const block of blocksOf(data, rows)) {
      sum.add(kernels.moments(parameters, ones.subarray(0, block.nRows), block).components[0] as Moments);
    }
    return sum.total() as Moments;
  });
  const delta = displacement(moments);
  const weight = moments.values[0] as number;
  const covariance = scatter(moments, delta, d).map((sum) => sum / weight);
  const mean = meanOf(moments, delta).map((value, j) => value + (data.origin[j] as number));
  return { mean, covariance, weight };
}
