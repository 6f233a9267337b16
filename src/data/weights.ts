/** Weights of rows. */
import { InvalidDataError, show } from '../errors.js';
import { sumOf } from '../numeric/vectors.js';

/** The weight of a row; 1 where there are none. */
export function weightOf(weights: ArrayLike<number> | undefined, row: number): number {
  return weights === undefined ? 1 : (weights[row] as number);
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
  checkTotalWeight(sumOf(weights));
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
