/** Gaussians with one variance: the mean of the features' variances. Statistics are those of the diagonal family. */

import { sumOf } from '../numeric/vectors.js';
import {
  collapse,
  collapsed,
  displacement,
  type GaussianComponent,
  type GaussianContext,
  type GaussianFamily,
  HALF_LOG_TWO_PI,
  type Moments,
  meanChange,
  meanOf,
  normals,
  recentreMoved,
  scaledDistance,
  square,
} from './gaussian.js';
import { gaussianDiag, variances } from './gaussian-diag.js';

export function gaussianSpherical(context: GaussianContext): GaussianFamily {
  const { regularization, leastDeviation, algebra } = context;
  const least = Math.sqrt(average(leastDeviation.map((deviation) => deviation * deviation)));
  return {
    ...gaussianDiag(context),
    covarianceLength: 1,
    component: (mean, covariance) => sphericalComponent(mean, covariance, algebra.log),

    logDensity({ mean, precisionCholesky, logDeterminant }, x) {
      let squares = 0;
      for (let j = 0; j < mean.length; j++) squares += square((x[j] as number) - (mean[j] as number));
      return logDeterminant - mean.length * HALF_LOG_TWO_PI - 0.5 * squares * square(precisionCholesky[0] as number);
    },

    maximize(moments) {
      const delta = displacement(moments);
      const variance = average(variances(moments, delta)) + average(regularization);
      if (collapsed(variance, least)) throw collapse(variance, least);
      return sphericalComponent(meanOf(moments, delta), Float64Array.of(variance), algebra.log) as GaussianComponent;
    },

    nParameters: (nFeatures) => nFeatures + 1,

    sample: ({ mean, precisionCholesky }, random) =>
      normals(mean.length, random).map((z, j) => (mean[j] as number) + z / (precisionCholesky[0] as number)),

    recentre: (statistics, components) =>
      recentreMoved(statistics, components, leastDeviation, (k, delta) => {
        const variance = average(variances(statistics[k] as Moments, delta)) + average(regularization);
        return scaledDistance(delta, () => variance);
      }),

    change(previous, next) {
      const before = previous.covariance[0] as number;
      const variance = Math.abs((next.covariance[0] as number) - before) / before;
      return Math.max(
        variance,
        meanChange(previous, next, () => Math.sqrt(before)),
      );
    },
  };
}

function sphericalComponent(
  mean: Float64Array,
  covariance: Float64Array,
  log: (x: number) => number,
): GaussianComponent | number {
  const variance = covariance[0] as number;
  if (collapsed(variance, 0)) return 0;
  const w = 1 / Math.sqrt(variance);
  return {
    mean,
    center: mean,
    covariance,
    precisionCholesky: Float64Array.of(w),
    logDeterminant: mean.length * log(w),
  };
}

function average(values: Float64Array): number {
  return sumOf(values) / values.length;
}
