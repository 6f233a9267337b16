/**
 * Hard E-step by the definition: the nearest of K centres for every point of a panel. Lanes are points; the differences
 * x − c are formed and summed directly, never as |x|² − 2·x·c + |c|², which cancels (its error is that of |x|², not that
 * of the distance) and would move points that lie nearly between two centres. (k-means filters by that form all the same,
 * within a proven bound: em/filter.ts.)
 *
 * Generic over the metric, a class without data whose `term` is inlined: changetype<M>(0).term(u).
 */
import { Clusters } from "../families/clusters";
import { Panel } from "./panel";

/** (x − c)²: squared Euclidean distances. */
@unmanaged
export class SquaredDifference {
  @inline
  term(u: v128): v128 {
    return f64x2.mul(u, u);
  }
  /** The distance that belongs to a sum of terms. */
  @inline
  distance(sum: v128): v128 {
    return f64x2.sqrt(sum);
  }
}

/** |x − c|: Manhattan distances. */
@unmanaged
export class AbsoluteDifference {
  @inline
  term(u: v128): v128 {
    return f64x2.abs(u);
  }
  @inline
  distance(sum: v128): v128 {
    return sum;
  }
}

/**
 * Least sums of terms into `panel.logProb` (size doubles) and labels into `labels` (i32, written in fours: up to 3 past
 * the last point). Ties go to the lowest index. Two vectors of points by four centres: 8 accumulators, as many as V8
 * keeps in registers. The last group of centres must be filled up (`fillUpCenters`).
 */
export function nearestPanel<M>(clusters: Clusters, panel: Panel, labels: usize): void {
  const line = <usize>panel.size << 3;
  const k = clusters.nClusters;
  const length = <usize>panel.nFeatures * line;
  for (let p: usize = 0; p < <usize>panel.count << 3; p += 32) {
    const from = panel.columns + p;
    const end = from + length;
    let least0 = f64x2.splat(Infinity);
    let least1 = f64x2.splat(Infinity);
    let label0 = i64x2.splat(0);
    let label1 = i64x2.splat(0);
    let c = clusters.centers;
    for (let i = 0; i < k; i += 4) {
      let a00 = f64x2.splat(0);
      let a01 = f64x2.splat(0);
      let a10 = f64x2.splat(0);
      let a11 = f64x2.splat(0);
      let a20 = f64x2.splat(0);
      let a21 = f64x2.splat(0);
      let a30 = f64x2.splat(0);
      let a31 = f64x2.splat(0);
      for (let x = from; x < end; x += line) {
        const x0 = v128.load(x);
        const x1 = v128.load(x, 16);
        const c0 = v128.load64_splat(c);
        a00 = f64x2.add(a00, changetype<M>(0).term(f64x2.sub(x0, c0)));
        a01 = f64x2.add(a01, changetype<M>(0).term(f64x2.sub(x1, c0)));
        const c1 = v128.load64_splat(c, 8);
        a10 = f64x2.add(a10, changetype<M>(0).term(f64x2.sub(x0, c1)));
        a11 = f64x2.add(a11, changetype<M>(0).term(f64x2.sub(x1, c1)));
        const c2 = v128.load64_splat(c, 16);
        a20 = f64x2.add(a20, changetype<M>(0).term(f64x2.sub(x0, c2)));
        a21 = f64x2.add(a21, changetype<M>(0).term(f64x2.sub(x1, c2)));
        const c3 = v128.load64_splat(c, 24);
        a30 = f64x2.add(a30, changetype<M>(0).term(f64x2.sub(x0, c3)));
        a31 = f64x2.add(a31, changetype<M>(0).term(f64x2.sub(x1, c3)));
        c += 32;
      }
      const base = i64x2.splat(i);
      let index = keepIndex(a00, a10, a20, a30, base);
      let value = f64x2.pmin(f64x2.pmin(a00, a10), f64x2.pmin(a20, a30));
      label0 = v128.bitselect(index, label0, f64x2.lt(value, least0));
      least0 = f64x2.pmin(least0, value);
      index = keepIndex(a01, a11, a21, a31, base);
      value = f64x2.pmin(f64x2.pmin(a01, a11), f64x2.pmin(a21, a31));
      label1 = v128.bitselect(index, label1, f64x2.lt(value, least1));
      least1 = f64x2.pmin(least1, value);
    }
    v128.store(panel.logProb + p, least0);
    v128.store(panel.logProb + p, least1, 16);
    v128.store(labels + (p >> 1), v128.shuffle<i32>(label0, label1, 0, 2, 4, 6));
  }
}

/** Fills the last group of four centres up with centres that are infinitely far away and never the nearest. */
export function fillUpCenters(clusters: Clusters): void {
  for (let i = clusters.nClusters; i & 3; i++) {
    const center = clusters.center(i);
    for (let j: usize = 0; j < <usize>clusters.nFeatures; j++) store<f64>(center + (j << 5), Infinity);
  }
}

/** Index of the least of four sums, the first of equal ones: `base` to `base` + 3. A comparison that holds is −1. */
@inline
function keepIndex(a: v128, b: v128, c: v128, d: v128, base: v128): v128 {
  const first = i64x2.sub(base, f64x2.lt(b, a));
  const second = i64x2.sub(i64x2.add(base, i64x2.splat(2)), f64x2.lt(d, c));
  return v128.bitselect(second, first, f64x2.lt(f64x2.pmin(c, d), f64x2.pmin(a, b)));
}

/** Distances of the panel's points to all centres, `count × k` row-major doubles at `out`. */
export function distancesPanel<M>(clusters: Clusters, panel: Panel, out: usize): void {
  const line = <usize>panel.size << 3;
  const k = clusters.nClusters;
  const rowBytes = <usize>k << 3;
  const length = <usize>panel.nFeatures * line;
  for (let i = 0; i < k; i++) {
    const first = clusters.center(i);
    for (let p = 0; p < panel.count; p += 2) {
      const from = panel.columns + (<usize>p << 3);
      let sum = f64x2.splat(0);
      let c = first;
      for (let x = from; x < from + length; x += line) {
        sum = f64x2.add(sum, changetype<M>(0).term(f64x2.sub(v128.load(x), v128.load64_splat(c))));
        c += 32;
      }
      const distance = changetype<M>(0).distance(sum);
      const at = out + <usize>p * rowBytes + (<usize>i << 3);
      v128.store64_lane(at, distance, 0);
      if (p + 1 < panel.count) v128.store64_lane(at + rowBytes, distance, 1);
    }
  }
}
