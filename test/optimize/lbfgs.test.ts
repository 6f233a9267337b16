/** L-BFGS on functions whose minimum is known. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Evaluation, lbfgs } from '../../src/optimize/lbfgs.js';
import { generator, spd } from '../helpers/data.js';
import { largestDifference } from '../helpers/numbers.js';

type F = (x: Float64Array) => Evaluation;

/** All points until it ends of itself (or `most`). */
function descend(f: F, start: ArrayLike<number>, most = 1000) {
  const points = [];
  for (const point of lbfgs(f, Float64Array.from(start))) {
    points.push(point);
    if (points.length > most) break;
  }
  return points;
}

const rosenbrock: F = (x) => {
  let value = 0;
  const gradient = new Float64Array(x.length);
  for (let i = 0; i + 1 < x.length; i++) {
    const valley = x[i + 1] - x[i] ** 2;
    value += 100 * valley ** 2 + (1 - x[i]) ** 2;
    gradient[i] += -400 * x[i] * valley - 2 * (1 - x[i]);
    gradient[i + 1] += 200 * valley;
  }
  return { value, gradient };
};

describe('L-BFGS', () => {
  it.each([2, 10, 50])('finds the end of Rosenbrock’s valley in %i dimensions', (n) => {
    const points = descend(
      rosenbrock,
      Array.from({ length: n }, (_, i) => (i % 2 === 0 ? -1.2 : 1)),
    );
    const { x, at } = points.at(-1)!;
    if (n === 2) {
      expect(largestDifference(x, new Float64Array(n).fill(1))).toBeLessThanOrEqual(1e-8);
      expect(points.length).toBeLessThan(60);
    }
    // above 3 dimensions there is a second minimum near (−1, 1, …, 1): the gradient vanishes at either
    expect(Math.max(...at.gradient.map(Math.abs))).toBeLessThanOrEqual(1e-5);
  });

  it('solves quadratics of any conditioning up to 1e6, every point below the last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 1e6 }), fc.nat(6), (n, seed, decades) => {
        const g = generator(seed);
        const a = spd(n, g);
        const scales = Array.from({ length: n }, (_, i) => 10 ** ((decades / 2) * (i / Math.max(1, n - 1))));
        const solution = Array.from({ length: n }, () => g.normal());
        const f: F = (x) => {
          const gradient = new Float64Array(n);
          let value = 0;
          for (let i = 0; i < n; i++) {
            for (let j = 0; j < n; j++) gradient[i] += scales[i] * a[i * n + j] * scales[j] * (x[j] - solution[j]);
            value += 0.5 * (x[i] - solution[i]) * gradient[i];
          }
          return { value, gradient };
        };
        const points = descend(f, new Float64Array(n), 2000);
        expect(largestDifference(points.at(-1)!.x, solution)).toBeLessThanOrEqual(1e-6);
        for (let t = 1; t < points.length; t++) expect(points[t].at.value).toBeLessThan(points[t - 1].at.value);
      }),
      { seed: 11, numRuns: 40 },
    );
  });

  it('steps back from where the function is not finite', () => {
    const f: F = (x) => ({ value: x[0] - Math.log(x[0]), gradient: Float64Array.of(1 - 1 / x[0]) });
    expect(descend(f, [1e-3]).at(-1)!.x[0]).toBeCloseTo(1, 7);
  });

  it('ends at once where the gradient is 0, and hands back what the function said', () => {
    const f = (x: Float64Array) => ({ value: x[0] ** 2, gradient: Float64Array.of(2 * x[0]), name: 'square' });
    const points = [...lbfgs(f, Float64Array.of(0))];
    expect(points).toHaveLength(1);
    expect(points[0].at.name).toBe('square');
    expect(points[0].evaluations).toBe(1);
  });
});
