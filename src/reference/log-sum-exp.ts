/** log Σ exp and softmax of one row in plain TypeScript. */

/** Terms below max + log 2⁻⁶⁰ cannot change a double sum: Gaussian mixtures count them as 0, in every backend. */
export const PRUNING_FLOOR = -41.58883083359672;
/** Nothing that exp can represent as a normal number is dropped. */
export const EXACT_FLOOR = -708;
const LEAST_RESPONSIBILITY = 2 ** -60;

/**
 * Reads `n` terms from `terms[start]` on, returns log Σ exp, and writes responsibilities over the terms. The largest term
 * is left out of the sum and added back by log1p, which keeps the digits of results near 0.
 */
export function logSumExpRow(terms: Float64Array, start: number, n: number, floor: number): number {
  const end = start + n;
  let top = -Infinity;
  let topAt = start;
  for (let i = start; i < end; i++) {
    if ((terms[i] as number) > top) {
      top = terms[i] as number;
      topAt = i;
    }
  }
  if (top === -Infinity) {
    terms.fill(0, start, end);
    return -Infinity;
  }
  let others = 0;
  for (let i = start; i < end; i++) {
    const difference = (terms[i] as number) - top;
    const e = difference >= floor ? Math.exp(difference) : 0;
    terms[i] = e;
    if (i !== topAt) others += e;
  }
  const scale = 1 / (1 + others);
  const least = floor === PRUNING_FLOOR ? LEAST_RESPONSIBILITY : 0;
  for (let i = start; i < end; i++) {
    const r = (terms[i] as number) * scale;
    terms[i] = r >= least ? r : 0;
  }
  return top + Math.log1p(others);
}

/** The same of rows of `nColumns` terms; see `LogSumExp`. */
export function logSumExpRows(
  terms: Float64Array,
  nColumns: number,
  norms: Float64Array,
  responsibilities?: Float64Array,
): void {
  const row = new Float64Array(nColumns);
  for (let i = 0; i < norms.length; i++) {
    row.set(terms.subarray(i * nColumns, (i + 1) * nColumns));
    norms[i] = logSumExpRow(row, 0, nColumns, EXACT_FLOOR);
    responsibilities?.set(row, i * nColumns);
  }
}
