/** Sums that do not depend on the order, and can be undone. */
import { describe, expect, it } from 'vitest';
import { createDataset } from '../../src/data/dataset.js';
import { ExactSums, summationGrids } from '../../src/em/exact-sums.js';
import { permutation } from '../helpers/clusterings.js';
import { clusters, generator } from '../helpers/data.js';

const N = 1000;

function sumOf(x: Float64Array, order: readonly number[], rows = N): [number, number] {
  const grids = summationGrids(createDataset({ x, nSamples: N, nFeatures: 1 }), undefined, rows, 2);
  const sums = new ExactSums(grids, 1);
  for (const i of order) sums.add(0, 0, x[i]!);
  return sums.take(0);
}

/** Σ as an integer multiple of 2⁻¹⁰⁷⁴, exactly. */
function exactly(values: ArrayLike<number>): bigint {
  const view = new DataView(new ArrayBuffer(8));
  return Array.from(values).reduce((total, value) => {
    view.setFloat64(0, value);
    const word = view.getBigUint64(0);
    const exponent = (word >> 52n) & 2047n;
    const mantissa = (word & (2n ** 52n - 1n)) | (exponent > 0n ? 2n ** 52n : 0n);
    const size = mantissa << (exponent > 0n ? exponent - 1n : 0n);
    return value < 0 ? total - size : total + size;
  }, 0n);
}

describe('exact sums', () => {
  const g = generator(3);
  const cases: [string, Float64Array][] = [
    ['normal', clusters(N, 1, 3, 1)],
    ['of many sizes', Float64Array.from({ length: N }, () => g.normal() * 10 ** (8 * g.uniform() - 8))],
    ['that cancel', Float64Array.from({ length: N }, (_, i) => (i % 2 === 0 ? 1e15 + i : -1e15 - i + 1) / 3)],
    ['tiny', clusters(N, 1, 3, 2).map((v) => v * 1e-300)],
    ['huge', clusters(N, 1, 3, 2).map((v) => v * 1e290)],
    ['zero', new Float64Array(N)],
  ];

  it.each(cases)('of numbers %s do not depend on the order', (_, x) => {
    const want = sumOf(x, permutation(N, 1));
    for (const seed of [2, 3, 4]) expect(sumOf(x, permutation(N, seed))).toEqual(want);
  });

  it.each(cases)('of numbers %s are right to 2⁻¹⁰⁰ of the largest', (_, x) => {
    const [sum, error] = sumOf(x, permutation(N, 1), 16384);
    const wrong = exactly(x) - exactly([sum, error]);
    const largest = exactly([x.reduce((a, b) => Math.max(a, Math.abs(b)), 0)]);
    expect(wrong < 0n ? -wrong : wrong).toBeLessThanOrEqual(largest >> 100n);
  });

  it('forget what is taken away again', () => {
    const x = clusters(N, 1, 3, 5);
    const grids = summationGrids(createDataset({ x, nSamples: N, nFeatures: 1 }), undefined, N, 2);
    const [sums, kept] = [new ExactSums(grids, 1), new ExactSums(grids, 1)];
    x.forEach((value, i) => {
      sums.add(0, 0, value);
      if (i % 3 === 0) kept.add(0, 0, value);
    });
    x.forEach((value, i) => {
      if (i % 3 !== 0) sums.add(0, 0, -value);
    });
    expect(sums.take(0)).toEqual(kept.take(0));
  });
});

describe('exact sums of weighted, scaled rows of several features', () => {
  const [D, STRIDE, K] = [3, 5, 4];
  const g = generator(11);
  const sampleWeights = Float64Array.from({ length: N }, (_, i) => (i % 5 === 0 ? 1000 : 0.3 * g.uniform()));
  const x = Float64Array.from({ length: D * N }, (_, at) => 1e6 + g.normal() * 10 ** (2 * (at % D)));
  const data = {
    ...createDataset({ x, nSamples: N, nFeatures: D }, sampleWeights),
    origin: Float64Array.of(1e6, -3e7, 1e6),
  };
  const scales = Float64Array.of(1, 1e-3, 64);
  const terms = (i: number) => [
    ...Array.from({ length: D }, (_, j) => sampleWeights[i]! * (x[i * D + j]! - data.origin[j]!) * scales[j]!),
    sampleWeights[i]!,
  ];

  it('are those of their own column and place, whatever the order', () => {
    const grids = summationGrids(data, scales, 16384, STRIDE);
    expect(grids.length).toBe(3 * STRIDE);
    const of = (order: readonly number[]) => {
      const sums = new ExactSums(grids, K * (D + 1));
      for (const i of order) terms(i).forEach((value, j) => sums.add((i % K) * (D + 1) + j, j, value));
      return Array.from({ length: K * (D + 1) }, (_, at) => sums.take(at));
    };
    const got = of(permutation(N, 1));
    expect(of(permutation(N, 2))).toEqual(got);
    got.forEach(([sum, error], at) => {
      const [k, j] = [Math.floor(at / (D + 1)), at % (D + 1)];
      const own = Array.from({ length: N }, (_, i) => i)
        .filter((i) => i % K === k)
        .map((i) => terms(i)[j]!);
      const wrong = exactly(own) - exactly([sum, error]);
      expect(wrong < 0n ? -wrong : wrong).toBeLessThanOrEqual(exactly([Math.max(...own.map(Math.abs))]) >> 100n);
    });
  });
});
