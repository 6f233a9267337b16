/** The log-sum-exp and responsibility kernel as functions of their own. */
import { type DataInput, type FloatArray, numbers, toTable } from '../data/matrix.js';
import { InvalidDataError, ZeroDensityError } from '../errors.js';
import { withBackend } from '../lease.js';
import { backendOf, type KernelOptions } from './cholesky.js';
import { LOG_SUM_EXP } from './log-sum-exp-kernels.js';

/**
 * log Σ exp(x_i) without overflow, the largest term taken out and the others added by log1p (Blanchard, Higham & Higham
 * 2021), so that results near 0 keep their digits. As in IEEE arithmetic, a row with a NaN gives NaN, one with +Infinity
 * gives +Infinity; no terms, or only −Infinity, give −Infinity.
 *
 * @param terms a flat array, or rows of terms
 * @returns a number for a flat array, one per row for rows
 * @throws {InvalidDataError} not numbers, ragged rows
 * @example
 * logSumExp([1000, 1000]); // 1000.6931471805599
 */
export function logSumExp(terms: ArrayLike<number>, options?: KernelOptions): number;
export function logSumExp(terms: DataInput, options?: KernelOptions): number | Float64Array;
export function logSumExp(terms: DataInput, options: KernelOptions = {}): number | Float64Array {
  const backend = backendOf(options, 'logSumExp');
  const flat = isFlat(terms);
  const { x, nSamples, nFeatures } = toTable(terms, 'terms');
  const nRows = flat ? 1 : nSamples;
  const nColumns = flat ? nSamples * nFeatures : nFeatures;
  const norms = numbers(nRows, 'terms').fill(-Infinity);
  const values = doubles(x);
  if (values.length > 0) withBackend(backend, (leased) => leased.open(LOG_SUM_EXP, undefined)(values, nColumns, norms));
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) norms[Math.floor(i / nColumns)] = Number.NaN;
  }
  return flat ? (norms[0] as number) : norms;
}

/**
 * Softmax of each row: responsibilities p(k|x) from log w_k + log p(x|k). Unlike in a mixture, nothing is dropped.
 *
 * @param weightedLogProb rows of terms (nSamples × nComponents); −Infinity is a probability of 0
 * @returns (nSamples × nComponents, row-major); rows sum to 1
 * @throws {InvalidDataError} NaN or +Infinity (row and column named), ragged rows
 * @throws {ZeroDensityError} a row of −Infinity only
 * @example
 * responsibilities([[0, 0], [-1000, -1001]]); // Float64Array [0.5, 0.5, 0.7310585786300049, 0.2689414213699951]
 */
export function responsibilities(weightedLogProb: DataInput, options: KernelOptions = {}): Float64Array {
  const backend = backendOf(options, 'responsibilities');
  const { x, nSamples, nFeatures } = toTable(weightedLogProb, 'weightedLogProb');
  const bad = x.findIndex((value) => !(value < Infinity));
  if (bad >= 0) {
    const row = Math.floor(bad / nFeatures);
    throw new InvalidDataError(
      `weightedLogProb must be below +Infinity; got ${x[bad]} at row ${row}, column ${bad % nFeatures}`,
      row,
      bad % nFeatures,
    );
  }
  const out = new Float64Array(x.length);
  // no rows may be of any length, even one that no memory holds
  if (nSamples === 0) return out;
  const norms = numbers(nSamples, 'weightedLogProb');
  withBackend(backend, (leased) => leased.open(LOG_SUM_EXP, undefined)(doubles(x), nFeatures, norms, out));
  const empty = norms.indexOf(-Infinity);
  if (empty >= 0)
    throw new ZeroDensityError(`row ${empty} has no term above −Infinity, so no component is more probable`, empty);
  return out;
}

function isFlat(terms: DataInput): boolean {
  return (
    terms !== null &&
    typeof terms === 'object' &&
    'length' in terms &&
    (terms.length === 0 || typeof terms[0] === 'number')
  );
}

function doubles(x: FloatArray): Float64Array {
  return x.BYTES_PER_ELEMENT === 8 ? (x as Float64Array) : Float64Array.from(x);
}
