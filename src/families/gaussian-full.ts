/** Gaussians with a full covariance matrix each. */
import { DegenerateStatistics } from '../em/mixture.js';
import {
  accumulateMoments,
  collapse,
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
  packedLength,
  recentreMoved,
} from './gaussian.js';

export function gaussianFull(context: GaussianContext): GaussianFamily {
  const { nFeatures: d } = context;
  const build = (mean: Float64Array, covariance: Float64Array, least?: Float64Array) =>
    fullComponent(context, mean, covariance, least);
  const maximize = (moments: Moments) => {
    const delta = displacement(moments);
    const covariance = covarianceOf(moments, delta, d);
    regularize(covariance, context);
    const least = leastPivots(covariance, context);
    return orCollapse(build(meanOf(moments, delta), covariance, least), covariance, context);
  };
  // `recentre` needs the covariances that `maximize` is asked for next
  let looked = new Map<Moments, GaussianComponent>();

  return {
    covarianceLength: d * d,
    component: (mean, covariance) => build(mean, covariance),
    logDensity: fullLogDensity,
    emptyStatistics: (nFeatures) => emptyMoments(nFeatures, packedLength(nFeatures)),
    accumulate: (statistics, x, weight) => accumulateMoments(statistics, x, weight, true),
    merge: (into, from) => mergeMoments(into, from, true),

    maximize: (moments) => looked.get(moments) ?? maximize(moments),

    nParameters: (nFeatures) => nFeatures + packedLength(nFeatures),
    sample: fullSample,

    recentre(statistics, components) {
      looked = new Map();
      return recentreMoved(statistics, components, context.leastDeviation, (k, delta) => {
        const moments = statistics[k] as Moments;
        const component = ifSound(() => maximize(moments));
        if (component === undefined) return Number.NaN;
        looked.set(moments, component);
        return mahalanobisSquared(component, delta);
      });
    },

    change: fullChange,
  };
}

/** Σ r(x−c)(x−c)ᵀ − n·δδᵀ over `divisor` as a full symmetric matrix: n times the covariance about the new mean. */
export function scatter({ values }: Moments, delta: Float64Array, d: number, divisor = 1): Float64Array {
  const count = values[0] as number;
  const matrix = new Float64Array(d * d);
  let at = 1 + d;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      const value = ((values[at++] as number) - count * (delta[i] as number) * (delta[j] as number)) / divisor;
      matrix[i * d + j] = value;
      matrix[j * d + i] = value;
    }
  }
  return matrix;
}

/** The covariance about the new mean. */
function covarianceOf(moments: Moments, delta: Float64Array, d: number): Float64Array {
  return scatter(moments, delta, d, moments.values[0] as number);
}

/** Adds the regularisation to the diagonal, in place. */
export function regularize(covariance: Float64Array, { nFeatures: d, regularization }: GaussianContext): void {
  for (let j = 0; j < d; j++) covariance[j * d + j] = (covariance[j * d + j] as number) + (regularization[j] as number);
}

/**
 * Of the variance that a pivot is what is left of. Of 200,000 rows at two points sums leave up to 83·2⁻⁵², of either sign,
 * where the exact pivot is 0: less holds no correct digit.
 */
const LOST = 128 * Number.EPSILON;

/** Square roots of the smallest pivots to accept in an M-step: what data of this magnitude can carry, and what rounding leaves. */
export function leastPivots(covariance: Float64Array, { nFeatures: d, leastDeviation }: GaussianContext): Float64Array {
  return leastDeviation.map((least, j) =>
    Math.max(least, Math.sqrt(LOST * Math.max(0, covariance[j * d + j] as number))),
  );
}

export function fullComponent(
  { nFeatures: d, algebra }: GaussianContext,
  mean: Float64Array,
  covariance: Float64Array,
  least?: Float64Array,
): GaussianComponent | number {
  const precisionCholesky = algebra.inverseCholesky(covariance, d, least);
  if (typeof precisionCholesky === 'number') return precisionCholesky;
  let logDeterminant = 0;
  for (let j = 0; j < d; j++) logDeterminant += algebra.log(precisionCholesky[j * d + j] as number);
  return { mean, center: mean, covariance, precisionCholesky, logDeterminant };
}

/** δᵀ Σ⁻¹ δ: moves along a thin direction count by its thinness. */
export function mahalanobisSquared({ precisionCholesky: w }: GaussianComponent, delta: Float64Array): number {
  const d = delta.length;
  let sum = 0;
  for (let i = 0; i < d; i++) {
    let y = 0;
    for (let j = 0; j <= i; j++) y += (w[i * d + j] as number) * (delta[j] as number);
    sum += y * y;
  }
  return sum;
}

/** What an M-step makes; undefined where it collapses. */
export function ifSound<C>(make: () => C): C | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof DegenerateStatistics) return undefined;
    throw error;
  }
}

/** The component, or the error of the M-step that its covariance makes. */
export function orCollapse(
  component: GaussianComponent | number,
  covariance: Float64Array,
  { nFeatures, leastDeviation }: GaussianContext,
): GaussianComponent {
  if (typeof component !== 'number') return component;
  throw collapse(
    covariance[component * nFeatures + component] as number,
    leastDeviation[component] as number,
    component,
  );
}

export function fullLogDensity(
  { mean, precisionCholesky, logDeterminant }: GaussianComponent,
  x: Float64Array,
): number {
  const d = mean.length;
  let squares = 0;
  for (let i = 0; i < d; i++) {
    let y = 0;
    for (let j = 0; j <= i; j++)
      y += (precisionCholesky[i * d + j] as number) * ((x[j] as number) - (mean[j] as number));
    squares += y * y;
  }
  return logDeterminant - d * HALF_LOG_TWO_PI - 0.5 * squares;
}

/** x = μ + L·z by forward substitution in W·(x − μ) = z. */
export function fullSample({ mean, precisionCholesky }: GaussianComponent, random: { normal(): number }): Float64Array {
  const d = mean.length;
  const x = normals(d, random);
  for (let i = 0; i < d; i++) {
    let value = x[i] as number;
    for (let j = 0; j < i; j++) value -= (precisionCholesky[i * d + j] as number) * (x[j] as number);
    x[i] = value / (precisionCholesky[i * d + i] as number);
  }
  return x.map((value, j) => value + (mean[j] as number));
}

export function fullChange(previous: GaussianComponent, next: GaussianComponent): number {
  const d = next.mean.length;
  const deviation = (j: number) => Math.sqrt(previous.covariance[j * d + j] as number);
  let largest = meanChange(previous, next, deviation);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      const delta = Math.abs((next.covariance[i * d + j] as number) - (previous.covariance[i * d + j] as number));
      largest = Math.max(largest, delta / (deviation(i) * deviation(j)));
    }
  }
  return largest;
}
