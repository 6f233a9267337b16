/** What a row of the catalogue is. */
import type { MixwasmError } from '../../src/index.js';
import { flat } from '../helpers/numbers.js';
import type { Backend, Family, Kind, Model } from './families.js';

/** A named error: its class, what its message says of place and remedy, and its fields. */
export interface Refusal {
  readonly error: new (...args: never[]) => MixwasmError;
  readonly message: RegExp;
  readonly fields?: Record<string, unknown>;
}

/** A result, and what is true of it; throws if it is not. */
export type Result = (model: Model, family: Family) => void;

export type Ending = Refusal | Result;

/** An ending that depends on the family. */
export interface Choice {
  readonly endingFor: (family: Family) => Ending;
}

interface Common {
  readonly what: string;
  /** whom it makes sense for; all if not given */
  readonly kinds?: readonly Kind[];
  readonly backends?: readonly Backend[];
  readonly ends: Ending | Choice;
}

/** What is fitted, at once and in a worker; options are beside `nComponents: 2` (or nClusters) and the family's own. */
export interface FitRow extends Common {
  readonly given: (family: Family) => { X?: unknown; options?: object };
  /** whether X is the ordinary data in another container: then whatever is made of it has the same bits */
  readonly ordinary?: true;
}

/** What is asked of an ordinary model, how another is made, or what happens around a fit; what it gives may be a promise. */
export interface CallRow extends Common {
  readonly call: (family: Family, ordinary: Model, backend: Backend) => unknown;
}

export type Row = FitRow | CallRow;

export function by(endingFor: Choice['endingFor']): Choice {
  return { endingFor };
}

export function endingOf({ ends }: Row, family: Family): Ending {
  return 'endingFor' in ends ? ends.endingFor(family) : ends;
}

export function refused(error: Refusal['error'], message: RegExp, fields: Record<string, unknown> = {}): Refusal {
  return { error, message, fields };
}

/** The rows of a family with one value replaced. */
export function changed(
  rows: readonly (readonly unknown[])[],
  row: number,
  column: number,
  value: unknown,
): unknown[][] {
  return rows.map((r, i) => r.map((v, j) => (i === row && j === column ? value : v)));
}

/** What holds of every model that a fit hands out: nothing but finite numbers, weights that sum to 1, labels in range. */
export function expectSound(model: Model): void {
  const json = model.toJSON() as { weights?: number[]; means?: number[][]; probs?: number[][]; centers?: number[][] };
  for (const [name, values] of Object.entries(json)) {
    if (!Array.isArray(values) || name === 'columns') continue;
    if (!flat(values as number[]).every(Number.isFinite)) throw new Error(`${name} holds ${values}`);
  }
  const total = json.weights?.reduce((a, b) => a + b, 0) ?? 1;
  if (!(Math.abs(total - 1) < 1e-12)) throw new Error(`weights sum to ${total}`);
  const count = (json.weights ?? json.centers ?? []).length;
  if (!model.labels.every((label) => label >= 0 && label < count)) throw new Error('a label out of range');
}
