/**
 * K-means: assignment to the centre of least squared distance, and the sums of which the next centres are made. Labels,
 * distances and sums have the bits of the plain pass (every distance by its definition, every point added up), though most
 * of that work is left out:
 *
 * - A point whose distance to its own centre is below a lower bound of all others keeps its label (Hamerly 2010). The bound
 *   is taken when the point is compared with all centres and kept as (bound + drift), drift being the way that the other
 *   centres have gone at most since the beginning; so it need not be written again while it holds.
 * - The others go through a matrix product in single precision that is checked against its own rounding (em/coarse-filter.ts);
 *   in double precision (em/filter.ts) where that leaves too many undecided.
 * - Sums are of numbers rounded to a grid on which additions are exact, so a point that stays in its cluster need not be
 *   added again, and one that leaves is taken away without a trace (`move`).
 */
import { COARSE_GREATEST, COARSE_TINY, demoteListed, demotePanel } from "../em/coarse-filter";
import { filterPanel, nearestPoint } from "../em/filter";
import { SquaredDifference, distancesPanel } from "../em/nearest";
import { Panel } from "../em/panel";
import { Block } from "../em/passes";
import { ClusterBlock, Clusters, addCosts, clearTotals } from "./clusters";
import { Means } from "./means";
import { AnyLayout, takeColumns } from "./packed";
import { seedPass } from "./seeding";

/** One part in 2⁵⁰, more than the few roundings of a bound amount to. */
const SHORTER: f64 = 1 - 8.881784197001252e-16;
/** More than sums of squares can lose by underflow. */
const TINY: f64 = 1e-290;
/** Panels that go through the filter in double precision before the other is tried again. */
const FINE_PANELS: i32 = 64;

/**
 * Labels of the block's rows from those of the last pass, their cost, and the sums of the clusters.
 *
 * @param scratch where a block's sums are made if it keeps none: three parts of K × stride doubles; 0 if no sums are wanted
 */
export function kMeansExpectation(state: usize, panelAt: usize, blockAt: usize, scratch: usize): void {
  const means = changetype<Means>(state);
  const panel = changetype<Panel>(panelAt);
  const block = changetype<ClusterBlock>(blockAt);
  const kept = block.sums != 0;
  const sums = kept ? block.sums : scratch;
  const summed = kept && load<i32>(block.summed) != 0;
  clearTotals(means);
  if (sums && !summed) memory.fill(sums, 0, 3 * partBytes(means));
  for (let start = 0; start < block.nRows; start += panel.size) {
    // one call per panel: V8 replaces baseline code by optimised code at calls only
    const at = <usize>start << 2;
    expectationPanel(means, panel, block, start, block.labels + at, block.bounds + (at << 1), sums, summed);
  }
  if (sums) writeSums(means, sums);
  if (kept) store<i32>(block.summed, 1);
}

function expectationPanel(
  means: Means, panel: Panel, block: ClusterBlock, start: i32, labels: usize, bounds: usize, sums: usize, summed: bool,
): void {
  takeColumns(means, panel, block, start);
  const open = ownDistances(means, panel, labels, bounds);
  if (open) {
    // copying a point costs as much as comparing it with two centres
    const listed = 8 * open < 7 * panel.count;
    const n = listed ? open : panel.count;
    const moved = summed ? sums : 0;
    if (panel.denseLeft == 0) {
      // where many points are left undecided, centres are too far from 0 for floats to tell them apart
      const undecided = settleCoarse(means, panel, n, listed, labels, bounds, moved);
      panel.denseLeft = 8 * undecided > n ? FINE_PANELS : 0;
    } else {
      settleFine(means, panel, n, listed, labels, bounds, moved);
      panel.denseLeft--;
    }
  }
  if (sums && !summed) {
    for (let p: usize = 0; p < <usize>panel.count; p++) {
      move(means, panel, p, load<f64>(panel.weights + (p << 3)), load<i32>(labels + (p << 2)), sums);
    }
  }
  addCosts(means, panel, start);
}

/**
 * New labels and bounds for the panel's first `n` points, or for the `n` that are listed, by the filter in single precision;
 * returns how many it left undecided. `sums` is 0 if changes are not taken into the sums.
 */
function settleCoarse(
  means: Means, panel: Panel, n: i32, listed: bool, labels: usize, bounds: usize, sums: usize,
): i32 {
  if (listed) demoteListed(panel, n);
  else demotePanel(panel);
  filterPanel<f32>(means, panel, panel.rows, n);
  let undecided = 0;
  for (let q: usize = 0; q < <usize>n; q++) {
    const p = listed ? <usize>load<i32>(panel.offsets + (q << 2)) : q;
    const leastAt = panel.logProbNorm + (q << 2);
    const reach = load<f64>(panel.logProb + (p << 3)) + means.greatest;
    const margin = means.coarseSlack * reach + COARSE_TINY;
    // half the difference of two squared distances
    const gap = 2 * (<f64>load<f32>(panel.packed + (q << 2)) - <f64>load<f32>(leastAt));
    const decided = gap > margin && reach < COARSE_GREATEST;
    undecided += i32(!decided);
    settle(
      means, panel, p, decided, load<i32>(leastAt) & means.indexMask, gap - margin, labels + (p << 2), bounds + (p << 3), sums,
    );
  }
  return undecided;
}

/** The same by the filter in double precision. */
function settleFine(
  means: Means, panel: Panel, n: i32, listed: bool, labels: usize, bounds: usize, sums: usize,
): void {
  if (listed) gather(panel, n);
  filterPanel<f64>(means, panel, listed ? panel.rows : panel.columns, n);
  for (let q: usize = 0; q < <usize>n; q++) {
    const p = listed ? <usize>load<i32>(panel.offsets + (q << 2)) : q;
    const margin = means.slack * (load<f64>(panel.logProb + (p << 3)) + means.greatest) + TINY;
    const least = load<f64>(panel.logProbNorm + (q << 3));
    const gap = 2 * (load<f64>(panel.packed + (q << 3)) - least);
    // an overflow makes this false, too
    const decided = gap > margin && margin < 1e280;
    settle(
      means, panel, p, decided, <i32>reinterpret<i64>(least) & means.indexMask, gap - margin,
      labels + (p << 2), bounds + (p << 3), sums,
    );
  }
}

/**
 * Gives point `p` the label that a filter has `decided` on, or else that of the definition, and a new bound: the squares of
 * its distances to all other centres are greater than that to its own by `more` at least.
 */
@inline
function settle(
  means: Means, panel: Panel, p: usize, decided: bool, nearest: i32, more: f64, labelAt: usize, boundAt: usize, sums: usize,
): void {
  const label = decided ? nearest : nearestPoint(means, panel.columns + (p << 3), <usize>panel.size << 3);
  if (label != load<i32>(labelAt)) relabel(means, panel, p, label, labelAt, sums);
  const bound = Math.sqrt(max<f64>(load<f64>(panel.logProb + (p << 3)) + more, 0)) * SHORTER;
  const drift = load<f64>(means.drifts + (<usize>label << 3));
  store<f64>(boundAt, decided ? (bound + drift) * SHORTER : 0);
}

/** Another label: another own distance, and other sums. */
function relabel(means: Means, panel: Panel, p: usize, label: i32, labelAt: usize, sums: usize): void {
  store<f64>(panel.logProb + (p << 3), squaredDistance(panel, p, means.center(label)));
  if (sums) {
    const s = load<f64>(panel.weights + (p << 3));
    move(means, panel, p, -s, load<i32>(labelAt), sums);
    move(means, panel, p, s, label, sums);
  }
  store<i32>(labelAt, label);
}

/**
 * Squared distances to the centres of the present labels, into `panel.logProb`, features added in their order; and the list
 * of the points whose bounds do not settle them then (i32 at `panel.offsets`). Returns how many there are.
 */
function ownDistances(means: Means, panel: Panel, labels: usize, bounds: usize): i32 {
  const line = <usize>panel.size << 3;
  const pairs = panel.nFeatures >> 1;
  const stride = <usize>means.stride << 3;
  // the distances compared were rounded, (D + 2)·2⁻⁵³ of each at most
  const shorter = SHORTER - <f64>panel.nFeatures * (1 - SHORTER);
  let n = 0;
  // past the last point lie labels of the next panel, or zeros
  for (let p = 0; p < panel.count; p += 4) {
    const own = labels + (<usize>p << 2);
    const l0 = <usize>load<i32>(own);
    const l1 = <usize>load<i32>(own, 4);
    const l2 = <usize>load<i32>(own, 8);
    const l3 = <usize>load<i32>(own, 12);
    let c0 = means.lines + l0 * stride;
    let c1 = means.lines + l1 * stride;
    let c2 = means.lines + l2 * stride;
    let c3 = means.lines + l3 * stride;
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    let x = panel.columns + (<usize>p << 3);
    for (let j = 0; j < pairs; j++) {
      const v0 = v128.load(c0);
      const v1 = v128.load(c1);
      const v2 = v128.load(c2);
      const v3 = v128.load(c3);
      a = addSquare(a, x, v128.shuffle<f64>(v0, v1, 0, 2));
      b = addSquare(b, x + 16, v128.shuffle<f64>(v2, v3, 0, 2));
      x += line;
      a = addSquare(a, x, v128.shuffle<f64>(v0, v1, 1, 3));
      b = addSquare(b, x + 16, v128.shuffle<f64>(v2, v3, 1, 3));
      x += line;
      c0 += 16;
      c1 += 16;
      c2 += 16;
      c3 += 16;
    }
    if (panel.nFeatures & 1) {
      a = addSquare(a, x, v128.load64_lane(c1, v128.load64_zero(c0), 1));
      b = addSquare(b, x + 16, v128.load64_lane(c3, v128.load64_zero(c2), 1));
    }
    const at = <usize>p << 3;
    v128.store(panel.logProb + at, a);
    v128.store(panel.logProb + at, b, 16);

    const d01 = v128.load64_lane(means.drifts + (l1 << 3), v128.load64_zero(means.drifts + (l0 << 3)), 1);
    const d23 = v128.load64_lane(means.drifts + (l3 << 3), v128.load64_zero(means.drifts + (l2 << 3)), 1);
    let settled = i64x2.bitmask(isSettled(f64x2.sub(v128.load(bounds + at), d01), a, shorter))
      | (i64x2.bitmask(isSettled(f64x2.sub(v128.load(bounds + at, 16), d23), b, shorter)) << 2);
    if (p + 4 > panel.count) settled |= 15 << (panel.count - p);
    for (let q = 0; q < 4; q++) {
      store<i32>(panel.offsets + (<usize>n << 2), p + q);
      n += ~(settled >> q) & 1;
    }
  }
  return n;
}

@inline
function addSquare(sum: v128, x: usize, center: v128): v128 {
  const u = f64x2.sub(v128.load(x), center);
  return f64x2.add(sum, f64x2.mul(u, u));
}

/** Whether all other centres are farther than the square root of `own`, by a lower bound of their distances. */
@inline
function isSettled(least: v128, own: v128, shorter: f64): v128 {
  // a NaN is no bound
  const bound = f64x2.pmax(f64x2.splat(0), least);
  return f64x2.gt(f64x2.sub(f64x2.mul(f64x2.mul(bound, bound), f64x2.splat(shorter)), f64x2.splat(TINY)), own);
}

/** Copies the listed points side by side into `panel.rows`, feature-major. */
function gather(panel: Panel, n: i32): void {
  const line = <usize>panel.size << 3;
  for (let q: usize = 0; q < <usize>n; q++) {
    let from = panel.columns + (<usize>load<i32>(panel.offsets + (q << 2)) << 3);
    let to = panel.rows + (q << 3);
    for (let j = 0; j < panel.nFeatures; j++) {
      store<f64>(to, load<f64>(from));
      from += line;
      to += line;
    }
  }
}

function squaredDistance(panel: Panel, p: usize, center: usize): f64 {
  let sum: f64 = 0;
  let x = panel.columns + (p << 3);
  for (let j = 0; j < panel.nFeatures; j++) {
    const u = load<f64>(x) - load<f64>(center);
    sum += u * u;
    x += <usize>panel.size << 3;
    center += 32;
  }
  return sum;
}

@inline
function partBytes(means: Means): usize {
  return (<usize>means.nClusters * <usize>means.stride) << 3;
}

/**
 * Adds s·(x, 1) to the sums of a cluster, or takes it away (s < 0), without rounding: a number is cut into three parts,
 * multiples of 2^(q − 52) with q such that a block's parts cannot add up to 2^(q + 1): fl(v + m) − m with m = 3·2^(q − 1)
 * rounds v to that grid (Demmel & Nguyen 2013). What is left below the third grid is dropped by the same rule whenever the
 * point is added or taken away; src/em/exact-sums.ts chooses the grids and says how little that is.
 */
function move(means: Means, panel: Panel, p: usize, s: f64, label: i32, sums: usize): void {
  if (s == 0) return;
  const weight = f64x2.splat(s);
  const line = <usize>panel.size << 3;
  const part = partBytes(means);
  const level = <usize>means.stride << 3;
  let sum = sums + <usize>label * level;
  let grid = means.grids;
  let x = panel.columns + (p << 3);
  for (let j = 2; j <= panel.nFeatures; j += 2) {
    addParts(f64x2.mul(weight, v128.load64_lane(x + line, v128.load64_zero(x), 1)), sum, part, grid, level);
    sum += 16;
    grid += 16;
    x += 2 * line;
  }
  // the sums count weights as one more feature, whose value is 1
  const last = panel.nFeatures & 1 ? f64x2.replace_lane(v128.load64_zero(x), 1, 1) : f64x2(1, 0);
  addParts(f64x2.mul(weight, last), sum, part, grid, level);
}

@inline
function addParts(v: v128, sum: usize, part: usize, grid: usize, level: usize): void {
  let m = v128.load(grid);
  let h = f64x2.sub(f64x2.add(v, m), m);
  v128.store(sum, f64x2.add(v128.load(sum), h));
  v = f64x2.sub(v, h);
  m = v128.load(grid + level);
  h = f64x2.sub(f64x2.add(v, m), m);
  v128.store(sum + part, f64x2.add(v128.load(sum + part), h));
  v = f64x2.sub(v, h);
  m = v128.load(grid + 2 * level);
  h = f64x2.sub(f64x2.add(v, m), m);
  v128.store(sum + 2 * part, f64x2.add(v128.load(sum + 2 * part), h));
}

/** Hands the sums out as doubles and what rounding takes from them (Knuth's two-sum of the first parts, and the third). */
function writeSums(means: Means, sums: usize): void {
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

/** Euclidean distances, nRows × K row-major doubles. */
export function kMeansDistances(state: usize, panelAt: usize, blockAt: usize, out: usize): void {
  const clusters = changetype<Clusters>(state);
  const panel = changetype<Panel>(panelAt);
  const block = changetype<ClusterBlock>(blockAt);
  for (let start = 0; start < block.nRows; start += panel.size) {
    takeColumns(clusters, panel, block, start);
    distancesPanel<SquaredDifference>(clusters, panel, out + (<usize>start * <usize>clusters.nClusters << 3));
  }
}

/** Costs of seeds, by squared distances: see `seedPass`. */
export function kMeansSeedAny(state: usize, panel: usize, block: usize, costs: usize, candidates: i32, keep: bool): void {
  seedPass<SquaredDifference, AnyLayout>(
    changetype<Clusters>(state), changetype<Panel>(panel), changetype<Block>(block), costs, candidates, keep,
  );
}
