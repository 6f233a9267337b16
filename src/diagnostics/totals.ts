/** Sums over scored rows, in the order of the rows: what scores and criteria are made of. */
import { weightOf } from '../data/weights.js';

export interface Totals {
  /** Σ s·log p(x), nats */
  logLikelihood: number;
  /** Σ s */
  weight: number;
  /** Σ s·log r of each row's most probable component; stays 0 without terms */
  logTop: number;
}

/**
 * Adds rows to the totals: their log p(x), their log w_k + log p(x|k) (rows × k) if wanted, and their weights (ones if
 * undefined). Row by row, so that the sums have the same bits however the rows are cut.
 */
export function addTotals(
  totals: Totals,
  logProbNorm: Float64Array,
  terms: Float64Array | undefined,
  k: number,
  sampleWeights: Float64Array | undefined,
): void {
  for (let i = 0; i < logProbNorm.length; i++) {
    const s = weightOf(sampleWeights, i);
    if (s === 0) continue;
    totals.weight += s;
    totals.logLikelihood += s * (logProbNorm[i] as number);
    // a row without density has no most probable component
    if (terms === undefined || logProbNorm[i] === -Infinity) continue;
    let top = -Infinity;
    for (let c = 0; c < k; c++) top = Math.max(top, terms[i * k + c] as number);
    totals.logTop += s * (top - (logProbNorm[i] as number));
  }
}
