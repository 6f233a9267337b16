/** The data of a fit: rows, their weights, and what is computed from them once. */
import { InvalidDataError, show } from '../errors.js';
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

/** Checks weights of rows: one per row, finite, not negative, not all zero. Copied, so a later change cannot matter. */
export function toSampleWeights(input: ArrayLike<number> | undefined, nSamples: number): Float64Array | undefined {
  if (input === undefined || input === null) return undefined;
  if (typeof input !== 'object' || typeof input.length !== 'number') {
    throw new InvalidDataError(`sampleWeights must be an array of ${nSamples} numbers; got ${show(input)}`);
  }
  if (input.length !== nSamples) {
    throw new InvalidDataError(`sampleWeights must have one weight per row: expected ${nSamples}, got ${input.length}`);
  }
  const weights = copyWeights(input);
  let total = 0;
  for (const weight of weights) total += weight;
  checkTotalWeight(total);
  return weights;
}

/** Weights, each finite and not negative; `firstRow` is the first one's row, for the message. */
export function copyWeights(input: ArrayLike<number>, firstRow = 0): Float64Array {
  const weights = new Float64Array(input.length);
  for (let i = 0; i < weights.length; i++) {
    const value: unknown = input[i];
    if (typeof value !== 'number' || !(value >= 0 && value < Infinity)) {
      const row = firstRow + i;
      throw new InvalidDataError(
        `sampleWeights must be finite and not negative; got ${show(value)} at row ${row}`,
        row,
      );
    }
    weights[i] = value;
  }
  return weights;
}

/** The sum of all weights: positive and finite. */
export function checkTotalWeight(total: number): void {
  if (!(total > 0)) throw new InvalidDataError('sampleWeights are all zero; at least one row must count');
  if (total === Infinity) throw new InvalidDataError('sampleWeights overflow when summed; scale them down');
}
