/** Numbers compared: the measures of error that the tests state their tolerances in, and bits. */

export { flat, largestDifference, relativeEach, relativeToMax } from '../../tools/shared/errors.mjs';

export const BACKENDS = ['wasm', 'js'] as const;
export const TYPES = ['full', 'tied', 'diag', 'spherical'] as const;

/** The bits of doubles, for equality that tells −0 from 0. */
export function bits(values: ArrayLike<number>): bigint[] {
  return Array.from(new BigUint64Array(Float64Array.from(values).buffer));
}

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

/** What a call throws; a failure if it does not. */
export function thrownBy<E = Error>(call: () => unknown): E {
  try {
    call();
  } catch (error) {
    return error as E;
  }
  throw new Error('expected a throw');
}
