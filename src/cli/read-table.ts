/** Opens a data file. A new format is a reader and a line in `READERS`. */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileOperation } from './errors.js';
import { type CsvOptions, readCsv } from './read-csv.js';
import type { Table } from './table.js';

export type ReadOptions = CsvOptions;

type Reader = (path: string, source: string, options: ReadOptions) => Table;

const delimitedText: Reader = (path, source, options) =>
  // descriptor 0 is standard input
  readCsv(
    fileOperation(`read ${source}`, () => readFileSync(path === '-' ? 0 : path, 'utf8')),
    source,
    options,
  );

/** By file extension; anything else is taken for delimited text. */
const READERS: Record<string, Reader> = { '.csv': delimitedText, '.tsv': delimitedText, '.txt': delimitedText };

/** Reads the file at `path`, or standard input for `-`. */
export function readTable(path: string, options: ReadOptions = {}): Table {
  const reader = READERS[extname(path).toLowerCase()] ?? delimitedText;
  return reader(path, path === '-' ? 'standard input' : path, options);
}
