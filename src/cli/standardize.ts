/** Columns at mean 0 and standard deviation 1, as scikit-learn's StandardScaler (the maximum likelihood one, over n). */
import type { FloatArray } from '../data/matrix.js';
import { CliError } from './errors.js';
import type { Selection } from './select-columns.js';

/** What was subtracted from each column, and what it was then divided by. */
export interface Standardization {
  readonly means: readonly number[];
  readonly scales: readonly number[];
}

/** Means by a first pass, deviations about them by a second: at an offset of 1e8 no digit is lost. */
export function standardizationOf({ X: { data, rows, columns }, featureNames }: Selection): Standardization {
  const means = columnMeans(data, rows, columns, (value) => value);
  // what the rounding of the first sum has left
  const rest = columnMeans(data, rows, columns, (value, j) => value - (means[j] as number));
  for (let j = 0; j < columns; j++) means[j] = (means[j] as number) + (rest[j] as number);
  const units = largestDeviations(data, rows, means);
  const variances = columnMeans(data, rows, columns, (value, j) => {
    const deviation = (value - (means[j] as number)) / (units[j] as number);
    return deviation * deviation;
  });
  const scales = variances.map((variance, j) => {
    const scale = Math.sqrt(variance) * (units[j] as number);
    if (scale > 0 && scale < Infinity) return scale;
    const what = units[j] === 0 ? `constant (${data[j]})` : 'too widely spread';
    throw new CliError(`column ${featureNames[j]} is ${what} and cannot be standardized; leave it out with --columns`);
  });
  return { means, scales };
}

/** Squares of deviations overflow or vanish beyond. */
const SQUARES = { least: 1e-140, most: 1e140 };

/** For each column 1, or the largest deviation where the squares of deviations are no doubles; 0 where there is none. */
function largestDeviations(data: FloatArray, rows: number, means: readonly number[]): number[] {
  const columns = means.length;
  const largest: number[] = new Array(columns).fill(0);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) {
      largest[j] = Math.max(largest[j] as number, Math.abs((data[at] as number) - (means[j] as number)));
    }
  }
  return largest.map((deviation) =>
    deviation === 0 || deviation < SQUARES.least || deviation > SQUARES.most ? deviation : 1,
  );
}

function columnMeans(data: FloatArray, rows: number, columns: number, term: (value: number, j: number) => number) {
  const sums: number[] = new Array(columns).fill(0);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) sums[j] = (sums[j] as number) + term(data[at] as number, j);
  }
  return sums.map((sum) => sum / rows);
}

/** In place: the rows are ours. */
export function standardize({ data, rows, columns }: Selection['X'], { means, scales }: Standardization): void {
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) {
      data[at] = ((data[at] as number) - (means[j] as number)) / (scales[j] as number);
    }
  }
}

/** In place, back to the units of the columns. */
export function unstandardize(data: Float64Array, { means, scales }: Standardization): void {
  const columns = means.length;
  for (let at = 0; at < data.length; at++) {
    data[at] = (data[at] as number) * (scales[at % columns] as number) + (means[at % columns] as number);
  }
}
