/**
 * Nearest centres by a matrix product. With h = |c|²/2 the score h − x·c orders the centres as |x − c|² does, at one
 * multiplication and one addition per feature instead of three operations. Rounding may put nearly equal scores in the
 * wrong order, so the pass also keeps the second least one: whoever calls believes the order only where the two are
 * further apart than rounding can explain, and decides the rest by the definition (`nearestPoint`).
 *
 * How far apart that is. Let u = 2⁻⁵³, D features, A = |x|, C the greatest |c|, r the distance of x to any centre, so that
 * A ≤ r + C. Summing h and D products loses at most (D + 1)·u·(C² + A·C), h itself (D + 1)·u·C²/2; putting the index
 * into the last b bits of a score at most 2^(b−52)·(C² + A·C)… together at most e·(5/2·C² + r²) with
 * e = (D + 2)·u + 2^(b−52). Two scores, twice their difference, and the error of the direct sums that the answer must agree
 * with, (D + 2)·u·r² each, stay below 16·e·(C² + r²); sums that underflow add less than 10⁻²⁹⁰.
 */
import { Clusters } from "../families/clusters";
import { Means } from "../families/means";
import { Panel } from "./panel";

/**
 * Least score (its last bits replaced by the centre's index) into `panel.logProbNorm`, the second least into
 * `panel.packed`, for `count` points of the feature-major `columns`, in fours. Two vectors of points by four centres:
 * 8 accumulators, as many as V8 keeps in registers. K is padded to fours by centres of a score that none can exceed.
 */
export function filterPanel(means: Means, panel: Panel, columns: usize, count: i32): void {
  const line = <usize>panel.size << 3;
  const length = <usize>panel.nFeatures * line;
  for (let p: usize = 0; p < <usize>count << 3; p += 32) {
    const from = columns + p;
    const end = from + length;
    const leastAt = panel.logProbNorm + p;
    const secondAt = panel.packed + p;
    v128.store(leastAt, f64x2.splat(Infinity));
    v128.store(leastAt, f64x2.splat(Infinity), 16);
    v128.store(secondAt, f64x2.splat(Infinity));
    v128.store(secondAt, f64x2.splat(Infinity), 16);
    let c = means.centers;
    let h = means.halves;
    for (let i = 0; i < means.nClusters; i += 4) {
      let a00 = v128.load64_splat(h);
      let a01 = a00;
      let a10 = v128.load64_splat(h, 8);
      let a11 = a10;
      let a20 = v128.load64_splat(h, 16);
      let a21 = a20;
      let a30 = v128.load64_splat(h, 24);
      let a31 = a30;
      for (let x = from; x < end; x += line) {
        const x0 = v128.load(x);
        const x1 = v128.load(x, 16);
        const c0 = v128.load64_splat(c);
        a00 = f64x2.sub(a00, f64x2.mul(x0, c0));
        a01 = f64x2.sub(a01, f64x2.mul(x1, c0));
        const c1 = v128.load64_splat(c, 8);
        a10 = f64x2.sub(a10, f64x2.mul(x0, c1));
        a11 = f64x2.sub(a11, f64x2.mul(x1, c1));
        const c2 = v128.load64_splat(c, 16);
        a20 = f64x2.sub(a20, f64x2.mul(x0, c2));
        a21 = f64x2.sub(a21, f64x2.mul(x1, c2));
        const c3 = v128.load64_splat(c, 24);
        a30 = f64x2.sub(a30, f64x2.mul(x0, c3));
        a31 = f64x2.sub(a31, f64x2.mul(x1, c3));
        c += 32;
      }
      h += 32;
      // nothing but the tile may live in registers above, or V8 spills parts of it in the inner loop: so these are loaded
      const keep = i64x2.splat(~(<i64>means.indexMask));
      let index = i64x2.splat(i);
      a00 = v128.or(v128.and(a00, keep), index);
      a01 = v128.or(v128.and(a01, keep), index);
      index = i64x2.splat(i + 1);
      a10 = v128.or(v128.and(a10, keep), index);
      a11 = v128.or(v128.and(a11, keep), index);
      index = i64x2.splat(i + 2);
      a20 = v128.or(v128.and(a20, keep), index);
      a21 = v128.or(v128.and(a21, keep), index);
      index = i64x2.splat(i + 3);
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
  const ab = f64x2.pmin(a, b);
  const cd = f64x2.pmin(c, d);
  const group = f64x2.pmin(ab, cd);
  const next = f64x2.pmin(f64x2.pmin(f64x2.pmax(a, b), f64x2.pmax(c, d)), f64x2.pmax(ab, cd));
  const least = v128.load(leastAt);
  v128.store(leastAt, f64x2.pmin(least, group));
  v128.store(secondAt, f64x2.pmin(f64x2.pmin(v128.load(secondAt), next), f64x2.pmax(least, group)));
}

/** The nearest centre of one point by the definition, the lowest of equals. Lanes are centres. */
export function nearestPoint(clusters: Clusters, x: usize, line: usize): i32 {
  const k = clusters.nClusters;
  const end = x + <usize>clusters.nFeatures * line;
  let c = clusters.centers;
  let least = Infinity;
  let label = 0;
  for (let i = 0; i < k; i += 4) {
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    for (let at = x; at < end; at += line) {
      const value = v128.load64_splat(at);
      const u = f64x2.sub(value, v128.load(c));
      const v = f64x2.sub(value, v128.load(c, 16));
      a = f64x2.add(a, f64x2.mul(u, u));
      b = f64x2.add(b, f64x2.mul(v, v));
      c += 32;
    }
    for (let j = i; j < min(i + 4, k); j++) {
      const sum = f64x2.extract_lane(a, 0);
      if (sum < least) {
        least = sum;
        label = j;
      }
      a = v128.shuffle<f64>(a, b, 1, 2);
      b = v128.shuffle<f64>(b, b, 1, 1);
    }
  }
  return label;
}
