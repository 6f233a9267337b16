/** Expectations by Monte Carlo: values, standard errors that mean what they say, seeds, blocks, errors. */
import { describe, expect, it } from 'vitest';
import {
  GaussianMixture,
  InvalidDataError,
  InvalidOptionError,
  InvalidParametersError,
  monteCarloExpectation,
  type Random,
} from '../../src/index.js';
import { BACKENDS, thrownBy } from '../helpers/numbers.js';

const model = GaussianMixture.fromParameters({
  weights: [0.3, 0.7],
  means: [
    [0, 0],
    [3, 1],
  ],
  covariances: [1, 4],
  covarianceType: 'spherical',
});
const normal = (random: Random) => random.normal();

describe.each(BACKENDS)('monteCarloExpectation on %s', (backend) => {
  it('is within 5 standard errors of what is known', () => {
    for (const [f, want] of [
      [(x: Float64Array) => x[0], 0.7 * 3],
      [(x: Float64Array) => x[1], 0.7],
      [(x: Float64Array) => x[0] * x[0], 0.3 + 0.7 * (4 + 9)],
      [(x: Float64Array) => x[0] * x[1], 0.7 * 3],
    ] as const) {
      const { value, standardError, nSamples } = monteCarloExpectation(f, model, {
        nSamples: 40_000,
        seed: 3,
        backend,
      });
      expect(Math.abs(value - want)).toBeLessThanOrEqual(5 * standardError);
      expect(standardError).toBeGreaterThan(0);
      expect(nSamples).toBe(40_000);
    }
  });

  it('has the mean and standard error of its own sample, the first block being the model’s', () => {
    const { X } = model.sample(1000, { seed: 11 });
    const values = Array.from({ length: 1000 }, (_, i) => X[2 * i] * X[2 * i + 1]);
    const mean = values.reduce((a, b) => a + b) / 1000;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / 999;
    const got = monteCarloExpectation(([a, b]) => a * b, model, { nSamples: 1000, seed: 11, backend });
    expect(got.value).toBeCloseTo(mean, 13);
    expect(got.standardError).toBeCloseTo(Math.sqrt(variance / 1000), 14);
  });

  it('has a standard error that falls as 1/√n', () => {
    const errorOf = (nSamples: number) =>
      monteCarloExpectation(([x]) => x, normal, { nSamples, seed: 5, backend }).standardError * Math.sqrt(nSamples);
    for (const n of [1000, 10_000, 100_000]) expect(Math.abs(errorOf(n) - 1)).toBeLessThanOrEqual(5 / Math.sqrt(2 * n));
  });

  it('covers the truth as often as it says: 200 seeds, two standard errors', () => {
    let covered = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { value, standardError } = monteCarloExpectation(([x]) => x * x, normal, { nSamples: 500, seed, backend });
      if (Math.abs(value - 1) <= 2 * standardError) covered++;
    }
    // 95.4 % of 200 is 191, with a standard deviation of 3
    expect(covered).toBeGreaterThanOrEqual(176);
    expect(covered).toBeLessThanOrEqual(200);
  });

  it('keeps its digits where squares would cancel', () => {
    const shifted = monteCarloExpectation(([x]) => 1e9 + x, normal, { nSamples: 5000, seed: 2, backend });
    const plain = monteCarloExpectation(([x]) => x, normal, { nSamples: 5000, seed: 2, backend });
    expect(shifted.standardError / plain.standardError).toBeCloseTo(1, 6);
    const constant = monteCarloExpectation(() => 0.1, normal, { nSamples: 5000, backend });
    expect([constant.value, constant.standardError]).toEqual([0.1, 0]);
  });

  it('gives the same bits for the same seed, others for another, and crosses blocks', () => {
    const sampler = (random: Random) => [random.uniform(), random.uniform()];
    for (const source of [model, normal, sampler]) {
      const at = (seed: number, nSamples = 20_000) =>
        monteCarloExpectation(([x]) => x, source, { nSamples, seed, backend });
      expect(at(1)).toEqual(at(1));
      expect(at(1).value).not.toBe(at(2).value);
      // block 2 is no copy of block 1: a sample of twice 16384 would have the same mean
      expect(at(1, 32_768).value).not.toBe(at(1, 16_384).value);
    }
  });
});

describe('monteCarloExpectation', () => {
  it('never asks for more than a block, smaller ones of many features', () => {
    const asked: number[] = [];
    const wide = {
      sample(n: number) {
        asked.push(n);
        return { X: new Float64Array(n * 1000) };
      },
    };
    monteCarloExpectation(() => 1, wide, { nSamples: 20_000 });
    expect(asked.slice(0, 3)).toEqual([16_384, 1048, 1048]);
    expect(asked.reduce((a, b) => a + b)).toBe(20_000);
  });

  it('names the sample at which f is not finite', () => {
    let calls = 0;
    const error = thrownBy<InvalidDataError>(() =>
      monteCarloExpectation(() => (calls++ === 17_000 ? Number.NaN : 1), normal),
    );
    expect(error).toBeInstanceOf(InvalidDataError);
    expect(error.row).toBe(17_000);
    expect(error.message).toMatch(/f must give a finite number; got NaN for sample 17000/);
    expect(() => monteCarloExpectation(() => undefined as never, normal)).toThrow(/got undefined for sample 0/);
  });

  it('names what is wrong with a sampler', () => {
    let calls = 0;
    const ragged = () => (calls++ < 3 ? [1, 2] : [1]);
    expect(() => monteCarloExpectation(() => 1, ragged)).toThrow(/sample 3 of sampler has 1 numbers, sample 0 has 2/);
    const error = thrownBy<InvalidDataError>(() =>
      monteCarloExpectation(
        () => 1,
        () => Infinity,
      ),
    );
    expect([error.row, error.column]).toEqual([0, 0]);
    expect(() =>
      monteCarloExpectation(
        () => 1,
        () => undefined as never,
      ),
    ).toThrow(InvalidParametersError);
    expect(() => monteCarloExpectation(() => 1, { sample: () => ({ X: [] }) })).toThrow(InvalidParametersError);
    expect(() => monteCarloExpectation(() => 1, { sample: () => ({}) as never })).toThrow(InvalidParametersError);
    expect(() => monteCarloExpectation(() => 1, {} as never)).toThrow(InvalidOptionError);
    expect(() => monteCarloExpectation(undefined as never, normal)).toThrow(InvalidOptionError);
  });

  it.each([{ nSamples: 1 }, { nSamples: 2.5 }, { seed: 0.5 }, { backend: 'gpu' }, { samples: 3 }])('%o', (options) => {
    expect(() => monteCarloExpectation(() => 1, normal, options as never)).toThrow(InvalidOptionError);
  });
});

describe('a function of a point', () => {
  it('may be a condition: the mean is its probability', () => {
    const { value, standardError } = monteCarloExpectation(
      ([x]) => x > 1,
      (random) => random.normal(),
      { seed: 3 },
    );
    // 1 − Φ(1)
    expect(Math.abs(value - 0.15865525393145705)).toBeLessThan(5 * standardError);
    expect(standardError).toBeCloseTo(Math.sqrt((value * (1 - value)) / 100_000), 6);
  });

  it('whose mean or variance overflows is an error, not NaN', () => {
    const huge = ([x]: Float64Array) => (x > 0 ? 1e308 : -1e308);
    expect(() => monteCarloExpectation(huge, (random) => random.normal())).toThrow(/mean or variance overflows/);
  });
});
