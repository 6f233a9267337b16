/**
 * K-means: assignment to the centre of least squared distance and, in the same pass, the sums of which the next centres
 * are made.
 */
import { SquaredDifference, distancesPanel, nearestPanel } from "../em/nearest";
import { Panel } from "../em/panel";
import { Block } from "../em/passes";
import { Clusters, addCosts, addCounts, clearTotals, fillColumns, pairAt } from "./clusters";

/** Labels of the block's rows (i32, room for 3 more), their cost, and counts and sums of the clusters. */
export function kMeansExpectation(state: usize, panelAt: usize, blockAt: usize, labels: usize): void {
  const clusters = changetype<Clusters>(state);
  const panel = changetype<Panel>(panelAt);
  const block = changetype<Block>(blockAt);
  clearTotals(clusters);
  memory.fill(clusters.sums, 0, (<usize>clusters.nClusters * <usize>clusters.stride) << 4);
  for (let start = 0; start < block.nRows; start += panel.size) {
    // one call per panel: V8 replaces baseline code by optimised code at calls only
    expectationPanel(clusters, panel, block, start, labels + (<usize>start << 2));
  }
  copySums(clusters);
}

function expectationPanel(clusters: Clusters, panel: Panel, block: Block, start: i32, labels: usize): void {
  fillColumns(panel, block, start);
  nearestPanel<SquaredDifference>(clusters, panel, labels);
  addCosts(clusters, panel, start);
  addCounts(clusters, panel, labels);
  if (block.isFloat32) accumulate<f32>(clusters, panel, block, start, labels);
  else accumulate<f64>(clusters, panel, block, start, labels);
}

/**
 * Σ s·x of every cluster, in the order of the rows, with the rounding errors of the additions summed beside it (Ogita,
 * Rump & Oishi 2005, Sum2): the mean is as good as from twice the precision, whatever the centres were before.
 */
@inline
function accumulate<T>(clusters: Clusters, panel: Panel, block: Block, start: i32, labels: usize): void {
  const d = <usize>clusters.nFeatures;
  const errors = <usize>clusters.stride << 3;
  let x = block.x + <usize>start * d * sizeof<T>();
  for (let p = 0; p < panel.count; p++) {
    const s = load<f64>(panel.weights + (<usize>p << 3));
    const next = x + d * sizeof<T>();
    if (s > 0) {
      const weight = f64x2.splat(s);
      let sum = clusters.sums + <usize>load<i32>(labels + (<usize>p << 2)) * (errors << 1);
      let origin = block.origin;
      for (; x + 2 * sizeof<T>() <= next; x += 2 * sizeof<T>()) {
        addTo(sum, errors, f64x2.mul(weight, f64x2.sub(pairAt<T>(x), v128.load(origin))));
        sum += 16;
        origin += 16;
      }
      if (x < next) {
        const value = s * (<f64>load<T>(x) - load<f64>(origin));
        addTo(sum, errors, f64x2.replace_lane(f64x2.splat(0), 0, value));
      }
    }
    x = next;
  }
}

/** Knuth's two-sum: before + value = after + lost, exactly. The losses lie `errors` bytes after the sums. */
@inline
function addTo(sum: usize, errors: usize, value: v128): void {
  const before = v128.load(sum);
  const after = f64x2.add(before, value);
  const added = f64x2.sub(after, before);
  const lost = f64x2.add(f64x2.sub(before, f64x2.sub(after, added)), f64x2.sub(value, added));
  v128.store(sum, after);
  v128.store(sum + errors, f64x2.add(v128.load(sum + errors), lost));
}

function copySums(clusters: Clusters): void {
  const bytes = <usize>clusters.nFeatures << 3;
  const rowBytes = <usize>clusters.stride << 3;
  const errors = <usize>clusters.nClusters * bytes;
  let from = clusters.sums;
  let to = clusters.output;
  for (let k = 0; k < clusters.nClusters; k++) {
    memory.copy(to, from, bytes);
    memory.copy(to + errors, from + rowBytes, bytes);
    from += 2 * rowBytes;
    to += bytes;
  }
}

/** Euclidean distances, nRows × K row-major doubles. */
export function kMeansDistances(state: usize, panelAt: usize, blockAt: usize, out: usize): void {
  const clusters = changetype<Clusters>(state);
  const panel = changetype<Panel>(panelAt);
  const block = changetype<Block>(blockAt);
  for (let start = 0; start < block.nRows; start += panel.size) {
    fillColumns(panel, block, start);
    distancesPanel<SquaredDifference>(clusters, panel, out + (<usize>start * <usize>clusters.nClusters << 3));
  }
}
