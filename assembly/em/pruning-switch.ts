/** What tests need to compare passes with and without pruning. */
import { Panel } from "./panel";

/** Prunes in the next panel, and goes on as the data suggest; or never. */
export function setPruning(panelAt: usize, prunes: bool): void {
  const panel = changetype<Panel>(panelAt);
  panel.sparse = prunes;
  panel.rare = prunes;
  panel.denseLeft = prunes ? 0 : i32.MAX_VALUE;
}

/** Whether the next panel would be pruned. */
export function pruningOf(panelAt: usize): bool {
  return changetype<Panel>(panelAt).sparse;
}
