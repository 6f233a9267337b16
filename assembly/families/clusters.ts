/**
 * What k-means and k-medians share in linear memory: the centres as the host writes them, and what a pass adds up. The
 * host never computes an address: `lay` fixes them all.
 */
import { Block } from "../em/block";
import { aligned } from "../em/lines";
import { Panel, padded } from "../em/panel";

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
  /** nRows i32; the last block's have room for 4 more */
  labels: usize;
  /** k-means: nRows floats, 0 at first: a row keeps its label while that is more than the `ways` of its centre (means.ts) */
  until: usize;
  /** k-means: three parts of K × stride doubles, or 0 if none are kept */
  sums: usize;
  /** k-means: address of an i32 that says whether `sums` are those of `labels` */
  summed: usize;
  /** k-medians: whether `x` holds panels, as `clustersPack` made them */
  packed: i32;
  /** k-means: nRows × nFeatures floats, which may be `x`, and half their squares (nRows floats), or 0 if none are kept */
  floats: usize;
  norms: usize;
  /** k-means: address of an i32 that says whether these are made */
  floated: usize;
}

/** Room for the fields of the subclass as well. */
const HEADER: f64 = 128;

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
