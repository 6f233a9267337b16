/** Turns what users pass as binary data into bytes of 0 and 1, checked once, with the place of the first bad value. */
import { InvalidDataError, OutOfMemoryError, show } from '../errors.js';
import type { Matrix, RowsOut } from './matrix.js';

type Bit = number | boolean;

/** A matrix object of binary data. */
export interface BinaryMatrixLike {
  /** flat and row-major (a Uint8Array is used in place), or an array of rows */
  readonly data: ArrayLike<Bit> | ArrayLike<ArrayLike<Bit>>;
  /** nSamples */
  readonly rows: number;
  /** nFeatures */
  readonly columns: number;
}

/** Rows of 0/1 numbers or booleans, `{ data, rows, columns }`, a matrix of ml-matrix, or a flat array for one feature. */
export type BinaryInput = ArrayLike<ArrayLike<Bit>> | ArrayLike<Bit> | BinaryMatrixLike | RowsOut;

/** nSamples × nFeatures bytes, each 0 or 1. */
export function toBinary(input: BinaryInput, name = 'X'): Matrix<Uint8Array> {
  const matrix = read(input, name);
  if (matrix.nSamples === 0 || matrix.nFeatures === 0) {
    throw new InvalidDataError(
      `${name} is empty (${matrix.nSamples} rows × ${matrix.nFeatures} columns); at least one row and one column are needed`,
    );
  }
  return matrix;
}

function read(input: BinaryInput, name: string): Matrix<Uint8Array> {
  if (!isObject(input)) throw unreadable(input, name);
  if ('data' in input && 'rows' in input && 'columns' in input) {
    const { data, rows, columns } = input as BinaryMatrixLike;
    if (!Number.isInteger(rows) || !Number.isInteger(columns) || rows < 0 || columns < 0) {
      throw new InvalidDataError(
        `${name}.rows and .columns must be non-negative integers; got ${show(rows)}, ${show(columns)}`,
      );
    }
    if (!isArrayLike(data)) throw new InvalidDataError(`${name}.data must be an array; got ${show(data)}`);
    if (data.length > 0 && isObject(data[0])) {
      const matrix = fromRows(data, name);
      if (matrix.nSamples === rows && matrix.nFeatures === columns) return matrix;
      throw new InvalidDataError(
        `${name}.data holds ${matrix.nSamples} × ${matrix.nFeatures} values but rows × columns says ${rows} × ${columns}`,
      );
    }
    // converted first: what has a getter for its length may say another one every time
    const matrix = fromFlat(data, columns, name);
    if (matrix.x.length !== rows * columns) {
      throw new InvalidDataError(
        `${name}.data has ${matrix.x.length} values but rows × columns = ${rows} × ${columns}`,
      );
    }
    return { ...matrix, nSamples: rows };
  }
  if ('to2DArray' in input) return read(input.to2DArray(), name);
  if (!isArrayLike(input)) throw unreadable(input, name);
  return input.length > 0 && isObject(input[0]) ? fromRows(input, name) : fromFlat(input, 1, name);
}

function fromRows(rows: ArrayLike<unknown>, name: string): Matrix<Uint8Array> {
  const nSamples = rows.length;
  const nFeatures = (rows[0] as ArrayLike<unknown>).length;
  if (!Number.isInteger(nFeatures))
    throw new InvalidDataError(`${name} row 0 must be an array; got ${show(rows[0])}`, 0);
  const x = bytes(nSamples * nFeatures, name);
  for (let i = 0; i < nSamples; i++) {
    const row = rows[i];
    if (!isArrayLike(row))
      throw new InvalidDataError(`${name} row ${i} must be an array of 0 and 1; got ${show(row)}`, i);
    if (row.length !== nFeatures) {
      throw new InvalidDataError(
        `${name} is ragged: row ${i} has ${row.length} values, row 0 has ${nFeatures}; every row must have the same length`,
        i,
      );
    }
    for (let j = 0; j < nFeatures; j++) x[i * nFeatures + j] = bit(row[j], name, i, j);
  }
  return { x, nSamples, nFeatures };
}

function fromFlat(values: ArrayLike<unknown>, nFeatures: number, name: string): Matrix<Uint8Array> {
  const inPlace = Object.prototype.toString.call(values) === '[object Uint8Array]';
  const x = inPlace ? plain(values as Uint8Array) : bytes(values.length, name);
  for (let i = 0; i < x.length; i++) {
    const value = bit(values[i], name, Math.floor(i / nFeatures), i % nFeatures);
    if (!inPlace) x[i] = value;
  }
  return { x, nSamples: nFeatures === 0 ? 0 : x.length / nFeatures, nFeatures };
}

/** The same bytes: the `slice` of Node's Buffer is none of its own, but a view of a pool. */
function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

/** Room for so many values; an array-like may claim any length. */
function bytes(length: number, name: string): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch {
    throw new OutOfMemoryError(length, `${name} has a length of ${length} values: too many`);
  }
}

/** Every byte 0 or 1; `firstRow` is the first row's number, for the message. */
export function checkBits({ x, nFeatures }: Matrix<Uint8Array>, name: string, firstRow: number): void {
  for (let i = 0; i < x.length; i++) bit(x[i], name, firstRow + Math.floor(i / nFeatures), i % nFeatures);
}

function bit(value: unknown, name: string, row: number, column: number): 0 | 1 {
  if (value === 1 || value === true) return 1;
  if (value === 0 || value === false) return 0;
  throw new InvalidDataError(
    `${name} must hold 0 and 1 (or false and true); got ${show(value)} at row ${row}, column ${column}; binarise the data first, e.g. x > threshold`,
    row,
    column,
  );
}

function unreadable(input: unknown, name: string): InvalidDataError {
  return new InvalidDataError(
    `${name} must be an array of rows of 0 and 1, { data, rows, columns }, or a flat array for one feature; got ${show(input)}`,
  );
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object';
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return isObject(value) && typeof (value as ArrayLike<unknown>).length === 'number';
}
