/** Parameters of a Gaussian mixture as the page moves them about: marginals of two features, ellipses. */
import type { CovarianceType, FromParameters } from 'mixwasm';

/** What `steps` hands out and `fromParameters` takes. */
export interface Parameters extends FromParameters {
  /** (nComponents) */
  readonly weights: Float64Array;
  /** (nComponents × nFeatures, row-major) */
  readonly means: Float64Array;
  /** by type, see `GaussianMixture.covariances` */
  readonly covariances: Float64Array;
  readonly covarianceType: CovarianceType;
  readonly nComponents: number;
  readonly nFeatures: number;
}

/** One component seen in two features: weight, mean and covariance. */
export interface Component2D {
  readonly weight: number;
  readonly x: number;
  readonly y: number;
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

/** Only the parameters of something that has more (a step, a model). */
export function parametersOf(from: Parameters): Parameters {
  const { weights, means, covariances, covarianceType, nComponents, nFeatures } = from;
  return { weights, means, covariances, covarianceType, nComponents, nFeatures };
}

/** Element (i, j) of the covariance of component k, whatever the type. */
export function covarianceAt(
  { covariances, covarianceType, nFeatures: d }: Parameters,
  k: number,
  i: number,
  j: number,
) {
  if (covarianceType === 'full') return covariances[k * d * d + i * d + j];
  if (covarianceType === 'tied') return covariances[i * d + j];
  if (i !== j) return 0;
  return covariances[covarianceType === 'diag' ? k * d + i : k];
}

/** The mixture's marginal of features a and b; exact, because marginals of Gaussians are Gaussians. */
export function marginal(p: Parameters, a: number, b: number): Component2D[] {
  return Array.from(p.weights, (weight, k) => ({
    weight,
    x: p.means[k * p.nFeatures + a],
    y: p.means[k * p.nFeatures + b],
    xx: covarianceAt(p, k, a, a),
    xy: covarianceAt(p, k, a, b),
    yy: covarianceAt(p, k, b, b),
  }));
}

/** t of the way from one set of parameters to another of the same shape; covariances stay positive definite. */
export function between(from: Parameters, to: Parameters, t: number): Parameters {
  const mix = (a: Float64Array, b: Float64Array) => b.map((value, i) => (1 - t) * a[i] + t * value);
  return {
    ...to,
    weights: mix(from.weights, to.weights),
    means: mix(from.means, to.means),
    covariances: mix(from.covariances, to.covariances),
  };
}

/** An ellipse on the screen: half axes in pixels, angle in degrees. */
export interface Ellipse {
  readonly cx: number;
  readonly cy: number;
  readonly rx: number;
  readonly ry: number;
  readonly angle: number;
}

/** The 1σ ellipse of a component; `sx`, `sy` are pixels per unit (sy negative where y points up). */
export function ellipseOf(c: Component2D, cx: number, cy: number, sx: number, sy: number): Ellipse {
  const a = c.xx * sx * sx;
  const b = c.xy * sx * sy;
  const d = c.yy * sy * sy;
  const middle = (a + d) / 2;
  const spread = Math.hypot((a - d) / 2, b);
  return {
    cx,
    cy,
    rx: Math.sqrt(Math.max(0, middle + spread)),
    ry: Math.sqrt(Math.max(0, middle - spread)),
    angle: (Math.atan2(2 * b, a - d) * 90) / Math.PI,
  };
}
