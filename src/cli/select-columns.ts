/** Which columns of a table are data, and are they sound. */
import type { FloatArray } from '../data/matrix.js';
import { plural } from '../diagnostics/summary.js';
import { CliError, MissingColumnsError, UsageError } from './errors.js';
import {
  type Cell,
  type Column,
  hasDecimalComma,
  isInfinite,
  isMissing,
  sharedFloats,
  type Table,
} from './read/table.js';

export interface Selection {
  /** rows × columns, row-major */
  readonly X: { data: FloatArray; rows: number; columns: number };
  readonly featureNames: readonly string[];
  /** columns not used, with the reason; empty when the user chose */
  readonly leftOut: readonly { name: string; reason: string }[];
  /** columns of true and false that a model of measurements takes for 1 and 0 */
  readonly truths: readonly string[];
}

export interface SelectOptions {
  /** names, or numbers from 1; undefined: all that are fit */
  wanted?: readonly string[] | undefined;
  /** whether the model wants 0 and 1 (or true and false) only */
  binary?: boolean;
}

const DECIMAL_COMMA = 'decimals need a point, not a comma';

/** The columns asked for, or all that are data. Every cell of them must be a finite number. Takes the table's memory over. */
export function selectColumns(table: Table, { wanted, binary = false }: SelectOptions = {}): Selection {
  const { source, columns } = table;
  checkRows(table);
  const leftOut = [...(table.leftOut ?? [])];
  let chosen: number[];
  if (wanted === undefined) {
    chosen = [];
    columns.forEach((column, j) => {
      const reason = unfit(table, column, j, binary);
      if (reason === undefined) chosen.push(j);
      else leftOut.push({ name: displayName(column, j), reason });
    });
  } else {
    chosen = wanted.map((name) => findColumn(table, name));
    leftOut.length = 0;
  }
  if (columns.length === 0) throw new CliError(`${source} has no columns: ${plural(table.nRows, 'row')} of no values`);
  if (chosen.length === 0) {
    const list = leftOut.map(({ name, reason }) => `${name} (${reason})`).join(', ');
    throw new CliError(`${source} has no column of ${binary ? '0 and 1' : 'numbers'}: ${list}`);
  }
  return selected(table, chosen, leftOut, binary);
}

/**
 * The columns a model was fitted to, by name and in the model's order, whatever else the file has; or those named by
 * `wanted`, in the model's order too.
 *
 * @param expected names, where the model file has them
 * @param binary whether the model is one of 0 and 1
 * @throws {MissingColumnsError} the file lacks some
 */
export function columnsOfModel(
  table: Table,
  nFeatures: number,
  expected: readonly string[] | undefined,
  wanted: readonly string[] | undefined,
  binary: boolean,
): Selection {
  const { source, columns } = table;
  checkRows(table);
  const byPlace = (chosen: readonly number[]) => selected(table, chosen, [], binary);
  if (wanted !== undefined) {
    if (wanted.length !== nFeatures) {
      throw new CliError(
        `--columns names ${wanted.length} columns but the model has ${nFeatures}${expected === undefined ? '' : ` (${expected.join(', ')})`}`,
      );
    }
    return byPlace(wanted.map((name) => findColumn(table, name)));
  }
  // a model or a file without names: by position, if that can be meant
  const unnamed = expected?.every((name, j) => name === `column${j + 1}`) ?? true;
  if ((!table.named || unnamed) && columns.length === nFeatures) return byPlace(columns.map((_, j) => j));
  if (expected === undefined) {
    throw new CliError(
      `${source} has ${columns.length} columns but the model has ${nFeatures}, without names: say which with --columns`,
    );
  }
  const has = places(columns.map(displayName));
  const wants = places(expected);
  const missing = [...wants.keys()].filter((name) => !has.has(name));
  if (missing.length > 0) {
    const hint = table.named ? '' : ', because its first line was taken for data (see --header)';
    throw new MissingColumnsError(
      `${source} lacks ${missing.length === 1 ? 'the column' : 'the columns'} ${missing.map(quoted).join(', ')} of the model; it has ${columns.map(displayName).join(', ')}${hint}; name the columns that take their places with --columns, in the order ${expected.join(', ')}`,
      missing,
    );
  }
  // of several columns of a name the first is the first, if the file has as many as the model
  for (const [name, { length: expectedOnes }] of wants) {
    const ones = has.get(name)?.length ?? 0;
    if (ones === expectedOnes) continue;
    throw new CliError(
      `${source} has ${plural(ones, 'column')} called ${quoted(name)} where the model has ${expectedOnes}; name ${plural(nFeatures, 'column')} with --columns, by number from 1`,
    );
  }
  return byPlace(expected.map((name) => has.get(name)?.shift() as number));
}

function checkRows({ source, nRows, named }: Table): void {
  if (nRows === 0) throw new CliError(`${source} has ${named ? 'a header but ' : ''}no rows`);
}

function selected(table: Table, chosen: readonly number[], leftOut: Selection['leftOut'], binary: boolean): Selection {
  const name = (j: number) => displayName(table.columns[j] as Column, j);
  if (new Set(chosen).size < chosen.length) {
    const again = chosen.find((j, i) => chosen.indexOf(j) < i) as number;
    throw new UsageError(`--columns names ${name(again)} twice; a column can be used once`);
  }
  checkCells(table, chosen);
  return {
    X: { data: pick(table, chosen), rows: table.nRows, columns: chosen.length },
    featureNames: chosen.map(name),
    leftOut,
    truths: binary ? [] : chosen.filter((j) => (table.columns[j] as Column).booleans > 0).map(name),
  };
}

/** Why a column is not data; undefined if it is. A few bad cells among numbers are an error to report, not a reason. */
function unfit(table: Table, column: Column, j: number, binary: boolean): string | undefined {
  const { name, missing, texts, booleans, firstText, type } = column;
  if (type !== undefined) return type;
  const numbers = table.nRows - missing - texts - booleans;
  if (numbers + booleans + texts === 0) return 'empty';
  if (texts >= numbers + booleans) {
    return hasDecimalComma(firstText ?? '')
      ? `${DECIMAL_COMMA}, got ${quoted(firstText ?? '')}`
      : `text, such as ${quoted(firstText ?? '')}`;
  }
  if (binary) return isBinary(table, j) ? undefined : 'not only 0 and 1';
  if (booleans >= numbers) return numbers === 0 ? 'true or false' : 'true or false, and numbers';
  // R and pandas write them first, under an empty name; as a feature they would dominate the fit
  if (name === '' && countsRows(table, j)) return 'row numbers';
  return undefined;
}

function isBinary({ cells, columns, nRows }: Table, j: number): boolean {
  for (let i = 0; i < nRows; i++) {
    const value = cells[i * columns.length + j] as number;
    if (value !== 0 && value !== 1 && !Number.isNaN(value)) return false;
  }
  return true;
}

/** Every row holds its own number, counted from 0 or 1. */
function countsRows({ cells, columns, nRows }: Table, j: number): boolean {
  const first = cells[j] as number;
  if (first !== 0 && first !== 1) return false;
  for (let i = 0; i < nRows; i++) if (cells[i * columns.length + j] !== first + i) return false;
  return true;
}

/** Where each of the names stands, in order. */
function places(names: readonly string[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  names.forEach((name, j) => {
    const at = found.get(name);
    if (at === undefined) found.set(name, [j]);
    else at.push(j);
  });
  return found;
}

function findColumn({ source, columns }: Table, wanted: string): number {
  const named = columns.flatMap((column, j) => (column.name === wanted ? [j] : []));
  if (named.length > 1) {
    throw new CliError(`${source} has ${named.length} columns called ${quoted(wanted)}; choose by number, from 1`);
  }
  if (named.length === 1) return named[0] as number;
  const shown = columns.findIndex((column, j) => displayName(column, j) === wanted);
  if (shown >= 0) return shown;
  const number = Number(wanted);
  if (Number.isInteger(number) && number >= 1 && number <= columns.length) return number - 1;
  const names = columns.map(displayName).join(', ');
  const hint = columns.some(({ name }) => name.includes(','))
    ? '; put a name with a comma into double quotes, or choose by number, from 1'
    : '';
  throw new CliError(`${source} has no column ${quoted(wanted)}; its columns are ${names}${hint}`);
}

/** Something about cells of a column that keeps it from being data. */
interface Flaw {
  readonly first: Cell;
  readonly count: number;
  readonly complaint: string;
  readonly remedy: string;
}

function flawsOf(column: Column, nRows: number): Flaw[] {
  const { missing, texts, first, booleans, firstBoolean, inexact, firstInexact } = column;
  const flaws: Flaw[] = [];
  const remedy = 'drop or complete such rows, or leave columns out with --columns';
  if (first !== undefined) flaws.push({ first, count: missing + texts, complaint: complaint(first.text), remedy });
  if (firstBoolean !== undefined && booleans + missing + texts < nRows) {
    flaws.push({
      first: firstBoolean,
      count: booleans,
      complaint: `${quoted(firstBoolean.text)} is not a number; it is 1 or 0 only in a column of nothing but true and false`,
      remedy,
    });
  }
  if (firstInexact !== undefined) {
    flaws.push({
      first: firstInexact,
      count: inexact,
      complaint: `${firstInexact.text} is an integer that no double holds; the nearest is ${BigInt(Number(firstInexact.text))}`,
      remedy: 'subtract what all have in common, or convert the column to doubles, or leave it out with --columns',
    });
  }
  return flaws;
}

/** @throws {CliError} the first cell, by rows, that is no data */
function checkCells(table: Table, chosen: readonly number[]): void {
  const { source, columns, nRows } = table;
  let earliest: (Flaw & { name: string }) | undefined;
  let nBad = 0;
  for (const j of chosen) {
    const column = columns[j] as Column;
    const name = displayName(column, j);
    if (column.type !== undefined) throw new CliError(`${source}, column ${name}: no numbers (${column.type})`);
    for (const flaw of flawsOf(column, nRows)) {
      nBad += flaw.count;
      if (earliest === undefined || flaw.first.row < earliest.first.row) earliest = { ...flaw, name };
    }
  }
  if (earliest === undefined) return;
  const { first, name, complaint: what, remedy } = earliest;
  const more = nBad > 1 ? ` (the first of ${nBad} bad cells)` : '';
  throw new CliError(`${source}, ${table.place(first.row)}, column ${name}: ${what}${more}; ${remedy}`);
}

function complaint(text: string): string {
  if (isMissing(text)) return text.trim() === '' ? 'no value' : `missing value ${quoted(text)}`;
  if (hasDecimalComma(text)) return `${quoted(text)} is not a number; ${DECIMAL_COMMA}`;
  return isInfinite(text) ? `${quoted(text)} is not finite` : `${quoted(text)} is not a number`;
}

/** The chosen columns next to one another: in place where their order allows it, for the table may be large. */
function pick({ cells, columns, nRows }: Table, chosen: readonly number[]): FloatArray {
  const width = columns.length;
  if (chosen.length === width && chosen.every((j, i) => j === i)) return cells;
  const ascending = chosen.every((j, i) => i === 0 || j > (chosen[i - 1] as number));
  const data = ascending ? cells : sharedFloats(nRows * chosen.length);
  let at = 0;
  for (let i = 0; i < nRows; i++) {
    for (const j of chosen) data[at++] = cells[i * width + j] as number;
  }
  return data.subarray(0, at);
}

function displayName({ name }: Column, j: number): string {
  return name === '' ? `column${j + 1}` : name;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
