/** Rows that a fitted model is asked about. */
import { type Columns, type NamedRows, readColumns } from '../data/columns.js';
import type { Rows } from '../data/dataset.js';
import { type DataInput, toMatrix } from '../data/matrix.js';
import { toSampleWeights } from '../data/weights.js';
import { InvalidDataError } from '../errors.js';

/** @throws {InvalidDataError} not numbers, ragged, another number of columns than the model has features */
export function checkRows(
  Y: DataInput | NamedRows,
  weights: ArrayLike<number> | undefined,
  nFeatures: number,
  origin: Float64Array,
  columns?: Columns,
): Rows {
  const matrix = readColumns(toMatrix, Y, columns, 'data');
  const { x, nSamples } = matrix;
  if (matrix.nFeatures !== nFeatures) {
    throw new InvalidDataError(
      `the model has ${nFeatures} features but the data have ${matrix.nFeatures} columns; pass rows of ${nFeatures} numbers`,
    );
  }
  // field by field: a spread takes as long as scoring the row, in a call with one
  return { x, nSamples, nFeatures, sampleWeights: toSampleWeights(weights, nSamples), origin };
}
