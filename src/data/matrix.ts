/** Turns what users pass as `X` into row-major numbers, checked once, with the place of the first bad value. */
import { InvalidDataError, OutOfMemoryError, show } from '../errors.js';

/** Floating-point storage used as it is; anything else is converted to float64. */
export type FloatArray = Float64Array | Float32Array;

/** Storage a kernel reads: floating point, or bytes for binary data. */
export type Values = FloatArray | Uint8Array;

/** A table of numbers, row-major and dense. */
export interface Matrix<V extends Values = FloatArray> {
  /** values (nSamples × nFeatures, row-major) */
  readonly x: V;
  /** rows */
  readonly nSamples: number;
  /** columns */
  readonly nFeatures: number;
}

/** A matrix object: flat row-major `data` (typed arrays are used in place, with their offsets), or an array of rows. */
export interface MatrixLike {
  /** (rows × columns) */
  readonly data: ArrayLike<number> | ArrayLike<ArrayLike<number>>;
  /** nSamples */
  readonly rows: number;
  /** nFeatures */
  readonly columns: number;
}

/** A matrix object that hands out its rows: those of ml-matrix, views included. */
export interface RowsOut {
  /** The rows. */
  to2DArray(): number[][];
}

/**
 * Data as users have it: an array of rows (arrays or typed arrays), a `MatrixLike`, a matrix of ml-matrix, or a flat array of
 * numbers for one feature.
 */
export type DataInput = ArrayLike<ArrayLike<number>> | ArrayLike<number> | MatrixLike | RowsOut;

const REMEDY = 'pass rows of finite numbers; drop or impute missing values first';

/** Validates and converts; typed float64/float32 storage is not copied. */
export function toMatrix(input: DataInput, name = 'X'): Matrix {
  const matrix = toTable(input, name);
  if (matrix.nSamples === 0 || matrix.nFeatures === 0) {
    throw new InvalidDataError(
      `${name} is empty (${matrix.nSamples} rows × ${matrix.nFeatures} columns); at least one row and one column are needed`,
    );
  }
  checkFinite(matrix, name);
  return matrix;
}

/** As `toMatrix`, but the numbers may be infinite or NaN and the table empty. */
export function toTable(input: DataInput, name: string): Matrix {
  if (input === null || typeof input !== 'object') {
    throw new InvalidDataError(
      `${name} must be an array of rows, a { data, rows, columns } matrix, or a flat array of numbers for one feature; got ${show(input)}`,
    );
  }
  if (isMatrixLike(input)) return fromMatrixLike(input, name);
  return fromArray((input as Partial<RowsOut>).to2DArray?.() ?? (input as ArrayLike<unknown>), name);
}

function isMatrixLike(input: object): input is MatrixLike {
  return 'data' in input && 'rows' in input && 'columns' in input;
}

function isTyped(value: unknown): value is ArrayLike<number> & ArrayBufferView {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** By tag, so that arrays of another realm (an iframe, a vm context) are recognised too. */
function isFloat(value: object): value is FloatArray {
  const tag = tagOf(value);
  return tag === 'Float64Array' || tag === 'Float32Array';
}

function rejectBigInt(value: object, name: string): void {
  if (tagOf(value).startsWith('Big')) {
    throw new InvalidDataError(
      `${name} holds BigInt values; convert them to numbers first: Float64Array.from(a, Number)`,
    );
  }
}

function fromMatrixLike(input: MatrixLike, name: string): Matrix {
  const { data, rows, columns } = input;
  for (const [label, size] of [
    ['rows', rows],
    ['columns', columns],
  ] as const) {
    if (!Number.isInteger(size) || size < 0) {
      throw new InvalidDataError(`${name}.${label} must be a non-negative integer; got ${show(size)}`);
    }
  }
  if (data === null || typeof data !== 'object' || typeof data.length !== 'number') {
    throw new InvalidDataError(`${name}.data must be an array; got ${show(data)}`);
  }
  rejectBigInt(data, `${name}.data`);
  if (!isTyped(data) && data.length > 0 && typeof data[0] === 'object') {
    const matrix = fromRows(data as ArrayLike<ArrayLike<number>>, name);
    if (matrix.nSamples !== rows || matrix.nFeatures !== columns) {
      throw new InvalidDataError(
        `${name}.data holds ${matrix.nSamples} × ${matrix.nFeatures} numbers but rows × columns says ${rows} × ${columns}`,
      );
    }
    return matrix;
  }
  // converted first: what has a getter for its length may say another one every time
  const x = toFloats(data as ArrayLike<number>, name, columns);
  if (x.length !== rows * columns) {
    throw new InvalidDataError(
      `${name}.data has ${x.length} numbers but rows × columns = ${rows} × ${columns} = ${rows * columns}`,
    );
  }
  return { x, nSamples: rows, nFeatures: columns };
}

function fromArray(input: ArrayLike<unknown>, name: string): Matrix {
  if (typeof input.length !== 'number') {
    throw new InvalidDataError(
      `${name} must be an array of rows or { data, rows, columns }, a table needs the option columns; got ${show(input)}`,
    );
  }
  rejectBigInt(input, name);
  if (isTyped(input) || typeof input[0] === 'number') {
    const x = toFloats(input as ArrayLike<number>, name);
    return { x, nSamples: x.length, nFeatures: 1 };
  }
  return fromRows(input as ArrayLike<ArrayLike<number>>, name);
}

function fromRows(rows: ArrayLike<ArrayLike<number>>, name: string): Matrix {
  const nSamples = rows.length;
  const nFeatures = nSamples === 0 ? 0 : checkedRow(rows, 0, name).length;
  const x = numbers(nSamples * nFeatures, name);
  for (let i = 0; i < nSamples; i++) {
    const row = checkedRow(rows, i, name);
    if (row.length !== nFeatures) {
      throw new InvalidDataError(
        `${name} is ragged: row ${i} has ${row.length} values, row 0 has ${nFeatures}; every row must have the same length`,
        i,
      );
    }
    for (let j = 0; j < nFeatures; j++) {
      const value = row[j];
      if (typeof value !== 'number') throw notANumber(name, value, i, j);
      x[i * nFeatures + j] = value;
    }
  }
  return { x, nSamples, nFeatures };
}

/** Room for so many numbers; an array-like, or a matrix without columns, may claim any length. */
export function numbers(length: number, name: string): Float64Array {
  try {
    return new Float64Array(length);
  } catch {
    throw new OutOfMemoryError(8 * length, `${name} has a length of ${length} numbers: too many`);
  }
}

function checkedRow(rows: ArrayLike<ArrayLike<number>>, i: number, name: string): ArrayLike<number> {
  const row = rows[i] as unknown;
  if (row === null || typeof row !== 'object' || typeof (row as ArrayLike<number>).length !== 'number') {
    throw new InvalidDataError(
      `${name} row ${i} must be an array of numbers; got ${show(row)}; objects need the option columns`,
      i,
    );
  }
  rejectBigInt(row, `${name} row ${i}`);
  return row as ArrayLike<number>;
}

function notANumber(name: string, value: unknown, row: number, column: number): InvalidDataError {
  return new InvalidDataError(
    `${name} must hold numbers; got ${show(value)} at row ${row}, column ${column}; ${REMEDY}`,
    row,
    column,
  );
}

/** Float storage as it is, other arrays copied to float64 with every element checked to be a number. */
export function toFloats(values: ArrayLike<number>, name: string, columns = 1): FloatArray {
  if (isFloat(values)) return values;
  if (isTyped(values)) return Float64Array.from(values as ArrayLike<number>);
  const out = numbers(values.length, name);
  for (let i = 0; i < out.length; i++) {
    const value: unknown = values[i];
    if (typeof value !== 'number') throw notANumber(name, value, Math.floor(i / columns), i % columns);
    out[i] = value;
  }
  return out;
}

/** Every number finite; `firstRow` is the first row's number, for the message. */
export function checkFinite({ x, nFeatures }: Matrix, name: string, firstRow = 0): void {
  const i = firstNonFinite(x);
  if (i < 0) return;
  const row = firstRow + Math.floor(i / nFeatures);
  const column = i % nFeatures;
  throw new InvalidDataError(
    `${name} must be finite; got ${x[i]} at row ${row}, column ${column}; ${REMEDY}`,
    row,
    column,
  );
}

/** The index of the first value that is NaN or infinite, −1 if there is none. */
function firstNonFinite(x: Values): number {
  let i = 0;
  // x − x is 0 for finite numbers only: one comparison catches NaN and both infinities, of four values at once (each a variable
  // of its own: taken out of an array they take V8 five times as long)
  for (; i + 4 <= x.length; i += 4) {
    const a = x[i] as number;
    const b = x[i + 1] as number;
    const c = x[i + 2] as number;
    const d = x[i + 3] as number;
    if (a - a + (b - b) + (c - c + (d - d)) !== 0) break;
  }
  for (; i < x.length; i++) if (!Number.isFinite(x[i] as number)) return i;
  return -1;
}
