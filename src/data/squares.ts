/** Data whose squares leave the range of doubles at the lower end. */
import { InvalidDataError } from '../errors.js';
import type { Dataset } from './dataset.js';

/** Variances below this have lost digits to underflow: at 1e-320 means are wrong in the fourth. */
const LEAST_SQUARE = 1e-290;

/**
 * Rows that differ, but by so little that the squares of their differences are 0, or nearly, would be taken for equal, or
 * fitted with a few digits, in silence. `each`: every feature has to have squares; otherwise one is enough.
 *
 * @throws {InvalidDataError} with the first row that differs from the first that counts
 */
export function checkSquares(
  {
    x,
    nSamples,
    nFeatures: d,
    variance,
    sampleWeights: s,
  }: Pick<Dataset, 'x' | 'nSamples' | 'nFeatures' | 'variance' | 'sampleWeights'>,
  each: boolean,
): void {
  if (!each && variance.some((square) => square >= LEAST_SQUARE)) return;
  for (let j = 0; j < d; j++) {
    // NaN where sums overflowed: that is told elsewhere
    if (!((variance[j] as number) < LEAST_SQUARE)) continue;
    for (let i = 0, first = -1; i < nSamples; i++) {
      if (s?.[i] === 0) continue;
      if (first < 0) first = i;
      const [a, b] = [x[i * d + j], x[first * d + j]];
      if (a === b) continue;
      const what = `(row ${i} and row ${first} in column ${j}: ${a} and ${b}`;
      // their own square is fine: one of them counts for nothing
      const weights = Math.abs((a as number) - (b as number)) >= 1e-145;
      throw new InvalidDataError(
        weights
          ? `sampleWeights let variances underflow ${what}, weights ${s?.[i]} and ${s?.[first]}); leave out rows that hardly count`
          : `squares of differences underflow ${what}); multiply it by a power of 2`,
        i,
        j,
      );
    }
  }
}

/**
 * The same of sums, where the rows are elsewhere: a variance that is positive, but less than what has all its digits. (Of 0
 * it cannot be told whether anything was lost; it is refused or regularised as that of a constant.)
 *
 * @throws {InvalidDataError} with the first such feature
 */
export function checkVariances(variance: Float64Array, each: boolean): void {
  if (!each && variance.some((square) => square >= LEAST_SQUARE)) return;
  const j = variance.findIndex((square) => square > 0 && square < LEAST_SQUARE);
  if (j < 0) return;
  throw new InvalidDataError(
    `squares of differences underflow (the variance of column ${j} is ${variance[j]}); multiply it by a power of 2`,
    undefined,
    j,
  );
}
