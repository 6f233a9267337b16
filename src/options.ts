/** Checks of options, shared by every public function: an impossible value says what was expected and what came. */
import { InvalidOptionError, InvalidParametersError, show } from './errors.js';

/** Of verbs that have no options: what is passed anyway is refused by name, as everywhere. */
export type NoOptions = Record<string, never>;

/** Options must be a plain object with known names; a misspelt one is answered with the nearest known. */
export function checkKnown(options: unknown, known: readonly string[], where: string): void {
  if (options === undefined) return;
  if (options === null || typeof options !== 'object' || Array.isArray(options)) {
    throw new InvalidOptionError('options', `${where}: options must be an object; got ${show(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    throw new InvalidOptionError(
      name,
      `${where} has no option ${show(name)}${near === undefined ? `; known: ${known.join(', ') || 'none'}` : `; did you mean ${near}?`}`,
    );
  }
}

/** For arguments that are not optional. */
export function requireObject(value: unknown, where: string, needs: string): void {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return;
  throw new InvalidParametersError(`${where} needs an object with ${needs}; got ${show(value)}`);
}

/** An integer in [least, most]. */
export function integerOption(name: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  const open = most === Number.MAX_SAFE_INTEGER && !(Number.isInteger(value) && (value as number) > most);
  const range = open ? `an integer ≥ ${least}` : `an integer from ${least} to ${most}`;
  throw new InvalidOptionError(name, `${name} must be ${range}; got ${show(value)}`);
}

/** Numbers that `sample` draws at most, 8 GiB of them. */
const MOST_SAMPLED = 2 ** 30;

/** How many rows to draw: an integer, and not more than memory holds. */
export function sampledOption(n: unknown, nFeatures: number): void {
  integerOption('n', n, 1, Math.floor(MOST_SAMPLED / nFeatures));
}

/** A finite number ≥ 0. */
export function nonNegativeOption(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value < Infinity) return value;
  throw new InvalidOptionError(name, `${name} must be a finite number ≥ 0; got ${show(value)}`);
}

/** True or false; false if not given. */
export function booleanOption(name: string, value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value === true;
  throw new InvalidOptionError(name, `${name} must be true or false; got ${show(value)}`);
}

/** A function, if given. */
export function functionOption(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new InvalidOptionError(name, `${name} must be a function; got ${show(value)}`);
}

/** One of some names. */
export function choiceOption<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  if (typeof value === 'string' && (choices as readonly string[]).includes(value)) return value as T;
  throw new InvalidOptionError(
    name,
    `${name} must be one of ${choices.map((c) => `'${c}'`).join(', ')}; got ${show(value)}`,
  );
}

function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    previous = row;
  }
  return previous[b.length] as number;
}
