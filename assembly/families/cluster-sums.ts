/**
 * Sums of the rows of each cluster without rounding, so that a row that leaves one can be taken away without a trace. A number
 * is cut into three parts, multiples of 2^(q − 52) with q such that a block's parts cannot add up to 2^(q + 1): fl(v + m) − m
 * with m = 3·2^(q − 1) rounds v to that grid, and −v to the opposite (Demmel & Nguyen 2013). What is left below the third grid is
 * dropped by the same rule whenever the row is added or taken away; src/em/exact-sums.ts chooses the grids and says how little
 * that is.
 *
 * A row here is what `takeRow` makes of it: nFeatures doubles and a 1, so that the sums count weights as one more feature.
 */
import { Means } from "./means";

/** Bytes of one of the three parts. */
@inline
export function partBytes(means: Means): usize {
  return (<usize>means.nClusters * <usize>means.stride) << 3;
}

/** Adds s·row to the sums of cluster `to`. */
export function addRow(means: Means, row: usize, s: f64, to: i32, sums: usize): void {
  addParts(means, row, s, to, to, sums, false);
}

/** Takes s·row from the sums of cluster `from`, and adds it to those of cluster `to`: the row is cut once for both. */
export function moveRow(means: Means, row: usize, s: f64, from: i32, to: i32, sums: usize): void {
  addParts(means, row, s, from, to, sums, true);
}

@inline
function addParts(means: Means, row: usize, s: f64, from: i32, to: i32, sums: usize, takes: bool): void {
  if (s == 0) return;
  const weight = f64x2.splat(s);
  const part = partBytes(means);
  const level = <usize>means.stride << 3;
  const grids = means.grids;
  const outOf = sums + <usize>from * level;
  const into = sums + <usize>to * level;
  for (let at: usize = 0; at <= <usize>means.nFeatures << 3; at += 16) {
    let rest = f64x2.mul(weight, v128.load(row + at));
    let less = outOf + at;
    let more = into + at;
    let grid = grids + at;
    for (let cut = 0; cut < 3; cut++) {
      const h = onGrid(rest, v128.load(grid));
      rest = f64x2.sub(rest, h);
      if (takes) {
        v128.store(less, f64x2.sub(v128.load(less), h));
        less += part;
      }
      v128.store(more, f64x2.add(v128.load(more), h));
      more += part;
      grid += level;
    }
  }
}

@inline
function onGrid(v: v128, m: v128): v128 {
  return f64x2.sub(f64x2.add(v, m), m);
}

/** Hands the sums out as doubles and what rounding takes from them (Knuth's two-sum of the first parts, and the third). */
export function writeSums(means: Means, sums: usize): void {
  const part = partBytes(means);
  for (let i: usize = 0; i < part; i += 16) {
    const a = v128.load(sums + i);
    const b = v128.load(sums + part + i);
    const sum = f64x2.add(a, b);
    const added = f64x2.sub(sum, a);
    const lost = f64x2.add(f64x2.sub(a, f64x2.sub(sum, added)), f64x2.sub(b, added));
    v128.store(means.output + i, sum);
    v128.store(means.output + part + i, f64x2.add(lost, v128.load(sums + 2 * part + i)));
  }
}
