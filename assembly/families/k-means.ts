/**
 * K-means: assignment to the centre of least squared distance, and the sums of which the next centres are made. Labels and
 * sums have the bits of the plain pass (every distance by its definition, every point added up), though most of that work
 * is left out:
 *
 * - A point whose own centre is nearer, by an upper bound, than all others are by a lower one keeps its label (Hamerly 2010)
 *   and is not even read; neither is it where its true distance, taken anew, is below the lower bound. The bounds are taken
 *   when a point is compared, and kept together with the ways that centres have gone since the beginning; so they need not be
 *   written again while they hold. How many rows a pass reads is what it takes: late in a fit they are one in ten.
 * - The others go through a matrix product in single precision that is checked against its own rounding (em/coarse-filter.ts);
 *   in double precision (em/filter.ts) where that leaves too many undecided.
 * - Sums are of numbers rounded to a grid on which additions are exact, so a point that stays in its cluster need not be
 *   added again, and one that leaves is taken away without a trace (`move`).
 *
 * Costs need every row: a pass that is not `direct` leaves them to the host, which knows them from the sums.
 */
import { Block } from "../em/block";
import { COARSE_GREATEST, COARSE_TINY, demoteListed, demotePanel } from "../em/coarse-filter";
import { packListedRows } from "../em/columns";
import { filterPanel, nearestPoint } from "../em/filter";
import { SquaredDifference, distancesPanel } from "../em/nearest";
import { Panel, fillPanel } from "../em/panel";
import { ClusterBlock, Clusters, addCosts, clearTotals } from "./clusters";
import { Means } from "./means";

/** One part in 2⁵⁰, more than the few roundings of a bound amount to: downwards, and upwards. */
const SHORTER: f64 = 1 - 8.881784197001252e-16;
const LONGER: f64 = 1 + 8.881784197001252e-16;
/** More than sums of squares can lose by underflow. */
const TINY: f64 = 1e-290;
/** Panels that go through the filter in double precision before the other is tried again. */
const FINE_PANELS: i32 = 64;

/**
 * Labels of the block's rows from those of the last pass, and the sums of the clusters; their cost, if every row is read.
 *
 * @param scratch where a block's sums are made if it keeps none: three parts of K × stride doubles; 0 if no sums are wanted
 * @param list nRows + 8 i32
 */
export function kMeansExpectation(state: usize, panelAt: usize, blockAt: usize, scratch: usize, list: usize): void {
  const means = changetype<Means>(state);
  const panel = changetype<Panel>(panelAt);
  const block = changetype<ClusterBlock>(blockAt);
  const kept = block.sums != 0;
  const sums = kept ? block.sums : scratch;
  const summed = kept && load<i32>(block.summed) != 0;
  const direct = means.direct != 0 || !summed;
  clearTotals(means);
  if (sums && !summed) memory.fill(sums, 0, 3 * partBytes(means));
  const n = direct ? listAll(list, block.nRows) : listUnsettled(means, block, list);
  // gathered in fours
  const last = n ? load<i32>(list + (<usize>(n - 1) << 2)) : 0;
  for (let q: usize = 0; q < 8; q++) store<i32>(list + ((<usize>n + q) << 2), last);
  for (let start = 0; start < n; start += panel.size) {
    // one call per panel: V8 replaces baseline code by optimised code at calls only
    panel.count = min(panel.size, n - start);
    expectationPanel(means, panel, block, list + (<usize>start << 2), sums, summed);
    if (direct) addCosts(means, panel, start);
  }
  if (sums) writeSums(means, sums);
  if (kept) store<i32>(block.summed, 1);
}

function listAll(list: usize, n: i32): i32 {
  for (let i = 0; i < n; i++) store<i32>(list + (<usize>i << 2), i);
  return n;
}

/** Lists the rows whose own centre is not certain to be the nearest by what is known without reading them. */
function listUnsettled(means: Means, block: ClusterBlock, list: usize): i32 {
  const drifts = means.drifts;
  const shorter = shorterFor(means);
  const longer = 2 - shorter;
  let n = 0;
  for (let i = 0; i < block.nRows - 1; i += 2) {
    const labels = block.labels + (<usize>i << 2);
    const at = <usize>i << 3;
    // (drift of the others, own drift)
    const a = v128.load(drifts + (<usize>load<i32>(labels) << 4));
    const b = v128.load(drifts + (<usize>load<i32>(labels, 4) << 4));
    const others = f64x2.sub(v128.load(block.bounds + at), v128.shuffle<f64>(a, b, 0, 2));
    const own = f64x2.mul(f64x2.add(v128.load(block.reaches + at), v128.shuffle<f64>(a, b, 1, 3)), f64x2.splat(LONGER));
    const most = f64x2.add(f64x2.mul(f64x2.mul(own, own), f64x2.splat(longer)), f64x2.splat(TINY));
    const settled = i64x2.bitmask(isSettled(others, most, shorter));
    store<i32>(list + (<usize>n << 2), i);
    n += ~settled & 1;
    store<i32>(list + (<usize>n << 2), i + 1);
    n += ~settled >> 1 & 1;
  }
  // an odd last one is not worth a test
  store<i32>(list + (<usize>n << 2), block.nRows - 1);
  return n + (block.nRows & 1);
}

/** A factor below 1 by more than the relative error of a sum of squared differences, (D + 2)·2⁻⁵³. */
@inline
function shorterFor(means: Means): f64 {
  return SHORTER - <f64>means.nFeatures * (1 - SHORTER);
}

/** The rows of a panel are listed at `rows`; labels, bounds and sums are brought up to date. */
function expectationPanel(
  means: Means, panel: Panel, block: ClusterBlock, rows: usize, sums: usize, summed: bool,
): void {
  const count = panel.count;
  packListedRows(panel, block, means.scales, rows, count);
  gatherWeights(panel, block, rows);
  const open = ownDistances(means, panel, block, rows);
  if (open) {
    // copying a point costs as much as comparing it with two centres
    const listed = 8 * open < 7 * count;
    const n = listed ? open : count;
    const moved = summed ? sums : 0;
    if (panel.denseLeft == 0) {
      // where many points are left undecided, centres are too far from 0 for floats to tell them apart
      const undecided = settleCoarse(means, panel, block, rows, n, listed, moved);
      panel.denseLeft = 8 * undecided > n ? FINE_PANELS : 0;
    } else {
      settleFine(means, panel, block, rows, n, listed, moved);
      panel.denseLeft--;
    }
  }
  if (sums && !summed) {
    for (let p: usize = 0; p < <usize>count; p++) {
      const label = load<i32>(block.labels + (<usize>load<i32>(rows + (p << 2)) << 2));
      move(means, panel, p, load<f64>(panel.weights + (p << 3)), label, sums);
    }
  }
}

/** Weights of the listed rows, 0 past the last one. */
@inline
function gatherWeights(panel: Panel, block: ClusterBlock, rows: usize): void {
  if (block.weights) {
    for (let p: usize = 0; p < <usize>panel.count; p++) {
      store<f64>(panel.weights + (p << 3), load<f64>(block.weights + (<usize>load<i32>(rows + (p << 2)) << 3)));
    }
  } else {
    for (let p: usize = 0; p < <usize>panel.count << 3; p += 16) v128.store(panel.weights + p, f64x2.splat(1));
  }
  for (let p = panel.count; p < panel.size; p++) store<f64>(panel.weights + (<usize>p << 3), 0);
}

/**
 * New labels and bounds for the panel's first `n` points, or for the `n` that are listed at `panel.offsets`, by the filter in
 * single precision; returns how many it left undecided. `sums` is 0 if changes are not taken into the sums.
 */
function settleCoarse(
  means: Means, panel: Panel, block: ClusterBlock, rows: usize, n: i32, listed: bool, sums: usize,
): i32 {
  if (listed) demoteListed(panel, n);
  else demotePanel(panel);
  filterPanel<f32>(means, panel, panel.residuals, n);
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
    settle(means, panel, block, rows, p, decided, load<i32>(leastAt) & means.indexMask, gap - margin, sums);
  }
  return undecided;
}

/** The same by the filter in double precision. */
function settleFine(
  means: Means, panel: Panel, block: ClusterBlock, rows: usize, n: i32, listed: bool, sums: usize,
): void {
  if (listed) gather(panel, n);
  filterPanel<f64>(means, panel, listed ? panel.residuals : panel.columns, n);
  for (let q: usize = 0; q < <usize>n; q++) {
    const p = listed ? <usize>load<i32>(panel.offsets + (q << 2)) : q;
    const margin = means.slack * (load<f64>(panel.logProb + (p << 3)) + means.greatest) + TINY;
    const least = load<f64>(panel.logProbNorm + (q << 3));
    const gap = 2 * (load<f64>(panel.packed + (q << 3)) - least);
    // an overflow makes this false, too
    const decided = gap > margin && margin < 1e280;
    settle(
      means, panel, block, rows, p, decided, <i32>reinterpret<i64>(least) & means.indexMask, gap - margin, sums,
    );
  }
}

/**
 * Gives point `p` the label that a filter has `decided` on, or else that of the definition, and new bounds: the squares of
 * its distances to all other centres are greater than that to its own by `more` at least.
 */
@inline
function settle(
  means: Means, panel: Panel, block: ClusterBlock, rows: usize, p: usize, decided: bool, nearest: i32, more: f64, sums: usize,
): void {
  const row = <usize>load<i32>(rows + (p << 2));
  const labelAt = block.labels + (row << 2);
  const label = decided ? nearest : nearestPoint(means, panel.columns + (p << 3), <usize>panel.size << 3);
  if (label != load<i32>(labelAt)) {
    relabel(means, panel, p, label, labelAt, sums);
    const square = v128.load64_splat(panel.logProb + (p << 3));
    const gone = v128.load64_splat(means.drifts + (<usize>label << 4), 8);
    v128.store64_lane(block.reaches + (row << 3), reachesOf(square, gone, shorterFor(means)), 0);
  }
  const bound = Math.sqrt(max<f64>(load<f64>(panel.logProb + (p << 3)) + more, 0)) * SHORTER;
  const drift = load<f64>(means.drifts + (<usize>label << 4));
  store<f64>(block.bounds + (row << 3), decided ? (bound + drift) * SHORTER : 0);
}

/** Another label: another own distance, and other sums. */
function relabel(means: Means, panel: Panel, p: usize, label: i32, labelAt: usize, sums: usize): void {
  store<f64>(panel.logProb + (p << 3), squaredDistance(panel, p, means.center(label)));
  const s = load<f64>(panel.weights + (p << 3));
  if (sums) {
    move(means, panel, p, -s, load<i32>(labelAt), sums);
    move(means, panel, p, s, label, sums);
  }
  store<i32>(labelAt, label);
  store<f64>(means.totals, load<f64>(means.totals, 40) + (s > 0 ? 1 : 0), 40);
}

/**
 * What is kept of two distances to own centres, of which `squares` are the squares: so much that with the way that the centre
 * will have gone (means.drifts), and times LONGER, it is never below the distance. `gone` is that way until now.
 */
@inline
function reachesOf(squares: v128, gone: v128, shorter: f64): v128 {
  const longer = f64x2.add(f64x2.mul(squares, f64x2.splat(2 - shorter)), f64x2.splat(TINY));
  const distance = f64x2.mul(f64x2.sqrt(longer), f64x2.splat(LONGER));
  return f64x2.sub(f64x2.add(distance, f64x2.mul(gone, f64x2.splat(LONGER - 1))), gone);
}

/**
 * Squared distances to the centres of the present labels, into `panel.logProb`, features added in their order; and the list
 * of the points whose bounds do not settle them then (i32 at `panel.offsets`). Returns how many there are.
 */
function ownDistances(means: Means, panel: Panel, block: ClusterBlock, rows: usize): i32 {
  const line = <usize>panel.size << 3;
  const pairs = panel.nFeatures >> 1;
  const stride = <usize>means.stride << 3;
  const shorter = shorterFor(means);
  const labels = block.labels;
  let n = 0;
  for (let p = 0; p < panel.count; p += 4) {
    const list = rows + (<usize>p << 2);
    const r0 = <usize>load<i32>(list);
    const r1 = <usize>load<i32>(list, 4);
    const r2 = <usize>load<i32>(list, 8);
    const r3 = <usize>load<i32>(list, 12);
    const l0 = <usize>load<i32>(labels + (r0 << 2));
    const l1 = <usize>load<i32>(labels + (r1 << 2));
    const l2 = <usize>load<i32>(labels + (r2 << 2));
    const l3 = <usize>load<i32>(labels + (r3 << 2));
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
    const w0 = v128.load(means.drifts + (l0 << 4));
    const w1 = v128.load(means.drifts + (l1 << 4));
    const w2 = v128.load(means.drifts + (l2 << 4));
    const w3 = v128.load(means.drifts + (l3 << 4));
    const reach01 = reachesOf(a, v128.shuffle<f64>(w0, w1, 1, 3), shorter);
    const reach23 = reachesOf(b, v128.shuffle<f64>(w2, w3, 1, 3), shorter);
    v128.store64_lane(block.reaches + (r0 << 3), reach01, 0);
    v128.store64_lane(block.reaches + (r1 << 3), reach01, 1);
    v128.store64_lane(block.reaches + (r2 << 3), reach23, 0);
    v128.store64_lane(block.reaches + (r3 << 3), reach23, 1);

    const d01 = v128.shuffle<f64>(w0, w1, 0, 2);
    const d23 = v128.shuffle<f64>(w2, w3, 0, 2);
    const b01 = v128.load64_lane(block.bounds + (r1 << 3), v128.load64_zero(block.bounds + (r0 << 3)), 1);
    const b23 = v128.load64_lane(block.bounds + (r3 << 3), v128.load64_zero(block.bounds + (r2 << 3)), 1);
    let settled = i64x2.bitmask(isSettled(f64x2.sub(b01, d01), a, shorter))
      | (i64x2.bitmask(isSettled(f64x2.sub(b23, d23), b, shorter)) << 2);
    // past the last point the list goes on with it
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

/** Copies the listed points side by side into `panel.residuals`, feature-major. */
function gather(panel: Panel, n: i32): void {
  const line = <usize>panel.size << 3;
  for (let q: usize = 0; q < <usize>n; q++) {
    let from = panel.columns + (<usize>load<i32>(panel.offsets + (q << 2)) << 3);
    let to = panel.residuals + (q << 3);
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
    fillPanel(panel, block, clusters.scales, start);
    distancesPanel<SquaredDifference>(clusters, panel, out + (<usize>start * <usize>clusters.nClusters << 3));
  }
}
