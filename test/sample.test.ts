/** Samples have the moments of their mixture: five standard errors is one failure in a million, and the seed is fixed. */
import { describe, expect, it } from 'vitest';
import { GaussianMixture } from '../src/index.js';
import { generator, randomParameters, rowsOf } from './helpers/data.js';
import { BACKENDS, bits, largestDifference, relativeToMax, sum, TYPES } from './helpers/numbers.js';

const SIZE = 40_000;

function mixtureOf(
  covarianceType: (typeof TYPES)[number],
  k: number,
  d: number,
  backend: 'wasm' | 'js',
): GaussianMixture {
  const { weights, means, covariances } = randomParameters(covarianceType, k, d, 12);
  return GaussianMixture.fromParameters({ weights, means, covariances, covarianceType, nComponents: k, backend });
}

/** Covariance of features i and j in component k. */
function covarianceOf(model: GaussianMixture, k: number, i: number, j: number): number {
  const { covarianceType: type, covariances: c, nFeatures: d } = model;
  if (type === 'full') return c[k * d * d + i * d + j]!;
  if (type === 'tied') return c[i * d + j]!;
  return i !== j ? 0 : c[type === 'diag' ? k * d + i : k]!;
}

describe.each(BACKENDS)('on %s', (backend) => {
  describe.each(TYPES)('%s', (covarianceType) => {
    it.each([
      [1, 1],
      [3, 1],
      [2, 4],
    ])('%i components of %i features have their frequencies, means and covariances', (k, d) => {
      const model = mixtureOf(covarianceType, k, d, backend);
      const { X, labels } = model.sample(SIZE, { seed: 4 });
      expect([X.length, labels.length]).toEqual([SIZE * d, SIZE]);
      const rows = rowsOf(X, d);
      for (let c = 0; c < k; c++) {
        const own = rows.filter((_, i) => labels[i] === c);
        const n = own.length;
        const w = model.weights[c]!;
        expect(Math.abs(n / SIZE - w)).toBeLessThanOrEqual(5 * Math.sqrt((w * (1 - w)) / SIZE));
        const mean = Array.from({ length: d }, (_, j) => sum(own.map((row) => row[j]!)) / n);
        for (let i = 0; i < d; i++) {
          const variance = covarianceOf(model, c, i, i);
          expect(Math.abs(mean[i]! - model.means[c * d + i]!)).toBeLessThanOrEqual(5 * Math.sqrt(variance / n));
          for (let j = 0; j <= i; j++) {
            const want = covarianceOf(model, c, i, j);
            const got = sum(own.map((row) => (row[i]! - mean[i]!) * (row[j]! - mean[j]!))) / n;
            const error = Math.sqrt((variance * covarianceOf(model, c, j, j) + want * want) / n);
            expect(Math.abs(got - want), `(${i}, ${j})`).toBeLessThanOrEqual(5 * error);
          }
        }
      }
    });

    it('scores its own samples at the entropy, and a fit of them comes back', () => {
      const model = mixtureOf(covarianceType, 1, 3, backend);
      const { X } = model.sample(SIZE, { seed: 8 });
      const data = { data: X, rows: SIZE, columns: 3 };
      const logDeterminant = -2 * sum(Array.from({ length: 3 }, (_, j) => Math.log(factorDiagonal(model, j))));
      const entropy = 1.5 * (Math.log(2 * Math.PI) + 1) + 0.5 * logDeterminant;
      // the variance of log p is D/2
      expect(Math.abs(model.score(data) + entropy)).toBeLessThanOrEqual(5 * Math.sqrt(1.5 / SIZE));
      const fitted = GaussianMixture.fit(data, { nComponents: 1, covarianceType, backend });
      expect(largestDifference(fitted.covariances, model.covariances)).toBeLessThanOrEqual(0.1);
    });
  });

  it('is the same for the same seed, another for another, and longer samples begin with shorter ones', () => {
    const model = mixtureOf('full', 3, 2, backend);
    const a = model.sample(100, { seed: 1 });
    expect(bits(model.sample(100, { seed: 1 }).X)).toEqual(bits(a.X));
    expect(bits(model.sample(40, { seed: 1 }).X)).toEqual(bits(a.X.slice(0, 80)));
    expect(Array.from(model.sample(100).X)).toEqual(Array.from(model.sample(100, { seed: 0 }).X));
    for (const seed of [0, 2, 3, -1, 2 ** 40]) expect(bits(model.sample(100, { seed }).X)).not.toEqual(bits(a.X));
  });

  it('draws no component of weight 0', () => {
    const model = GaussianMixture.fromParameters({
      weights: [0, 0.5, 0, 0.5, 0],
      means: [[0], [10], [20], [30], [40]],
      covariances: [1, 1, 1, 1, 1],
      covarianceType: 'spherical',
      backend,
    });
    const { labels } = model.sample(2000);
    expect(new Set(labels)).toEqual(new Set([1, 3]));
  });

  it('keeps its place far from 0, after a fit too', () => {
    const g = generator(2);
    const x = Float64Array.from({ length: 500 }, () => 1e9 + g.normal());
    const { X } = GaussianMixture.fit(x, { nComponents: 1, backend }).sample(5000, { seed: 2 });
    expect(Math.abs(sum(X.map((v) => v - 1e9)) / 5000)).toBeLessThan(0.2);
    expect(Math.max(...X) - 1e9).toBeLessThan(8);
  });
});

it('is the same on both backends but for the last bits of the logarithm', () => {
  for (const covarianceType of TYPES) {
    const [wasm, js] = BACKENDS.map((backend) => mixtureOf(covarianceType, 3, 3, backend).sample(500, { seed: 6 }));
    expect(Array.from(wasm!.labels)).toEqual(Array.from(js!.labels));
    expect(relativeToMax(wasm!.X, js!.X)).toBeLessThanOrEqual(1e-13);
  }
});

function factorDiagonal(
  { covarianceType: type, precisionsCholesky: w, nFeatures: d }: GaussianMixture,
  j: number,
): number {
  return w[type === 'spherical' ? 0 : type === 'diag' ? j : j * (d + 1)]!;
}
