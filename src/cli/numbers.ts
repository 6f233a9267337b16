/** Parsers of option values. Commander turns what they throw into a usage error. */
import { InvalidArgumentError } from 'commander';

/** A parser of integers ≥ `least`. */
export function integer(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(
      least === Number.MIN_SAFE_INTEGER ? 'It must be an integer.' : `It must be an integer of at least ${least}.`,
    );
  };
}

/** A parser of finite numbers ≥ 0. */
export function nonNegative(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a number of at least 0.');
}

/** `a,b` as a list of names. */
export function nameList(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => name !== '')) return names;
  throw new InvalidArgumentError('It must be column names (or numbers, from 1) with commas between.');
}
