/** The divergence of two distributions over rows of zeros and ones, summed over all of them. */
import type { LinearAlgebra } from '../backend.js';
import { divergenceFromLog } from '../numeric/divergence.js';
import type { Distribution } from './distribution.js';

/** 65,536 rows at most. */
export const MAX_BINARY_FEATURES = 16;

export function canEnumerate(p: Distribution, q: Distribution): boolean {
  return (
    p.support === 'binary' && q.support === 'binary' && p.nFeatures !== undefined && p.nFeatures <= MAX_BINARY_FEATURES
  );
}

/**
 * Σ_x p·log(p/q) − p + q ≥ 0 over x ∈ {0, 1}^nFeatures. The probabilities come from rounded logarithms, so where p and q
 * differ by a fraction u everywhere, the sum is right to about 1e-15/u of itself.
 */
export function binaryDivergence(p: Distribution, q: Distribution, { log, exp }: LinearAlgebra): number {
  const d = p.nFeatures as number;
  const n = 2 ** d;
  const rows = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) rows[i * d + j] = (i >> j) & 1;
  }
  const logP = p.logDensities(rows, n);
  const logQ = q.logDensities(rows, n);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += divergenceFromLog(exp(logP[i] as number), logQ[i] as number, log, exp);
  return sum;
}
