/**
 * Log-sum-exp over the components of a panel, and the responsibilities r_k = exp(l_k − log Σ exp l).
 *
 * The maximum is taken out first, so nothing overflows and the largest term is exactly 1 (Blanchard, Higham & Higham 2021,
 * "Accurately computing the log-sum-exp and softmax functions").
 */
import { expBoundedV } from "../simd/exp";
import { sumLanes } from "../simd/horizontal";
import { log1pNonNegativeV, logPositiveV } from "../simd/log";
import { Panel } from "./panel";

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
 * Two vectors side by side, whose exponentials overlap; a group of four that is all below the floor takes none.
 *
 * `terms` is `k × size` (component-major); the first `count` columns are done, four at a time: the buffers must be
 * readable and writable up to the next multiple of 4. Writes exp(terms − top) over `terms`, 0 for terms below the
 * maximum + `floorValue`, and per column the largest term to `tops` and the sum of the exponentials to `sums`. A column of
 * −Infinity gives 0, −Infinity, and a sum of 1, so that nothing divides by 0. Returns how many groups of
 * four terms of a component were all below the floor.
 */
export function exponentialsPanel(
  terms: usize, k: i32, size: i32, count: i32, tops: usize, sums: usize, floorValue: f64,
): i32 {
  let skipped = 0;
  const line = <usize>size << 3;
  const end = <usize>k * line;
  const floor = f64x2.splat(floorValue);
  const lowest = f64x2.splat(-f64.MAX_VALUE);
  const one = f64x2.splat(1);
  const none = f64x2.splat(-Infinity);
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
      const live0 = f64x2.ge(x0, floor);
      const live1 = f64x2.ge(x1, floor);
      if (!v128.any_true(v128.or(live0, live1))) {
        v128.store(at, live0);
        v128.store(at, live1, 16);
        skipped++;
        continue;
      }
      // exp is arbitrary, but harmless, where it is masked
      const e0 = v128.and(expBoundedV(x0), live0);
      const e1 = v128.and(expBoundedV(x1), live1);
      v128.store(at, e0);
      v128.store(at, e1, 16);
      sum0 = f64x2.add(sum0, e0);
      sum1 = f64x2.add(sum1, e1);
    }
    v128.store(tops + p, v128.bitselect(top0, none, f64x2.ge(sum0, one)));
    v128.store(tops + p, v128.bitselect(top1, none, f64x2.ge(sum1, one)), 16);
    v128.store(sums + p, f64x2.pmax(sum0, one));
    v128.store(sums + p, f64x2.pmax(sum1, one), 16);
  }
  return skipped;
}

/** A call, where one of many numbers is wanted: the code stands once. */
function logPositive(x: v128): v128 {
  return logPositiveV(x);
}

/** log Σ exp(terms) over `tops`. The terms of a mixture carry rounding errors of their own, so it is as good as they are. */
function logSums(tops: usize, sums: usize, count: i32): void {
  for (let p: usize = 0; p < <usize>count << 3; p += 16) {
    v128.store(tops + p, f64x2.add(v128.load(tops + p), logPositive(v128.load(sums + p))));
  }
}

/**
 * What is left after `exponentialsPanel`: log Σ exp(terms) over `tops`, and responsibilities over `terms`, 0 if below
 * `leastValue`.
 */
export function normalizePanel(
  terms: usize, k: i32, size: i32, count: i32, tops: usize, sums: usize, leastValue: f64,
): void {
  const line = <usize>size << 3;
  const end = <usize>k * line;
  const least = f64x2.splat(leastValue);
  logSums(tops, sums, count);
  for (let p: usize = 0; p < <usize>count << 3; p += 16) {
    const scale = f64x2.div(f64x2.splat(1), v128.load(sums + p));
    for (let at = terms + p; at < terms + p + end; at += line) {
      const r = f64x2.mul(v128.load(at), scale);
      v128.store(at, v128.and(r, f64x2.ge(r, least)));
    }
  }
}

/** The two in a row; see there. */
export function responsibilitiesPanel(
  terms: usize, k: i32, size: i32, count: i32, norm: usize, sums: usize, floorValue: f64, leastValue: f64,
): void {
  exponentialsPanel(terms, k, size, count, norm, sums, floorValue);
  normalizePanel(terms, k, size, count, norm, sums, leastValue);
}

/**
 * Adds Σ s·log p(x) and Σ s, and inverts the sums of exponentials (0 where s is). Points of weight 1 share one logarithm, that of the
 * product of their sums: each is at most K < 2³¹, and a lane has 32 of them at most, so nothing overflows. The product's
 * rounding errors are below those of adding up the logarithms. A weight of 0 takes part in nothing, not even as
 * 0·(−Infinity).
 */
export function addLogLikelihood(panel: Panel, totals: usize): void {
  const one = f64x2.splat(1);
  if (panel.weighted) logSums(panel.logProbNorm, panel.scales, panel.count);
  let product = one;
  let logs = f64x2.splat(0);
  let weight = f64x2.splat(0);
  for (let p: usize = 0; p < <usize>panel.bytes; p += 16) {
    const s = v128.load(panel.weights + p);
    const live = f64x2.gt(s, f64x2.splat(0));
    const sum = v128.load(panel.scales + p);
    let term = v128.load(panel.logProbNorm + p);
    if (panel.weighted) term = f64x2.mul(s, term);
    else product = f64x2.mul(product, v128.bitselect(sum, one, live));
    logs = f64x2.add(logs, v128.and(term, live));
    weight = f64x2.add(weight, s);
    v128.store(panel.scales + p, v128.and(f64x2.div(one, sum), live));
  }
  addTotals(totals, sumLanes(f64x2.add(logs, logPositive(product))), sumLanes(weight));
}

@inline
export function addTotals(totals: usize, logLikelihood: f64, weight: f64): void {
  store<f64>(totals, load<f64>(totals) + logLikelihood);
  store<f64>(totals, load<f64>(totals, 8) + weight, 8);
}

/**
 * Log-sum-exp and softmax for terms that are exact, two columns at a time: nothing is dropped, and the largest term is left out of the
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
