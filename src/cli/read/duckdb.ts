/** Runs a query with DuckDB, an optional peer; its rows come in chunks. */
import type { DuckDBDecimalValue } from '@duckdb/node-api';
import { CliError } from '../errors.js';
import { optionalPeer } from './optional-peer.js';
import { type Table, TableBuilder } from './table.js';

/** A database file (undefined: none, the query names the files it reads) and what is asked of it. */
export interface Query {
  readonly database: string | undefined;
  readonly sql: string;
  /** for messages */
  readonly name: string;
}

export async function readQuery({ database, sql, name }: Query): Promise<Table> {
  const { DuckDBInstance, DuckDBTypeId } = await optionalPeer<typeof import('@duckdb/node-api')>(
    '@duckdb/node-api',
    name,
  );
  const numbers = new Set<number>([
    DuckDBTypeId.BOOLEAN,
    DuckDBTypeId.TINYINT,
    DuckDBTypeId.SMALLINT,
    DuckDBTypeId.INTEGER,
    DuckDBTypeId.BIGINT,
    DuckDBTypeId.UTINYINT,
    DuckDBTypeId.USMALLINT,
    DuckDBTypeId.UINTEGER,
    DuckDBTypeId.UBIGINT,
    DuckDBTypeId.HUGEINT,
    DuckDBTypeId.UHUGEINT,
    DuckDBTypeId.FLOAT,
    DuckDBTypeId.DOUBLE,
    DuckDBTypeId.DECIMAL,
  ]);
  try {
    // a query has no business writing to the database
    const instance = await DuckDBInstance.create(database, database === undefined ? {} : { access_mode: 'READ_ONLY' });
    try {
      const connection = await instance.connect();
      const result = await connection.stream(sql);
      const types = result.columnTypes();
      const isNumber = types.map(({ typeId }) => numbers.has(typeId));
      const builder = new TableBuilder(
        result.columnNames(),
        512,
        types.map((type, j) => (isNumber[j] ? undefined : `${type}`)),
      );
      const width = types.length;
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        builder.reserve(chunk.rowCount);
        const { cells, nRows } = builder;
        for (let j = 0; j < width; j++) {
          if (!isNumber[j]) continue;
          chunk.getColumnValues(j).forEach((value, i) => {
            cells[(nRows + i) * width + j] = builder.value(j, nRows + i, plain(value));
          });
        }
        builder.nRows += chunk.rowCount;
      }
      connection.closeSync();
      return builder.build(name, true, (row) => `row ${row + 1}`);
    } finally {
      instance.closeSync();
    }
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError(`${name}: ${(cause as Error).message}`, { cause });
  }
}

/** A decimal as a number: an integer where it has no fraction. */
function plain(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  const { scale, value: integer } = value as Partial<DuckDBDecimalValue>;
  return scale === 0 ? integer : Number(value.toString());
}
