/** Entropy and divergences of probability vectors, in nats. */
import type { Backend } from '../backend.js';
import { InvalidParametersError, show } from '../errors.js';
import { backendOf, type KernelOptions } from '../functions/cholesky.js';
import { flatten } from '../init/given.js';
import { withBackend } from '../lease.js';
import { divergenceTerm, divergenceTermBy } from '../numeric/excess.js';

/** Probabilities ≥ 0 that sum to 1 (within 1e-8; float32 within their own rounding), as they are: nothing is renormalised. */
export function toProbabilities(input: ArrayLike<number>, name: string): Float64Array {
  const length = input?.length;
  if (typeof length !== 'number') {
    throw new InvalidParametersError(`${name} must be an array of probabilities; got ${show(input)}`);
  }
  const values = flatten(input, name, [length]);
  let sum = 0;
  values.forEach((value, i) => {
    if (value < 0) throw new InvalidParametersError(`${name} must not be negative; got ${value} at index ${i}`);
    sum += value;
  });
  const slack = input instanceof Float32Array ? 1e-6 : 1e-8;
  if (!(Math.abs(sum - 1) <= slack)) {
    throw new InvalidParametersError(
      `${name} must sum to 1 (within ${slack}); it sums to ${sum}; divide the values by their sum`,
    );
  }
  return values;
}

function toPair(p: ArrayLike<number>, q: ArrayLike<number>): [Float64Array, Float64Array] {
  const first = toProbabilities(p, 'p');
  const second = toProbabilities(q, 'q');
  if (first.length !== second.length) {
    throw new InvalidParametersError(
      `p and q must be over the same outcomes; p has ${first.length}, q has ${second.length}`,
    );
  }
  return [first, second];
}

/**
 * Entropy −Σ p log p of a probability vector, nats; 0·log 0 = 0.
 *
 * @throws {InvalidParametersError} negative, not finite, or a sum further than 1e-8 from 1
 * @example
 * entropy([0.5, 0.5]); // 0.6931471805599453
 */
export function entropy(p: ArrayLike<number>, options: KernelOptions = {}): number {
  const backend = backendOf(options, 'entropy');
  const values = toProbabilities(p, 'p');
  return withBackend(backend, ({ log }) => {
    let sum = 0;
    for (const value of values) if (value > 0) sum -= value * log(value);
    // a sum a little above 1 must not make a certainty's entropy negative
    return Math.max(sum, 0);
  });
}

/**
 * Cross-entropy −Σ p log q, nats: the entropy of p plus KL(p‖q). Infinity where q = 0 < p.
 *
 * @throws {InvalidParametersError} as `entropy`, or lengths that differ
 * @example
 * crossEntropy([0.5, 0.5], [0.9, 0.1]); // 1.203972804325936
 */
export function crossEntropy(p: ArrayLike<number>, q: ArrayLike<number>, options: KernelOptions = {}): number {
  const backend = backendOf(options, 'crossEntropy');
  const [first, second] = toPair(p, q);
  return withBackend(backend, ({ log }) => {
    let sum = 0;
    first.forEach((value, i) => {
      if (value > 0) sum -= value * log(second[i] as number);
    });
    return Math.max(sum, 0);
  });
}

/**
 * Jensen–Shannon divergence ½·KL(p‖m) + ½·KL(q‖m) with m = (p + q)/2, nats (Lin 1991): symmetric, finite whatever the
 * supports, from 0 (only at p = q) to log 2.
 *
 * @throws {InvalidParametersError} as `crossEntropy`
 * @example
 * jensenShannon([1, 0], [0, 1]); // 0.6931471805599453
 */
export function jensenShannon(p: ArrayLike<number>, q: ArrayLike<number>, options: KernelOptions = {}): number {
  const backend = backendOf(options, 'jensenShannon');
  const [first, second] = toPair(p, q);
  return withBackend(backend, ({ log }) => {
    let sum = 0;
    for (let i = 0; i < first.length; i++) {
      const a = first[i] as number;
      const b = second[i] as number;
      const middle = a / 2 + b / 2;
      const half = (b - a) / 2;
      // divergenceTerm sees m − p = (q − p)/2 without the rounding of m; added so that p and q may change places
      sum += divergenceTermBy(a, middle, half, log) + divergenceTermBy(b, middle, -half, log);
    }
    return sum / 2;
  });
}

/**
 * KL(p‖q) = Σ p·log(p/q) − p + q, nats. The added −p + q sums to 0, and makes every summand ≥ 0: nothing cancels. For
 * vectors whose sums are off by s and t the answer is off by (s − t)²/2 only, not by s − t.
 */
export function discreteDivergence(p: ArrayLike<number>, q: ArrayLike<number>, { log }: Backend): number {
  const [first, second] = toPair(p, q);
  let sum = 0;
  for (let i = 0; i < first.length; i++) sum += divergenceTerm(first[i] as number, second[i] as number, log);
  return sum;
}
