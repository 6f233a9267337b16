/** Gaussians with a variance per feature. */
import {
  accumulateMoments,
  collapse,
  collapsed,
  displacement,
  emptyMoments,
  type GaussianComponent,
  type GaussianContext,
  type GaussianFamily,
  HALF_LOG_TWO_PI,
  type Moments,
  meanChange,
  meanOf,
  mergeMoments,
  normals,
  recentreMoved,
  scaledDistance,
} from './gaussian.js';

export function gaussianDiag(context: GaussianContext): GaussianFamily {
  const { nFeatures: d, regularization, leastDeviation, algebra } = context;
  return {
    covarianceLength: d,
    component: (mean, covariance) => diagComponent(mean, covariance, algebra.log),

    logDensity({ mean, precisionCholesky, logDeterminant }, x) {
      let squares = 0;
      for (let j = 0; j < mean.length; j++) {
        const y = ((x[j] as number) - (mean[j] as number)) * (precisionCholesky[j] as number);
        squares += y * y;
      }
      return logDeterminant - mean.length * HALF_LOG_TWO_PI - 0.5 * squares;
    },

    emptyStatistics: (nFeatures) => emptyMoments(nFeatures, nFeatures),
    accumulate: (statistics, x, weight) => accumulateMoments(statistics, x, weight, false),
    merge: (into, from) => mergeMoments(into, from, false),

    maximize(moments) {
      const delta = displacement(moments);
      const covariance = variances(moments, delta).map((v, j) => v + (regularization[j] as number));
      for (let j = 0; j < d; j++) {
        const [variance, least] = [covariance[j] as number, leastDeviation[j] as number];
        if (collapsed(variance, least)) throw collapse(variance, least, j);
      }
      return diagComponent(meanOf(moments, delta), covariance, algebra.log) as GaussianComponent;
    },

    nParameters: (nFeatures) => 2 * nFeatures,

    sample: ({ mean, precisionCholesky }, random) =>
      normals(mean.length, random).map((z, j) => (mean[j] as number) + z / (precisionCholesky[j] as number)),

    recentre: (statistics, components) =>
      recentreMoved(statistics, components, leastDeviation, (k, delta) => {
        const found = variances(statistics[k] as Moments, delta);
        return scaledDistance(delta, (j) => (found[j] as number) + (regularization[j] as number));
      }),

    change(previous, next) {
      let largest = meanChange(previous, next, (j) => Math.sqrt(previous.covariance[j] as number));
      for (let j = 0; j < d; j++) {
        const before = previous.covariance[j] as number;
        largest = Math.max(largest, Math.abs((next.covariance[j] as number) - before) / before);
      }
      return largest;
    },
  };
}

/** Variances of the features about the new mean. */
export function variances({ values }: Moments, delta: Float64Array): Float64Array {
  const d = delta.length;
  return delta.map((dj, j) => (values[1 + d + j] as number) / (values[0] as number) - dj * dj);
}

function diagComponent(
  mean: Float64Array,
  covariance: Float64Array,
  log: (x: number) => number,
): GaussianComponent | number {
  const bad = covariance.findIndex((variance) => collapsed(variance, 0));
  if (bad >= 0) return bad;
  const precisionCholesky = covariance.map((variance) => 1 / Math.sqrt(variance));
  let logDeterminant = 0;
  for (const w of precisionCholesky) logDeterminant += log(w);
  return { mean, center: mean, covariance, precisionCholesky, logDeterminant };
}
