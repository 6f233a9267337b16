/** What starts need of the data: what the rows would cost with one more centre, and rounds of Lloyd's k-means. */
import { Block } from "../em/block";
import { SquaredDifference, fillUpCenters, nearestPanel } from "../em/nearest";
import { Panel, fillPanel } from "../em/panel";
import { Clusters } from "./clusters";

/** Rows of the data as they are; `AnyLayout` (packed.ts) knows panels as well. */
@unmanaged
class RowMajor {
  @inline
  take(clusters: Clusters, panel: Panel, block: Block, start: i32): void {
    fillPanel(panel, block, clusters.scales, start);
  }
}

/** Costs of seeds of a mixture's start, by squared distances: see `seedPass`. */
export function kMeansSeed(state: usize, panel: usize, block: usize, costs: usize, candidates: i32, keep: bool): void {
  seedPass<SquaredDifference, RowMajor>(
    changetype<Clusters>(state), changetype<Panel>(panel), changetype<Block>(block), costs, candidates, keep,
  );
}

/** Labels by the nearest centre, and the sums of a round of Lloyd's k-means: see `nearestPass`. */
export function kMeansNearest(state: usize, panel: usize, block: usize, labels: usize, sums: usize): void {
  nearestPass<SquaredDifference>(changetype<Clusters>(state), changetype<Panel>(panel), changetype<Block>(block), labels, sums);
}

/**
 * For each candidate (written as a centre) Σ s·min(cost, its distance term) over the block, into `clusters.counts`: even
 * and odd rows are added up apart. `keep` makes the minimum for candidate 0 the new cost. `costs` are nRows doubles.
 */
export function seedPass<M, L>(clusters: Clusters, panel: Panel, block: Block, costs: usize, candidates: i32, keep: bool): void {
  memory.fill(panel.scaled, 0, <usize>candidates << 4);
  for (let start = 0; start < block.nRows; start += panel.size) {
    seedPanel<M, L>(clusters, panel, block, start, costs + (<usize>start << 3), candidates, keep);
  }
  for (let i: usize = 0; i < <usize>candidates; i++) {
    const sum = panel.scaled + (i << 4);
    store<f64>(clusters.counts + (i << 3), load<f64>(sum) + load<f64>(sum, 8));
  }
}

function seedPanel<M, L>(
  clusters: Clusters, panel: Panel, block: Block, start: i32, costs: usize, candidates: i32, keep: bool,
): void {
  changetype<L>(0).take(clusters, panel, block, start);
  const line = <usize>panel.size << 3;
  const length = <usize>panel.nFeatures * line;
  const bytes = <usize>panel.count << 3;
  // the last vector must not reach past the last cost
  memory.copy(panel.logProbNorm, costs, bytes);
  for (let i = 0; i < candidates; i++) {
    const center = clusters.center(i);
    const sum = panel.scaled + (<usize>i << 4);
    let total = v128.load(sum);
    for (let p: usize = 0; p < bytes; p += 32) {
      const from = panel.columns + p;
      let a = f64x2.splat(0);
      let b = f64x2.splat(0);
      let c = center;
      for (let x = from; x < from + length; x += line) {
        const value = v128.load64_splat(c);
        a = f64x2.add(a, changetype<M>(0).term(f64x2.sub(v128.load(x), value)));
        b = f64x2.add(b, changetype<M>(0).term(f64x2.sub(v128.load(x, 16), value)));
        c += 32;
      }
      a = f64x2.pmin(v128.load(panel.logProbNorm + p), a);
      b = f64x2.pmin(v128.load(panel.logProbNorm + p, 16), b);
      // past `count` the weights are 0, and lanes hold numbers that an older panel left: finite unless distances overflow
      total = f64x2.add(total, weighted(panel.weights + p, a));
      total = f64x2.add(total, weighted(panel.weights + p + 16, b));
      if (keep) {
        v128.store(panel.logProbNorm + p, a);
        v128.store(panel.logProbNorm + p, b, 16);
      }
    }
    v128.store(sum, total);
  }
  if (keep) memory.copy(costs, panel.logProbNorm, bytes);
}

/** A weight of 0 takes part in nothing, not even as 0·Infinity. */
@inline
function weighted(weights: usize, cost: v128): v128 {
  const s = v128.load(weights);
  return f64x2.mul(s, v128.and(cost, f64x2.gt(s, f64x2.splat(0))));
}

/**
 * Labels of a block's rows: the nearest of K centres, the lowest of equals (i32 in fours at `labels`). With `sums`
 * (K × stride doubles) each row times its weight, and the weight as one more feature, is added to those of its cluster, row
 * after row.
 */
function nearestPass<M>(clusters: Clusters, panel: Panel, block: Block, labels: usize, sums: usize): void {
  fillUpCenters(clusters);
  for (let start = 0; start < block.nRows; start += panel.size) {
    fillPanel(panel, block, clusters.scales, start);
    const at = labels + (<usize>start << 2);
    nearestPanel<M>(clusters, panel, at);
    if (sums) addRows(clusters, panel, at, sums);
  }
}

function addRows(clusters: Clusters, panel: Panel, labels: usize, sums: usize): void {
  const d = panel.nFeatures;
  const line = <usize>panel.size << 3;
  for (let p: usize = 0; p < <usize>panel.count; p++) {
    const s = load<f64>(panel.weights + (p << 3));
    // a weight of 0 takes part in nothing, not even as 0·Infinity
    if (s == 0) continue;
    let sum = sums + ((<usize>load<i32>(labels + (p << 2)) * <usize>clusters.stride) << 3);
    let x = panel.columns + (p << 3);
    for (let j = 0; j < d; j++) {
      store<f64>(sum, load<f64>(sum) + s * load<f64>(x));
      sum += 8;
      x += line;
    }
    store<f64>(sum, load<f64>(sum) + s);
  }
}
