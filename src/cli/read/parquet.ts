/** Reads Parquet with hyparquet, one row group after the other; only columns of numbers and booleans are decoded. */
import { open } from 'node:fs/promises';
import type { AsyncBuffer, SchemaElement } from 'hyparquet';
import { parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { CliError, fileErrorText } from '../errors.js';
import type { ByteSource } from './source.js';
import { type Table, TableBuilder } from './table.js';

export async function readParquet(source: ByteSource): Promise<Table> {
  const { name } = source;
  const { file, close } = await asyncBuffer(source);
  try {
    const metadata = await parquetMetadataAsync(file);
    const fields = parquetSchema(metadata).children;
    const nRows = Number(metadata.num_rows);
    const types = fields.map(({ element, children }) => (children.length > 0 ? 'nested' : otherType(element)));
    const builder = new TableBuilder(
      fields.map(({ element }) => element.name),
      nRows,
      types,
    );
    builder.nRows = nRows;
    const { cells } = builder;
    const width = fields.length;
    const places = new Map(fields.map(({ element }, j) => [element.name, j]));
    const powers = fields.map(({ element }) => decimalPower(element));
    const columns = fields.flatMap(({ element }, j) => (types[j] === undefined ? [element.name] : []));
    let rowStart = 0;
    for (const group of columns.length === 0 ? [] : metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      await parquetRead({
        file,
        metadata,
        columns,
        compressors,
        rowStart,
        rowEnd,
        onChunk: ({ columnName, columnData, rowStart: first }) => {
          const j = places.get(columnName) as number;
          const power = powers[j];
          for (let i = 0; i < columnData.length; i++) {
            const row = first + i;
            const value = builder.value(j, row, columnData[i]);
            // hyparquet multiplies decimals by 10^-scale, which no double holds: to the nearest number again
            cells[row * width + j] = power === undefined ? value : Math.round(value * power) / power;
          }
        },
      });
      rowStart = rowEnd;
    }
    return builder.build(name, true, (row) => `row ${row + 1}`);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError(`cannot read ${name} as Parquet: ${fileErrorText(cause)}`, { cause });
  } finally {
    await close();
  }
}

/** 10^scale of a column of decimals; undefined for others, and where it is beyond what doubles hold exactly. */
function decimalPower({ converted_type, logical_type, scale = 0 }: SchemaElement): number | undefined {
  const isDecimal = converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL';
  return isDecimal && scale > 0 && scale <= 22 ? Number(`1e${scale}`) : undefined;
}

/** What a column holds that is neither numbers nor booleans; undefined if it does. */
function otherType({ type, converted_type, logical_type, repetition_type }: SchemaElement): string | undefined {
  if (repetition_type === 'REPEATED') return 'lists';
  const logical = logical_type?.type;
  const what = `${logical ?? ''} ${converted_type ?? ''}`;
  if (/DATE|TIME|INTERVAL/.test(what) || type === 'INT96') return 'dates or times';
  if (/DECIMAL|FLOAT16/.test(what)) return undefined;
  return type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY' ? 'text' : undefined;
}

/** The file read where it lies; what comes through a pipe or is packed has to be held. */
async function asyncBuffer(source: ByteSource): Promise<{ file: AsyncBuffer; close(): Promise<void> }> {
  if (source.path === undefined || source.size === undefined) {
    const bytes = await source.rest();
    const slice = (start: number, end?: number) => new Uint8Array(bytes.subarray(start, end)).buffer;
    return { file: { byteLength: bytes.length, slice }, close: async () => {} };
  }
  const handle = await open(source.path);
  const { size } = source;
  const file: AsyncBuffer = {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new Uint8Array(Math.max(0, end - start));
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at);
        if (bytesRead === 0) break;
        at += bytesRead;
      }
      return bytes.buffer;
    },
  };
  return { file, close: () => handle.close() };
}
