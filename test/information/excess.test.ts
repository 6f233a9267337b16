/** The functions that every divergence is made of, against mpmath. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withBackend } from '../../src/lease.js';
import { divergenceTerm, expExcess, logExcess } from '../../src/numeric/excess.js';
import { BACKENDS } from '../helpers/numbers.js';

const fixture = JSON.parse(readFileSync(new URL('../fixtures/information.json', import.meta.url), 'utf8')) as {
  logExcess: [number, number][];
  expExcess: [number, number][];
};

/** Largest error in units of 2⁻⁵² of the true value, or of the smallest double where that is larger. */
function worst(pairs: [number, number][], f: (x: number) => number): number {
  return Math.max(
    ...pairs.map(([x, want]) =>
      f(x) === want ? 0 : Math.abs(f(x) - want) / Math.max(Math.abs(want) * 2 ** -52, Number.MIN_VALUE),
    ),
  );
}

describe.each(BACKENDS)('on %s', (name) => {
  it('x − log(1 + x) keeps its digits', () => {
    withBackend(name, ({ log }) => {
      const f = (x: number) => logExcess(x, log);
      const near = fixture.logExcess.filter(([x]) => x >= -0.5 && x <= 1);
      expect(near.length).toBeGreaterThan(500);
      expect(worst(near, f)).toBeLessThanOrEqual(1.5);
      expect(worst(fixture.logExcess, f)).toBeLessThanOrEqual(4);
      expect([f(0), f(-1), f(Infinity)]).toEqual([0, Infinity, Infinity]);
      expect(f(-1.5)).toBeNaN();
      expect(f(Number.NaN)).toBeNaN();
    });
  });

  it('e^x − 1 − x keeps its digits', () => {
    withBackend(name, ({ exp }) => {
      const f = (x: number) => expExcess(x, exp);
      const near = fixture.expExcess.filter(([x]) => Math.abs(x) <= 0.5);
      expect(near.length).toBeGreaterThan(500);
      expect(worst(near, f)).toBeLessThanOrEqual(1.5);
      expect(worst(fixture.expExcess, f)).toBeLessThanOrEqual(4);
      expect([f(0), f(Infinity), f(-Infinity)]).toEqual([0, Infinity, Infinity]);
      expect(f(Number.NaN)).toBeNaN();
    });
  });

  it('a divergence’s term is ≥ 0, and 0 only at p = q, down to the smallest numbers', () => {
    withBackend(name, ({ log }) => {
      const values = [5e-324, 1e-310, 1e-200, 1e-12, 0.1, 0.5, 0.5 + 2 ** -53, 1 - 2 ** -53, 1];
      for (const p of values) {
        for (const q of values) {
          const term = divergenceTerm(p, q, log);
          if (p === q) expect(term).toBe(0);
          // p·(u − log(1 + u)) may underflow, but not below 0
          else expect(term).toBeGreaterThanOrEqual(0);
          expect(term).toBeLessThan(800);
        }
        expect(divergenceTerm(p, 0, log)).toBe(Infinity);
        expect(divergenceTerm(0, p, log)).toBe(p);
      }
      expect(divergenceTerm(0, 0, log)).toBe(0);
      expect(divergenceTerm(1e-200, 1e-190, log)).toBeGreaterThan(0);
      expect(divergenceTerm(0.5, 0.5 + 2 ** -53, log)).toBeCloseTo(2 ** -106, 40);
      expect(divergenceTerm(0.5, 0.5 + 2 ** -53, log) / 2 ** -106).toBeCloseTo(1, 12);
    });
  });
});
