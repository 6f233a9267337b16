/** Which points of a panel count for one component, and with what weight. */
import { sumLanes } from "../simd/horizontal";
import { Panel } from "./panel";

/**
 * Turns the exponentials of one component, `products`, into weights r·s, in place, and packs those that are positive with the
 * offsets of their points; returns how many and adds their sum to `counts`. Where no responsibility is 0 (overlapping clusters)
 * nothing is packed: `panel.dense` says so, and `panel.survivors` finds the weights in either case.
 */
export function compactSurvivors(panel: Panel, products: usize, counts: usize): i32 {
  const zero = f64x2.splat(0);
  const least = f64x2.splat(panel.least);
  const weighted = panel.weighted;
  let scales = panel.scales;
  let weights = panel.weights;
  let sum0 = zero;
  let sum1 = zero;
  let all = i64x2.splat(-1);
  // past `count` the scales are 0: those lanes make no sum, but they do make a last, ragged panel not dense
  const end = products + <usize>panel.bytes;
  for (let at = products; at < end; at += 32) {
    let r0 = f64x2.mul(v128.load(at), v128.load(scales));
    let r1 = f64x2.mul(v128.load(at, 16), v128.load(scales, 16));
    const live0 = f64x2.ge(r0, least);
    const live1 = f64x2.ge(r1, least);
    r0 = v128.and(r0, live0);
    r1 = v128.and(r1, live1);
    all = v128.and(all, v128.and(live0, live1));
    if (weighted) {
      r0 = f64x2.mul(r0, v128.load(weights));
      r1 = f64x2.mul(r1, v128.load(weights, 16));
    }
    v128.store(at, r0);
    v128.store(at, r1, 16);
    sum0 = f64x2.add(sum0, r0);
    sum1 = f64x2.add(sum1, r1);
    scales += 32;
    weights += 32;
  }
  store<f64>(counts, load<f64>(counts) + sumLanes(f64x2.add(sum0, sum1)));
  panel.dense = i64x2.all_true(all);
  if (panel.dense) {
    panel.survivors = products;
    return panel.count;
  }
  panel.survivors = panel.packed;
  let n: usize = 0;
  for (let p: usize = 0; p < <usize>panel.bytes; p += 16) {
    const pair = v128.load(products + p);
    const positive = i64x2.bitmask(f64x2.gt(pair, zero));
    if (positive == 0) continue;
    store<i32>(panel.offsets + (n << 2), <i32>p);
    v128.store64_lane(panel.packed + (n << 3), pair, 0);
    n += positive & 1;
    store<i32>(panel.offsets + (n << 2), <i32>p + 8);
    v128.store64_lane(panel.packed + (n << 3), pair, 1);
    n += positive >> 1;
  }
  // Moments take two at a time: an odd one has a companion of weight 0. There is room for it: one of the panel's points is missing.
  store<i32>(panel.offsets + (n << 2), 0);
  store<f64>(panel.packed + (n << 3), 0);
  return <i32>n;
}

/** The same feature of the two points whose offsets are at `offsets`. */
@inline
export function gatherPair(line: usize, offsets: usize): v128 {
  return v128.load64_lane(line + <usize>load<i32>(offsets, 4), v128.load64_zero(line + <usize>load<i32>(offsets)), 1);
}
