/** The rows of a picture: which are drawn, how far the axes go. */

import { type NamedRows, readColumns } from '../data/columns.js';
import { type DataInput, type FloatArray, toMatrix } from '../data/matrix.js';
import { InvalidDataError } from '../errors.js';

export interface PictureRows {
  /** the rows that are drawn (nSamples × nFeatures, row-major) */
  readonly x: FloatArray;
  readonly nSamples: number;
  readonly nFeatures: number;
  /** rows there are */
  readonly total: number;
  /** least and greatest value of every feature over all rows */
  readonly extents: readonly (readonly [number, number])[];
  /** every value of one feature */
  column(feature: number): Float64Array;
}

/**
 * Every row, or `most` of them in equal steps: the same rows whenever the picture is drawn. A model with `columns` finds them
 * in objects and tables.
 * @throws {InvalidDataError} bad rows, or another number of columns than the model has features
 */
export function pictureRows(
  X: DataInput | NamedRows,
  { nFeatures, columns }: { readonly nFeatures: number; readonly columns: readonly string[] | undefined },
  most: number,
): PictureRows {
  const { x, nSamples: total, nFeatures: d } = readColumns(toMatrix, X, columns, 'X');
  if (d !== nFeatures) {
    throw new InvalidDataError(
      `the model has ${nFeatures} features but X has ${d} columns; draw the rows the model was fitted to`,
    );
  }
  const extents = Array.from({ length: d }, (): [number, number] => [Infinity, -Infinity]);
  for (let i = 0; i < total; i++) {
    for (let j = 0; j < d; j++) {
      const extent = extents[j] as [number, number];
      const value = x[i * d + j] as number;
      if (value < extent[0]) extent[0] = value;
      if (value > extent[1]) extent[1] = value;
    }
  }
  const column = (j: number) => Float64Array.from({ length: total }, (_, i) => x[i * d + j] as number);
  if (total <= most) return { x, nSamples: total, nFeatures: d, total, extents, column };
  const drawn = new Float64Array(most * d);
  for (let i = 0; i < most; i++) {
    const from = Math.floor(((i + 0.5) * total) / most) * d;
    for (let j = 0; j < d; j++) drawn[i * d + j] = x[from + j] as number;
  }
  return { x: drawn, nSamples: most, nFeatures: d, total, extents, column };
}

/** `272 rows`, or `2,000 of 1,000,000 rows drawn`. */
export function rowsNote({ nSamples, total }: PictureRows): string {
  const count = (n: number) => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
  return nSamples === total ? `${count(total)} rows` : `${count(nSamples)} of ${count(total)} rows drawn`;
}

/** An interval with room around it; a single value gets an interval too. */
export function padded(least: number, greatest: number, share = 0.04): [number, number] {
  const room =
    greatest > least ? (greatest - least) * share : Math.max(Math.abs(least) * share, Number.MIN_VALUE, 1e-9);
  return [least - room, greatest + room];
}

export interface Histogram {
  /** of each bin */
  readonly bins: readonly { readonly from: number; readonly to: number; readonly density: number }[];
  readonly width: number;
}

/** Bars of total area 1: 4·n^(1/3) of them, twice Rice's rule, because mixtures have several peaks; at most 60. */
export function histogram(values: Float64Array, [least, greatest]: readonly [number, number]): Histogram {
  let count = 1;
  while (count < 60 && count * count * count < 64 * values.length) count++;
  const span = greatest > least ? greatest - least : padded(least, least)[1] - least;
  const width = span / count;
  const counts = new Float64Array(count);
  for (const value of values) {
    const bin = Math.min(count - 1, Math.floor((value - least) / width));
    counts[bin] = (counts[bin] as number) + 1;
  }
  const bins = Array.from(counts, (n, i) => ({
    from: least + i * width,
    to: least + (i + 1) * width,
    density: n / (values.length * width),
  }));
  return { bins, width };
}
