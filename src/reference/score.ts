/** What a mixture says of one row. */
import type { ScoreOutput } from '../em/model.js';
import { logSumExpRow } from './log-sum-exp.js';

/** Writes what is wanted of one row; `terms` become responsibilities. */
export function writeScore(out: ScoreOutput, i: number, terms: Float64Array, floor: number): void {
  const k = terms.length;
  if (out.labels !== undefined) out.labels[i] = firstLargest(terms);
  out.weightedLogProb?.set(terms, i * k);
  if (out.logProbNorm === undefined && out.responsibilities === undefined) return;
  const norm = logSumExpRow(terms, 0, k, floor);
  if (out.logProbNorm !== undefined) out.logProbNorm[i] = norm;
  out.responsibilities?.set(terms, i * k);
}

function firstLargest(terms: Float64Array): number {
  let label = 0;
  for (let k = 1; k < terms.length; k++) if ((terms[k] as number) > (terms[label] as number)) label = k;
  return label;
}
