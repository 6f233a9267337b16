/**
 * The passes over a block of rows, generic over the family (a family is a state in linear memory with `terms`, `logProbs`,
 * `prunes`, `logProbsAbove`, `accumulate`, `begin` and `end`).
 *
 * Each panel is one call of a function that is not inlined: V8 has no on-stack replacement for wasm, so a long first call
 * would stay in its baseline code; this way the next panel runs optimised.
 */
import { Block } from "./block";
import { Panel, fillPanel, readAhead } from "./panel";
import {
  LEAST_RESPONSIBILITY, PRUNING_FLOOR, addLogLikelihood, addTotals, exponentialsPanel, normalizePanel,
} from "./responsibilities";
import { writeLabels, writeTable } from "./tables";

/** E-pass and moments in one: adds Σ s·log p(x), Σ s, and the moments of every component to the state. */
export function expectationPass<F>(state: usize, panelAt: usize, block: Block): void {
  const panel = changetype<Panel>(panelAt);
  const family = changetype<F>(state);
  family.begin();
  for (let start = 0; start < block.nRows; start += panel.size) expectationPanel<F>(family, panel, block, start);
  family.end(panel);
}

function expectationPanel<F>(family: F, panel: Panel, block: Block, start: i32): void {
  fillPanel(panel, block, 0, start);
  logProbPanel<F>(family, panel);
  pruned(panel);
  addLogLikelihood(panel, family.totals);
  accumulatePanel<F>(family, panel);
}

/** Exponentials relative to each point's largest term, without those that cannot reach a responsibility of 2⁻⁶⁰. */
@inline
export function pruned(panel: Panel): void {
  panel.least = LEAST_RESPONSIBILITY;
  panel.masks = panel.rare ? panel.heads : 0;
  const live = exponentialsPanel(
    panel.logProb, panel.nComponents, panel.size, panel.count, panel.logProbNorm, panel.scales, PRUNING_FLOOR, panel.masks,
  );
  const all = panel.nComponents * panel.count;
  panel.sparse = 2 * live < all && panel.denseLeft == 0;
  panel.rare = panel.sparse && 10 * live < all;
  panel.denseLeft = max(0, panel.denseLeft - 1);
}

/** Terms log w_k + log p(x|k); where a term's value cannot matter, for the responsibilities or the sum, not its value. */
@inline
export function logProbPanel<F>(family: F, panel: Panel): void {
  if (panel.sparse && family.prunes) family.logProbsAbove(panel, PRUNING_FLOOR);
  else family.logProbs(panel);
}

/** The moments of every component; in between the rest of the next panel's rows is read, so that they wait in the cache. */
@inline
export function accumulatePanel<F>(family: F, panel: Panel): void {
  for (let k = 0; k < panel.nComponents; k++) {
    family.accumulate(panel, k);
    readAhead(panel);
  }
}

/** Moments for given responsibilities (nRows × k row-major doubles); the log-likelihood stays 0. */
export function momentsPass<F>(state: usize, panelAt: usize, block: Block, responsibilities: usize): void {
  const panel = changetype<Panel>(panelAt);
  const family = changetype<F>(state);
  family.begin();
  for (let start = 0; start < block.nRows; start += panel.size) {
    momentsPanel<F>(family, panel, block, start, responsibilities);
  }
  family.end(panel);
}

function momentsPanel<F>(family: F, panel: Panel, block: Block, start: i32, responsibilities: usize): void {
  fillPanel(panel, block, 0, start);
  const k = panel.nComponents;
  const line = <usize>panel.size << 3;
  let from = responsibilities + ((<usize>start * <usize>k) << 3);
  for (let p: usize = 0; p < <usize>panel.count << 3; p += 8) {
    for (let c = 0; c < k; c++) {
      store<f64>(panel.logProb + <usize>c * line + p, load<f64>(from));
      from += 8;
    }
  }
  let weight: f64 = 0;
  for (let p: usize = 0; p < line; p += 8) {
    const s = load<f64>(panel.weights + p);
    weight += s;
    store<f64>(panel.scales + p, s > 0 ? 1 : 0);
  }
  // given ones count as they are, however small
  panel.least = f64.MIN_VALUE;
  panel.masks = 0;
  addTotals(family.totals, 0, weight);
  accumulatePanel<F>(family, panel);
}

/**
 * What a fitted model says of each row; every output may be 0 (not wanted): `norms` nRows log p(x), `labels` nRows i32
 * (first largest), `logProbs` and `responsibilities` nRows × k row-major.
 */
export function scorePass<F>(
  state: usize, panelAt: usize, block: Block, norms: usize, labels: usize, logProbs: usize, responsibilities: usize,
): void {
  const panel = changetype<Panel>(panelAt);
  const family = changetype<F>(state);
  for (let start = 0; start < block.nRows; start += panel.size) {
    scorePanel<F>(family, panel, block, start, norms, labels, logProbs, responsibilities);
  }
}

function scorePanel<F>(
  family: F, panel: Panel, block: Block, start: i32,
  norms: usize, labels: usize, logProbs: usize, responsibilities: usize,
): void {
  fillPanel(panel, block, 0, start);
  if (logProbs) family.logProbs(panel);
  else logProbPanel<F>(family, panel);
  if (labels) writeLabels(panel.logProb, panel.nComponents, panel.size, panel.count, labels + (<usize>start << 2));
  const tableOffset = (<usize>start * <usize>panel.nComponents) << 3;
  if (logProbs) writeTable(panel.logProb, panel.nComponents, panel.size, panel.count, logProbs + tableOffset);
  if (!norms && !responsibilities) return;
  pruned(panel);
  normalizePanel(
    panel.logProb, panel.nComponents, panel.size, panel.count, panel.logProbNorm, panel.scales, panel.least,
  );
  if (norms) memory.copy(norms + (<usize>start << 3), panel.logProbNorm, <usize>panel.count << 3);
  if (responsibilities) {
    writeTable(panel.logProb, panel.nComponents, panel.size, panel.count, responsibilities + tableOffset);
  }
}

/** Squared Mahalanobis distances, nRows × k row-major. */
export function mahalanobisPass<F>(state: usize, panelAt: usize, block: Block, out: usize): void {
  const panel = changetype<Panel>(panelAt);
  const family = changetype<F>(state);
  const line = <usize>panel.size << 3;
  for (let start = 0; start < block.nRows; start += panel.size) {
    fillPanel(panel, block, 0, start);
    // as −q, so that a distance that overflowed, even to a NaN, becomes Infinity
    for (let k = 0; k < panel.nComponents; k++) family.terms(panel, k, panel.logProb + <usize>k * line, -1, -0.0);
    for (let at = panel.logProb; at < panel.logProb + <usize>panel.nComponents * line; at += 16) {
      v128.store(at, f64x2.neg(v128.load(at)));
    }
    writeTable(
      panel.logProb, panel.nComponents, panel.size, panel.count,
      out + ((<usize>start * <usize>panel.nComponents) << 3),
    );
  }
}
