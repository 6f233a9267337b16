/** Which columns of a table are data, and are they sound. */
import { CliError } from './errors.js';
import { type Column, hasDecimalComma, isInfinite, isMissing, type Table } from './table.js';

export interface Selection {
  /** rows × columns, row-major */
  readonly X: { data: Float64Array; rows: number; columns: number };
  readonly featureNames: readonly string[];
  /** columns not used, with the reason; empty when the user chose */
  readonly leftOut: readonly { name: string; reason: string }[];
}

const DECIMAL_COMMA = 'decimals need a point, not a comma';

/** The columns asked for, or all that are numeric. Every cell of them must be a finite number. */
export function selectColumns(table: Table, wanted: readonly string[] | undefined): Selection {
  const { source, columns, nRows } = table;
  if (nRows === 0) throw new CliError(`${source} has a header but no rows`);
  const leftOut: { name: string; reason: string }[] = [];
  let chosen: number[];
  if (wanted === undefined) {
    chosen = [];
    columns.forEach((column, j) => {
      const reason = unfit(column);
      if (reason === undefined) chosen.push(j);
      else leftOut.push({ name: displayName(column, j), reason });
    });
  } else {
    chosen = wanted.map((name) => findColumn(table, name));
  }
  if (chosen.length === 0) {
    const list = leftOut.map(({ name, reason }) => `${name} (${reason})`).join(', ');
    throw new CliError(`${source} has no column of numbers: ${list}`);
  }
  checkCells(table, chosen);
  return {
    X: { data: pick(table, chosen), rows: nRows, columns: chosen.length },
    featureNames: chosen.map((j) => displayName(columns[j] as Column, j)),
    leftOut,
  };
}

/** Why a column is not data; undefined if it is. A few bad cells among numbers are an error to report, not a reason. */
function unfit(column: Column): string | undefined {
  const { name, numbers, texts, firstText, rowNumbers } = column;
  if (numbers === 0 && texts === 0) return 'empty';
  if (texts >= numbers && hasDecimalComma(firstText ?? '')) return `${DECIMAL_COMMA}, got ${quoted(firstText ?? '')}`;
  if (texts >= numbers) return `text, such as ${quoted(firstText ?? '')}`;
  // R and pandas write them first, under an empty name; as a feature they would dominate the fit
  if (rowNumbers && name === '') return 'row numbers';
  return undefined;
}

function findColumn({ source, columns }: Table, wanted: string): number {
  const named = columns.flatMap(({ name }, j) => (name === wanted ? [j] : []));
  if (named.length > 1) {
    throw new CliError(`${source} has ${named.length} columns called ${quoted(wanted)}; choose by number, from 1`);
  }
  if (named.length === 1) return named[0] as number;
  const number = Number(wanted);
  if (Number.isInteger(number) && number >= 1 && number <= columns.length) return number - 1;
  const names = columns.map((column, j) => displayName(column, j)).join(', ');
  throw new CliError(`${source} has no column ${quoted(wanted)}; its columns are ${names}`);
}

function checkCells(table: Table, chosen: readonly number[]): void {
  const { source, columns } = table;
  let earliest: { column: Column; j: number } | undefined;
  let nBad = 0;
  for (const j of chosen) {
    const column = columns[j] as Column;
    nBad += column.missing + column.texts;
    if (column.first === undefined) continue;
    if (earliest === undefined || column.first.row < (earliest.column.first?.row ?? 0)) earliest = { column, j };
  }
  if (earliest?.column.first === undefined) return;
  const { row, text } = earliest.column.first;
  const more = nBad > 1 ? ` (the first of ${nBad} bad cells)` : '';
  throw new CliError(
    `${source}, ${table.place(row)}, column ${displayName(earliest.column, earliest.j)}: ${complaint(text)}${more}; ` +
      'drop or complete such rows, or leave columns out with --columns',
  );
}

function complaint(text: string): string {
  if (isMissing(text)) return text.trim() === '' ? 'no value' : `missing value ${quoted(text)}`;
  if (hasDecimalComma(text)) return `${quoted(text)} is not a number; ${DECIMAL_COMMA}`;
  return isInfinite(text) ? `${quoted(text)} is not finite` : `${quoted(text)} is not a number`;
}

function pick({ cells, columns, nRows }: Table, chosen: readonly number[]): Float64Array {
  if (chosen.length === columns.length && chosen.every((j, i) => j === i)) return cells;
  const data = new Float64Array(nRows * chosen.length);
  for (let i = 0; i < nRows; i++) {
    chosen.forEach((j, at) => {
      data[i * chosen.length + at] = cells[i * columns.length + j] as number;
    });
  }
  return data;
}

function displayName({ name }: Column, j: number): string {
  return name === '' ? `column${j + 1}` : name;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
