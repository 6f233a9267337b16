/** `expectationPass` cut short, for bench/roofline: the differences of the times of its stages are what each stage takes. */
import { Block } from "./block";
import { Panel, fillPanel } from "./panel";
import { accumulatePanel, logProbPanel, pruned } from "./passes";
import { addLogLikelihood } from "./responsibilities";

/** `stages` 1: fills panels; 2: the quadratic forms too; 3: log-sum-exp too; 4: the moments too, which is the whole pass. */
export function stagesPass<F>(state: usize, panelAt: usize, block: Block, stages: i32): void {
  const panel = changetype<Panel>(panelAt);
  const family = changetype<F>(state);
  family.begin();
  for (let start = 0; start < block.nRows; start += panel.size) stagesPanel<F>(family, panel, block, start, stages);
  family.end(panel);
}

function stagesPanel<F>(family: F, panel: Panel, block: Block, start: i32, stages: i32): void {
  fillPanel(panel, block, 0, start);
  if (stages == 1) return;
  logProbPanel<F>(family, panel);
  if (stages == 2) return;
  pruned(panel);
  addLogLikelihood(panel, family.totals);
  if (stages == 3) return;
  accumulatePanel<F>(family, panel);
}
