/**
 * What k-means and k-medians share in linear memory: the centres as the host writes them, and what a pass adds up. The
 * host never computes an address: `lay` fixes them all.
 */
import { Panel, padded } from "../em/panel";
import { Block } from "../em/passes";

/** The header. Field order is the ABI: src/wasm/nearest-kernels.ts reads the fields by position. */
@unmanaged
export class Clusters {
  nClusters: i32;
  nFeatures: i32;
  /** features and the weight, rounded up to a multiple of 4 */
  stride: i32;
  /**
   * 6 doubles: Σ s·d, Σ s, greatest d of a row of positive weight, that row's index in the block (lowest of equals), what
   * rounding took from the first, and the rows of positive weight with another label than before (k-means)
   */
  totals: usize;
  /**
   * written by the host: groups of four centres feature by feature (4 values of feature 0, 4 of feature 1, …), the last
   * group filled up with zeros
   */
  centers: usize;
  /** Σ s of each cluster's points (K) */
  counts: usize;
  /** written by the host: what every feature is multiplied by, once the origin is taken off (nFeatures) */
  scales: usize;

  /** First value of a centre; the next ones are 4 doubles apart. */
  @inline
  center(i: i32): usize {
    return this.centers + ((<usize>(i & ~3) * <usize>this.nFeatures + <usize>(i & 3)) << 3);
  }
}

/** A block of rows with what is kept of them from pass to pass, as the host passes it (src/wasm/cluster-kernels.ts). */
@unmanaged
export class ClusterBlock extends Block {
  /** nRows i32; the last block's have room for 3 more */
  labels: usize;
  /** k-means: nRows doubles, 0 at first */
  bounds: usize;
  /** k-means: three parts of K × stride doubles, or 0 if none are kept */
  sums: usize;
  /** k-means: address of an i32 that says whether `sums` are those of `labels` */
  summed: usize;
  /** k-medians: whether `x` holds panels, as `clustersPack` made them */
  packed: i32;
  /** k-means: nRows doubles, upper bounds of the distances to the own centres, less the ways these had gone */
  reaches: usize;
}

/** Room for the fields of the subclass as well. */
const HEADER: f64 = 128;

@inline
export function aligned(bytes: f64): f64 {
  return ceil<f64>(bytes / 64) * 64;
}

/** Bytes of the state. As f64 so that nothing can wrap. */
export function clustersBytes(d: i32, k: i32): f64 {
  return HEADER + 64 + aligned(8.0 * <f64>padded(k) * <f64>d) + aligned(8.0 * <f64>k) + aligned(8.0 * <f64>padded(d + 1));
}

/** Lays the state out over zeroed memory at `at` (64-byte aligned). */
export function clustersLay(at: usize, d: i32, k: i32): void {
  const state = changetype<Clusters>(at);
  state.nClusters = k;
  state.nFeatures = d;
  state.stride = padded(d + 1);
  state.totals = at + <usize>HEADER;
  state.centers = state.totals + 64;
  state.counts = state.centers + <usize>aligned(8.0 * <f64>padded(k) * <f64>d);
  state.scales = state.counts + <usize>aligned(8.0 * <f64>k);
}

/**
 * Packs the points of a block from row `start` on, less the origin and scaled, feature-major only. (The mixtures'
 * `fillPanel` keeps both orders; the second one would cost more than half of what it costs to compare a point with 4
 * centres.)
 */
export function fillColumns(clusters: Clusters, panel: Panel, block: Block, start: i32): void {
  const count = min(panel.size, block.nRows - start);
  panel.count = count;
  if (block.isFloat32) transpose<f32>(panel, block, clusters.scales, start, count);
  else transpose<f64>(panel, block, clusters.scales, start, count);
  fillWeights(panel, block, start, count);
}

/** Weights of the panel's points, 0 past `count`. */
@inline
export function fillWeights(panel: Panel, block: Block, start: i32, count: i32): void {
  if (block.weights) {
    memory.copy(panel.weights, block.weights + (<usize>start << 3), <usize>count << 3);
  } else {
    for (let p: usize = 0; p < <usize>count << 3; p += 16) v128.store(panel.weights + p, f64x2.splat(1));
  }
  for (let p = count; p < panel.size; p++) store<f64>(panel.weights + (<usize>p << 3), 0);
}

/** Four points at a time. Lanes past `count` hold values that are never used. */
@inline
function transpose<T>(panel: Panel, block: Block, scales: usize, start: i32, count: i32): void {
  const rowBytes = <usize>panel.nFeatures * sizeof<T>();
  const last = block.x + (<usize>(start + count) - 1) * rowBytes;
  let row = block.x + <usize>start * rowBytes;
  for (let p: usize = 0; p < <usize>count << 3; p += 32) {
    // past the last point it is its own neighbour
    const row1 = min(row + rowBytes, last);
    const row2 = min(row1 + rowBytes, last);
    const row3 = min(row2 + rowBytes, last);
    transposeFour<T>(panel, block, scales, panel.columns + p, row, row1, row2, row3);
    row = row3 + rowBytes;
  }
}

/** Packs the `n` listed rows (i32 at `rows`, filled up to fours) of a block side by side, as `fillColumns` does; no weights. */
export function gatherColumns(clusters: Clusters, panel: Panel, block: Block, rows: usize, n: i32): void {
  if (block.isFloat32) gather<f32>(panel, block, clusters.scales, rows, n);
  else gather<f64>(panel, block, clusters.scales, rows, n);
}

@inline
function gather<T>(panel: Panel, block: Block, scales: usize, rows: usize, n: i32): void {
  const x = block.x;
  const rowBytes = <usize>panel.nFeatures * sizeof<T>();
  for (let p: usize = 0; p < <usize>n << 2; p += 16) {
    const row = rows + p;
    transposeFour<T>(
      panel, block, scales, panel.columns + (p << 1),
      x + <usize>load<i32>(row) * rowBytes, x + <usize>load<i32>(row, 4) * rowBytes,
      x + <usize>load<i32>(row, 8) * rowBytes, x + <usize>load<i32>(row, 12) * rowBytes,
    );
  }
}

/** Four rows, two features at a time, into four neighbouring columns, less the origin and scaled. */
@inline
function transposeFour<T>(
  panel: Panel, block: Block, scales: usize, column: usize, row: usize, row1: usize, row2: usize, row3: usize,
): void {
  const d = <usize>panel.nFeatures;
  const line = <usize>panel.size << 3;
  let j: usize = 0;
  for (; j + 2 <= d; j += 2) {
    const at = j * sizeof<T>();
    const origin = v128.load(block.origin + (j << 3));
    const scale = v128.load(scales + (j << 3));
    const a = f64x2.mul(f64x2.sub(pairAt<T>(row + at), origin), scale);
    const b = f64x2.mul(f64x2.sub(pairAt<T>(row1 + at), origin), scale);
    const c = f64x2.mul(f64x2.sub(pairAt<T>(row2 + at), origin), scale);
    const e = f64x2.mul(f64x2.sub(pairAt<T>(row3 + at), origin), scale);
    v128.store(column, v128.shuffle<f64>(a, b, 0, 2));
    v128.store(column, v128.shuffle<f64>(c, e, 0, 2), 16);
    column += line;
    v128.store(column, v128.shuffle<f64>(a, b, 1, 3));
    v128.store(column, v128.shuffle<f64>(c, e, 1, 3), 16);
    column += line;
  }
  if (j < d) {
    const at = j * sizeof<T>();
    const origin = load<f64>(block.origin + (j << 3));
    const scale = load<f64>(scales + (j << 3));
    store<f64>(column, (<f64>load<T>(row + at) - origin) * scale);
    store<f64>(column, (<f64>load<T>(row1 + at) - origin) * scale, 8);
    store<f64>(column, (<f64>load<T>(row2 + at) - origin) * scale, 16);
    store<f64>(column, (<f64>load<T>(row3 + at) - origin) * scale, 24);
  }
}

/** Two doubles, or two floats promoted. */
@inline
function pairAt<T>(at: usize): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(at)) : v128.load(at);
}

@inline
export function clearTotals(clusters: Clusters): void {
  memory.fill(clusters.totals, 0, 48);
  memory.fill(clusters.counts, 0, <usize>clusters.nClusters << 3);
}

/** Adds the weights of the panel's points to the counts of their clusters. */
export function addCounts(clusters: Clusters, panel: Panel, labels: usize): void {
  for (let p: usize = 0; p < <usize>panel.count; p++) {
    const count = clusters.counts + (<usize>load<i32>(labels + (p << 2)) << 3);
    store<f64>(count, load<f64>(count) + load<f64>(panel.weights + (p << 3)));
  }
}

/**
 * Adds the panel's cost and weight to the totals, and keeps the row farthest from its centre. What rounding takes from the
 * sums of the costs is added up beside them (Knuth's two-sum).
 */
export function addCosts(clusters: Clusters, panel: Panel, start: i32): void {
  const least = panel.logProb;
  const weights = panel.weights;
  const zero = f64x2.splat(0);
  const two = f64x2.splat(2);
  const totals = clusters.totals;
  let cost = v128.load64_zero(totals);
  let lost = v128.load64_zero(totals, 32);
  let weight = zero;
  let most = zero;
  let mostRow = zero;
  let row = f64x2.add(f64x2.splat(<f64>start), f64x2(0, 1));
  // past `count` the weights are 0
  for (let p: usize = 0; p < <usize>panel.count << 3; p += 16) {
    const s = v128.load(weights + p);
    // a weight of 0 takes part in nothing, not even as 0·Infinity
    const own = v128.and(v128.load(least + p), f64x2.gt(s, zero));
    const term = f64x2.mul(s, own);
    const sum = f64x2.add(cost, term);
    const added = f64x2.sub(sum, cost);
    lost = f64x2.add(lost, f64x2.add(f64x2.sub(cost, f64x2.sub(sum, added)), f64x2.sub(term, added)));
    cost = sum;
    weight = f64x2.add(weight, s);
    mostRow = v128.bitselect(row, mostRow, f64x2.gt(own, most));
    most = f64x2.pmax(most, own);
    row = f64x2.add(row, two);
  }
  const cost0 = f64x2.extract_lane(cost, 0);
  const cost1 = f64x2.extract_lane(cost, 1);
  const sum = cost0 + cost1;
  const added = sum - cost0;
  store<f64>(totals, sum);
  const rest = f64x2.extract_lane(lost, 0) + f64x2.extract_lane(lost, 1);
  store<f64>(totals, rest + ((cost0 - (sum - added)) + (cost1 - added)), 32);
  store<f64>(totals, load<f64>(totals, 8) + (f64x2.extract_lane(weight, 0) + f64x2.extract_lane(weight, 1)), 8);
  offer(totals, f64x2.extract_lane(most, 0), f64x2.extract_lane(mostRow, 0));
  offer(totals, f64x2.extract_lane(most, 1), f64x2.extract_lane(mostRow, 1));
}

/** The greater distance stays; of equal ones the lower row. */
@inline
function offer(totals: usize, distance: f64, row: f64): void {
  const best = load<f64>(totals, 16);
  if (distance > best || (distance == best && distance > 0 && row < load<f64>(totals, 24))) {
    store<f64>(totals, distance, 16);
    store<f64>(totals, row, 24);
  }
}
