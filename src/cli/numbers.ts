/** Parsers of option values. Commander turns what they throw into a usage error. */
import { InvalidArgumentError } from 'commander';

/** Most that the library starts. */
const MOST_THREADS = 256;

/** A parser of integers from `least` to `most`. */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = most < Number.MAX_SAFE_INTEGER ? ` from ${least} to ${most}` : ` of at least ${least}`;
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be an integer${least === Number.MIN_SAFE_INTEGER ? '' : range}.`);
  };
}

/** A parser of finite numbers ≥ 0. */
export function nonNegative(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a number of at least 0.');
}

/** `a,b` as a list of names; one with a comma stands in double quotes, as in CSV. */
export function nameList(text: string): string[] {
  const names = `${text},`.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^",][^,]*?))\s*,/gy);
  const found = Array.from(names, ([part, quoted, plain = '']) => ({
    name: quoted === undefined ? plain : quoted.replaceAll('""', '"'),
    length: part.length,
  }));
  const complete = found.reduce((sum, { length }) => sum + length, 0) === text.length + 1;
  if (complete && found.every(({ name }) => name.trim() !== '')) return found.map(({ name }) => name);
  throw new InvalidArgumentError(
    'It must be column names (or numbers, from 1) with commas between; a name with a comma in double quotes.',
  );
}

/** A character, or what people write for a tab. */
export function oneCharacter(text: string): string {
  if (text === '\\t' || text === 'tab') return '\t';
  if (/^[\x20-\x7e\t]$/.test(text) && text !== '"') return text;
  throw new InvalidArgumentError('It must be one character, or tab.');
}

/** A number of threads as the library takes it, or `auto`. */
export function threadCount(text: string): number | 'auto' {
  return text === 'auto' ? 'auto' : integer(1, MOST_THREADS)(text);
}

/** `3`, `1..10` or `2,4,8` as numbers, ascending. */
export function integerRange(text: string): number[] {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const [from, to, ...rest] = part.split('..').map((end) => integer(1)(end.trim()));
    if (from === undefined || rest.length > 0 || (to !== undefined && to < from)) {
      throw new InvalidArgumentError('It must be a number, a range such as 1..10, or such with commas between.');
    }
    for (let k = from; k <= (to ?? from); k++) numbers.add(k);
  }
  return [...numbers].sort((a, b) => a - b);
}

/** A parser of names from a list, with commas between. */
export function choiceList<T extends string>(choices: readonly T[]): (text: string) => T[] {
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    if (names.every((name): name is T => (choices as readonly string[]).includes(name))) return [...new Set(names)];
    throw new InvalidArgumentError(`It must be of ${choices.join(', ')}, with commas between.`);
  };
}
