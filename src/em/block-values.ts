/** How a user's `EMModel` reads its block of rows. */
import { type Block, blockValues as stored } from '../data/dataset.js';

/**
 * The rows of a block (nRows × nFeatures, row-major). A view of float64 data, so do not write to it; float32 data are
 * converted.
 *
 * @example
 * const x = blockValues(block); // x[i * block.data.nFeatures + j]
 */
export function blockValues(block: Block): Float64Array {
  const values = stored(block);
  return values instanceof Float64Array ? values : Float64Array.from(values);
}

/**
 * Weights of the rows of a block (nRows): ones unless `sampleWeights` were given. An expectation has to multiply both its
 * statistics and its objective by them.
 *
 * @example
 * const s = blockWeights(block);
 * for (let i = 0; i < block.nRows; i++) total += s[i] * x[i];
 */
export function blockWeights({ data, start, nRows }: Block): Float64Array {
  return data.sampleWeights?.slice(start, start + nRows) ?? new Float64Array(nRows).fill(1);
}
