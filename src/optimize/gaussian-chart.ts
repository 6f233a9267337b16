/** Gaussian components by their means and the factors of their inverse covariances. */
import type { LinearAlgebra } from '../backend.js';
import type { Dataset } from '../data/dataset.js';
import {
  type CovarianceType,
  collapsed,
  type GaussianComponent,
  type Moments,
  momentsAbout,
} from '../families/gaussian.js';
import type { Chart } from './chart.js';

/**
 * Means, and W with Σ⁻¹ = Wᵀ·W, lower triangular, its diagonal by logarithms (spherical: one; tied: one W for all): any
 * numbers give a covariance. In units of the data's deviations, so that steps are alike in all directions.
 *
 * log N(x; μ, Σ) = log |W| − ½ ‖W·(x − μ)‖² − …, so with n = Σ r, f = Σ r·(x − μ), S = Σ r·(x − μ)(x − μ)ᵀ:
 * ∂Q/∂μ = WᵀW·f, ∂Q/∂W = n·diag(1/W) − W·S (lower triangle).
 */
export function gaussianChart(
  type: CovarianceType,
  { nFeatures: d, variance, largest }: Dataset,
  { log, exp }: LinearAlgebra,
): Chart<GaussianComponent, Moments> {
  const matrix = type === 'full' || type === 'tied';
  const size = matrix ? (d * (d + 1)) / 2 : type === 'diag' ? d : 1;
  const units = variance.map((v) => (v > 0 ? Math.sqrt(v) : 1));
  // spherical: one unit, because one number serves all features
  if (type === 'spherical') units.fill(Math.sqrt(units.reduce((sum, unit) => sum + unit * unit, 0) / d));
  const unit = (j: number) => units[j] as number;

  /** Visits the entries of a factor: its place among the free numbers, row, column, place in the array. */
  function eachEntry(visit: (at: number, i: number, j: number, place: number) => void): void {
    let at = 0;
    if (!matrix) for (; at < size; at++) visit(at, at, at, at);
    else for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) visit(at++, i, j, i * d + j);
  }

  const placeOf = (i: number, j: number) => (type === 'spherical' ? 0 : matrix ? i * d + j : i);

  /** WᵀW·v = Σ⁻¹·v */
  function product(factor: Float64Array, v: Float64Array): Float64Array {
    const pulled = new Float64Array(d);
    for (let i = 0; i < d; i++) {
      let row = 0;
      for (let j = matrix ? 0 : i; j <= i; j++) row += (factor[placeOf(i, j)] as number) * (v[j] as number);
      for (let j = matrix ? 0 : i; j <= i; j++) {
        pulled[j] = (pulled[j] as number) + (factor[placeOf(i, j)] as number) * row;
      }
    }
    return pulled;
  }

  /** 1 for the entries of a factor that are on its diagonal, which are logarithms */
  const diagonal = new Uint8Array(size);
  eachEntry((at, i, j) => {
    diagonal[at] = i === j ? 1 : 0;
  });

  function readFactor(free: Float64Array) {
    const factor = new Float64Array(matrix ? d * d : size);
    let logDeterminant = 0;
    eachEntry((at, i, j, place) => {
      const value = free[at] as number;
      factor[place] = (i === j ? exp(value) : value) / unit(j);
      if (i === j) logDeterminant += value - log(unit(j));
    });
    if (type === 'spherical') logDeterminant *= d;
    const covariance = matrix ? inverseGram(factor, d) : factor.map((w) => 1 / (w * w));
    return { precisionCholesky: factor, logDeterminant, covariance };
  }

  return {
    length: (nComponents) => nComponents * d + (type === 'tied' ? 1 : nComponents) * size,

    write(components, free) {
      const from = components.length * d;
      components.forEach(({ mean, precisionCholesky }, k) => {
        mean.forEach((m, j) => {
          free[k * d + j] = m / unit(j);
        });
        if (type === 'tied' && k > 0) return;
        eachEntry((at, i, j, place) => {
          const value = (precisionCholesky[place] as number) * unit(j);
          free[from + k * size + at] = i === j ? log(value) : value;
        });
      });
    },

    read(free, nComponents) {
      const from = nComponents * d;
      const factorAt = (k: number) => readFactor(free.subarray(from + k * size, from + (k + 1) * size));
      const shared = type === 'tied' ? factorAt(0) : undefined;
      return Array.from({ length: nComponents }, (_, k) => {
        const mean = free.slice(k * d, (k + 1) * d).map((m, j) => m * unit(j));
        return { mean, center: mean, ...(shared ?? factorAt(k)) };
      });
    },

    /**
     * The information of a Gaussian is Σ⁻¹ for its mean; for W it takes a change E to E·Σ + diag(E_ii / W_ii²) (lower
     * triangle), the second derivative of −log |W| + ½ tr(W Σ Wᵀ).
     */
    metric({ weights, components }, step, into) {
      const from = components.length * d;
      components.forEach(({ precisionCholesky: factor, covariance }, k) => {
        const weight = weights[k] as number;
        const moved = Float64Array.from({ length: d }, (_, j) => (step[k * d + j] as number) * unit(j));
        const pulled = product(factor, moved);
        for (let j = 0; j < d; j++) into[k * d + j] = weight * (pulled[j] as number) * unit(j);

        // tied: the one factor belongs to all of the weight
        if (type === 'tied' && k > 0) return;
        const share = type === 'tied' ? 1 : weight;
        const base = from + (type === 'tied' ? 0 : k * size);
        if (!matrix) {
          const twice = 2 * share * (type === 'spherical' ? d : 1);
          for (let at = base; at < base + size; at++) into[at] = twice * (step[at] as number);
          return;
        }
        const change = new Float64Array(d * d);
        eachEntry((at, i, j, place) => {
          const value = step[base + at] as number;
          change[place] = i === j ? value * (factor[place] as number) : value / unit(j);
        });
        eachEntry((at, i, j, place) => {
          let sum = 0;
          for (let m = 0; m <= i; m++) sum += (change[i * d + m] as number) * (covariance[m * d + j] as number);
          into[base + at] =
            share * (i === j ? sum * (factor[place] as number) + (step[base + at] as number) : sum / unit(j));
        });
      });
    },

    isLogarithm(at, nComponents) {
      if (at < nComponents * d) return false;
      return diagonal[(at - nComponents * d) % size] === 1;
    },

    gradient(components, statistics, into) {
      const from = components.length * d;
      components.forEach(({ mean, precisionCholesky: factor }, k) => {
        const { values } = momentsAbout(statistics[k] as Moments, mean, matrix);
        const n = values[0] as number;
        const first = values.subarray(1, 1 + d);
        const second = values.subarray(1 + d);
        const entry = (i: number, j: number) => factor[placeOf(i, j)] as number;
        const pulled = product(factor, first);
        for (let j = 0; j < d; j++) into[k * d + j] = (pulled[j] as number) * unit(j);

        const base = from + (type === 'tied' ? 0 : k * size);
        if (!matrix) {
          for (let j = 0; j < d; j++) {
            const w = entry(j, j);
            const at = base + (type === 'spherical' ? 0 : j);
            into[at] = (into[at] as number) + n - w * w * (second[j] as number);
          }
          return;
        }
        eachEntry((at, i, j) => {
          let product = 0;
          for (let m = 0; m <= i; m++) product += entry(i, m) * (second[packed(m, j)] as number);
          const slope = i === j ? n - product * entry(i, i) : -product / unit(j);
          into[base + at] = (into[base + at] as number) + slope;
        });
      });
    },

    // the pivots of Cholesky's factorisation, which the M-step looks at: a feature's variance given those before it
    degenerate(components) {
      const k = components.findIndex(({ covariance, precisionCholesky }) =>
        units.some((_, j) => {
          const at = matrix ? j * d + j : type === 'spherical' ? 0 : j;
          const w = precisionCholesky[at] as number;
          const least = Math.max(
            4 * Number.EPSILON * (largest[j] as number),
            Math.sqrt(Number.EPSILON * (covariance[at] as number)),
          );
          return collapsed(1 / (w * w), least);
        }),
      );
      return k < 0 ? undefined : k;
    },
  };
}

/** Place of (i, j) in a lower triangle by rows. */
function packed(i: number, j: number): number {
  return i >= j ? (i * (i + 1)) / 2 + j : (j * (j + 1)) / 2 + i;
}

/** (Wᵀ·W)⁻¹ = L·Lᵀ with L = W⁻¹, W lower triangular (d × d). */
function inverseGram(w: Float64Array, d: number): Float64Array {
  const l = new Float64Array(d * d);
  for (let j = 0; j < d; j++) {
    for (let i = j; i < d; i++) {
      let sum = i === j ? 1 : 0;
      for (let m = j; m < i; m++) sum -= (w[i * d + m] as number) * (l[m * d + j] as number);
      l[i * d + j] = sum / (w[i * d + i] as number);
    }
  }
  const covariance = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let m = 0; m <= j; m++) sum += (l[i * d + m] as number) * (l[j * d + m] as number);
      covariance[i * d + j] = sum;
      covariance[j * d + i] = sum;
    }
  }
  return covariance;
}
