/** K-medians: assignment to the centre of least L1 distance. For the medians see medians.ts. */
import { Block } from "../em/block";
import { AbsoluteDifference, distancesPanel, fillUpCenters, nearestPanel } from "../em/nearest";
import { Panel } from "../em/panel";
import { ClusterBlock, Clusters, addCosts, addCounts, clearTotals } from "./clusters";
import { AnyLayout, takeColumns } from "./packed";
import { seedPass } from "./seeding";

/** Labels of the block's rows, their cost, and the counts of the clusters. */
export function kMediansExpectation(state: usize, panelAt: usize, blockAt: usize): void {
  const clusters = changetype<Clusters>(state);
  const panel = changetype<Panel>(panelAt);
  const block = changetype<ClusterBlock>(blockAt);
  clearTotals(clusters);
  fillUpCenters(clusters);
  for (let start = 0; start < block.nRows; start += panel.size) {
    expectationPanel(clusters, panel, block, start, block.labels + (<usize>start << 2));
  }
}

function expectationPanel(clusters: Clusters, panel: Panel, block: ClusterBlock, start: i32, labels: usize): void {
  takeColumns(clusters, panel, block, start);
  nearestPanel<AbsoluteDifference>(clusters, panel, labels);
  addCosts(clusters, panel, start);
  addCounts(clusters, panel, labels);
}

/** L1 distances, nRows × K row-major doubles. */
export function kMediansDistances(state: usize, panelAt: usize, blockAt: usize, out: usize): void {
  const clusters = changetype<Clusters>(state);
  const panel = changetype<Panel>(panelAt);
  const block = changetype<ClusterBlock>(blockAt);
  for (let start = 0; start < block.nRows; start += panel.size) {
    takeColumns(clusters, panel, block, start);
    distancesPanel<AbsoluteDifference>(clusters, panel, out + (<usize>start * <usize>clusters.nClusters << 3));
  }
}

/** Costs of seeds, by L1 distances: see `seedPass`. */
export function kMediansSeed(state: usize, panel: usize, block: usize, costs: usize, candidates: i32, keep: bool): void {
  seedPass<AbsoluteDifference, AnyLayout>(
    changetype<Clusters>(state), changetype<Panel>(panel), changetype<Block>(block), costs, candidates, keep,
  );
}
