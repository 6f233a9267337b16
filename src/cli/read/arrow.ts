/** Reads Arrow IPC (files, which Feather 2 is, and streams) with apache-arrow, an optional peer; batch by batch. */
import { CliError, fileErrorText } from '../errors.js';
import { optionalPeer } from './optional-peer.js';
import { asLatin1, type ByteSource } from './source.js';
import { type Table, TableBuilder } from './table.js';

const MARK = 'ARROW1';

export async function readArrow(source: ByteSource): Promise<Table> {
  const { name } = source;
  const { RecordBatchReader, DataType } = await optionalPeer<typeof import('apache-arrow')>('apache-arrow', name);
  try {
    const bytes = await source.rest();
    if (!isWhole(bytes)) {
      throw new CliError(`cannot read ${name} as Arrow IPC: it is cut off, for a file ends as it begins, with ${MARK}`);
    }
    // a file has its index at the end; its batches come in order all the same
    const reader = await RecordBatchReader.from(bytes);
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
    // what apache-arrow makes of bytes that are no Arrow, or not all there
    const damaged = cause instanceof TypeError || cause instanceof RangeError;
    const why = damaged ? 'it is cut off or damaged' : fileErrorText(cause);
    throw new CliError(`cannot read ${name} as Arrow IPC: ${why}`, { cause });
  }
}

/** A file (a stream has no such mark) holds a footer between two marks. */
function isWhole(bytes: Uint8Array): boolean {
  if (asLatin1(bytes.subarray(0, MARK.length)) !== MARK) return true;
  return asLatin1(bytes.subarray(MARK.length).subarray(-MARK.length)) === MARK;
}

/** A decimal is an integer of 128 or 256 bits, in words of 32, and a scale. */
function decimal(value: unknown, scale: number): number | bigint | null {
  if (!ArrayBuffer.isView(value)) return null;
  const words = value as Uint32Array;
  let integer = 0n;
  for (let i = words.length - 1; i >= 0; i--) integer = (integer << 32n) | BigInt(words[i] as number);
  const signed = BigInt.asIntN(32 * words.length, integer);
  return scale === 0 ? signed : Number(`${signed}e${-scale}`);
}
