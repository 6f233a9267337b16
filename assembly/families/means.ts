/** What the k-means pass has in linear memory besides the centres: for its filter, its bounds and its sums. */
import { aligned } from "../em/lines";
import { padded } from "../em/panel";
import { Clusters, clustersBytes, clustersLay } from "./clusters";

/** The header goes on. Field order is the ABI: src/wasm/means-kernels.ts reads and writes the fields by position. */
@unmanaged
export class Means extends Clusters {
  /** 2^b − 1 for the b bits that hold an index of a centre */
  indexMask: i32;
  /** written by the host: of each centre how far it and the farthest of the others have moved, all updates together (K floats) */
  ways: usize;
  /** written by the host: what rounds to the three grids of the sums, 3 × stride doubles */
  grids: usize;
  /** the sums of a block handed out: K × stride sums, K × stride errors */
  output: usize;
  /** written by the host: `centers` as floats */
  floatCenters: usize;
  /** written by the host: |c|²/2 as floats, in the last group filled up with the greatest finite one */
  floatHalves: usize;
  /** written by the host: the centres one after another, `stride` doubles each */
  lines: usize;
  /** written by the host: 32·e of em/filter.ts, and the greatest |c|², rounded up */
  slack: f64;
  greatest: f64;
  /** written by the host: whether every row is to be read, for the cost, or 0 */
  direct: f64;
}

/** Bytes of the sums of one block: three parts of K × stride doubles. As f64 so that nothing can wrap. */
export function clusterSumsBytes(d: i32, k: i32): f64 {
  return aligned(24.0 * <f64>k * <f64>padded(d + 1));
}

/** Bytes of the state. */
export function meansBytes(d: i32, k: i32): f64 {
  const stride = 8.0 * <f64>padded(d + 1);
  const each = <f64>padded(k);
  return clustersBytes(d, k) + aligned(4.0 * each) + aligned(3 * stride) + aligned(2.0 * <f64>k * stride)
    + aligned(4.0 * each * <f64>d) + aligned(4.0 * each) + <f64>k * stride;
}

/** Lays the state out over zeroed memory at `at` (64-byte aligned). */
export function meansLay(at: usize, d: i32, k: i32): void {
  clustersLay(at, d, k);
  const state = changetype<Means>(at);
  const stride = 8.0 * <f64>padded(d + 1);
  const each = <f64>padded(k);
  state.indexMask = (1 << (32 - clz(padded(k) - 1))) - 1;
  state.ways = at + <usize>clustersBytes(d, k);
  state.grids = state.ways + <usize>aligned(4.0 * each);
  state.output = state.grids + <usize>aligned(3 * stride);
  state.floatCenters = state.output + <usize>aligned(2.0 * <f64>k * stride);
  state.floatHalves = state.floatCenters + <usize>aligned(4.0 * each * <f64>d);
  state.lines = state.floatHalves + <usize>aligned(4.0 * each);
}
