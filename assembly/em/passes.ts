/**
 * The passes over a block of rows, generic over the family (a family is a state in linear memory with `quadratic`,
 * `finish`, `accumulate`, `begin` and `end`; AssemblyScript inlines them completely).
 *
 * Each panel is one call of a function that is not inlined: V8 has no on-stack replacement for wasm, so a long first call
 * would stay in its baseline code; this way the next panel runs optimised.
 */
import { LEAST_RESPONSIBILITY, PRUNING_FLOOR, responsibilitiesPanel } from "./responsibilities";
import { compactSurvivors } from "./moments";
import { Panel, fillPanel } from "./panel";
import { writeLabels, writeTable } from "./tables";

/** A block of rows as the host passes it. */
@unmanaged
export class Block {
  /** row-major, nFeatures doubles or floats a row */
  x: usize;
  isFloat32: i32;
  nRows: i32;
  /** nRows doubles, or 0 for weights of one */
  weights: usize;
  /** nFeatures doubles, subtracted from every row */
  origin: usize;
}

/** E-pass and moments in one: adds Σ s·log p(x), Σ s, and the moments of every component to the state. */
export function expectationPass<F>(state: usize, panelAt: usize, block: Block): void {
  const panel = changetype<Panel>(panelAt);
  const family = changetype<F>(state);
  family.begin();
  for (let start = 0; start < block.nRows; start += panel.size) expectationPanel<F>(family, panel, block, start);
  family.end();
}

function expectationPanel<F>(family: F, panel: Panel, block: Block, start: i32): void {
  fill(panel, block, start);
  logProbPanel<F>(family, panel);
  prunedResponsibilities(panel);
  let logLikelihood: f64 = 0;
  let weight: f64 = 0;
  for (let p: usize = 0; p < <usize>panel.count << 3; p += 8) {
    const s = load<f64>(panel.weights + p);
    // a weight of 0 takes part in nothing, not even as 0·(−Infinity)
    if (s > 0) logLikelihood += s * load<f64>(panel.logProbNorm + p);
    weight += s;
  }
  addTotals(family.totals, logLikelihood, weight);
  accumulatePanel<F>(family, panel);
}

@inline
function prunedResponsibilities(panel: Panel): void {
  responsibilitiesPanel(
    panel.logProb, panel.nComponents, panel.size, panel.count, panel.logProbNorm, PRUNING_FLOOR, LEAST_RESPONSIBILITY,
  );
}

@inline
function addTotals(totals: usize, logLikelihood: f64, weight: f64): void {
  store<f64>(totals, load<f64>(totals) + logLikelihood);
  store<f64>(totals, load<f64>(totals, 8) + weight, 8);
}

@inline
function fill(panel: Panel, block: Block, start: i32): void {
  const count = min(panel.size, block.nRows - start);
  fillPanel(panel, block.x, block.isFloat32 != 0, start, count, block.weights, block.origin);
}

@inline
function logProbPanel<F>(family: F, panel: Panel): void {
  const line = <usize>panel.size << 3;
  for (let k = 0; k < panel.nComponents; k++) {
    const terms = panel.logProb + <usize>k * line;
    family.quadratic(panel, k, terms);
    family.finish(panel, k, terms);
  }
}

@inline
function accumulatePanel<F>(family: F, panel: Panel): void {
  for (let k = 0; k < panel.nComponents; k++) {
    const n = compactSurvivors(panel, k, family.counts + (<usize>k << 3));
    if (n) family.accumulate(panel, k, n);
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
  family.end();
}

function momentsPanel<F>(family: F, panel: Panel, block: Block, start: i32, responsibilities: usize): void {
  fill(panel, block, start);
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
  for (let p: usize = 0; p < <usize>panel.count << 3; p += 8) weight += load<f64>(panel.weights + p);
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
  fill(panel, block, start);
  logProbPanel<F>(family, panel);
  if (labels) writeLabels(panel.logProb, panel.nComponents, panel.size, panel.count, labels + (<usize>start << 2));
  const tableOffset = (<usize>start * <usize>panel.nComponents) << 3;
  if (logProbs) writeTable(panel.logProb, panel.nComponents, panel.size, panel.count, logProbs + tableOffset);
  if (!norms && !responsibilities) return;
  prunedResponsibilities(panel);
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
    fill(panel, block, start);
    for (let k = 0; k < panel.nComponents; k++) family.quadratic(panel, k, panel.logProb + <usize>k * line);
    writeTable(
      panel.logProb, panel.nComponents, panel.size, panel.count,
      out + ((<usize>start * <usize>panel.nComponents) << 3),
    );
  }
}
