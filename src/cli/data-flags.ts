/** The flags by which every command that reads data says what to read. */
import { type Command, Option } from 'commander';
import { nameList, oneCharacter } from './numbers.js';
import { FORMAT_NAMES, type Format, readTable } from './read/read-table.js';
import type { Table } from './read/table.js';

export interface DataFlags {
  columns?: string[];
  format?: Format;
  delimiter?: string;
  header?: boolean;
  query?: string;
}

export const DATA_ARGUMENT =
  'CSV, TSV, NDJSON, NPY, Parquet, Arrow IPC, or a DuckDB database with --query; .gz is unpacked; - reads standard input';

export function addDataFlags(command: Command, columns: string): Command {
  return command
    .option('--columns <names>', columns, nameList)
    .addOption(new Option('--format <name>', 'format of the data (default: recognised)').choices(FORMAT_NAMES))
    .option('--delimiter <character>', 'between the fields of a line (default: recognised)', oneCharacter)
    .option('--header', 'the first line names the columns (default: unless it holds a number)')
    .option('--no-header', 'the first line is data')
    .option('--query <sql>', 'read what DuckDB answers (npm install @duckdb/node-api)');
}

export function readData(file: string | undefined, { format, delimiter, header, query }: DataFlags): Promise<Table> {
  return readTable(file, { format, delimiter, header, query });
}
