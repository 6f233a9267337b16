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
 * `panel.packed`, for `count` of the feature-major `points`, in fours (of floats in eights), all in the precision of T. Two vectors of
 * points by four centres: 8 accumulators, as many as V8 keeps in registers. K is padded to fours by centres of a score that none can exceed.
 */
export function filterPanel<T>(means: Means, panel: Panel, points: usize, count: i32): void {
  const line = <usize>panel.size * sizeof<T>();
  const length = <usize>panel.nFeatures * line;
  for (let p: usize = 0; p < <usize>count * sizeof<T>(); p += 32) {
    const from = points + p;
    const end = from + length;
    const leastAt = panel.logProbNorm + p;
    const secondAt = panel.packed + p;
    v128.store(leastAt, v128.splat<T>(<T>Infinity));
    v128.store(leastAt, v128.splat<T>(<T>Infinity), 16);
    v128.store(secondAt, v128.splat<T>(<T>Infinity));
    v128.store(secondAt, v128.splat<T>(<T>Infinity), 16);
    let c = sizeof<T>() == 4 ? means.floatCenters : means.centers;
    let h = sizeof<T>() == 4 ? means.floatHalves : means.halves;
    for (let i = 0; i < means.nClusters; i += 4) {
      let a00 = v128.load_splat<T>(h);
      let a01 = a00;
      let a10 = v128.load_splat<T>(h, sizeof<T>());
      let a11 = a10;
      let a20 = v128.load_splat<T>(h, 2 * sizeof<T>());
      let a21 = a20;
      let a30 = v128.load_splat<T>(h, 3 * sizeof<T>());
      let a31 = a30;
      for (let x = from; x < end; x += line) {
        const x0 = v128.load(x);
        const x1 = v128.load(x, 16);
        const c0 = v128.load_splat<T>(c);
        a00 = v128.sub<T>(a00, v128.mul<T>(x0, c0));
        a01 = v128.sub<T>(a01, v128.mul<T>(x1, c0));
        const c1 = v128.load_splat<T>(c, sizeof<T>());
        a10 = v128.sub<T>(a10, v128.mul<T>(x0, c1));
        a11 = v128.sub<T>(a11, v128.mul<T>(x1, c1));
        const c2 = v128.load_splat<T>(c, 2 * sizeof<T>());
        a20 = v128.sub<T>(a20, v128.mul<T>(x0, c2));
        a21 = v128.sub<T>(a21, v128.mul<T>(x1, c2));
        const c3 = v128.load_splat<T>(c, 3 * sizeof<T>());
        a30 = v128.sub<T>(a30, v128.mul<T>(x0, c3));
        a31 = v128.sub<T>(a31, v128.mul<T>(x1, c3));
        c += 4 * sizeof<T>();
      }
      h += 4 * sizeof<T>();
      // nothing but the tile may live in registers above, or V8 spills parts of it in the inner loop: so these are loaded
      const keep = v128.not(indexOf<T>(means.indexMask));
      let index = indexOf<T>(i);
      a00 = v128.or(v128.and(a00, keep), index);
      a01 = v128.or(v128.and(a01, keep), index);
      index = indexOf<T>(i + 1);
      a10 = v128.or(v128.and(a10, keep), index);
      a11 = v128.or(v128.and(a11, keep), index);
      index = indexOf<T>(i + 2);
      a20 = v128.or(v128.and(a20, keep), index);
      a21 = v128.or(v128.and(a21, keep), index);
      index = indexOf<T>(i + 3);
      a30 = v128.or(v128.and(a30, keep), index);
      a31 = v128.or(v128.and(a31, keep), index);
      keepTwo<T>(leastAt, secondAt, a00, a10, a20, a30);
      keepTwo<T>(leastAt + 16, secondAt + 16, a01, a11, a21, a31);
    }
  }
}

/** An integer in every lane of the bits of T. */
@inline
function indexOf<T>(i: i32): v128 {
  return sizeof<T>() == 4 ? i32x4.splat(i) : i64x2.splat(i);
}

/** Takes four more scores into the least and the second least. */
@inline
function keepTwo<T>(leastAt: usize, secondAt: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.pmin<T>(a, b);
  const cd = v128.pmin<T>(c, d);
  const group = v128.pmin<T>(ab, cd);
  const next = v128.pmin<T>(v128.pmin<T>(v128.pmax<T>(a, b), v128.pmax<T>(c, d)), v128.pmax<T>(ab, cd));
  const least = v128.load(leastAt);
  v128.store(leastAt, v128.pmin<T>(least, group));
  v128.store(secondAt, v128.pmin<T>(v128.pmin<T>(v128.load(secondAt), next), v128.pmax<T>(least, group)));
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
