/**
 * Log-sum-exp over the components of a panel, and the responsibilities r_k = exp(l_k − log Σ exp l).
 *
 * The maximum is taken out first, so nothing overflows and the largest term is exactly 1 (Blanchard, Higham & Higham 2021,
 * "Accurately computing the log-sum-exp and softmax functions").
 */
import { expBoundedV } from "../simd/exp";
import { log1pNonNegativeV, logPositiveV } from "../simd/log";

/**
 * 2⁻⁶⁰: next to the others such a responsibility cannot change a double, so it is exactly 0, in every mode and backend.
 * Only for families whose statistics are sums of terms of one size: a Bernoulli probability may be 1e-30 because all its
 * evidence is, and its logarithm counts.
 */
export const LEAST_RESPONSIBILITY: f64 = 8.673617379884035e-19;
/** log 2⁻⁶⁰: terms below the maximum by more are dropped, from the sum too: no bit can depend on what was pruned. */
export const PRUNING_FLOOR: f64 = -41.58883083359672;
/** Nothing that exp can represent as a normal number is dropped. */
export const EXACT_FLOOR: f64 = -708;

/**
 * `terms` is `k × size` (component-major); the first `count` columns are done, four at a time: the buffers must be
 * readable and writable up to the next multiple of 4. Writes log Σ_k exp(terms[k]) to `norm` and responsibilities over
 * `terms`; terms below the maximum + `floorValue` and responsibilities below `leastValue` are 0. A column of −Infinity gives −Infinity
 * and responsibilities 0.
 *
 * The terms of a mixture carry rounding errors of their own, so log Σ is as good as they are.
 */
export function responsibilitiesPanel(
  terms: usize, k: i32, size: i32, count: i32, norm: usize, floorValue: f64, leastValue: f64,
): void {
  const line = <usize>size << 3;
  const end = <usize>k * line;
  const floor = f64x2.splat(floorValue);
  const least = f64x2.splat(leastValue);
  const lowest = f64x2.splat(-f64.MAX_VALUE);
  const one = f64x2.splat(1);
  // two vectors side by side: the compiler loads each constant of exp once for both
  for (let p: usize = 0; p < <usize>count << 3; p += 32) {
    let top0 = lowest;
    let top1 = lowest;
    for (let at = terms + p; at < terms + p + end; at += line) {
      top0 = f64x2.pmax(top0, v128.load(at));
      top1 = f64x2.pmax(top1, v128.load(at, 16));
    }
    let sum0 = f64x2.splat(0);
    let sum1 = f64x2.splat(0);
    for (let at = terms + p; at < terms + p + end; at += line) {
      const x0 = f64x2.sub(v128.load(at), top0);
      const x1 = f64x2.sub(v128.load(at, 16), top1);
      // exp is arbitrary, but harmless, where it is masked
      const e0 = v128.and(expBoundedV(x0), f64x2.ge(x0, floor));
      const e1 = v128.and(expBoundedV(x1), f64x2.ge(x1, floor));
      v128.store(at, e0);
      v128.store(at, e1, 16);
      sum0 = f64x2.add(sum0, e0);
      sum1 = f64x2.add(sum1, e1);
    }
    // no term at all: a sum of 0, which 1 replaces so that nothing divides by it, and a norm of −Infinity
    const some0 = f64x2.ge(sum0, one);
    const some1 = f64x2.ge(sum1, one);
    sum0 = f64x2.max(sum0, one);
    sum1 = f64x2.max(sum1, one);
    const norm0 = f64x2.add(top0, logPositiveV(sum0));
    const norm1 = f64x2.add(top1, logPositiveV(sum1));
    const none = f64x2.splat(-Infinity);
    v128.store(norm + p, v128.bitselect(norm0, none, some0));
    v128.store(norm + p, v128.bitselect(norm1, none, some1), 16);
    const scale0 = f64x2.div(one, sum0);
    const scale1 = f64x2.div(one, sum1);
    for (let at = terms + p; at < terms + p + end; at += line) {
      const r0 = f64x2.mul(v128.load(at), scale0);
      const r1 = f64x2.mul(v128.load(at, 16), scale1);
      v128.store(at, v128.and(r0, f64x2.ge(r0, least)));
      v128.store(at, v128.and(r1, f64x2.ge(r1, least)), 16);
    }
  }
}

/**
 * The same for terms that are exact, two columns at a time: nothing is dropped, and the largest term is left out of the
 * sum and added back by log1p, which keeps the digits of results near 0.
 */
export function logSumExpPanel(terms: usize, k: i32, size: i32, count: i32, norm: usize): void {
  const line = <usize>size << 3;
  const end = <usize>k * line;
  const floor = f64x2.splat(EXACT_FLOOR);
  const lowest = f64x2.splat(-f64.MAX_VALUE);
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
      const e = v128.and(expBoundedV(difference), f64x2.ge(difference, floor));
      const isTop = v128.andnot(f64x2.eq(term, top), seen);
      seen = v128.or(seen, isTop);
      others = f64x2.add(others, v128.andnot(e, isTop));
      v128.store(terms + p + at, e);
    }
    const norms = f64x2.add(top, log1pNonNegativeV(others));
    v128.store(norm + p, v128.bitselect(norms, largest, f64x2.ge(largest, lowest)));
    const scale = f64x2.div(one, f64x2.add(one, others));
    for (let at: usize = 0; at < end; at += line) {
      v128.store(terms + p + at, f64x2.mul(v128.load(terms + p + at), scale));
    }
  }
}
