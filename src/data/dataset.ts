/** The data of a fit: rows, their weights, and what is computed from them once. */
import type { Matrix, Values } from './matrix.js';
import { type Summary, summarize } from './summary.js';

/** Rows with weights: what a kernel reads. */
export interface Rows extends Matrix<Values> {
  /** weight of each row (nSamples), or undefined for ones */
  readonly sampleWeights: Float64Array | undefined;
  /** subtracted from every row before anything else; 0 where the data lie around 0 (nFeatures) */
  readonly origin: Float64Array;
  /** whether `x` and `sampleWeights` are a buffer that is filled anew for every block: then nothing of them may be kept */
  readonly refilled?: boolean;
}

/** The rows of a fit, summarised. */
export interface Dataset extends Rows, Summary {
  readonly origin: Float64Array;
}

/** Rows start … start + nRows − 1 of a data set. */
export interface Block {
  /** the whole of which this is a part */
  readonly data: Rows;
  /** first row, from 0 */
  readonly start: number;
  /** number of rows */
  readonly nRows: number;
}

/** The values of a block, row-major, as a view. */
export function blockValues(block: Block): Values {
  const { x, nSamples, nFeatures } = block.data;
  if (block.nRows === nSamples) return x;
  return x.subarray(block.start * nFeatures, (block.start + block.nRows) * nFeatures);
}

/** Summarises a matrix; `centre: false` keeps the origin at 0 (families that are not translation-equivariant). */
export function createDataset(matrix: Matrix<Values>, sampleWeights?: Float64Array, centre = true): Dataset {
  const { x, nSamples, nFeatures } = matrix;
  const passes = summarize(nFeatures, centre);
  for (;;) {
    const { value, done } = passes.next();
    if (done) return { x, nSamples, nFeatures, sampleWeights, ...value };
    value(x, nSamples, sampleWeights);
  }
}
