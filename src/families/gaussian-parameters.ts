/** Between the parameters users see (flat, in the data's own coordinates) and the components the loop works on. */

import type { BackendName, LinearAlgebra } from '../backend.js';
import type { Columns } from '../data/columns.js';
import type { Dataset } from '../data/dataset.js';
import type { Random } from '../data/random.js';
import { NotPositiveDefiniteError } from '../errors.js';
import type { GaussianParameters } from '../init/gaussian-start.js';
import { sumError } from '../numeric/sum-error.js';
import type { CovarianceType, GaussianComponent, GaussianContext, GaussianFamily } from './gaussian.js';
import { gaussianDiag } from './gaussian-diag.js';
import { gaussianFull } from './gaussian-full.js';
import type { Regularization } from './gaussian-options.js';
import { gaussianSpherical } from './gaussian-spherical.js';
import { gaussianTied } from './gaussian-tied.js';

const FAMILIES: Record<CovarianceType, (context: GaussianContext) => GaussianFamily> = {
  full: gaussianFull,
  tied: gaussianTied,
  diag: gaussianDiag,
  spherical: gaussianSpherical,
};

/** The family for fitting a data set. */
export function familyFor(
  type: CovarianceType,
  algebra: LinearAlgebra,
  data: Pick<Dataset, 'nFeatures' | 'largest' | 'variance'>,
  regCovar: Regularization,
): GaussianFamily {
  const { nFeatures, largest } = data;
  return FAMILIES[type]({
    nFeatures,
    algebra,
    regularization: regularizationOf(data, regCovar),
    leastDeviation: largest.map((x) => 4 * Number.EPSILON * x),
  });
}

/**
 * What is added to each variance. Relative: times the feature's own variance, so that no unit of measurement matters (an
 * income beside a rate); a constant feature, which has none, takes the mean of the others.
 */
function regularizationOf(
  { nFeatures, variance }: Pick<Dataset, 'nFeatures' | 'variance'>,
  regCovar: Regularization,
): Float64Array {
  if (typeof regCovar === 'number') return new Float64Array(nFeatures).fill(regCovar);
  const varying = variance.filter((v) => v > 0);
  let mean = 0;
  for (const v of varying) mean += v / varying.length;
  return variance.map((v) => regCovar.relative * (v > 0 ? v : mean));
}

/** The family for using a finished model: nothing is regularised, nothing can collapse. */
export function plainFamily(type: CovarianceType, algebra: LinearAlgebra, nFeatures: number): GaussianFamily {
  const zeros = new Float64Array(nFeatures);
  return FAMILIES[type]({ nFeatures, algebra, regularization: zeros, leastDeviation: zeros });
}

/** Parameters as users see them: weights (K), means (K × D), covariances (by type), all row-major. */
export interface FlatGaussianParameters {
  /** decides the shape of `covariances` */
  readonly covarianceType: CovarianceType;
  /** K */
  readonly nComponents: number;
  /** D */
  readonly nFeatures: number;
  /** mixing proportions (nComponents) */
  readonly weights: Float64Array;
  /** (nComponents × nFeatures, row-major) */
  readonly means: Float64Array;
  /** by type: K×D×D · D×D · K×D · K */
  readonly covariances: Float64Array;
}

/** A model's parameters, with what scoring needs to repeat the fit's arithmetic. */
export interface GaussianModelState extends FlatGaussianParameters {
  /** digits of the means below their last place, for data far from 0 */
  readonly low: Float64Array | undefined;
  readonly origin: Float64Array;
  readonly backend: BackendName;
  /** names of the features, if they have some */
  readonly columns?: Columns;
}

/** Checked parameters → components, less `origin`. `low` are the digits of the means below their last place. */
export function toComponents(
  family: GaussianFamily,
  flat: FlatGaussianParameters,
  origin: Float64Array,
  low?: Float64Array,
): GaussianParameters {
  const { nComponents, nFeatures: d, covarianceType, means, covariances } = flat;
  const components: GaussianComponent[] = [];
  for (let k = 0; k < nComponents; k++) {
    const mean = origin.map((o, j) => (means[k * d + j] as number) - o + (low?.[k * d + j] ?? 0));
    const length = family.covarianceLength;
    const shared = components[0];
    if (covarianceType === 'tied' && shared !== undefined) {
      components.push({ ...shared, mean, center: mean });
      continue;
    }
    const component = family.component(mean, covariances.slice(k * length, (k + 1) * length));
    if (typeof component === 'number') {
      throw new NotPositiveDefiniteError(
        `the covariance of component ${k} is not positive definite: pivot ${component} of its Cholesky factorisation is not positive; pass a symmetric positive definite matrix`,
        component,
        k,
      );
    }
    components.push(component);
  }
  return { weights: flat.weights, components };
}

/** Components → parameters as users see them, and the digits that the addition of the origin cut off. */
export function fromComponents(
  { weights, components }: GaussianParameters,
  origin: Float64Array,
  covarianceType: CovarianceType,
): FlatGaussianParameters & { low: Float64Array | undefined } {
  const nComponents = components.length;
  const d = origin.length;
  const means = new Float64Array(nComponents * d);
  const low = new Float64Array(nComponents * d);
  let anyLow = false;
  components.forEach(({ mean }, k) => {
    for (let j = 0; j < d; j++) {
      const a = mean[j] as number;
      const b = origin[j] as number;
      const sum = a + b;
      const error = sumError(a, b, sum);
      means[k * d + j] = sum;
      low[k * d + j] = error;
      if (error !== 0) anyLow = true;
    }
  });
  const shared = covarianceType === 'tied';
  const length = (components[0] as GaussianComponent).covariance.length;
  const covariances = new Float64Array((shared ? 1 : nComponents) * length);
  for (let k = 0; k < (shared ? 1 : nComponents); k++) {
    covariances.set((components[k] as GaussianComponent).covariance, k * length);
  }
  return {
    covarianceType,
    nComponents,
    nFeatures: d,
    weights: weights.slice(),
    means,
    covariances,
    low: anyLow ? low : undefined,
  };
}

/** Free parameters: K − 1 proportions, the means, the covariances. */
export function countParameters(type: CovarianceType, nComponents: number, nFeatures: number): number {
  const matrix = (nFeatures * (nFeatures + 1)) / 2;
  const perCovariance = {
    full: nComponents * matrix,
    tied: matrix,
    diag: nComponents * nFeatures,
    spherical: nComponents,
  };
  return nComponents - 1 + nComponents * nFeatures + perCovariance[type];
}

/** A component, each as likely as its weight. */
export function drawComponent(weights: Float64Array, random: Random): number {
  let target = random.uniform();
  for (let k = 0; k < weights.length - 1; k++) {
    target -= weights[k] as number;
    if (target < 0) return k;
  }
  // rounding may leave a little of the unit interval past the last weight; a weight of 0 is never drawn
  let last = weights.length - 1;
  while (last > 0 && weights[last] === 0) last--;
  return last;
}
