/** Reads delimited text that somebody dropped: finds the numeric columns, leaves out rows with gaps, says which. */
import Papa from 'papaparse';
import type { Dataset } from './dataset.js';

/** More rows than this are not followed step by step on the main thread of a page. */
export const MOST_ROWS = 100_000;

export interface CsvTable {
  /** every numeric column */
  readonly dataset: Dataset;
  /** what was left out, in words; empty if nothing was */
  readonly notes: readonly string[];
}

/** A file that holds nothing to fit. */
export class CsvError extends Error {
  override name = 'CsvError';
}

/** Cells that stand for a missing value. */
const MISSING = /^\s*(|na|nan|null|n\/a|\?|-|\.)\s*$/i;

export function readCsv(text: string, name: string): CsvTable {
  const { data: all } = Papa.parse<string[]>(text, { skipEmptyLines: 'greedy' });
  const [first] = all;
  if (first === undefined)
    throw new CsvError(`${name} is empty; the first line may name the columns, each further line is a row`);
  const hasHeader = !first.some(isNumber);
  const records = hasHeader ? all.slice(1) : all;
  if (records.length === 0) throw new CsvError(`${name} has a header but no rows`);
  const names = first.map((cell, j) => (hasHeader && cell.trim() !== '' ? cell.trim() : `column ${j + 1}`));

  const kinds = names.map((_, j) => countKinds(records, j));
  const numeric = names.flatMap((_, j) => (kinds[j].numbers > kinds[j].texts ? [j] : []));
  if (numeric.length === 0) {
    throw new CsvError(`${name} has no column of numbers; its columns are ${names.join(', ')}`);
  }
  const text_ = names.filter((_, j) => !numeric.includes(j));

  const rows: number[][] = [];
  let gaps = 0;
  for (const record of records) {
    const row = numeric.map((j) => (isNumber(record[j] ?? '') ? Number(record[j]) : Number.NaN));
    if (row.every(Number.isFinite)) rows.push(row);
    else gaps++;
  }
  if (rows.length === 0)
    throw new CsvError(`${name}: no row has a number in each of ${numeric.map((j) => names[j]).join(', ')}`);
  const used = rows.slice(0, MOST_ROWS);
  const notes = [
    text_.length > 0 ? `not numbers, left out: ${text_.join(', ')}` : '',
    gaps > 0 ? `${gaps} of ${records.length} rows with missing values left out` : '',
    used.length < rows.length
      ? `the first ${MOST_ROWS} of ${rows.length} rows are used; the command line takes them all`
      : '',
  ].filter((note) => note !== '');
  const data = new Float64Array(used.length * numeric.length);
  used.forEach((row, i) => {
    data.set(row, i * numeric.length);
  });
  return {
    dataset: {
      name: name.replace(/\.\w+$/, ''),
      columns: numeric.map((j) => names[j]),
      matrix: { data, rows: used.length, columns: numeric.length },
    },
    notes,
  };
}

function isNumber(cell: string): boolean {
  return cell.trim() !== '' && Number.isFinite(Number(cell));
}

function countKinds(records: readonly string[][], j: number) {
  let numbers = 0;
  let texts = 0;
  for (const record of records) {
    const cell = record[j] ?? '';
    if (isNumber(cell)) numbers++;
    else if (!MISSING.test(cell)) texts++;
  }
  return { numbers, texts };
}
