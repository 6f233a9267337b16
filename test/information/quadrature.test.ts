/** Quadrature over the line: its rule, integrals that are known, and its error estimate. */
import { describe, expect, it } from 'vitest';
import { integrateLine } from '../../src/information/quadrature.js';

const line = (f: (x: number) => number) => (x: Float64Array) => x.map(f);
/** 1 on [0, 1] alone. */
const inside = (x: number) => x >= 0 && x <= 1;

describe('integrateLine', () => {
  it('integrates polynomials up to degree 22 over an interval at once', () => {
    for (let n = 0; n <= 22; n++) {
      const { value } = integrateLine(
        line((x) => (inside(x) ? x ** n : 0)),
        [0, 1],
        1e-13,
      );
      expect(Math.abs(value * (n + 1) - 1)).toBeLessThanOrEqual(1e-15);
    }
  });

  it.each([
    ['Gaussian', (x: number) => Math.exp(-x * x), [-1, 0, 1], Math.sqrt(Math.PI)],
    ['Gaussian far away', (x: number) => Math.exp(-((x - 1e3) ** 2)), [1e3 - 1, 1e3 + 1], Math.sqrt(Math.PI)],
    ['Cauchy', (x: number) => 1 / (1 + x * x), [-1, 0, 1], Math.PI],
    ['a kink', (x: number) => Math.exp(-Math.abs(x - 0.1)), [-1, 1], 2],
    ['one breakpoint', (x: number) => Math.exp(-x * x), [0.5], Math.sqrt(Math.PI)],
    ['a jump', (x: number) => (x > 0.3 && x < 0.7 ? 1 : 0), [0, 1], 0.4],
    ['nothing', () => 0, [0, 1], 0],
    ['a singularity that is integrable', (x: number) => (inside(x) ? 1 / Math.sqrt(x) : 0), [0, 1], 2],
  ])('%s', (_, f, breakpoints, want) => {
    const { value, error, nEvaluations } = integrateLine(line(f), breakpoints, 1e-10);
    expect(Math.abs(value - want)).toBeLessThanOrEqual(1e-9 * want);
    expect(Math.abs(value - want)).toBeLessThanOrEqual(error + 1e-14 * want);
    expect(nEvaluations).toBeLessThan(10_000);
  });

  it('ends at the noise of the integrand, and says how large it is', () => {
    let state = 1;
    const noise = () => {
      state = (state * 48271) % 2147483647;
      return (state / 2147483647 - 0.5) * 1e-6;
    };
    const { value, error, nEvaluations } = integrateLine(
      line((x) => Math.exp(-x * x) * (1 + noise())),
      [-1, 1],
      1e-13,
    );
    expect(Math.abs(value - Math.sqrt(Math.PI))).toBeLessThanOrEqual(1e-6);
    expect(error).toBeGreaterThan(1e-13);
    expect(nEvaluations).toBeLessThanOrEqual(500_000);
  });

  it('is Infinity where the integrand is, and ends where an integral does not exist', () => {
    expect(
      integrateLine(
        line((x) => (x > 0.5 && x < 0.7 ? Infinity : 0)),
        [0, 1],
        1e-10,
      ).value,
    ).toBe(Infinity);
    const { value, error } = integrateLine(
      line(() => 1),
      [0, 1],
      1e-10,
    );
    expect(error).toBeGreaterThan(1e-3 * value);
  });
});
