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
import { Panel } from "./panel";

/** More than sums lose by underflow. */
export const COARSE_TINY: f64 = 1e-30;
/** Squares up to here are sure not to overflow a float's sums. */
export const COARSE_GREATEST: f64 = 1e30;

/** Rounds the panel's points to floats, feature-major at `panel.residuals` (size floats a line), in their places. */
export function demotePanel(panel: Panel): void {
  const line = <usize>panel.size << 3;
  const end = panel.columns + <usize>panel.nFeatures * line;
  let to = panel.residuals;
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
    let to = panel.residuals + (q << 2);
    for (let from = panel.columns; from < end; from += line) {
      const a = f32x4.demote_f64x2_zero(v128.load64_lane(from + x1, v128.load64_zero(from + x0), 1));
      const b = f32x4.demote_f64x2_zero(v128.load64_lane(from + x3, v128.load64_zero(from + x2), 1));
      v128.store(to, v128.shuffle<f64>(a, b, 0, 2));
      to += line >> 1;
    }
  }
}
