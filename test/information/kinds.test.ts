/** Which method a pair gets by itself: binary rows are summed, counts drawn, densities of one feature integrated. */
import { describe, expect, it } from 'vitest';
import { BernoulliMixture, type DensityLike, klDivergence, type ScoredModel } from '../../src/index.js';
import { BACKENDS, thrownBy } from '../helpers/numbers.js';

const bernoulli = (weights: number[], probs: number[][], backend: 'wasm' | 'js' = 'wasm') =>
  BernoulliMixture.fromParameters({ weights, probs, backend });

/** KL of two mixtures of Bernoullis, as the definition says. */
function direct(p: [number[], number[][]], q: [number[], number[][]]): number {
  const d = p[1][0].length;
  const mass = ([weights, probs]: [number[], number[][]], x: number) =>
    weights.reduce((sum, w, k) => sum + w * probs[k].reduce((m, t, j) => m * ((x >> j) & 1 ? t : 1 - t), 1), 0);
  let sum = 0;
  for (let x = 0; x < 2 ** d; x++) {
    if (mass(p, x) > 0) sum += mass(p, x) * Math.log(mass(p, x) / mass(q, x));
  }
  return sum;
}

/** Waiting times with a log-density given as a model of this library gives it. */
const waiting = (rate: number): ScoredModel => ({
  nFeatures: 1,
  scoreSamples: (X) =>
    Float64Array.from((X as unknown as { data: Float64Array }).data, (x) =>
      x < 0 ? -Infinity : Math.log(rate) - rate * x,
    ),
  sample: (n, { seed }) => ({
    X: Float64Array.from({ length: n }, (_, i) => -Math.log(1 - (((i + 0.5) / n + (seed % 7) / 7) % 1)) / rate),
  }),
});

describe.each(BACKENDS)('Bernoulli mixtures on %s', (backend) => {
  const p: [number[], number[][]] = [
    [0.3, 0.7],
    [
      [0.2, 0.9, 0.5],
      [0.6, 0.1, 0.4],
    ],
  ];
  const q: [number[], number[][]] = [[1], [[0.5, 0.3, 0.45]]];

  it('are summed over all rows of zeros and ones', () => {
    const { value, method, standardError } = klDivergence(bernoulli(...p, backend), bernoulli(...q, backend), {
      backend,
    });
    expect(method).toBe('exact');
    expect(standardError).toBe(0);
    expect(Math.abs(value / direct(p, q) - 1)).toBeLessThan(1e-13);
  });

  it('agree with Monte Carlo', () => {
    const [left, right] = [bernoulli(...p, backend), bernoulli(...q, backend)];
    const estimate = klDivergence(left, right, { method: 'monteCarlo', nSamples: 20_000, backend });
    expect(Math.abs(estimate.value - direct(p, q))).toBeLessThan(5 * estimate.standardError);
  });

  it('have Infinity where p has mass and q has none, and 0 for equals', () => {
    const never = bernoulli([1], [[0, 0.3, 0.45]], backend);
    expect(klDivergence(bernoulli(...q, backend), never, { backend }).value).toBe(Infinity);
    expect(klDivergence(never, bernoulli(...q, backend), { backend }).value).toBeCloseTo(Math.log(2), 12);
    expect(klDivergence(never, never, { backend }).value).toBe(0);
  });

  it('of more than 16 features are drawn from, and refuse to be summed', () => {
    const wide = bernoulli([1], [Array(17).fill(0.5)], backend);
    const other = bernoulli([1], [Array(17).fill(0.4)], backend);
    expect(klDivergence(wide, other, { nSamples: 100, backend }).method).toBe('monteCarlo');
    const error = thrownBy(() => klDivergence(wide, other, { method: 'exact', backend }));
    expect(error.message).toContain('at most 16 features');
  });
});

it('rows of zeros and ones are not compared with real numbers', () => {
  const binary = bernoulli([1], [[0.5, 0.2]]);
  const real = { mean: [0, 0], covariance: 1 };
  expect(thrownBy(() => klDivergence(binary, real)).message).toContain('p is a distribution of rows of zeros and ones');
  expect(thrownBy(() => klDivergence(real, binary)).message).toContain('q is a distribution of rows of zeros and ones');
});

it('float32 probabilities may be off by their own rounding, doubles may not', () => {
  const softmax = Float32Array.from([0.1, 0.2, 0.3, 0.4].map((p) => p * (1 + 3e-7)));
  expect(klDivergence(softmax, [0.1, 0.2, 0.3, 0.4]).value).toBeLessThan(1e-12);
  expect(() => klDivergence(Array.from(softmax), [0.1, 0.2, 0.3, 0.4])).toThrow(/must sum to 1/);
});

describe('one feature', () => {
  it('finds a narrow density far from the other one', () => {
    const normal = (mean: number, sigma: number): DensityLike => ({
      logDensity: ([x]) => -0.5 * ((x - mean) / sigma) ** 2 - Math.log(sigma) - 0.5 * Math.log(2 * Math.PI),
      sample: (random) => mean + sigma * random.normal(),
    });
    for (const [p, q, want] of [
      [normal(0, 1), normal(100, 0.1), Math.log(0.1) + (1 + 1e4) / 0.02 - 0.5],
      [normal(100, 0.1), normal(0, 1), Math.log(10) + (0.01 + 1e4) / 2 - 0.5],
    ] as const) {
      const { value, method } = klDivergence(p, q);
      expect(method).toBe('quadrature');
      expect(Math.abs(value / want - 1)).toBeLessThan(1e-10);
    }
  });

  it('a model of waiting times is integrated', () => {
    // KL of exponentials: log(a/b) + b/a − 1
    const { value, method } = klDivergence(waiting(2), waiting(0.5));
    expect(method).toBe('quadrature');
    expect(Math.abs(value - (Math.log(4) + 0.25 - 1))).toBeLessThan(1e-9);
  });

  it('a model whose draws are whole numbers is not, unless told that it is a density', () => {
    const rounded = (rate: number): ScoredModel => ({
      ...waiting(rate),
      sample: (n, options) => ({
        X: Float64Array.from(waiting(rate).sample(n, options).X as Float64Array, Math.round),
      }),
    });
    expect(klDivergence(rounded(2), rounded(1), { nSamples: 100 }).method).toBe('monteCarlo');
    expect(klDivergence({ ...rounded(2), discrete: false }, waiting(1)).method).toBe('quadrature');
  });

  it('counts that say so are drawn from, whatever their draws look like', () => {
    // a coin worth 0.5 or 1.5
    const coin = (p: number): DensityLike => ({
      nFeatures: 1,
      discrete: true,
      logDensity: ([x]) => Math.log(x > 1 ? p : 1 - p),
      sample: (random) => (random.uniform() < p ? 1.5 : 0.5),
    });
    const { value, standardError, method } = klDivergence(coin(0.5), coin(0.2));
    expect(method).toBe('monteCarlo');
    const truth = 0.5 * Math.log(0.5 / 0.2) + 0.5 * Math.log(0.5 / 0.8);
    expect(Math.abs(value - truth)).toBeLessThan(5 * standardError);
  });

  it('names what is wrong with a description', () => {
    const density = { logDensity: () => 0, sample: () => 0.5 };
    const q = { mean: 0, covariance: 1 };
    for (const [bad, words] of [
      [{ ...density, nFeatures: 1.5 }, 'p.nFeatures must be a positive integer'],
      [{ ...density, nFeatures: 'a' as unknown as number }, 'p.nFeatures must be a positive integer'],
      [{ ...density, discrete: 1 as unknown as boolean }, 'p.discrete must be true, false or omitted'],
    ] as const) {
      expect(thrownBy(() => klDivergence(bad, q)).message).toContain(words);
    }
  });
});
