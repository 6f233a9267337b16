/** Probability vectors: reference answers, nearly equal pairs, and what must hold of any two. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  crossEntropy,
  entropy,
  InvalidOptionError,
  InvalidParametersError,
  jensenShannon,
  klDivergence,
} from '../../src/index.js';
import { BACKENDS, relativeEach, sum, thrownBy } from '../helpers/numbers.js';
import { load } from '../helpers/reference.js';

type Answer = 'Infinity' | { value: number };
const reference = load<{
  discrete: { name: string; p: number[]; q: number[]; kl: Answer }[];
  bernoulli: { thetaP: number; thetaQ: number; kl: Answer }[];
  entropy: { p: number[]; entropy: Answer }[];
}>('kl_discrete.json');
const near = JSON.parse(readFileSync(new URL('../fixtures/information.json', import.meta.url), 'utf8')).discrete as {
  distance: number;
  p: number[];
  q: number[];
  kl: number;
  jensenShannon: number;
}[];

const numberOf = (answer: Answer) => (answer === 'Infinity' ? Infinity : answer.value);
const coin = (theta: number) => [theta, 1 - theta];

/** Pairs of probability vectors of one length, zeros included. */
const pairs = fc.integer({ min: 1, max: 8 }).chain((n) => {
  const vector = fc
    .array(fc.oneof({ weight: 5, arbitrary: fc.double({ min: 1e-6, max: 1, noNaN: true }) }, fc.constant(0)), {
      minLength: n,
      maxLength: n,
    })
    .filter((v) => sum(v) > 0)
    .map((v) => v.map((x) => x / sum(v)));
  return fc.tuple(vector, vector);
});

describe.each(BACKENDS)('vectors on %s', (backend) => {
  const kl = (p: ArrayLike<number>, q: ArrayLike<number>) => klDivergence(p, q, { backend }).value;

  it.each(reference.discrete)('$name', ({ p, q, kl: answer }) => {
    expect(relativeEach([kl(p, q)], [numberOf(answer)])).toBeLessThanOrEqual(1e-13);
    expect(klDivergence(p, q, { backend })).toEqual({
      value: kl(p, q),
      standardError: 0,
      method: 'exact',
      quadratureError: 0,
    });
  });

  it.each(reference.bernoulli)('Bernoulli $thetaP against $thetaQ', ({ thetaP, thetaQ, kl: answer }) => {
    expect(relativeEach([kl(coin(thetaP), coin(thetaQ))], [numberOf(answer)])).toBeLessThanOrEqual(1e-13);
  });

  it.each(reference.entropy)('entropy of $p', ({ p, entropy: answer }) => {
    expect(relativeEach([entropy(p, { backend })], [numberOf(answer)])).toBeLessThanOrEqual(1e-13);
  });

  it.each(near)('two of $p.length outcomes, $distance apart', ({ p, q, kl: want, jensenShannon: js }) => {
    expect(relativeEach([kl(p, q)], [want])).toBeLessThanOrEqual(1e-13);
    expect(relativeEach([jensenShannon(p, q, { backend })], [js])).toBeLessThanOrEqual(1e-13);
  });

  it('is ≥ 0, 0 only for equals, and cross-entropy less entropy', () => {
    fc.assert(
      fc.property(pairs, ([p, q]) => {
        expect(kl(p, p)).toBe(0);
        const value = kl(p, q);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value === Infinity).toBe(p.some((x, i) => x > 0 && q[i] === 0));
        if (p.some((x, i) => Math.abs(x - q[i]) > 1e-9)) expect(value).toBeGreaterThan(0);
        const difference = crossEntropy(p, q, { backend }) - entropy(p, { backend });
        if (value === Infinity) expect(difference).toBe(Infinity);
        else expect(Math.abs(difference - value)).toBeLessThanOrEqual(1e-13 * Math.max(1, value));
      }),
      { seed: 1 },
    );
  });

  it('adds up over independent outcomes', () => {
    fc.assert(
      fc.property(pairs, pairs, ([p, q], [r, s]) => {
        const outer = (a: number[], b: number[]) => a.flatMap((x) => b.map((y) => x * y));
        const want = kl(p, q) + kl(r, s);
        const got = kl(outer(p, r), outer(q, s));
        if (want === Infinity) expect(got).toBe(Infinity);
        else expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-12 * Math.max(want, 1e-3));
      }),
      { seed: 2 },
    );
  });

  it('is not symmetric, but Jensen–Shannon is, to the last bit, and at most log 2', () => {
    expect(kl(coin(0.5), coin(0.9))).not.toBeCloseTo(kl(coin(0.9), coin(0.5)), 1);
    fc.assert(
      fc.property(pairs, ([p, q]) => {
        const js = jensenShannon(p, q, { backend });
        expect(js).toBe(jensenShannon(q, p, { backend }));
        expect(js).toBeGreaterThanOrEqual(0);
        expect(js).toBeLessThanOrEqual(Math.LN2 + 1e-15);
        const m = p.map((x, i) => (x + q[i]) / 2);
        expect(Math.abs(js - (kl(p, m) + kl(q, m)) / 2)).toBeLessThanOrEqual(1e-15);
      }),
      { seed: 3 },
    );
    expect(jensenShannon([1, 0], [0, 1], { backend })).toBe(Math.LN2);
  });

  it('is of the second order in sums that are a little off 1', () => {
    const [p, q] = [
      [0.25 + 5e-9, 0.75],
      [0.25, 0.75],
    ];
    expect(kl(p, q)).toBeLessThan(1e-15);
    expect(kl(p, q)).toBeGreaterThan(0);
  });
});

describe('wrong vectors', () => {
  it.each([
    ['negative', [1.5, -0.5], [0.5, 0.5], /p must not be negative; got -0.5 at index 1/],
    ['a wrong sum', [0.5, 0.5], [0.5, 0.6], /q must sum to 1 \(within 1e-8\); it sums to 1\.1/],
    ['not finite', [0.5, Number.NaN], [0.5, 0.5], /p must hold finite numbers; got NaN at index 1/],
    ['of other lengths', [1], [0.5, 0.5], /same outcomes; p has 1, q has 2/],
    ['empty', [], [], /p must sum to 1/],
    ['nested', [[1]], [1], /p must/],
    ['text', [1], 'ab', /both be vectors/],
  ])('%s', (_, p, q, message) => {
    const error = thrownBy(() => klDivergence(p as number[], q as number[]));
    expect(error).toBeInstanceOf(InvalidParametersError);
    expect(error.message).toMatch(message);
  });

  it('of entropy and crossEntropy', () => {
    expect(() => entropy([0.5])).toThrow(InvalidParametersError);
    expect(() => entropy(undefined as never)).toThrow(InvalidParametersError);
    expect(() => crossEntropy([1], [0.5, 0.5])).toThrow(InvalidParametersError);
    expect(() => jensenShannon([1], [0.5, 0.5])).toThrow(InvalidParametersError);
    expect(() => entropy([1], { bakend: 'js' } as never)).toThrow(/did you mean backend/);
  });

  it('a vector against something else, and by another method', () => {
    expect(() => klDivergence([1], { mean: 0, covariance: 1 })).toThrow(InvalidParametersError);
    const error = thrownBy<InvalidOptionError>(() => klDivergence([1], [1], { method: 'monteCarlo' }));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.option).toBe('method');
  });
});
