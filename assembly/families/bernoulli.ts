/**
 * Mixtures of multivariate Bernoulli distributions over 0/1 features.
 *
 * Four features make a code of 0 … 15, packed once per fit. For every group of four features and every code the log
 * probabilities of the four are added up once per E-step, for all components next to each other; the log-density of a row
 * is then one table row per group instead of four products per feature. The M-step runs the tables backwards: it adds
 * responsibilities to one table row per group and takes the tables apart at the end of a block. Sums of the right terms
 * only, so log 0 = −∞ needs no case: a row that contradicts a probability of 0 or 1 gets −∞, the others never meet it.
 * 64 features cost 16 loads and 16 sums per two components.
 */
import { EXACT_FLOOR, responsibilitiesPanel } from "../em/responsibilities";
import { writeLabels, writeTable } from "../em/tables";
import { BernoulliState, LINE, SIZE } from "./bernoulli-state";

/** log w_k + log p(x|k) of `count` rows into `terms`. */
function logProbPanel(state: BernoulliState, codes: usize, count: i32): void {
  const nGroups = <usize>state.nGroups;
  const rowBytes = <usize>state.stride << 3;
  const groupBytes = rowBytes << 4;
  for (let c: usize = 0; c < rowBytes; ) {
    const wide = c + 64 <= rowBytes;
    const weights = state.logWeights + c;
    for (let p = 0; p < count; p++) {
      let code = codes + <usize>p * nGroups;
      let table = state.table + c;
      const end = code + nGroups;
      const out = state.terms + (c >> 3) * LINE + (<usize>p << 3);
      if (wide) {
        // eight components: four sums that do not wait for one another
        let a0 = v128.load(weights);
        let a1 = v128.load(weights, 16);
        let a2 = v128.load(weights, 32);
        let a3 = v128.load(weights, 48);
        while (code < end) {
          const row = table + <usize>load<u8>(code) * rowBytes;
          a0 = f64x2.add(a0, v128.load(row));
          a1 = f64x2.add(a1, v128.load(row, 16));
          a2 = f64x2.add(a2, v128.load(row, 32));
          a3 = f64x2.add(a3, v128.load(row, 48));
          table += groupBytes;
          code++;
        }
        storeColumns(out, a0);
        storeColumns(out + 2 * LINE, a1);
        storeColumns(out + 4 * LINE, a2);
        storeColumns(out + 6 * LINE, a3);
      } else {
        let a0 = v128.load(weights);
        while (code < end) {
          a0 = f64x2.add(a0, v128.load(table + <usize>load<u8>(code) * rowBytes));
          table += groupBytes;
          code++;
        }
        storeColumns(out, a0);
      }
    }
    c += wide ? 64 : 16;
  }
}

@inline
function storeColumns(out: usize, pair: v128): void {
  v128.store64_lane(out, pair, 0);
  v128.store64_lane(out + LINE, pair, 1);
}

/** A block of rows as the host passes it. */
@unmanaged
export class CodedBlock {
  /** nGroups codes a row */
  codes: usize;
  nRows: i32;
  /** nRows doubles, or 0 */
  weights: usize;
}

/** E-pass and sums in one. */
export function bernoulliExpectation(at: usize, blockAt: usize): void {
  const state = changetype<BernoulliState>(at);
  const block = changetype<CodedBlock>(blockAt);
  begin(state);
  for (let start = 0; start < block.nRows; start += SIZE) expectationPanel(state, block, start);
  finish(state);
}

function expectationPanel(state: BernoulliState, block: CodedBlock, start: i32): void {
  const count = min(SIZE, block.nRows - start);
  const codes = block.codes + <usize>start * <usize>state.nGroups;
  logProbPanel(state, codes, count);
  allResponsibilities(state, count);
  const weights = block.weights ? block.weights + (<usize>start << 3) : 0;
  let logLikelihood: f64 = 0;
  let total: f64 = 0;
  for (let p = 0; p < count; p++) {
    const s = weights ? load<f64>(weights + (<usize>p << 3)) : 1;
    if (s > 0) logLikelihood += s * load<f64>(state.norms + (<usize>p << 3));
    total += s;
  }
  store<f64>(state.totals, load<f64>(state.totals) + logLikelihood);
  store<f64>(state.totals, load<f64>(state.totals, 8) + total, 8);
  accumulatePanel(state, codes, count, weights);
}

/** None is dropped, however small: a probability may rest on nothing else, and its logarithm counts. */
@inline
function allResponsibilities(state: BernoulliState, count: i32): void {
  responsibilitiesPanel(state.terms, state.nComponents, SIZE, count, state.norms, state.normalizers, EXACT_FLOOR, 0);
}

/** Adds s·r of every row to the table rows of its codes. */
function accumulatePanel(state: BernoulliState, codes: usize, count: i32, weights: usize): void {
  const nGroups = <usize>state.nGroups;
  const rowBytes = <usize>state.stride << 3;
  const groupBytes = rowBytes << 4;
  for (let c: usize = 0; c < rowBytes; ) {
    const wide = c + 64 <= rowBytes;
    for (let p = 0; p < count; p++) {
      const s = weights ? load<f64>(weights + (<usize>p << 3)) : 1;
      if (s == 0) continue;
      let code = codes + <usize>p * nGroups;
      let sums = state.sums + c;
      const end = code + nGroups;
      const from = state.terms + (c >> 3) * LINE + (<usize>p << 3);
      const weight = f64x2.splat(s);
      const r0 = f64x2.mul(weight, loadColumns(from));
      if (wide) {
        const r1 = f64x2.mul(weight, loadColumns(from + 2 * LINE));
        const r2 = f64x2.mul(weight, loadColumns(from + 4 * LINE));
        const r3 = f64x2.mul(weight, loadColumns(from + 6 * LINE));
        while (code < end) {
          const row = sums + <usize>load<u8>(code) * rowBytes;
          v128.store(row, f64x2.add(v128.load(row), r0));
          v128.store(row, f64x2.add(v128.load(row, 16), r1), 16);
          v128.store(row, f64x2.add(v128.load(row, 32), r2), 32);
          v128.store(row, f64x2.add(v128.load(row, 48), r3), 48);
          sums += groupBytes;
          code++;
        }
      } else {
        while (code < end) {
          const row = sums + <usize>load<u8>(code) * rowBytes;
          v128.store(row, f64x2.add(v128.load(row), r0));
          sums += groupBytes;
          code++;
        }
      }
    }
    c += wide ? 64 : 16;
  }
}

@inline
function loadColumns(from: usize): v128 {
  return v128.load64_lane(from + LINE, v128.load64_zero(from), 1);
}

function begin(state: BernoulliState): void {
  memory.fill(state.totals, 0, 16);
  memory.fill(state.sums, 0, (<usize>state.nGroups * <usize>state.stride) << 7);
}

/** Takes the tables apart: N1 of a feature is the sum over the codes with its bit, N0 over those without, both kept. */
function finish(state: BernoulliState): void {
  const d = state.nFeatures;
  const k = state.nComponents;
  const rowBytes = <usize>state.stride << 3;
  let out = state.output;
  for (let c = 0; c < k; c++) {
    // every row adds to one code of the first group
    let count: f64 = 0;
    for (let code: usize = 0; code < 16; code++) count += load<f64>(state.sums + code * rowBytes + (<usize>c << 3));
    store<f64>(out, count);
    out += 8;
    for (let j = 0; j < d; j++) {
      const group = state.sums + (<usize>(j >> 2) << 4) * rowBytes + (<usize>c << 3);
      let ones: f64 = 0;
      let zeros: f64 = 0;
      for (let code = 0; code < 16; code++) {
        const value = load<f64>(group + <usize>code * rowBytes);
        if ((code >> (j & 3)) & 1) ones += value;
        else zeros += value;
      }
      store<f64>(out + (<usize>j << 3), ones);
      store<f64>(out + (<usize>(d + j) << 3), zeros);
    }
    out += <usize>d << 4;
  }
}

/** Sums for given responsibilities (nRows × k row-major doubles); the log-likelihood stays 0. */
export function bernoulliMoments(at: usize, blockAt: usize, responsibilities: usize): void {
  const state = changetype<BernoulliState>(at);
  const block = changetype<CodedBlock>(blockAt);
  const k = state.nComponents;
  begin(state);
  for (let start = 0; start < block.nRows; start += SIZE) {
    const count = min(SIZE, block.nRows - start);
    let from = responsibilities + ((<usize>start * <usize>k) << 3);
    let total: f64 = 0;
    const weights = block.weights ? block.weights + (<usize>start << 3) : 0;
    for (let p = 0; p < count; p++) {
      for (let c = 0; c < k; c++) {
        store<f64>(state.terms + <usize>c * LINE + (<usize>p << 3), load<f64>(from));
        from += 8;
      }
      total += weights ? load<f64>(weights + (<usize>p << 3)) : 1;
    }
    store<f64>(state.totals, load<f64>(state.totals, 8) + total, 8);
    accumulatePanel(state, block.codes + <usize>start * <usize>state.nGroups, count, weights);
  }
  finish(state);
}

/** As `scorePass` in em/passes.ts: every output may be 0. */
export function bernoulliScore(
  at: usize, blockAt: usize, norms: usize, labels: usize, logProbs: usize, responsibilities: usize,
): void {
  const state = changetype<BernoulliState>(at);
  const block = changetype<CodedBlock>(blockAt);
  for (let start = 0; start < block.nRows; start += SIZE) {
    scorePanel(state, block, start, norms, labels, logProbs, responsibilities);
  }
}

function scorePanel(
  state: BernoulliState, block: CodedBlock, start: i32,
  norms: usize, labels: usize, logProbs: usize, responsibilities: usize,
): void {
  const count = min(SIZE, block.nRows - start);
  const k = state.nComponents;
  logProbPanel(state, block.codes + <usize>start * <usize>state.nGroups, count);
  const tableOffset = (<usize>start * <usize>k) << 3;
  if (labels) writeLabels(state.terms, k, SIZE, count, labels + (<usize>start << 2));
  if (logProbs) writeTable(state.terms, k, SIZE, count, logProbs + tableOffset);
  if (!norms && !responsibilities) return;
  allResponsibilities(state, count);
  if (norms) memory.copy(norms + (<usize>start << 3), state.norms, <usize>count << 3);
  if (responsibilities) writeTable(state.terms, k, SIZE, count, responsibilities + tableOffset);
}
