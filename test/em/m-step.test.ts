/** The M-step solves ∇_θ Q = 0, by finite differences of Q written out anew; the notes' gradients, by finite differences. */
import { describe, expect, it } from 'vitest';
import {
  expectationMaximization,
  GaussianMixture,
  mixture,
  type NestedNumbers,
  responsibilitiesOf,
} from '../../src/index.js';
import { clusters, generator, matrixOf, randomParameters } from '../helpers/data.js';
import { type PlaneComponent, planeLogDensity, poisson } from '../helpers/families.js';
import { BACKENDS, largestDifference, sum, TYPES } from '../helpers/numbers.js';

/** Central differences of f at θ, one number at a time. */
function gradient(f: (theta: number[]) => number, theta: readonly number[], h = 1e-5): number[] {
  return theta.map((_, i) => {
    const at = (shift: number) => f(theta.map((value, j) => (i === j ? value + shift : value)));
    return (at(h) - at(-h)) / (2 * h);
  });
}

const [N, K] = [60, 2];
const x = clusters(N, 2, K, 5, 2);
const X = matrixOf(x, 2);
const point = (n: number) => x.subarray(2 * n, 2 * n + 2);

/** [xx, xy, yy] of component k, whatever the type. */
function covarianceOf(type: string, values: ArrayLike<number>, k: number): PlaneComponent['covariance'] {
  if (type === 'full') return [values[4 * k], (values[4 * k + 1] + values[4 * k + 2]) / 2, values[4 * k + 3]];
  if (type === 'tied') return [values[0], (values[1] + values[2]) / 2, values[3]];
  return type === 'diag' ? [values[2 * k], 0, values[2 * k + 1]] : [values[k], 0, values[k]];
}

/** Σ_n Σ_k r_nk log p(x_n | μ_k, Σ_k) as a function of means and covariances. */
function expectedLogDensity(type: string, r: ArrayLike<number>) {
  return (theta: number[]) => {
    let q = 0;
    for (let k = 0; k < K; k++) {
      const mean = [theta[2 * k], theta[2 * k + 1]] as [number, number];
      const component = { mean, covariance: covarianceOf(type, theta.slice(2 * K), k) };
      for (let n = 0; n < N; n++) q += r[n * K + k] * planeLogDensity(component, point(n));
    }
    return q;
  };
}

describe.each(BACKENDS)('after an M-step of GaussianMixture on %s', (backend) => {
  it.each(TYPES)('∇Q is 0 and Σ_n r_nk/w_k = N (%s)', (covarianceType) => {
    const initialParameters = randomParameters(covarianceType, K, 2);
    const { weights, means, covariances } = initialParameters;
    const old = GaussianMixture.fromParameters({ weights, means, covariances, covarianceType, backend });
    const next = GaussianMixture.fit(X, {
      nComponents: K,
      covarianceType,
      initialParameters: { weights, means, covariances },
      regCovar: 0,
      tol: 0,
      maxIter: 1,
      backend,
    });
    const r = old.predictProba(X);
    const q = expectedLogDensity(covarianceType, r);
    const before = gradient(q, [...means, ...covariances]);
    const after = gradient(q, [...next.means, ...next.covariances]);
    expect(Math.max(...before.map(Math.abs))).toBeGreaterThan(1);
    expect(Math.max(...after.map(Math.abs))).toBeLessThan(1e-5);
    for (let k = 0; k < K; k++) {
      const count = sum(Array.from({ length: N }, (_, n) => r[n * K + k]));
      expect(Math.abs(count / next.weights[k] - N)).toBeLessThan(1e-12 * N);
    }
  });
});

describe('after an M-step of a Poisson mixture', () => {
  const g = generator(2);
  const counts = Array.from({ length: N }, (_, i) => Math.floor(-Math.log(1 - g.uniform()) * (i % 2 === 0 ? 3 : 12)));
  const start = { weights: Float64Array.of(0.4, 0.6), components: [{ rate: 1 }, { rate: 6 }] };
  const options = { initialParameters: start, tol: 0, maxIter: 1 };
  const { parameters } = expectationMaximization(mixture(poisson, { nComponents: K }), counts, options);
  const { responsibilities: r } = responsibilitiesOf(poisson, start, counts);

  it('∇Q is 0', () => {
    const q = (rates: number[]) => {
      let total = 0;
      for (let i = 0; i < N * K; i++) {
        total += r[i] * poisson.logDensity({ rate: rates[i % K] }, Float64Array.of(counts[Math.floor(i / K)]));
      }
      return total;
    };
    expect(Math.max(...gradient(q, [1, 6]).map(Math.abs))).toBeGreaterThan(1);
    const after = gradient(
      q,
      parameters.components.map(({ rate }) => rate),
    );
    expect(Math.max(...after.map(Math.abs))).toBeLessThan(1e-5);
  });

  it('every component has the Lagrange multiplier N', () => {
    // ∂/∂w_k of Σ_nk r_nk log w_k − λ(Σ w − 1): N_k/w_k = λ, and summed over k: λ = N
    const logWeights = (w: number[]) => sum(Array.from(r, (value, i) => value * Math.log(w[i % K])));
    const multipliers = gradient(logWeights, Array.from(parameters.weights));
    for (const lambda of multipliers) expect(lambda).toBeCloseTo(N, 4);
    for (let k = 0; k < K; k++) {
      const count = sum(counts.map((_, n) => r[n * K + k]));
      expect(Math.abs(count / parameters.weights[k] - N)).toBeLessThan(1e-12 * N);
    }
  });
});

describe('the gradients of the notes', () => {
  const [a, b, c] = [2, 0.6, 1.5];
  const determinant = a * c - b * b;
  const inverse = [c / determinant, -b / determinant, -b / determinant, a / determinant];
  const u = [0.7, -1.2];
  // entries of Σ vary independently, as in ∂/∂Σ of a matrix
  const det = ([p, q, s, t]: number[]) => p * t - q * s;
  const quadratic = ([p, q, s, t]: number[]) =>
    (t * u[0] * u[0] - (q + s) * u[0] * u[1] + p * u[1] * u[1]) / det([p, q, s, t]);

  it('∂ log|Σ| / ∂Σ = Σ⁻¹', () => {
    const numeric = gradient((theta) => Math.log(det(theta)), [a, b, b, c]);
    expect(largestDifference(numeric, inverse)).toBeLessThan(1e-9);
  });

  it('∂ uᵀΣ⁻¹u / ∂Σ = −Σ⁻¹uuᵀΣ⁻¹', () => {
    const w = [inverse[0] * u[0] + inverse[1] * u[1], inverse[2] * u[0] + inverse[3] * u[1]];
    const analytic = [-w[0] * w[0], -w[0] * w[1], -w[1] * w[0], -w[1] * w[1]];
    expect(largestDifference(gradient(quadratic, [a, b, b, c]), analytic)).toBeLessThan(1e-9);
  });

  it('∂ log N(x|μ, Σ) / ∂μ = Σ⁻¹(x − μ)', () => {
    const at = (mean: number[]) => planeLogDensity({ mean: mean as [number, number], covariance: [a, b, c] }, [1, 2]);
    const mean = [1 - u[0], 2 - u[1]];
    const analytic = [inverse[0] * u[0] + inverse[1] * u[1], inverse[2] * u[0] + inverse[3] * u[1]];
    expect(largestDifference(gradient(at, mean), analytic)).toBeLessThan(1e-9);
  });

  it('∇Q of a mixture at any θ, means and covariances', () => {
    const { means, covariances, weights } = randomParameters('full', K, 2);
    const r = GaussianMixture.fromParameters({
      weights,
      means,
      covariances: covariances as NestedNumbers,
    }).predictProba(X);
    const numeric = gradient(expectedLogDensity('full', r), [...means, ...covariances]);
    const dMeans = new Array<number>(2 * K).fill(0);
    const dCovariances = new Array<number>(4 * K).fill(0);
    for (let k = 0; k < K; k++) {
      const [p, q, , t] = covariances.subarray(4 * k, 4 * k + 4);
      const d = p * t - q * q;
      const w = [t / d, -q / d, -q / d, p / d];
      for (let n = 0; n < N; n++) {
        const v = [point(n)[0] - means[2 * k], point(n)[1] - means[2 * k + 1]];
        const z = [w[0] * v[0] + w[1] * v[1], w[2] * v[0] + w[3] * v[1]];
        for (let i = 0; i < 2; i++) {
          dMeans[2 * k + i] += r[n * K + k] * z[i];
          for (let j = 0; j < 2; j++)
            dCovariances[4 * k + 2 * i + j] += (r[n * K + k] / 2) * (z[i] * z[j] - w[2 * i + j]);
        }
      }
    }
    expect(largestDifference(numeric, [...dMeans, ...dCovariances])).toBeLessThan(1e-5);
  });
});
