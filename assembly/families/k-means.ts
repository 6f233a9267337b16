/**
 * K-means: assignment to the centre of least squared distance, and the sums of which the next centres are made. Labels and
 * sums have the bits of the plain pass (every distance by its definition, every point added up), though most of that work
 * is left out:
 *
 * - A row whose own centre is nearer, by an upper bound, than all others are by a lower one keeps its label (Hamerly 2010) and
 *   is not even read. The bounds are taken when a row is compared, and the difference of the two kept together with the ways that
 *   centres had gone until then: so one number is what these may come to before the row has to be compared again.
 * - The others are compared with all centres in single precision, which is checked against its own rounding (em/filter.ts); by
 *   the definition where that leaves too many undecided. Rows that stay in linear memory are kept as floats, too.
 * - Sums are exact, so a row that stays in its cluster need not be added again (cluster-sums.ts).
 *
 * Costs need every row: a pass that is not `direct` leaves them to the host, which knows them from the sums.
 */
import { packListedRows, takeRow } from "../em/columns";
import { FILTER_GREATEST, FILTER_TINY, compareFour, floatRows, nearestPoint } from "../em/filter";
import { touchLines } from "../em/lines";
import { SquaredDifference, distancesPanel, fillUpCenters, nearestPanel } from "../em/nearest";
import { Panel, fillPanel } from "../em/panel";
import { addRow, moveRow, partBytes, writeSums } from "./cluster-sums";
import { ClusterBlock, Clusters, addCosts, clearTotals } from "./clusters";
import { Means } from "./means";
import { ownDistances } from "./own-distances";

/** Panels that are compared by the definition before the filter is tried again. */
const EXACT_PANELS: i32 = 64;
/** More than the few roundings to a float amount to, those in sums of squares included: downwards, upwards, of a sum. */
const SHORTER: f32 = 1 - 2.384185791015625e-7;
const LONGER: f32 = 1 + 2.384185791015625e-7;
const ROUNDING: f32 = 9.5367431640625e-7;

/**
 * Labels of the block's rows from those of the last pass, and the sums of the clusters; their cost, if every row is read.
 *
 * @param scratch where a block's sums are made if it keeps none: three parts of K × stride doubles; 0 if no sums are wanted
 * @param list nRows + 3 i32 at least
 */
export function kMeansExpectation(state: usize, panelAt: usize, blockAt: usize, scratch: usize, list: usize): void {
  const means = changetype<Means>(state);
  const panel = changetype<Panel>(panelAt);
  const block = changetype<ClusterBlock>(blockAt);
  const sums = block.sums ? block.sums : scratch;
  const summed = block.sums != 0 && load<i32>(block.summed) != 0;
  const fresh = block.floats != 0 && load<i32>(block.floated) == 0;
  const direct = means.direct != 0 || !summed || fresh;
  clearTotals(means);
  fillUpCenters(means);
  if (sums && !summed) memory.fill(sums, 0, 3 * partBytes(means));
  // rows whose cost is wanted are read again while they are in the cache
  const step = direct ? panel.size : max(block.nRows, 1);
  for (let start = 0; start < block.nRows; start += step) {
    const end = min(start + step, block.nRows);
    const n = fresh ? listAll(start, end, list) : listUnsettled(means, block, start, end, list);
    if (fresh) floatRows(block, panel.nFeatures, means.scales, list, n, block.floats, block.norms, true);
    // compared in fours
    const last = n ? load<i32>(list + (<usize>(n - 1) << 2)) : 0;
    for (let q: usize = 0; q < 3; q++) store<i32>(list + ((<usize>n + q) << 2), last);
    // one call per panel: V8 replaces baseline code by optimised code at calls only
    for (let q = 0; q < n; q += panel.size) {
      compare(means, panel, block, list + (<usize>q << 2), min(panel.size, n - q), summed ? sums : 0);
    }
    if (direct) measure(means, panel, block, start, summed ? 0 : sums);
  }
  if (sums) writeSums(means, sums);
  if (block.sums) store<i32>(block.summed, 1);
  if (block.floats) store<i32>(block.floated, 1);
}

function listAll(start: i32, end: i32, list: usize): i32 {
  for (let i = start; i < end; i++) store<i32>(list + (<usize>(i - start) << 2), i);
  return end - start;
}

/** Lists those of the rows `start` to `end` whose own centre is not certain to be the nearest by what is known without reading them. */
function listUnsettled(means: Means, block: ClusterBlock, start: i32, end: i32, list: usize): i32 {
  const ways = means.ways;
  const labels = block.labels;
  const until = block.until;
  let at = list;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const row = <usize>i << 2;
    const label = labels + row;
    const way = lanes(ways, label);
    const settled = i32x4.bitmask(f32x4.gt(v128.load(until + row), way));
    store<i32>(at, i);
    at += <usize>(~settled & 1) << 2;
    store<i32>(at, i + 1);
    at += <usize>(~settled & 2) << 1;
    store<i32>(at, i + 2);
    at += <usize>(~settled & 4);
    store<i32>(at, i + 3);
    at += <usize>(~settled & 8) >> 1;
  }
  for (; i < end; i++) {
    const row = <usize>i << 2;
    const settled = load<f32>(until + row) > load<f32>(ways + (<usize>load<i32>(labels + row) << 2));
    store<i32>(at, i);
    at += <usize>!settled << 2;
  }
  return <i32>(at - list >> 2);
}

/** Brings labels, bounds and sums of `n` listed rows up to date; the list goes on with the last one to a whole four. */
function compare(means: Means, panel: Panel, block: ClusterBlock, rows: usize, n: i32, sums: usize): void {
  if (panel.denseLeft) {
    panel.denseLeft--;
    compareExactly(means, panel, block, rows, n, sums);
    return;
  }
  let floats = block.floats;
  let norms = block.norms;
  let places = rows;
  if (floats) {
    if (load<i32>(rows + (<usize>(n - 1) << 2)) - load<i32>(rows) > 2 * n) touchFloats(panel, block, rows, n);
  } else {
    floats = panel.residuals;
    norms = panel.scales;
    places = panel.offsets;
    const all = n + 3 & ~3;
    floatRows(block, panel.nFeatures, means.scales, rows, all, floats, norms, false);
    listAll(0, all, places);
  }
  const undecided = compareFiltered(means, panel, block, rows, places, n, floats, norms, sums);
  // where many rows are left undecided, centres are too far from 0 for floats to tell them apart; of few rows the last counts fourfold
  if (8 * undecided > n + 32) panel.denseLeft = EXACT_PANELS;
}

/** By the filter, where it decides; returns how many rows it did not. The floats of a row lie at the place that `places` lists. */
function compareFiltered(
  means: Means, panel: Panel, block: ClusterBlock, rows: usize, places: usize, n: i32, floats: usize, norms: usize, sums: usize,
): i32 {
  const out = panel.packed;
  const rowBytes = <usize>panel.nFeatures << 2;
  let waiting = panel.columns;
  let undecided = 0;
  for (let q: usize = 0; q < <usize>n << 2; q += 16) {
    const place = places + q;
    compareFour(
      means,
      floats + <usize>load<i32>(place) * rowBytes, floats + <usize>load<i32>(place, 4) * rowBytes,
      floats + <usize>load<i32>(place, 8) * rowBytes, floats + <usize>load<i32>(place, 12) * rowBytes, out,
    );
    const least = v128.load(out);
    const second = v128.load(out, 16);
    const norm = lanes(norms, place);
    // |x|² + 2·score
    const own = twice(f32x4.add(norm, least));
    const reach = f32x4.add(own, f32x4.splat(<f32>means.greatest));
    const margin = f32x4.add(f32x4.mul(reach, f32x4.splat(<f32>means.slack)), f32x4.splat(FILTER_TINY));
    const decided = v128.and(
      f32x4.gt(twice(f32x4.sub(second, least)), margin), f32x4.lt(reach, f32x4.splat(FILTER_GREATEST)),
    );
    const label = v128.and(least, i32x4.splat(means.indexMask));
    const l0 = i32x4.extract_lane(label, 0);
    const l1 = i32x4.extract_lane(label, 1);
    const l2 = i32x4.extract_lane(label, 2);
    const l3 = i32x4.extract_lane(label, 3);
    const way = lanesOf(means.ways, l0, l1, l2, l3);
    const until = v128.and(decided, untilOf(own, twice(f32x4.add(norm, second)), margin, way));
    const row = rows + q;
    const r0 = <usize>load<i32>(row) << 2;
    const r1 = <usize>load<i32>(row, 4) << 2;
    const r2 = <usize>load<i32>(row, 8) << 2;
    const r3 = <usize>load<i32>(row, 12) << 2;
    v128.store32_lane(block.until + r0, until, 0);
    v128.store32_lane(block.until + r1, until, 1);
    v128.store32_lane(block.until + r2, until, 2);
    v128.store32_lane(block.until + r3, until, 3);
    const labels = block.labels;
    const open = i32x4.bitmask(decided) ^ 15;
    const changed = (l0 ^ load<i32>(labels + r0)) | (l1 ^ load<i32>(labels + r1))
      | (l2 ^ load<i32>(labels + r2)) | (l3 ^ load<i32>(labels + r3));
    if (changed | open) {
      // to be seen to together
      v128.store(waiting, label);
      store<usize>(waiting, row, 16);
      store<i32>(waiting, open, 20);
      waiting += 32;
      undecided += i32.popcnt(open);
    }
  }
  if (waiting > panel.columns) relabelWaiting(means, panel, block, waiting, sums);
  return undecided;
}

@inline
function twice(v: v128): v128 {
  return f32x4.add(v, v);
}

/** Four floats, from the places that are listed. */
@inline
function lanes(from: usize, list: usize): v128 {
  return lanesOf(from, load<i32>(list), load<i32>(list, 4), load<i32>(list, 8), load<i32>(list, 12));
}

@inline
function lanesOf(from: usize, a: i32, b: i32, c: i32, d: i32): v128 {
  let v = v128.load32_zero(from + (<usize>a << 2));
  v = v128.load32_lane(from + (<usize>b << 2), v, 1);
  v = v128.load32_lane(from + (<usize>c << 2), v, 2);
  return v128.load32_lane(from + (<usize>d << 2), v, 3);
}

/**
 * What the ways of centres may come to, if they are `way` now, before another one could be as near as the own: lower bound of
 * the distance to the others less upper bound of that to the own, and the present ways, rounded down. `own` and `other` are
 * squares that are right but for `margin`.
 */
@inline
function untilOf(own: v128, other: v128, margin: v128, way: v128): v128 {
  const zero = f32x4.splat(0);
  // one cluster has no others: nothing may become infinite
  const near = f32x4.pmin(other, f32x4.splat(FILTER_GREATEST));
  const least = f32x4.sqrt(f32x4.pmax(zero, f32x4.sub(near, margin)));
  const most = f32x4.sqrt(f32x4.pmax(zero, f32x4.add(own, margin)));
  const between = f32x4.sub(f32x4.mul(least, f32x4.splat(SHORTER)), f32x4.mul(most, f32x4.splat(LONGER)));
  const lost = f32x4.mul(f32x4.add(f32x4.abs(between), way), f32x4.splat(ROUNDING));
  return f32x4.sub(f32x4.add(between, way), lost);
}

/**
 * New labels of fours of rows that wait at `panel.columns` up to `end`, 32 bytes each: those given with them, or where bits of
 * `open` are set those of the definition.
 */
function relabelWaiting(means: Means, panel: Panel, block: ClusterBlock, end: usize, sums: usize): void {
  touchWaiting(panel, block, end);
  for (let four = panel.columns; four < end; four += 32) {
    const rows = load<usize>(four, 16);
    const open = load<i32>(four, 20);
    for (let q: usize = 0; q < 4; q++) {
      const row = load<i32>(rows + (q << 2));
      const label = load<i32>(four + (q << 2));
      if (!(open >> <i32>q & 1)) {
        if (label != labelOf(block, row)) relabel(means, panel, block, row, label, sums, false);
        continue;
      }
      takeRow(block, panel.nFeatures, means.scales, row, panel.scaled);
      const nearest = nearestPoint(means, panel.scaled);
      if (nearest != labelOf(block, row)) relabel(means, panel, block, row, nearest, sums, true);
    }
  }
}

/*
 * What is wanted of rows that lie apart has to come from memory: a number of every line of the cache is read first, one right
 * after the other, so that they come at the same time.
 */

/** The floats of listed rows. */
function touchFloats(panel: Panel, block: ClusterBlock, rows: usize, n: i32): void {
  const rowBytes = <usize>panel.nFeatures << 2;
  let sum = 0;
  for (let q: usize = 0; q < <usize>n; q++) {
    sum += touchRow(block.floats + <usize>load<i32>(rows + (q << 2)) * rowBytes, rowBytes);
  }
  // so that it is not left out
  store<i32>(panel.packed, sum);
}

/** Those of the rows that wait that will be read. */
function touchWaiting(panel: Panel, block: ClusterBlock, end: usize): void {
  const rowBytes = <usize>panel.nFeatures << (block.isFloat32 ? 2 : 3);
  let sum = 0;
  for (let four = panel.columns; four < end; four += 32) {
    const rows = load<usize>(four, 16);
    const open = load<i32>(four, 20);
    for (let q: usize = 0; q < 4; q++) {
      const row = load<i32>(rows + (q << 2));
      if (load<i32>(four + (q << 2)) == labelOf(block, row) && !(open >> <i32>q & 1)) continue;
      sum += touchRow(block.x + <usize>row * rowBytes, rowBytes);
    }
  }
  store<i32>(panel.packed, sum);
}

@inline
function touchRow(from: usize, bytes: usize): i32 {
  // it may end on a line more
  return touchLines(from, from + bytes) + load<i32>(from + bytes - 4);
}

@inline
function labelOf(block: ClusterBlock, row: i32): i32 {
  return load<i32>(block.labels + (<usize>row << 2));
}

@inline
function weightOf(block: ClusterBlock, row: i32): f64 {
  return block.weights ? load<f64>(block.weights + (<usize>row << 3)) : 1;
}

/** Another label, and other sums unless `sums` is 0. `taken` says whether the row is at `panel.scaled` already. */
function relabel(
  means: Means, panel: Panel, block: ClusterBlock, row: i32, label: i32, sums: usize, taken: bool,
): void {
  const s = weightOf(block, row);
  if (sums) {
    if (!taken) takeRow(block, panel.nFeatures, means.scales, row, panel.scaled);
    moveRow(means, panel.scaled, s, labelOf(block, row), label, sums);
  }
  store<i32>(block.labels + (<usize>row << 2), label);
  store<f64>(means.totals, load<f64>(means.totals, 40) + (s > 0 ? 1 : 0), 40);
}

/** By the definition; these rows are compared in every pass. */
function compareExactly(means: Means, panel: Panel, block: ClusterBlock, rows: usize, n: i32, sums: usize): void {
  packListedRows(panel, block, means.scales, rows, n);
  panel.count = n;
  nearestPanel<SquaredDifference>(means, panel, panel.offsets);
  for (let q: usize = 0; q < <usize>n; q++) {
    const row = load<i32>(rows + (q << 2));
    const label = load<i32>(panel.offsets + (q << 2));
    store<f32>(block.until + (<usize>row << 2), 0);
    if (label != labelOf(block, row)) relabel(means, panel, block, row, label, sums, false);
  }
}

/** Adds a panel's rows, from `start` on, to the costs; and to `sums`, unless that is 0. */
function measure(means: Means, panel: Panel, block: ClusterBlock, start: i32, sums: usize): void {
  fillPanel(panel, block, means.scales, start);
  ownDistances(means, panel, block.labels + (<usize>start << 2));
  addCosts(means, panel, start);
  if (!sums) return;
  for (let i = start; i < start + panel.count; i++) {
    takeRow(block, panel.nFeatures, means.scales, i, panel.scaled);
    addRow(means, panel.scaled, weightOf(block, i), labelOf(block, i), sums);
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
