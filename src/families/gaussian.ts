/** What the four Gaussian families share: a component, its sufficient statistics, and their algebra. */
import type { LinearAlgebra } from '../backend.js';
import { DegenerateStatistics } from '../em/mixture.js';
import type { Family } from '../em/model.js';

/** full: a matrix each · tied: one matrix for all · diag: a variance per feature each · spherical: one variance each. */
export type CovarianceType = 'full' | 'tied' | 'diag' | 'spherical';

export const COVARIANCE_TYPES: readonly CovarianceType[] = ['full', 'tied', 'diag', 'spherical'];

/** One component, in coordinates less the data's origin. */
export interface GaussianComponent {
  /** (nFeatures) */
  readonly mean: Float64Array;
  /** where the next moments are taken about (nFeatures): the mean, unless a pass is repeated */
  readonly center: Float64Array;
  /** full, tied: nFeatures × nFeatures · diag: nFeatures · spherical: 1. Tied components share one array. */
  readonly covariance: Float64Array;
  /** W = L⁻¹ of the covariance L·Lᵀ, lower triangular, same shape as the covariance (diag, spherical: 1/σ) */
  readonly precisionCholesky: Float64Array;
  /** log |W| = −½ log |Σ| */
  readonly logDeterminant: number;
}

/** Σ r, Σ r·(x − c) and Σ r·(x − c)(x − c)ᵀ about a centre c. */
export interface Moments {
  readonly center: Float64Array;
  /** [count, first (nFeatures), second]: second is the lower triangle by rows, or one value per feature */
  readonly values: Float64Array;
}

/** What a Gaussian family needs to know besides the statistics. */
export interface GaussianContext {
  readonly nFeatures: number;
  /** added to the diagonal after the division by N_k (nFeatures) */
  readonly regularization: Float64Array;
  /** smallest standard deviation that data of this magnitude can carry, 4·ε·max|x_j| (nFeatures) */
  readonly leastDeviation: Float64Array;
  readonly algebra: LinearAlgebra;
}

export type GaussianFamily = Family<GaussianComponent, Moments> & {
  /** Builds a component from given parameters; a number is the pivot at which the covariance is not positive definite. */
  component(mean: Float64Array, covariance: Float64Array): GaussianComponent | number;
  /** Numbers in the covariances of one component (tied: of all). */
  covarianceLength: number;
};

/** Moments whose second part is the packed lower triangle. */
export function packedLength(nFeatures: number): number {
  return (nFeatures * (nFeatures + 1)) / 2;
}

export function emptyMoments(nFeatures: number, secondLength: number): Moments {
  return { center: new Float64Array(nFeatures), values: new Float64Array(1 + nFeatures + secondLength) };
}

/** Adds moments about different centres: with δ = c_from − c_into, Σ r(x−c_into) = first + n·δ and so on (Chan et al. 1983). */
export function mergeMoments(into: Moments, from: Moments, packed: boolean): void {
  const a = into.values;
  const b = from.values;
  if (into.center !== from.center) moveMoments(from, into.center, packed);
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) + (b[i] as number);
}

/** Re-expresses moments about another centre, in place (their `center` is no longer meaningful). */
function moveMoments({ center, values }: Moments, to: Float64Array, packed: boolean): void {
  const d = center.length;
  const count = values[0] as number;
  const delta = center.map((c, j) => c - (to[j] as number));
  let at = 1 + d;
  for (let i = 0; i < d; i++) {
    const di = delta[i] as number;
    const fi = values[1 + i] as number;
    for (let j = packed ? 0 : i; j <= i; j++) {
      const dj = delta[j] as number;
      const fj = values[1 + j] as number;
      values[at] = (values[at] as number) + fi * dj + fj * di + count * di * dj;
      at++;
    }
  }
  for (let j = 0; j < d; j++) values[1 + j] = (values[1 + j] as number) + count * (delta[j] as number);
}

/** The same moments about another centre, in a copy if it is another. */
export function momentsAbout(moments: Moments, to: Float64Array, packed: boolean): Moments {
  if (moments.center === to) return moments;
  const values = moments.values.slice();
  moveMoments({ center: moments.center, values }, to, packed);
  return { center: to, values };
}

/** Adds one weighted point. */
export function accumulateMoments({ center, values }: Moments, x: Float64Array, weight: number, packed: boolean): void {
  const d = center.length;
  values[0] = (values[0] as number) + weight;
  let at = 1 + d;
  for (let i = 0; i < d; i++) {
    const ui = (x[i] as number) - (center[i] as number);
    values[1 + i] = (values[1 + i] as number) + weight * ui;
    for (let j = packed ? 0 : i; j <= i; j++) {
      values[at] = (values[at] as number) + weight * ui * ((x[j] as number) - (center[j] as number));
      at++;
    }
  }
}

/** The mean's displacement from the centre, first/count (nFeatures). */
export function displacement({ center, values }: Moments): Float64Array {
  return values.slice(1, 1 + center.length).map((sum) => sum / (values[0] as number));
}

/** centre + displacement */
export function meanOf(moments: Moments, delta: Float64Array): Float64Array {
  return moments.center.map((c, j) => c + (delta[j] as number));
}

export function square(x: number): number {
  return x * x;
}

/** Where the variance of feature j starts in the second moments. */
export function diagonalIndex(j: number, packed: boolean): number {
  return packed ? (j * (j + 3)) / 2 : j;
}

/**
 * A moved mean costs digits: moments about the old one lose (Δ/σ)²·ε. Beyond 8 σ (7e-15) the component's moments are
 * taken once more about its new mean. `distance(k, δ)` is the squared length of the move in units of the new covariance
 * (NaN when cancellation left none); moves that data of this magnitude cannot resolve do not count.
 */
const FAR = 8;

export function recentreMoved(
  statistics: readonly Moments[],
  components: readonly GaussianComponent[],
  leastDeviation: Float64Array,
  distance: (k: number, delta: Float64Array) => number,
): GaussianComponent[] | undefined {
  let moved = false;
  const next = components.map((component, k) => {
    const moments = statistics[k] as Moments;
    if (!((moments.values[0] as number) > 0)) return component;
    const delta = displacement(moments);
    if (delta.every((d, j) => Math.abs(d) <= (leastDeviation[j] as number))) return component;
    // negated, so that NaN counts as far
    const squared = distance(k, delta);
    if (squared <= FAR * FAR) return component;
    moved = true;
    return { ...component, center: meanOf(moments, delta) };
  });
  return moved ? next : undefined;
}

/** Σ δ_j²/variance_j; NaN where a variance is not positive. */
export function scaledDistance(delta: Float64Array, variance: (j: number) => number): number {
  let sum = 0;
  for (let j = 0; j < delta.length; j++) {
    const d = delta[j] as number;
    const v = variance(j);
    if (d !== 0) sum += v > 0 ? (d * d) / v : Number.NaN;
  }
  return sum;
}

/** Largest of |Δmean|/σ and |Δcov|/(σσ) between two states of a component; `deviation(j)` is σ before. */
export function meanChange(
  previous: GaussianComponent,
  next: GaussianComponent,
  deviation: (j: number) => number,
): number {
  let largest = 0;
  for (let j = 0; j < next.mean.length; j++) {
    const change = Math.abs((next.mean[j] as number) - (previous.mean[j] as number)) / deviation(j);
    if (change > largest) largest = change;
  }
  return largest;
}

/** A variance that no data of this magnitude can have: the component sits on one point (or on one value of a feature). */
export function collapsed(variance: number, least: number): boolean {
  return !(variance > 0 && variance < Infinity && variance >= least * least);
}

/**
 * Why a covariance is none: the variance of a feature (spherical: of all) is 0 or overflows, is less than numbers of this
 * magnitude carry, or is sound, but depends on the features before it.
 */
export function collapse(variance: number, least: number, feature?: number): DegenerateStatistics {
  const what = `the variance${feature === undefined ? '' : ` of feature ${feature}`} is ${variance}`;
  if (!collapsed(variance, least)) {
    return new DegenerateStatistics(`${what}, but what the features before it leave of that is lost in rounding`);
  }
  return new DegenerateStatistics(variance > 0 && variance < Infinity ? `${what}, ${LESS}` : what);
}

const LESS = 'less than numbers of this magnitude carry';

/** What to do about data that make such a covariance, if it is not the usual: drop columns, or regularise. */
export function dataRemedy({ message }: Error): string | undefined {
  if (/Infinity|NaN/.test(message)) return 'scale the columns down';
  if (!message.includes(LESS)) return undefined;
  return 'subtract the offset before the digits behind it are rounded away, or mend sampleWeights that leave one row';
}

/** Standard normal vector. */
export function normals(d: number, random: { normal(): number }): Float64Array {
  const z = new Float64Array(d);
  for (let j = 0; j < d; j++) z[j] = random.normal();
  return z;
}

/** log(2π)/2 */
export const HALF_LOG_TWO_PI = 0.9189385332046728;

/** log w_k + log |W_k| − D/2·log 2π: what a component's log-density is before the quadratic form. */
export function logConstants(
  weights: Float64Array,
  components: readonly GaussianComponent[],
  log: (x: number) => number,
): Float64Array {
  return weights.map((weight, k) => {
    const { mean, logDeterminant } = components[k] as GaussianComponent;
    return log(weight) + logDeterminant - mean.length * HALF_LOG_TWO_PI;
  });
}
