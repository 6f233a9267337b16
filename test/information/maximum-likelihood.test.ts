/** Maximum likelihood is the minimum of a Monte Carlo divergence, and a mean log-likelihood is a negative cross-entropy. */
import { describe, expect, it } from 'vitest';
import { GaussianMixture, klDivergence, monteCarloExpectation } from '../../src/index.js';
import { sum } from '../helpers/numbers.js';

const truth = GaussianMixture.fromParameters({
  weights: [0.4, 0.6],
  means: [[0], [4]],
  covariances: [1, 1],
  covarianceType: 'spherical',
});
const sampled = { nSamples: 4000, seed: 8 };
const options = { ...sampled, method: 'monteCarlo', estimator: 'plain' } as const;
const { X } = truth.sample(options.nSamples, { seed: options.seed });
const mean = sum(X) / X.length;
const variance = sum(X.map((x) => (x - mean) ** 2)) / X.length;

/** Golden section: where f is least on [a, b], f with one valley. */
function argmin(f: (x: number) => number, a: number, b: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [a, b];
  let [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
  let [fc, fd] = [f(c), f(d)];
  while (high - low > 1e-9) {
    if (fc < fd) {
      [high, d, fd] = [d, c, fc];
      c = high - ratio * (high - low);
      fc = f(c);
    } else {
      [low, c, fc] = [c, d, fd];
      d = low + ratio * (high - low);
      fd = f(d);
    }
  }
  return (low + high) / 2;
}

describe('maximum likelihood', () => {
  it('mean log-likelihood is minus the cross-entropy estimate: KL(p‖q) = (mean log p) − (mean log q) on one sample', () => {
    const q = GaussianMixture.fit(X, { nComponents: 1 });
    const entropy = monteCarloExpectation((x) => -truth.scoreSamples(x)[0], truth, sampled);
    const cross = monteCarloExpectation((x) => -q.scoreSamples(x)[0], truth, sampled);
    expect(cross.value).toBeCloseTo(-q.score(X), 12);
    expect(entropy.value).toBeCloseTo(-truth.score(X), 12);
    expect(klDivergence(truth, q, options).value).toBeCloseTo(cross.value - entropy.value, 12);
  });

  it('the mean that minimises the Monte Carlo KL is the mean of its sample', () => {
    const kl = (theta: number) => klDivergence(truth, { mean: theta, covariance: 2 }, options).value;
    // a valley is flat to √ε at its bottom: 1e-7
    expect(Math.abs(argmin(kl, 0, 5) - mean)).toBeLessThanOrEqual(1e-6);
    // as a function of θ it is a parabola: three points give its bottom to rounding
    const [a, b, c] = [kl(1), kl(2), kl(3)];
    expect(Math.abs(2 + (a - c) / (2 * (a - 2 * b + c)) - mean)).toBeLessThanOrEqual(1e-11);
  });

  it('so is the variance, and both on a grid', () => {
    const kl = (v: number) => klDivergence(truth, { mean, covariance: v }, options).value;
    expect(Math.abs(argmin(kl, 1, 20) - variance)).toBeLessThanOrEqual(1e-5);
    const at = klDivergence(truth, { mean, covariance: variance }, options).value;
    for (let i = -3; i <= 3; i++) {
      for (let j = -3; j <= 3; j++) {
        if (i === 0 && j === 0) continue;
        const q = { mean: mean + 0.05 * i, covariance: variance * (1 + 0.05 * j) };
        expect(klDivergence(truth, q, options).value).toBeGreaterThan(at);
      }
    }
    const fitted = GaussianMixture.fit(X, { nComponents: 1, regCovar: 0 });
    expect(Math.abs(fitted.means[0] - mean)).toBeLessThanOrEqual(1e-12);
    expect(klDivergence(truth, fitted, options).value).toBeCloseTo(at, 12);
  });

  it('the weight of a mixture that minimises it has the largest likelihood, which is where EM’s weights go', () => {
    const q = (w: number) =>
      GaussianMixture.fromParameters({
        weights: [w, 1 - w],
        means: [[0], [4]],
        covariances: [1, 1],
        covarianceType: 'spherical',
      });
    const least = argmin((w) => klDivergence(truth, q(w), options).value, 0.1, 0.9);
    const most = argmin((w) => -q(w).score(X), 0.1, 0.9);
    expect(Math.abs(least - most)).toBeLessThanOrEqual(1e-6);
    // at the maximum, EM's update of the weight changes nothing: Σ r / n = w
    const responsibilities = q(least).predictProba(X);
    const update = sum(responsibilities.filter((_, i) => i % 2 === 0)) / X.length;
    expect(Math.abs(update - least)).toBeLessThanOrEqual(1e-6);
  });
});
