/** A file as a table of numbers, whatever format it had. */
import type { FloatArray } from '../../data/matrix.js';
import { CliError } from '../errors.js';

/** Where something was seen, and how it was written. */
export interface Cell {
  readonly row: number;
  readonly text: string;
}

/** What was seen in a column while reading. */
export interface Column {
  readonly name: string;
  /** empty cells, NA, NaN, null …, and infinities: wrong in a column of numbers, but no sign of a column of text */
  missing: number;
  /** cells that are true or false: 1 and 0 in a column of nothing else, wrong among numbers */
  booleans: number;
  firstBoolean: Cell | undefined;
  /** any other cell that is no number */
  texts: number;
  /** the first cell that is neither a finite number nor true or false */
  first: Cell | undefined;
  /** the first cell of text: what tells a name from a number with a typing error */
  firstText: string | undefined;
  /** integers that no double holds; the cells have the nearest */
  inexact: number;
  firstInexact: Cell | undefined;
  /** what a format with types says of a column that holds no numbers: `dates`, `nested` */
  readonly type: string | undefined;
}

export interface Table {
  /** file name, for messages */
  readonly source: string;
  readonly columns: readonly Column[];
  readonly nRows: number;
  /** nRows × columns, row-major; NaN where the cell is not a finite number. On shared memory where it was grown here */
  readonly cells: FloatArray;
  /** whether the names come from the file; else they are column1, column2 … */
  readonly named: boolean;
  /** what the reader left out already, with the reason */
  readonly leftOut?: readonly { name: string; reason: string }[];
  /** where a row stands in the file, for messages: `line 12` */
  place(row: number): string;
}

/** Doubles hold every integer below. */
export const EXACT = 2 ** 53;

/** From so many cells of text on a column is text, and cells are counted without being looked at. */
const CERTAIN = 1000;

const MISSING = new Set(['', 'na', 'n/a', '#n/a', 'nan', 'null', 'none', '?', '.', '-']);

/**
 * Collects cells row by row. They lie on one piece of shared memory, so that a worker fits them where they are. Memory that
 * has not been written to costs nothing: expecting too many rows is cheap, expecting too few means copying.
 */
export class TableBuilder {
  readonly columns: Column[];
  /** nRows × columns; readers may write the rows from `nRows` on, after `reserve` */
  cells: Float64Array;
  nRows = 0;

  /** @param types of columns that hold no numbers, where the format says so */
  constructor(names: readonly string[], expectedRows = 512, types: readonly (string | undefined)[] = []) {
    this.columns = names.map((name, j) => newColumn(name, types[j]));
    this.cells = sharedFloats(Math.max(1, expectedRows) * names.length);
  }

  /** Room for `rows` rows more. */
  reserve(rows: number): void {
    const needed = (this.nRows + rows) * this.columns.length;
    if (needed <= this.cells.length) return;
    const larger = sharedFloats(Math.max(2 * this.cells.length, needed));
    larger.set(this.cells.subarray(0, this.nRows * this.columns.length));
    this.cells = larger;
  }

  /** What the cells of a table say that was filled row by row from text. Returns what to store. */
  irregular(j: number, row: number, text: string): number {
    const column = this.columns[j] as Column;
    const value = parseNumber(text);
    if (!Number.isNaN(value)) {
      if (isRounded(value, text)) noteInexact(column, row, text);
      return value;
    }
    const truth = parseBoolean(text);
    if (truth !== undefined) {
      noteBoolean(column, row, text);
      return truth;
    }
    column.first ??= { row, text };
    if (isMissing(text) || isInfinite(text)) {
      column.missing++;
    } else {
      column.texts++;
      column.firstText ??= text;
    }
    return Number.NaN;
  }

  /** Whether cells of a column need no look any more: count them with `addText`. */
  isText(j: number): boolean {
    return (this.columns[j] as Column).texts >= CERTAIN;
  }

  addText(j: number): void {
    (this.columns[j] as Column).texts++;
  }

  /** What a value of a format with types is worth. */
  value(j: number, row: number, value: unknown): number {
    if (typeof value === 'number' && value - value === 0) return value;
    if (typeof value === 'bigint') {
      const nearest = Number(value);
      if (Math.abs(nearest) < EXACT) return nearest;
      if (nearest - nearest === 0 && BigInt(nearest) !== value) {
        noteInexact(this.columns[j] as Column, row, String(value));
        return nearest;
      }
    }
    if (typeof value === 'boolean') {
      noteBoolean(this.columns[j] as Column, row, String(value));
      return value ? 1 : 0;
    }
    if (value === null || value === undefined) return this.irregular(j, row, '');
    return this.irregular(j, row, typeof value === 'object' ? objectText(value) : String(value));
  }

  /** Appends a row of such values. */
  addRow(values: ArrayLike<unknown>): void {
    this.reserve(1);
    const { nRows, columns, cells } = this;
    const at = nRows * columns.length;
    for (let j = 0; j < columns.length; j++) cells[at + j] = this.value(j, nRows, values[j]);
    this.nRows++;
  }

  build(source: string, named: boolean, place: (row: number) => string): Table {
    const { columns, nRows } = this;
    const cells = this.cells.subarray(0, nRows * columns.length);
    return { source, columns, nRows, cells, named, place };
  }
}

/** @throws {CliError} names with what decoders put in the place of bytes that are no UTF-8 */
export function checkNames(names: readonly string[], source: string): void {
  const name = names.find((one) => one.includes('\uFFFD'));
  if (name === undefined) return;
  throw new CliError(
    `${source} is not UTF-8 text, for a column would be called ${JSON.stringify(name.slice(0, 40))}; save it as UTF-8 first`,
  );
}

/** A column of which nothing is known yet. */
export function newColumn(name: string, type?: string): Column {
  return {
    name,
    missing: 0,
    booleans: 0,
    firstBoolean: undefined,
    texts: 0,
    first: undefined,
    firstText: undefined,
    inexact: 0,
    firstInexact: undefined,
    type,
  };
}

export function noteBoolean(column: Column, row: number, text: string): void {
  column.booleans++;
  column.firstBoolean ??= { row, text };
}

export function noteInexact(column: Column, row: number, text: string): void {
  column.inexact++;
  column.firstInexact ??= { row, text };
}

/**
 * Whether a text is an integer that a double only comes near. One that is written as the double is, which JavaScript does up to
 * 1e21 (`123456789012345680000`), is taken for that double.
 */
export function isRounded(value: number, text: string): boolean {
  if (Math.abs(value) < EXACT || !/^\s*[+-]?\d+\s*$/.test(text)) return false;
  return String(value) !== text.trim() && BigInt(text) !== BigInt(value);
}

/** Zeros on shared memory; the host gives pages when they are written to. */
export function sharedFloats(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * Math.max(1, length)));
}

function objectText(value: object): string {
  return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? Number(inner) : inner)) ?? String(value);
}

/** The number a cell holds; NaN if it holds none, or one that is not finite. */
export function parseNumber(text: string): number {
  const value = Number(text);
  if (value === 0 && text.trim() === '') return NaN; // Number('') is 0
  const second = text.charCodeAt(1) | 32;
  if (second === 0x78 || second === 0x62 || second === 0x6f) return NaN; // 0x1f, 0b1, 0o7 are names, not measurements
  return Number.isFinite(value) ? value : NaN;
}

function parseBoolean(text: string): 0 | 1 | undefined {
  if (text.length > 5) return undefined;
  const word = text.toLowerCase();
  if (word === 'true') return 1;
  return word === 'false' ? 0 : undefined;
}

export function isMissing(text: string): boolean {
  return text.length < 8 && MISSING.has(text.trim().toLowerCase());
}

/** Written as such, or too large for a double (`1e400`). */
export function isInfinite(text: string): boolean {
  return /^\s*[+-]?inf(inity)?\s*$/i.test(text) || Math.abs(Number(text)) === Number.POSITIVE_INFINITY;
}

/** `2,5`: a number, where people write decimals with a comma. */
export function hasDecimalComma(text: string): boolean {
  return /^\s*[+-]?\d*,\d+\s*$/.test(text);
}
