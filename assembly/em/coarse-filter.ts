/**
 * The filter of em/filter.ts in single precision: four points in a vector instead of two, and half the memory. Its order of
 * the centres is believed by the same rule, with a larger error.
 *
 * With u = 2⁻²⁴ and the notation of em/filter.ts: rounding x, c and h to floats changes a score by (2u + u²)·A·C + u·C²/2 at
 * most, D products and their sum by (D + 1)·u·(C²/2 + A·C)·(1 + D·u), the index in the last b bits by 2^(b−23) of the score. So one
 * score is off by less than e·(2·C² + r²/2), where e = (D + 6)·u + 2^(b−23) and D·u ≤ 1/16 (A·C ≤ 3/2·C² + r²/2), twice the
 * difference of two by e·(8·C² + 2·r²); the rounding of the direct sums is far below. 16·e·(C² + r²) leaves a factor of two.
 *
 * What underflows is not relative: a float is off by 2⁻¹⁵⁰ at most, a product likewise, the index changes a subnormal score by
 * 2^(b−149). As long as r² and C² are below 10³⁰, where nothing overflows (|x|·C and all sums stay below 10³¹), that adds
 * D·2⁻¹⁴⁰·(1 + r² + C²) at most: it is in the factor of two but for a constant below 10⁻³⁰.
 */
import { Means } from "../families/means";
import { Panel } from "./panel";

/** More than sums lose by underflow. */
export const COARSE_TINY: f64 = 1e-30;
/** Squares up to here are sure not to overflow a float's sums. */
export const COARSE_GREATEST: f64 = 1e30;

/** Rounds the panel's points to floats, feature-major at `panel.rows` (size floats a line), in their places. */
export function demotePanel(panel: Panel): void {
  const line = <usize>panel.size << 3;
  const end = panel.columns + <usize>panel.nFeatures * line;
  let to = panel.rows;
  for (let from = panel.columns; from < end; from += 32) {
    const a = f32x4.demote_f64x2_zero(v128.load(from));
    const b = f32x4.demote_f64x2_zero(v128.load(from, 16));
    v128.store(to, v128.shuffle<f64>(a, b, 0, 2));
    to += 16;
  }
}

/** The same with the `n` listed points (i32 at `panel.offsets`) alone, side by side; the last one fills up eight. */
export function demoteListed(panel: Panel, n: i32): void {
  const line = <usize>panel.size << 3;
  const end = panel.columns + <usize>panel.nFeatures * line;
  const last = load<i32>(panel.offsets + (<usize>(n - 1) << 2));
  for (let q = n; q & 7; q++) store<i32>(panel.offsets + (<usize>q << 2), last);
  for (let q: usize = 0; q < <usize>n; q += 4) {
    const list = panel.offsets + (q << 2);
    const x0 = <usize>load<i32>(list) << 3;
    const x1 = <usize>load<i32>(list, 4) << 3;
    const x2 = <usize>load<i32>(list, 8) << 3;
    const x3 = <usize>load<i32>(list, 12) << 3;
    let to = panel.rows + (q << 2);
    for (let from = panel.columns; from < end; from += line) {
      const a = f32x4.demote_f64x2_zero(v128.load64_lane(from + x1, v128.load64_zero(from + x0), 1));
      const b = f32x4.demote_f64x2_zero(v128.load64_lane(from + x3, v128.load64_zero(from + x2), 1));
      v128.store(to, v128.shuffle<f64>(a, b, 0, 2));
      to += line >> 1;
    }
  }
}

/**
 * Least score (its last bits replaced by the centre's index) into `panel.logProbNorm`, the second least into
 * `panel.packed`, as floats, for `count` points of the floats at `panel.rows`, in eights. Two vectors of points by four
 * centres: 8 accumulators, as many as V8 keeps in registers.
 */
export function coarseFilterPanel(means: Means, panel: Panel, count: i32): void {
  const line = <usize>panel.size << 2;
  const length = <usize>panel.nFeatures * line;
  for (let p: usize = 0; p < <usize>count << 2; p += 32) {
    const from = panel.rows + p;
    const end = from + length;
    const leastAt = panel.logProbNorm + p;
    const secondAt = panel.packed + p;
    v128.store(leastAt, f32x4.splat(Infinity));
    v128.store(leastAt, f32x4.splat(Infinity), 16);
    v128.store(secondAt, f32x4.splat(Infinity));
    v128.store(secondAt, f32x4.splat(Infinity), 16);
    let c = means.floatCenters;
    let h = means.floatHalves;
    for (let i = 0; i < means.nClusters; i += 4) {
      let a00 = v128.load32_splat(h);
      let a01 = a00;
      let a10 = v128.load32_splat(h, 4);
      let a11 = a10;
      let a20 = v128.load32_splat(h, 8);
      let a21 = a20;
      let a30 = v128.load32_splat(h, 12);
      let a31 = a30;
      for (let x = from; x < end; x += line) {
        const x0 = v128.load(x);
        const x1 = v128.load(x, 16);
        const c0 = v128.load32_splat(c);
        a00 = f32x4.sub(a00, f32x4.mul(x0, c0));
        a01 = f32x4.sub(a01, f32x4.mul(x1, c0));
        const c1 = v128.load32_splat(c, 4);
        a10 = f32x4.sub(a10, f32x4.mul(x0, c1));
        a11 = f32x4.sub(a11, f32x4.mul(x1, c1));
        const c2 = v128.load32_splat(c, 8);
        a20 = f32x4.sub(a20, f32x4.mul(x0, c2));
        a21 = f32x4.sub(a21, f32x4.mul(x1, c2));
        const c3 = v128.load32_splat(c, 12);
        a30 = f32x4.sub(a30, f32x4.mul(x0, c3));
        a31 = f32x4.sub(a31, f32x4.mul(x1, c3));
        c += 16;
      }
      h += 16;
      // nothing but the tile may live in registers above, or V8 spills parts of it in the inner loop: so these are loaded
      const keep = i32x4.splat(~means.indexMask);
      let index = i32x4.splat(i);
      a00 = v128.or(v128.and(a00, keep), index);
      a01 = v128.or(v128.and(a01, keep), index);
      index = i32x4.splat(i + 1);
      a10 = v128.or(v128.and(a10, keep), index);
      a11 = v128.or(v128.and(a11, keep), index);
      index = i32x4.splat(i + 2);
      a20 = v128.or(v128.and(a20, keep), index);
      a21 = v128.or(v128.and(a21, keep), index);
      index = i32x4.splat(i + 3);
      a30 = v128.or(v128.and(a30, keep), index);
      a31 = v128.or(v128.and(a31, keep), index);
      keepTwo(leastAt, secondAt, a00, a10, a20, a30);
      keepTwo(leastAt + 16, secondAt + 16, a01, a11, a21, a31);
    }
  }
}

/** Takes four more scores into the least and the second least. */
@inline
function keepTwo(leastAt: usize, secondAt: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = f32x4.pmin(a, b);
  const cd = f32x4.pmin(c, d);
  const group = f32x4.pmin(ab, cd);
  const next = f32x4.pmin(f32x4.pmin(f32x4.pmax(a, b), f32x4.pmax(c, d)), f32x4.pmax(ab, cd));
  const least = v128.load(leastAt);
  v128.store(leastAt, f32x4.pmin(least, group));
  v128.store(secondAt, f32x4.pmin(f32x4.pmin(v128.load(secondAt), next), f32x4.pmax(least, group)));
}
