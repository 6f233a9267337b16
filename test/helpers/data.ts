/** Data for tests: seeded by a generator of the tests' own, so that the library's cannot hide its faults. */
import { createDataset, type Dataset } from '../../src/data/dataset.js';
import type { FloatArray } from '../../src/data/matrix.js';
import type { MixtureParameters } from '../../src/em/model.js';
import type { CovarianceType, GaussianComponent } from '../../src/families/gaussian.js';
import { familyFor, toComponents } from '../../src/families/gaussian-parameters.js';
import { jsBackend } from '../../src/reference/backend.js';
import { type Generator, generator } from '../../tools/shared/generator.mjs';

export { generator };

/** `n` rows around `k` centres `spread` apart, row-major. */
export function clusters(n: number, d: number, k: number, seed = 1, spread = 4): Float64Array {
  const g = generator(seed);
  const centres = Array.from({ length: k * d }, () => spread * g.normal());
  const x = new Float64Array(n * d);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < d; j++, at++) x[at] = centres[(i % k) * d + j] + g.normal();
  }
  return x;
}

export function rowsOf(x: ArrayLike<number>, d: number): number[][] {
  return Array.from({ length: x.length / d }, (_, i) => Array.from({ length: d }, (_, j) => x[i * d + j]));
}

export function matrixOf(x: FloatArray, d: number) {
  return { data: x, rows: x.length / d, columns: d };
}

/** A symmetric positive definite matrix (d × d, row-major) of moderate condition: L·Lᵀ of a dominant diagonal. */
export function spd(d: number, g: Generator, scale = 1): Float64Array {
  const l = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) l[i * d + j] = (0.5 * g.normal()) / Math.sqrt(d);
    l[i * d + i] = 0.7 + 0.6 * g.uniform();
  }
  const a = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let product = 0;
      for (let m = 0; m <= j; m++) product += l[i * d + m] * l[j * d + m];
      a[i * d + j] = a[j * d + i] = scale * product;
    }
  }
  return a;
}

/** Parameters of a mixture as users give them, near what `clusters` draws. */
export function randomParameters(type: CovarianceType, k: number, d: number, seed = 7) {
  const g = generator(seed);
  const raw = Array.from({ length: k }, () => 0.5 + g.uniform());
  const total = raw.reduce((a, b) => a + b, 0);
  const matrices = (count: number) =>
    Float64Array.from(Array.from({ length: count }, () => Array.from(spd(d, g))).flat());
  const variances = (count: number) => Float64Array.from({ length: count }, () => 0.5 + g.uniform());
  return {
    covarianceType: type,
    nComponents: k,
    nFeatures: d,
    weights: Float64Array.from(raw, (w) => w / total),
    means: Float64Array.from({ length: k * d }, () => 2 * g.normal()),
    covariances: type === 'full' ? matrices(k) : type === 'tied' ? matrices(1) : variances(type === 'diag' ? k * d : k),
  };
}

export interface Variant {
  float32?: boolean;
  weighted?: boolean;
  /** added to the data: far from 0 they get an origin */
  offset?: number;
}

/** A data set as the kernels see it. Every third weight is 0. */
export function dataset(n: number, d: number, k: number, variant: Variant = {}, seed = 1): Dataset {
  const values = clusters(n, d, k, seed, 2).map((value) => value + (variant.offset ?? 0));
  const x = variant.float32 ? Float32Array.from(values) : values;
  const weights = variant.weighted ? Float64Array.from({ length: n }, (_, i) => ((i + 1) % 3) * 0.75) : undefined;
  return createDataset({ x, nSamples: n, nFeatures: d }, weights);
}

/** The parameters as components in the coordinates of a data set. */
export function componentsFor(
  parameters: ReturnType<typeof randomParameters>,
  data: Dataset,
): MixtureParameters<GaussianComponent> {
  const family = familyFor(parameters.covarianceType, jsBackend, data, 0);
  const shifted = parameters.means.map((m, i) => m + data.origin[i % data.nFeatures]);
  return toComponents(family, { ...parameters, means: shifted }, data.origin);
}
