/** Reads Arrow IPC (files, which Feather 2 is, and streams) with apache-arrow, an optional peer; batch by batch. */
import { CliError, fileErrorText } from '../errors.js';
import { optionalPeer } from './optional-peer.js';
import type { ByteSource } from './source.js';
import { type Table, TableBuilder } from './table.js';

export async function readArrow(source: ByteSource): Promise<Table> {
  const { name } = source;
  const { RecordBatchReader, DataType } = await optionalPeer<typeof import('apache-arrow')>('apache-arrow', name);
  try {
    // a file has its index at the end; its batches come in order all the same
    const reader = await RecordBatchReader.from(await source.rest());
    await reader.open();
    const { fields } = reader.schema;
    const numeric = ({ type }: (typeof fields)[number]) =>
      DataType.isInt(type) || DataType.isFloat(type) || DataType.isBool(type) || DataType.isDecimal(type);
    const builder = new TableBuilder(
      fields.map((field) => field.name),
      512,
      fields.map((field) => (numeric(field) ? undefined : `${field.type}`)),
    );
    const width = fields.length;
    for await (const batch of reader) {
      builder.reserve(batch.numRows);
      const { cells, nRows } = builder;
      fields.forEach((field, j) => {
        if (!numeric(field)) return;
        const vector = batch.getChildAt(j);
        const scale = DataType.isDecimal(field.type) ? field.type.scale : undefined;
        for (let i = 0; i < batch.numRows; i++) {
          const value: unknown = vector?.get(i);
          cells[(nRows + i) * width + j] = builder.value(
            j,
            nRows + i,
            scale === undefined ? value : decimal(value, scale),
          );
        }
      });
      builder.nRows += batch.numRows;
    }
    return builder.build(name, true, (row) => `row ${row + 1}`);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError(`cannot read ${name} as Arrow IPC: ${fileErrorText(cause)}`, { cause });
  }
}

/** A decimal is an integer of 128 or 256 bits, in words of 32, and a scale. */
function decimal(value: unknown, scale: number): number | null {
  if (!ArrayBuffer.isView(value)) return null;
  const words = value as Uint32Array;
  let integer = 0n;
  for (let i = words.length - 1; i >= 0; i--) integer = (integer << 32n) | BigInt(words[i] as number);
  return Number(`${BigInt.asIntN(32 * words.length, integer)}e${-scale}`);
}
