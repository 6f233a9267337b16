/**
 * Log-sum-exp over the components of a panel, and the responsibilities r_k = exp(l_k − log Σ exp l).
 *
 * The maximum is taken out first, so nothing overflows and the largest term is exactly 1 (Blanchard, Higham & Higham 2021,
 * "Accurately computing the log-sum-exp and softmax functions").
 */
import { expBoundedV, expNearV, nearConstant } from "../simd/exp";
import { sumLanes } from "../simd/horizontal";
import { log1pNonNegativeV, logPositive } from "../simd/log";
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
 * exp(terms − top) over `terms`, 0 for terms below the maximum + `floorValue`, and per column the largest term to `tops` and the
 * sum of the exponentials to `sums`. A column of −Infinity gives 0, −Infinity, and a sum of 1, so that nothing divides by 0.
 *
 * `terms` is `k × size` (component-major); the first `count` columns are done, in twos: the buffers must be readable and
 * writable up to the next multiple of four. Component after component, so that loops are long and the constants of the exponential
 * stay in registers. Returns how many terms were not below the floor.
 *
 * With `masks` (k u64, or 0) exponentials are taken of few terms only, which pays where almost all are below the floor: bit p of a
 * component's mask is set if column p is not, and what is left of pairs without a bit is negative, not 0.
 */
export function exponentialsPanel(
  terms: usize, k: i32, size: i32, count: i32, tops: usize, sums: usize, floorValue: f64, masks: usize,
): i32 {
  const line = <usize>size << 3;
  const bytes = <usize>(count + 1 & ~1) << 3;
  const end = terms + <usize>k * line;
  const lowest = f64x2.splat(-f64.MAX_VALUE);
  for (let p: usize = 0; p < bytes; p += 32) {
    let a = lowest;
    let b = lowest;
    for (let at = terms + p; at < end; at += line) {
      a = f64x2.pmax(a, v128.load(at));
      b = f64x2.pmax(b, v128.load(at, 16));
    }
    v128.store(tops + p, a);
    v128.store(tops + p, b, 16);
    v128.store(sums + p, f64x2.splat(0));
    v128.store(sums + p, f64x2.splat(0), 16);
  }
  let live = 0;
  for (let at = terms; at < end; at += line) {
    if (masks) {
      const mask = exponentialsSome(at, bytes, tops, sums, floorValue);
      store<u64>(masks, mask);
      masks += 8;
      live += <i32>popcnt(mask);
    } else {
      live += exponentialsLine(at, at + bytes, tops, sums, floorValue);
    }
  }
  const one = f64x2.splat(1);
  const none = f64x2.splat(-Infinity);
  for (let p: usize = 0; p < bytes; p += 16) {
    const sum = v128.load(sums + p);
    v128.store(tops + p, v128.bitselect(v128.load(tops + p), none, f64x2.ge(sum, one)));
    v128.store(sums + p, f64x2.pmax(sum, one));
  }
  return live;
}

/** The exponentials of one component; returns how many were not below the floor. */
@inline
function exponentialsLine(at: usize, end: usize, tops: usize, sums: usize, floorValue: f64): i32 {
  const floor = f64x2.splat(floorValue);
  const scale = nearConstant(0);
  const shift = nearConstant(1);
  const a1 = nearConstant(2);
  const a2 = nearConstant(3);
  const a3 = nearConstant(4);
  const a4 = nearConstant(5);
  let lives = i64x2.splat(0);
  while (at < end) {
    const x = f64x2.sub(v128.load(at), v128.load(tops));
    const live = f64x2.ge(x, floor);
    // exp is arbitrary, but harmless, where it is masked
    const e = v128.and(expNearV(x, at, scale, shift, a1, a2, a3, a4), live);
    v128.store(at, e);
    v128.store(sums, f64x2.add(v128.load(sums), e));
    lives = i64x2.add(lives, live);
    at += 16;
    tops += 16;
    sums += 16;
  }
  return -<i32>(i64x2.extract_lane(lives, 0) + i64x2.extract_lane(lives, 1));
}

/** The same where few are not, found first, without a branch for each; returns their bits. */
@inline
function exponentialsSome(at: usize, bytes: usize, tops: usize, sums: usize, floorValue: f64): u64 {
  const floor = f64x2.splat(floorValue);
  let mask: u64 = 0;
  for (let p: usize = 0; p < bytes; p += 32) {
    const x = f64x2.sub(v128.load(at + p), v128.load(tops + p));
    const y = f64x2.sub(v128.load(at + p, 16), v128.load(tops + p, 16));
    v128.store(at + p, x);
    v128.store(at + p, y, 16);
    mask |= <u64>(i64x2.bitmask(f64x2.ge(x, floor)) | i64x2.bitmask(f64x2.ge(y, floor)) << 2) << (p >> 3);
  }
  mask &= ~<u64>0 >> (64 - (bytes >> 3));
  for (let left = mask; left; ) {
    const pair = ctz(left) & ~1;
    left &= ~(<u64>3 << pair);
    const p = <usize>pair << 3;
    const x = v128.load(at + p);
    const e = expNearV(
      x, at + p, nearConstant(0), nearConstant(1), nearConstant(2), nearConstant(3), nearConstant(4), nearConstant(5),
    );
    const live = v128.and(e, f64x2.ge(x, floor));
    v128.store(at + p, live);
    v128.store(sums + p, f64x2.add(v128.load(sums + p), live));
  }
  return mask;
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
  exponentialsPanel(terms, k, size, count, norm, sums, floorValue, 0);
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
