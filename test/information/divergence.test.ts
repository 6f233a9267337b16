/** Quadrature and Monte Carlo: against mpmath, closed forms, and one another. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type DensityLike,
  type DistributionLike,
  type DivergenceOptions,
  GaussianMixture,
  InvalidDataError,
  InvalidOptionError,
  InvalidParametersError,
  klDivergence,
} from '../../src/index.js';
import { BACKENDS, relativeEach, thrownBy } from '../helpers/numbers.js';

interface Line {
  weights: number[];
  means: number[];
  variances: number[];
}
const cases = JSON.parse(readFileSync(new URL('../fixtures/information.json', import.meta.url), 'utf8')).mixtures as {
  name: string;
  p: Line;
  q: Line;
  kl: number;
}[];

const mixtureOf = ({ weights, means, variances }: Line, backend: 'wasm' | 'js' = 'wasm') =>
  GaussianMixture.fromParameters({
    weights,
    means: means.map((m) => [m]),
    covariances: variances,
    covarianceType: 'spherical',
    backend,
  });

const cauchy = (at: number, scale: number): DensityLike => ({
  logDensity: ([x]) => Math.log(scale / Math.PI) - Math.log((x - at) ** 2 + scale * scale),
  sample: (random) => at + scale * Math.tan(Math.PI * (random.uniform() - 0.5)),
});
const laplace = (at: number, scale: number): DensityLike => ({
  logDensity: ([x]) => -Math.abs(x - at) / scale - Math.log(2 * scale),
  sample: (random) => at + scale * (Math.log(1 - random.uniform()) - Math.log(1 - random.uniform())),
});
const exponential = (rate: number): DensityLike => ({
  logDensity: ([x]) => (x < 0 ? -Infinity : Math.log(rate) - rate * x),
  sample: (random) => -Math.log(1 - random.uniform()) / rate,
});
const uniform = (from: number, to: number): DensityLike => ({
  logDensity: ([x]) => (x < from || x > to ? -Infinity : -Math.log(to - from)),
  sample: (random) => from + (to - from) * random.uniform(),
});
const poisson = (rate: number): DensityLike => ({
  logDensity([x]) {
    let log = x * Math.log(rate) - rate;
    for (let i = 2; i <= x; i++) log -= Math.log(i);
    return log;
  },
  sample(random) {
    let product = random.uniform();
    for (let n = 0; ; n++, product *= random.uniform()) if (product < Math.exp(-rate)) return n;
  },
});

const SAMPLED: DivergenceOptions = { method: 'monteCarlo', nSamples: 20_000, seed: 4 };

/** How many standard errors an estimate is from the truth. */
function sigmas(p: DistributionLike, q: DistributionLike, want: number, options: DivergenceOptions = {}): number {
  const { value, standardError, method } = klDivergence(p, q, { ...SAMPLED, ...options });
  expect(method).toBe('monteCarlo');
  expect(standardError).toBeGreaterThan(0);
  return Math.abs(value - want) / standardError;
}

describe.each(BACKENDS)('one feature on %s', (backend) => {
  it.each(cases)('mixtures by quadrature: $name', ({ p, q, kl }) => {
    const result = klDivergence(mixtureOf(p, backend), mixtureOf(q, backend), { backend });
    expect(result).toMatchObject({ method: 'quadrature', standardError: 0 });
    // log-densities are known to 1e-16 of themselves, so that a difference of 1e-6 between two is known to 1e-9
    const tolerance = kl < 1e-9 ? 1e-7 : 1e-11;
    expect(relativeEach([result.value], [kl])).toBeLessThanOrEqual(tolerance);
    expect(result.quadratureError).toBeLessThanOrEqual(1e-3 * kl);
  });

  it.each(cases)('mixtures by Monte Carlo: $name', ({ p, q, kl }) => {
    const [a, b] = [mixtureOf(p, backend), mixtureOf(q, backend)];
    expect(sigmas(a, b, kl, { backend })).toBeLessThanOrEqual(5);
    expect(sigmas(a, b, kl, { backend, estimator: 'plain' })).toBeLessThanOrEqual(5);
  });

  it.each([
    ['Cauchy', cauchy(0, 1), cauchy(2, 3), Math.log(((1 + 3) ** 2 + 4) / 12)],
    ['Laplace', laplace(0, 1), laplace(1, 2), Math.log(2) + (Math.exp(-1) + 1) / 2 - 1],
    ['exponential', exponential(2), exponential(0.5), Math.log(4) + 0.25 - 1],
    ['uniform in uniform', uniform(0.25, 0.75), uniform(0, 2), Math.log(4)],
    [
      'uniform in Gaussian',
      uniform(-1, 1),
      { mean: 0, covariance: 1 },
      Math.log(2 * Math.PI) / 2 + 1 / 6 - Math.log(2),
    ],
  ] as const)('%s', (_, p, q, want) => {
    const result = klDivergence(p, q, { backend });
    expect(result.method).toBe('quadrature');
    expect(relativeEach([result.value], [want])).toBeLessThanOrEqual(1e-9);
    expect(sigmas(p, q, want, { backend })).toBeLessThanOrEqual(5);
  });

  it('two Gaussians by every method', () => {
    const [p, q] = [{ mean: 1, covariance: 2 }, { mean: [0], covariance: [[3]] }]; // biome-ignore format: a pair
    const exact = klDivergence(p, q, { backend }).value;
    const line = klDivergence(p, q, { backend, method: 'quadrature' });
    expect(relativeEach([line.value], [exact])).toBeLessThanOrEqual(1e-12);
    for (const estimator of ['plain', 'balanced', 'controlVariate'] as const) {
      expect(sigmas(p, q, exact, { backend, estimator })).toBeLessThanOrEqual(5);
    }
  });
});

describe('Monte Carlo', () => {
  const p = GaussianMixture.fromParameters({
    weights: [0.4, 0.6],
    means: [[0, 0, 0], [2, 2, -1]],
    covariances: [[1, 2, 0.5], [0.5, 1, 1]],
    covarianceType: 'diag',
  }); // biome-ignore format: matrices
  const q = GaussianMixture.fromParameters({
    weights: [0.5, 0.5],
    means: [[0, 0, 0], [2, 1, -1]],
    covariances: [[1, 1, 1], [1, 1, 1]],
    covarianceType: 'diag',
  }); // biome-ignore format: matrices

  it('is chosen for several features, and all estimators agree', () => {
    const plain = klDivergence(p, q, { estimator: 'plain', nSamples: 200_000 });
    const balanced = klDivergence(p, q, { nSamples: 200_000 });
    const controlled = klDivergence(p, q, { estimator: 'controlVariate', nSamples: 200_000 });
    expect(balanced.method).toBe('monteCarlo');
    for (const other of [balanced, controlled]) {
      const error = Math.hypot(plain.standardError, other.standardError);
      expect(Math.abs(plain.value - other.value)).toBeLessThanOrEqual(5 * error);
    }
  });

  it('is within 5 standard errors of the closed form', () => {
    const a = { mean: [0, 1, 2], covariance: [[2, 0.5, 0], [0.5, 1, 0.2], [0, 0.2, 1]] }; // biome-ignore format: a matrix
    for (const b of [
      { mean: [0.5, 1, 1], covariance: 2 },
      { mean: [0, 1, 2.001], covariance: a.covariance },
      { mean: [8, 0, 0], covariance: 1 },
      { mean: [0, 0, 0], covariance: 100 },
    ]) {
      const want = klDivergence(a, b).value;
      for (const estimator of ['plain', 'balanced'] as const) {
        for (const seed of [1, 2, 3]) expect(sigmas(a, b, want, { estimator, seed })).toBeLessThanOrEqual(5);
      }
    }
  });

  it('has a standard error that falls as 1/√n, means what it says, and comes again with its seed', () => {
    const scaled = [4000, 64_000].map((nSamples) => {
      return klDivergence(p, q, { nSamples, seed: 9 }).standardError * Math.sqrt(nSamples);
    });
    expect(scaled[1] / scaled[0]).toBeGreaterThan(0.9);
    expect(scaled[1] / scaled[0]).toBeLessThan(1.1);
    const truth = klDivergence(p, q, { nSamples: 1_000_000, seed: 77 }).value;
    let covered = 0;
    for (let seed = 0; seed < 100; seed++) {
      const { value, standardError } = klDivergence(p, q, { nSamples: 1000, seed });
      if (Math.abs(value - truth) <= 2 * standardError) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(86);
    expect(klDivergence(p, q, { seed: 5 })).toEqual(klDivergence(p, q, { seed: 5 }));
    expect(klDivergence(p, q, { seed: 5 }).value).not.toBe(klDivergence(p, q, { seed: 6 }).value);
  });

  it('is ≥ 0 by the balanced estimator, however near the pair, where the plain one is lost in its noise', () => {
    for (const distance of [1e-2, 1e-4, 1e-6]) {
      const a = { mean: [0, 0], covariance: 1 };
      const b = { mean: [distance, 0], covariance: 1 };
      const want = (distance * distance) / 2;
      for (let seed = 0; seed < 10; seed++) {
        const balanced = klDivergence(a, b, { method: 'monteCarlo', nSamples: 2000, seed });
        expect(balanced.value).toBeGreaterThan(0);
        expect(Math.abs(balanced.value - want)).toBeLessThanOrEqual(5 * balanced.standardError);
        expect(balanced.standardError).toBeLessThan(0.1 * want);
        const plain = klDivergence(a, b, { method: 'monteCarlo', nSamples: 2000, seed, estimator: 'plain' });
        expect(plain.standardError).toBeGreaterThan(want);
      }
    }
    expect(klDivergence(p, p, { nSamples: 1000 })).toMatchObject({ value: 0, standardError: 0 });
  });

  it('the control variate fails unseen where q has mass that p does not reach; the balanced estimator does not', () => {
    const a = { mean: [0, 0], covariance: 1 };
    const b = { mean: [10, 0], covariance: 1 };
    const options = { method: 'monteCarlo', nSamples: 10_000 } as const;
    const control = klDivergence(a, b, { ...options, estimator: 'controlVariate' });
    expect(Math.abs(control.value - 50)).toBeGreaterThan(5 * control.standardError);
    const balanced = klDivergence(a, b, options);
    expect(Math.abs(balanced.value - 50)).toBeLessThanOrEqual(5 * balanced.standardError);
  });

  it('takes counts for counts', () => {
    const result = klDivergence(poisson(3), poisson(5), { nSamples: 50_000 });
    expect(result.method).toBe('monteCarlo');
    expect(Math.abs(result.value - (3 * Math.log(3 / 5) + 2))).toBeLessThanOrEqual(5 * result.standardError);
  });

  it('needs a sample function of p only, by the plain estimator', () => {
    const { sample: _, ...silent } = laplace(1, 2);
    const want = klDivergence(laplace(0, 1), laplace(1, 2)).value;
    expect(sigmas(laplace(0, 1), silent, want)).toBeLessThanOrEqual(5);
    expect(klDivergence(laplace(0, 1), silent).value).toBeCloseTo(want, 9);
  });

  it('is not symmetric', () => {
    const [a, b] = [klDivergence(p, q), klDivergence(q, p)];
    expect(Math.abs(a.value - b.value)).toBeGreaterThan(5 * Math.hypot(a.standardError, b.standardError));
  });
});

describe('where p has mass and q has none', () => {
  it('is Infinity', () => {
    for (const method of ['quadrature', 'monteCarlo'] as const) {
      const result = klDivergence(uniform(0, 2), uniform(0.5, 1.5), { method });
      expect(result).toEqual({ value: Infinity, standardError: 0, method, quadratureError: 0 });
    }
    const plain = klDivergence(uniform(0, 2), uniform(0.5, 1.5), { method: 'monteCarlo', estimator: 'plain' });
    expect(plain.value).toBe(Infinity);
  });

  it('does not settle by quadrature where the divergence is infinite by its tails', () => {
    expect(() => klDivergence(cauchy(0, 1), { mean: 0, covariance: 1 })).toThrow(/may be infinite/);
  });
});

describe('named errors', () => {
  const unit = { mean: [0, 0], covariance: 1 };
  const line = laplace(0, 1);

  it.each([
    ['dimensions that differ', () => klDivergence(unit, line), InvalidParametersError, /p has 2, q has 1/],
    ['nothing', () => klDivergence(null as never, line), InvalidParametersError, /p must be a vector .* got null/],
    ['no density', () => klDivergence(line, {} as never), InvalidParametersError, /q must be a vector/],
    [
      'exact where it cannot be',
      () => klDivergence(line, line, { method: 'exact' }),
      InvalidOptionError,
      /two Gaussians/,
    ],
    [
      'no sample function of p',
      () => klDivergence({ logDensity: () => 0, nFeatures: 2 }, unit),
      InvalidOptionError,
      /draws from p: give p a function sample/,
    ],
    [
      'no sample function of q',
      () => klDivergence(unit, { logDensity: () => 0 }, { estimator: 'balanced' }),
      InvalidOptionError,
      /give q a function sample/,
    ],
    [
      'no sample function at all',
      () => klDivergence({ logDensity: () => 0, nFeatures: 1 }, { logDensity: () => 0 }),
      InvalidOptionError,
      /quadrature finds where the densities lie/,
    ],
    [
      'a density that is not normalised',
      () => klDivergence({ ...line, logDensity: ([x]) => -Math.abs(x) }, line),
      InvalidParametersError,
      /density of p integrates to (2|1\.999)[.\d]*, not 1/,
    ],
    [
      'a log-density of NaN',
      () => klDivergence(unit, { logDensity: () => Number.NaN }),
      InvalidDataError,
      /log-density of q must be .* got NaN at x = \[/,
    ],
    [
      'a log-density that is no number',
      () => klDivergence(unit, { logDensity: () => undefined as never }),
      InvalidDataError,
      /got NaN|got undefined/,
    ],
    [
      'sample and log-density that do not belong together',
      () => klDivergence({ ...line, logDensity: () => -Infinity }, line, { method: 'monteCarlo' }),
      InvalidDataError,
      /sample 0 drawn from p has log-density −Infinity under p itself/,
    ],
    [
      'an unknown method',
      () => klDivergence(unit, unit, { method: 'guess' as never }),
      InvalidOptionError,
      /must be one of/,
    ],
    ['an unknown option', () => klDivergence(unit, unit, { samples: 3 } as never), InvalidOptionError, /nSamples/],
    ['a negative tolerance', () => klDivergence(line, line, { tol: -1 }), InvalidOptionError, /tol must be/],
    ['one sample', () => klDivergence(line, line, { nSamples: 1 }), InvalidOptionError, /≥ 2/],
  ])('%s', (_, call, type, message) => {
    const error = thrownBy(call);
    expect(error).toBeInstanceOf(type);
    expect(error.message).toMatch(message);
  });
});
