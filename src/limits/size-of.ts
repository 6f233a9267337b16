/** How large X is, read off its lengths: nothing is copied, converted or walked through. */
import type { ArqueroTableLike, ArrowTableLike, NamedRows } from '../data/columns.js';
import type { DataInput } from '../data/matrix.js';
import { InvalidDataError, show } from '../errors.js';

/** Whatever X may be, each part of it optional. */
type Shaped = Partial<ArrayLike<unknown>> &
  Partial<ArrowTableLike & ArqueroTableLike> & {
    /** of a matrix */
    readonly rows?: unknown;
    readonly columns?: unknown;
    /** of an Arrow table, and of an Arquero table */
    readonly numRows?: unknown;
  };

/**
 * @param columns the option of that name: X then has names
 * @throws {InvalidDataError} X has no size that could be told
 */
export function sizeOf(X: DataInput | NamedRows | object, columns: unknown): { nSamples: number; nFeatures: number } {
  if (X === null || typeof X !== 'object') throw unmeasurable(X);
  const { length, rows, columns: width, numRows } = X as Shaped;
  const named = Array.isArray(columns) ? columns.length : undefined;
  if (typeof numRows === 'function') return checked(X, (numRows as () => unknown).call(X), named);
  if (typeof numRows === 'number') return checked(X, numRows, named);
  if (typeof rows === 'number') return checked(X, rows, width);
  const first = (X as ArrayLike<unknown>)[0];
  const inRow = first !== null && typeof first === 'object' ? (first as ArrayLike<unknown>).length : 1;
  return checked(X, length, named ?? inRow);
}

function checked(X: object, nSamples: unknown, nFeatures: unknown) {
  if (!isSize(nSamples) || !isSize(nFeatures)) throw unmeasurable(X);
  return { nSamples, nFeatures };
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function unmeasurable(X: unknown): InvalidDataError {
  return new InvalidDataError(
    `the size of X cannot be told from ${show(X)}; pass an array of rows, { data, rows, columns }, or a table with the option columns`,
  );
}
