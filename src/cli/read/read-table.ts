/** Opens data of any format. A new format is a reader, a line in `FORMATS` and one in `recognise`. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { CliError, fileOperation, UsageError } from '../errors.js';
import { type DelimitedOptions, readDelimited } from './delimited.js';
import { asLatin1, type ByteSource, NPY_MAGIC, openSource } from './source.js';
import type { Table } from './table.js';

export interface ReadOptions extends DelimitedOptions {
  /** undefined: recognised */
  format?: Format | undefined;
  /** SQL for DuckDB */
  query?: string | undefined;
}

type Reader = (source: ByteSource, options: ReadOptions) => Promise<Table>;

/** Readers that a plain CSV does not need are loaded when they are. */
const FORMATS = {
  csv: readDelimited,
  ndjson: async (source) => (await import('./ndjson.js')).readNdjson(source),
  npy: async (source) => (await import('./npy.js')).readNpy(source),
  parquet: async (source) => (await import('./parquet.js')).readParquet(source),
  arrow: async (source) => (await import('./arrow.js')).readArrow(source),
} as const satisfies Record<string, Reader>;

export type Format = keyof typeof FORMATS;
export const FORMAT_NAMES = Object.keys(FORMATS) as Format[];

const DATABASES = ['.duckdb', '.db'];

/** Reads the file at `path`, standard input for `-`, or what a query gives. */
export async function readTable(path: string | undefined, options: ReadOptions = {}): Promise<Table> {
  const extension = path === undefined ? '' : extname(path).toLowerCase();
  const isDatabase = DATABASES.includes(extension);
  if (options.query !== undefined || isDatabase || extension === '.sql') {
    const { readQuery } = await import('./duckdb.js');
    return readQuery(await queryOf(path, extension, isDatabase, options.query));
  }
  if (path === undefined) throw new UsageError('no data: name a file, - for standard input, or give --query');
  const source = await openSource(path);
  try {
    const format =
      options.format ?? (await recognise(source, extension === '.gz' ? extname(path.slice(0, -3)) : extension));
    return await FORMATS[format](source, options);
  } finally {
    await source.close();
  }
}

async function queryOf(path: string | undefined, extension: string, isDatabase: boolean, query: string | undefined) {
  if (extension === '.sql' && path !== undefined) {
    if (query !== undefined) throw new UsageError(`both ${path} and --query hold a query; give one of them`);
    return { database: undefined, sql: await fileOperation(`read ${path}`, () => readFile(path, 'utf8')), name: path };
  }
  if (query === undefined) throw new UsageError(`${path} is a database: say with --query what to read from it`);
  if (path !== undefined && !isDatabase) {
    throw new UsageError(
      `--query reads files by their names in the SQL, such as --query "select * from '${path}'"; a file beside it must be a database (.duckdb, .db)`,
    );
  }
  return { database: path, sql: query, name: path ?? 'query' };
}

/** By the first bytes; text is JSON or delimited. */
async function recognise(source: ByteSource, extension: string): Promise<Format> {
  const start = await source.peek(64);
  const magic = asLatin1(start);
  if (magic.startsWith(NPY_MAGIC)) return 'npy';
  if (magic.startsWith('PAR1')) return 'parquet';
  if (magic.startsWith('ARROW1') || magic.startsWith('\xff\xff\xff\xff')) return 'arrow';
  if (magic.startsWith('PK\x03\x04')) {
    throw new CliError(
      `${source.name} is a zip archive, as .xlsx and .npz files are: export or save it as CSV (one array of an .npz: np.save)`,
    );
  }
  if (['.ndjson', '.jsonl'].includes(extension.toLowerCase())) return 'ndjson';
  if (['.csv', '.tsv'].includes(extension.toLowerCase())) return 'csv';
  return /^\uFEFF?\s*[{[]/.test(magic.replace('\xef\xbb\xbf', '')) ? 'ndjson' : 'csv';
}
