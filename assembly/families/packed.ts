/**
 * Rows that stay in linear memory are kept as panels for k-medians, in place of row-major: a pass reads them all, where they
 * are, instead of packing them again, and medians read one feature after the other. (k-means reads some rows only.)
 */
import { Block } from "../em/block";
import { Panel, fillPanel, fillWeights } from "../em/panel";
import { ClusterBlock, Clusters } from "./clusters";

/** Packs the rows of a block into panels at `out`: size × nFeatures doubles each, which become `panel.columns`. */
export function clustersPack(state: usize, panelAt: usize, blockAt: usize, out: usize): void {
  const clusters = changetype<Clusters>(state);
  const panel = changetype<Panel>(panelAt);
  const block = changetype<Block>(blockAt);
  const bytes = (<usize>panel.size * <usize>panel.nFeatures) << 3;
  for (let start = 0; start < block.nRows; start += panel.size) {
    panel.columns = out;
    fillPanel(panel, block, clusters.scales, start);
    out += bytes;
  }
}

/** Makes the points from row `start` on those of the panel, wherever they are. */
export function takeColumns(clusters: Clusters, panel: Panel, block: ClusterBlock, start: i32): void {
  if (!block.packed) {
    fillPanel(panel, block, clusters.scales, start);
    return;
  }
  panel.count = min(panel.size, block.nRows - start);
  panel.columns = block.x + ((<usize>start * <usize>panel.nFeatures) << 3);
  fillWeights(panel, block, start);
}

/** Where passes that starts of mixtures call, too, have their points from: here either layout. */
@unmanaged
export class AnyLayout {
  @inline
  take(clusters: Clusters, panel: Panel, block: Block, start: i32): void {
    takeColumns(clusters, panel, changetype<ClusterBlock>(changetype<usize>(block)), start);
  }
}
