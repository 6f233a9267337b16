/**
 * The Gaussian E-step and moments in plain TypeScript: typed arrays, the inverse Cholesky factor, E and M fused so that
 * the N × K responsibilities are never stored. This is the JS backend, the yardstick of the benchmarks, and what the
 * kernels are tested against.
 */
import type { GaussianKernels, GaussianShape } from '../backend.js';
import type { Rows } from '../data/dataset.js';
import { weightOf } from '../data/weights.js';
import type { MixtureStatistics } from '../em/model.js';
import { type GaussianComponent, logConstants, type Moments, packedLength } from '../families/gaussian.js';
import { logSumExpRow, PRUNING_FLOOR } from './log-sum-exp.js';
import { writeScore } from './score.js';

export function gaussianKernels({ data, covarianceType, nComponents }: GaussianShape): GaussianKernels {
  const d = data.nFeatures;
  const matrix = covarianceType === 'full' || covarianceType === 'tied';
  const quadratic = matrix ? quadraticFull : quadraticDiag;
  const accumulate = matrix ? accumulateFull : accumulateDiag;
  const secondLength = matrix ? packedLength(d) : d;
  // x − μ of one point for every component: the M-part reads what the E-part computed
  const residuals = new Float64Array(nComponents * d);
  const terms = new Float64Array(nComponents);
  const x = new Float64Array(d);

  function weightedLogProb(components: readonly GaussianComponent[], constants: Float64Array): void {
    for (let k = 0; k < nComponents; k++) {
      const { mean, precisionCholesky } = components[k] as GaussianComponent;
      const q = quadratic(x, mean, precisionCholesky, residuals, k * d, d);
      const value = (constants[k] as number) - 0.5 * q;
      // an overflow to ∞ − ∞ is a density of 0
      terms[k] = Number.isNaN(value) ? -Infinity : value;
    }
  }

  function empty(components: readonly GaussianComponent[]): Moments[] {
    return components.map(({ center }) => ({ center, values: new Float64Array(1 + d + secondLength) }));
  }

  return {
    expectation(parameters, block) {
      const s = block.data.sampleWeights;
      const { components } = parameters;
      const constants = logConstants(parameters.weights, parameters.components, Math.log);
      const recentred = components.some(({ mean, center }) => mean !== center);
      const statistics = empty(components);
      let logLikelihood = 0;
      let weight = 0;
      for (let i = 0; i < block.nRows; i++) {
        const si = weightOf(s, block.start + i);
        weight += si;
        if (si === 0) continue;
        loadRow(block.data, block.start + i, x);
        weightedLogProb(components, constants);
        logLikelihood += si * logSumExpRow(terms, 0, nComponents, PRUNING_FLOOR);
        for (let k = 0; k < nComponents; k++) {
          const r = si * (terms[k] as number);
          if (r === 0) continue;
          if (recentred) subtract(x, (components[k] as GaussianComponent).center, residuals, k * d);
          accumulate((statistics[k] as Moments).values, residuals, k * d, d, r);
        }
      }
      return withCounts(logLikelihood, weight, statistics);
    },

    moments({ components }, responsibilities, block) {
      const s = block.data.sampleWeights;
      const statistics = empty(components);
      let weight = 0;
      for (let i = 0; i < block.nRows; i++) {
        const si = weightOf(s, block.start + i);
        weight += si;
        loadRow(block.data, block.start + i, x);
        for (let k = 0; k < nComponents; k++) {
          const r = si * (responsibilities[i * nComponents + k] as number);
          if (r === 0) continue;
          subtract(x, (components[k] as GaussianComponent).center, residuals, k * d);
          accumulate((statistics[k] as Moments).values, residuals, k * d, d, r);
        }
      }
      return withCounts(0, weight, statistics);
    },

    score(parameters, block, out) {
      const constants = logConstants(parameters.weights, parameters.components, Math.log);
      for (let i = 0; i < block.nRows; i++) {
        loadRow(block.data, block.start + i, x);
        weightedLogProb(parameters.components, constants);
        writeScore(out, i, terms, PRUNING_FLOOR);
      }
    },

    mahalanobis(components) {
      const out = new Float64Array(data.nSamples * nComponents);
      for (let i = 0; i < data.nSamples; i++) {
        loadRow(data, i, x);
        for (let k = 0; k < nComponents; k++) {
          const { mean, precisionCholesky } = components[k] as GaussianComponent;
          out[i * nComponents + k] = quadratic(x, mean, precisionCholesky, residuals, 0, d);
        }
      }
      return out;
    },
  };
}

function loadRow({ x: values, nFeatures, origin }: Rows, i: number, x: Float64Array): void {
  const at = i * nFeatures;
  for (let j = 0; j < nFeatures; j++) x[j] = (values[at + j] as number) - (origin[j] as number);
}

function subtract(x: Float64Array, center: Float64Array, out: Float64Array, at: number): void {
  for (let j = 0; j < x.length; j++) out[at + j] = (x[j] as number) - (center[j] as number);
}

function withCounts(logLikelihood: number, weight: number, components: Moments[]): MixtureStatistics<Moments> {
  return {
    logLikelihood,
    weight,
    counts: Float64Array.from(components, ({ values }) => values[0] as number),
    components,
  };
}

function quadraticFull(
  x: Float64Array,
  mean: Float64Array,
  w: Float64Array,
  residuals: Float64Array,
  at: number,
  d: number,
): number {
  for (let j = 0; j < d; j++) residuals[at + j] = (x[j] as number) - (mean[j] as number);
  let squares = 0;
  let i = 0;
  // two rows at a time: their sums do not wait for one another, and each residual is loaded once for both
  for (; i + 1 < d; i += 2) {
    const row = i * d;
    const next = row + d;
    let y = 0;
    let z = 0;
    for (let j = 0; j <= i; j++) {
      const u = residuals[at + j] as number;
      y += (w[row + j] as number) * u;
      z += (w[next + j] as number) * u;
    }
    z += (w[next + i + 1] as number) * (residuals[at + i + 1] as number);
    squares += y * y + z * z;
  }
  if (i < d) {
    let y = 0;
    for (let j = 0; j <= i; j++) y += (w[i * d + j] as number) * (residuals[at + j] as number);
    squares += y * y;
  }
  return squares;
}

/** Diagonal factors, or one for all features (spherical). */
function quadraticDiag(
  x: Float64Array,
  mean: Float64Array,
  w: Float64Array,
  residuals: Float64Array,
  at: number,
  d: number,
): number {
  const step = w.length === d ? 1 : 0;
  let squares = 0;
  for (let j = 0; j < d; j++) {
    const u = (x[j] as number) - (mean[j] as number);
    residuals[at + j] = u;
    const y = u * (w[j * step] as number);
    squares += y * y;
  }
  return squares;
}

/** As in `quadraticFull`, two rows of the packed triangle at a time. */
function accumulateFull(values: Float64Array, u: Float64Array, at: number, d: number, r: number): void {
  values[0] = (values[0] as number) + r;
  let i = 0;
  let row = 1 + d;
  for (; i + 1 < d; i += 2) {
    const next = row + i + 1;
    const s = r * (u[at + i] as number);
    const t = r * (u[at + i + 1] as number);
    values[1 + i] = (values[1 + i] as number) + s;
    values[2 + i] = (values[2 + i] as number) + t;
    for (let j = 0; j <= i; j++) {
      const uj = u[at + j] as number;
      values[row + j] = (values[row + j] as number) + s * uj;
      values[next + j] = (values[next + j] as number) + t * uj;
    }
    values[next + i + 1] = (values[next + i + 1] as number) + t * (u[at + i + 1] as number);
    row = next + i + 2;
  }
  if (i < d) {
    const s = r * (u[at + i] as number);
    values[1 + i] = (values[1 + i] as number) + s;
    for (let j = 0; j <= i; j++) values[row + j] = (values[row + j] as number) + s * (u[at + j] as number);
  }
}

function accumulateDiag(values: Float64Array, u: Float64Array, at: number, d: number, r: number): void {
  values[0] = (values[0] as number) + r;
  for (let j = 0; j < d; j++) {
    const uj = u[at + j] as number;
    const t = r * uj;
    values[1 + j] = (values[1 + j] as number) + t;
    values[1 + d + j] = (values[1 + d + j] as number) + t * uj;
  }
}
