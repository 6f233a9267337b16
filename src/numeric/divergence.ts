/** The summand of a divergence from a distribution known by its logarithm. */
import { logExcess } from './excess.js';

/**
 * q·log(q/p) − q + p ≥ 0 with log p given: 0 only at p = q. Near p = q without cancellation, elsewhere from the logarithms, so
 * that a p too small for a double still has its finite divergence.
 */
export function divergenceFromLog(
  q: number,
  logP: number,
  log: (x: number) => number,
  exp: (x: number) => number,
): number {
  return divergenceFrom(q, exp(logP), logP, log);
}

/** The same where p is known, too (0 if it was too small to keep): no exponential. */
export function divergenceFrom(q: number, p: number, logP: number, log: (x: number) => number): number {
  if (q === 0) return p;
  const u = (p - q) / q;
  return u >= -0.5 && u <= 1 ? q * logExcess(u, log) : q * (log(q) - logP) - q + p;
}
