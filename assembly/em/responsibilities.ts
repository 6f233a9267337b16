/**
 * Log-sum-exp over the components of a panel, and the responsibilities r_k = exp(l_k − log Σ exp l).
 *
 * The largest term is taken out and not added: log p = max + log1p(Σ of the others), which keeps the digits of a
 * log-density near 0 (Blanchard, Higham & Higham 2021, "Accurately computing the log-sum-exp and softmax functions", §3).
 */
import { expBoundedV } from "../simd/exp";
import { log1pNonNegativeV } from "../simd/log";

/** 2⁻⁶⁰: a responsibility below it cannot change a double, so it is exactly 0, in every mode and backend (DESIGN §4). */
export const LEAST_RESPONSIBILITY: f64 = 8.673617379884035e-19;
/** terms below max + log 2⁻⁶⁰ are dropped from the sum: with them the result could not depend on what was pruned */
export const MIXTURE_FLOOR: f64 = -41.58883083359672;
/** below this exp(l − max) is under half the least subnormal of a sum ≥ 1 that could still matter: keeps log1p exact near 0 */
export const EXACT_FLOOR: f64 = -708;

/**
 * `terms` is `k × size` (component-major); the first `count` columns are done, by pairs: the buffers must be readable and
 * writable up to the next even column. Writes log Σ_k exp(terms[k]) to `norm` and responsibilities over `terms`; terms
 * below max + `floor` count as 0. A column of −Infinity gives −Infinity and responsibilities 0.
 */
export function logSumExpPanel(terms: usize, k: i32, size: i32, count: i32, norm: usize, floor: f64): void {
  const line = <usize>size << 3;
  const end = <usize>k * line;
  const floors = f64x2.splat(floor);
  const least = f64x2.splat(floor < -100 ? 0 : LEAST_RESPONSIBILITY);
  const lowest = f64x2.splat(-f64.MAX_VALUE);
  const bound = f64x2.splat(-708);
  const one = f64x2.splat(1);
  for (let p: usize = 0; p < <usize>count << 3; p += 16) {
    let largest = v128.load(terms + p);
    for (let at: usize = line; at < end; at += line) largest = f64x2.pmax(largest, v128.load(terms + p + at));
    const top = f64x2.max(largest, lowest);
    let others = f64x2.splat(0);
    let seen = i64x2.splat(0);
    for (let at: usize = 0; at < end; at += line) {
      const term = v128.load(terms + p + at);
      const difference = f64x2.sub(term, top);
      const e = v128.and(expBoundedV(f64x2.pmax(bound, difference)), f64x2.ge(difference, floors));
      const isTop = v128.andnot(f64x2.eq(term, top), seen);
      seen = v128.or(seen, isTop);
      others = f64x2.add(others, v128.andnot(e, isTop));
      v128.store(terms + p + at, e);
    }
    const norms = f64x2.add(top, log1pNonNegativeV(others));
    v128.store(norm + p, v128.bitselect(norms, largest, f64x2.ge(largest, lowest)));
    const scale = f64x2.div(one, f64x2.add(one, others));
    for (let at: usize = 0; at < end; at += line) {
      const r = f64x2.mul(v128.load(terms + p + at), scale);
      v128.store(terms + p + at, v128.and(r, f64x2.ge(r, least)));
    }
  }
}
