/** Reads a NumPy array (.npy, format versions 1 to 3: numpy.lib.format): n × d, or n numbers for one column. */
import type { FloatArray } from '../../data/matrix.js';
import { CliError } from '../errors.js';
import { asLatin1, type ByteSource, NPY_MAGIC } from './source.js';
import { type Column, EXACT, newColumn, noteBoolean, noteInexact, sharedFloats, type Table } from './table.js';

interface Header {
  readonly dtype: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/** Elements that are converted at a time. */
const BATCH = 2 ** 16;

export async function readNpy(source: ByteSource): Promise<Table> {
  const { name } = source;
  const { dtype, fortran, shape } = parseHeader(await readHeader(source), name);
  if (shape.length < 1 || shape.length > 2) {
    throw new CliError(`${name} has ${shape.length} dimensions (${shape.join(' × ')}); a table has two, a column one`);
  }
  const [nRows = 0, nColumns = 1] = shape;
  const element = elementOf(dtype, name);
  const cells = reserveCells([nRows, nColumns], element, source);
  const columns = Array.from({ length: nColumns }, (_, j) => newColumn(`column${j + 1}`));

  const buffer = new ArrayBuffer(BATCH * element.bytes);
  const total = nRows * nColumns;
  for (let done = 0; done < total; ) {
    const batch = Math.min(BATCH, total - done);
    const bytes = new Uint8Array(buffer, 0, batch * element.bytes);
    const got = await source.fill(bytes);
    if (got < bytes.length) {
      throw new CliError(
        `${name} ends after ${done + Math.floor(got / element.bytes)} of ${total} values (${shape.join(' × ')} of ${dtype}); it is cut off`,
      );
    }
    const view = new DataView(buffer);
    for (let i = 0; i < batch; i++, done++) {
      const at = fortran && nColumns > 1 ? (done % nRows) * nColumns + Math.floor(done / nRows) : done;
      const value = element.read(view, i * element.bytes);
      if (value - value === 0) cells[at] = value;
      else {
        cells[at] = Number.NaN;
        const column = columns[at % nColumns] as Column;
        const row = Math.floor(at / nColumns);
        column.missing++;
        if (column.first === undefined || row < column.first.row) column.first = { row, text: String(value) };
      }
      if (element.integer !== undefined && Math.abs(value) >= EXACT) {
        const integer = element.integer(view, i * element.bytes);
        if (BigInt(value) !== integer) {
          noteInexact(columns[at % nColumns] as Column, Math.floor(at / nColumns), String(integer));
        }
      }
      if (element.kind === 'b1') {
        noteBoolean(columns[at % nColumns] as Column, Math.floor(at / nColumns), String(value === 1));
      }
    }
  }
  if ((await source.fill(new Uint8Array(1))) > 0) {
    throw new CliError(
      `${name} goes on behind its ${total} values (${shape.join(' × ')} of ${dtype}); save one array to a file`,
    );
  }
  return {
    source: name,
    columns,
    nRows,
    cells: cells.subarray(0, total),
    named: false,
    place: (row) => `row ${row + 1}`,
  };
}

/** Most columns of a table: each is described by itself. */
const MOST_COLUMNS = 2 ** 20;

/** A header may say anything: nothing is reserved that the file, or memory, cannot hold. */
function reserveCells([nRows, nColumns]: readonly [number, number], element: Element, source: ByteSource): FloatArray {
  const { name, path, size } = source;
  const total = nRows * nColumns;
  const what = `${name} is said to hold ${nRows} × ${nColumns} values`;
  if (path !== undefined && size !== undefined && total * element.bytes > size) {
    throw new CliError(`${what}, ${total * element.bytes} bytes, and has ${size}; it is cut off`);
  }
  if (nColumns > MOST_COLUMNS) throw new CliError(`${what}; at most ${MOST_COLUMNS} columns can be read`);
  try {
    return element.kind === 'f4' ? new Float32Array(new SharedArrayBuffer(4 * total)) : sharedFloats(total);
  } catch (cause) {
    throw new CliError(`${what}; there is no memory for so many`, { cause });
  }
}

async function readHeader(source: ByteSource): Promise<string> {
  const start = new Uint8Array(12);
  const bad = () => new CliError(`${source.name} is no .npy file, or cut off in its header`);
  if ((await source.fill(start.subarray(0, 10))) < 10) throw bad();
  if (asLatin1(start.subarray(0, 6)) !== NPY_MAGIC) throw bad();
  const [major] = start.subarray(6);
  const wide = (major as number) >= 2;
  if (wide && (await source.fill(start.subarray(10))) < 2) throw bad();
  if ((major as number) < 1 || (major as number) > 3) {
    throw new CliError(`${source.name} has .npy format version ${major}; versions 1 to 3 can be read`);
  }
  const view = new DataView(start.buffer);
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const header = new Uint8Array(length);
  if ((await source.fill(header)) < length) throw bad();
  return (major as number) === 3 ? new TextDecoder().decode(header) : asLatin1(header);
}

/** The header is a Python literal: `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`. */
function parseHeader(text: string, name: string): Header {
  const dtype = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (dtype === undefined || fortran === undefined || shape === undefined) {
    const fields = /'descr':\s*\[/.test(text);
    throw new CliError(
      fields
        ? `${name} holds records with fields; save a plain array: np.save(file, np.column_stack([...]))`
        : `${name} has a header that cannot be understood: ${text.trim().slice(0, 80)}`,
    );
  }
  const sizes = shape
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  return { dtype, fortran: fortran === 'True', shape: sizes };
}

interface Element {
  readonly kind: string;
  readonly bytes: number;
  read(view: DataView, at: number): number;
  /** the value itself, of integers that doubles may not hold */
  integer?: ((view: DataView, at: number) => bigint) | undefined;
}

function elementOf(dtype: string, name: string): Element {
  const little = dtype[0] !== '>';
  const kind = dtype.slice(1);
  const i8 = (view: DataView, at: number) => view.getBigInt64(at, little);
  const u8 = (view: DataView, at: number) => view.getBigUint64(at, little);
  const readers: Record<string, [bytes: number, read: Element['read'], integer?: Element['integer']]> = {
    f8: [8, (view, at) => view.getFloat64(at, little)],
    f4: [4, (view, at) => view.getFloat32(at, little)],
    i1: [1, (view, at) => view.getInt8(at)],
    i2: [2, (view, at) => view.getInt16(at, little)],
    i4: [4, (view, at) => view.getInt32(at, little)],
    i8: [8, (view, at) => Number(i8(view, at)), i8],
    u1: [1, (view, at) => view.getUint8(at)],
    u2: [2, (view, at) => view.getUint16(at, little)],
    u4: [4, (view, at) => view.getUint32(at, little)],
    u8: [8, (view, at) => Number(u8(view, at)), u8],
    b1: [1, (view, at) => (view.getUint8(at) === 0 ? 0 : 1)],
  };
  const reader = Object.hasOwn(readers, kind) ? readers[kind] : undefined;
  if (reader === undefined) {
    throw new CliError(
      `${name} holds values of type ${dtype}; float64, float32, integers and booleans can be read: a.astype(np.float64)`,
    );
  }
  const [bytes, read, integer] = reader;
  return { kind, bytes, read, integer };
}
