/**
 * What the kernels take for granted of their arguments: that addresses lie in the host's arena with all that is read or
 * written there, are aligned, and lead to states and panels that were laid out for the sizes at hand. Sizes are multiplied
 * as doubles, so that none can wrap.
 */
import { Block } from "../em/block";
import { Panel, layPanel, panelBytes, panelSize } from "../em/panel";
import { CodedBlock } from "../families/bernoulli";
import { BernoulliState, bernoulliBytes, bernoulliLay } from "../families/bernoulli-state";
import { ClusterBlock, Clusters, clustersBytes, clustersLay } from "../families/clusters";
import { Gaussian } from "../families/gaussian";
import { gaussianBytes, gaussianLay } from "../families/gaussian-layout";
import { Means, clusterSumsBytes, meansBytes, meansLay } from "../families/means";
import { Column } from "../families/medians";
import { refuse, refuseBytes, refuseNumber } from "./refuse";

/** ARENA_BASE of src/wasm/arena.ts. */
const BASE: usize = 32768;
let end: usize = 0;

/** Says where the arena's reserved memory ends: before a call, for it grows. Until then all memory above the data counts. */
export function setArenaEnd(at: usize): void {
  end = at;
}

function checkAddress(argument: string, at: usize, bytes: f64, alignment: usize): void {
  const to = end ? <f64>end : 65536.0 * <f64>memory.size();
  if (at < BASE || <f64>at + bytes > to) refuseBytes(argument, at, bytes, BASE, to);
  if (at & (alignment - 1)) refuseNumber(argument, <f64>at, "is not aligned to the size of what lies there");
}

/** Doubles that a kernel needs. */
export function checkDoubles(argument: string, at: usize, length: f64): void {
  checkAddress(argument, at, 8 * length, 8);
}

function checkFloats(argument: string, at: usize, length: f64): void {
  checkAddress(argument, at, 4 * length, 4);
}

/** Doubles that it does without if the address is 0. */
export function checkWanted(argument: string, at: usize, length: f64): void {
  if (at) checkDoubles(argument, at, length);
}

export function checkBytes(argument: string, at: usize, bytes: f64): void {
  checkAddress(argument, at, bytes, 1);
}

/** What begins at a multiple of 64: states, panels, work space. */
export function checkReserved(argument: string, at: usize, bytes: f64): void {
  checkAddress(argument, at, bytes, 64);
}

/** Labels, in fours where a kernel writes vectors of them. */
export function checkLabels(argument: string, at: usize, nRows: i32, inFours: bool): void {
  checkAddress(argument, at, 4 * (inFours ? 4 * ceil<f64>(<f64>nRows / 4) : <f64>nRows), 4);
}

/** A number of things, each of a double at least: more than memory could hold would wrap when they are rounded up. */
export function checkCount(argument: string, value: i32): void {
  checkSize(argument, value, 1, 1 << 29);
}

export function checkSize(argument: string, value: i32, least: i32, most: i32 = i32.MAX_VALUE): void {
  if (value < least || value > most) refuseNumber(argument, value, "is out of range");
}

/** A header as it is, and then as it would be laid out now: lay writes where the header is. */
const SAVED: usize = memory.data(192, 16);
const LAID: usize = memory.data(192, 16);

/** To be called before something is laid out anew … */
function save(at: usize, bytes: usize): void {
  memory.copy(SAVED, at, bytes);
}

/** … and after it: puts back what was there. */
function restore(at: usize, bytes: usize): void {
  memory.copy(LAID, at, bytes);
  memory.copy(at, SAVED, bytes);
}

function same(from: usize, to: usize): bool {
  return memory.compare(SAVED + from, LAID + from, to - from) == 0;
}

const NOT_LAID_OUT = "was not laid out here";

export function checkGaussian(at: usize): Gaussian {
  checkReserved("state", at, 128);
  const state = changetype<Gaussian>(at);
  const kind = state.kind;
  const d = state.nFeatures;
  const k = state.nComponents;
  if (kind < 0 || kind > 2 || d < 1 || k < 1) refuse("state", NOT_LAID_OUT);
  checkReserved("state", at, gaussianBytes(kind, d, k));
  save(at, 128);
  gaussianLay(at, kind, d, k);
  restore(at, 128);
  if (!same(0, 128)) refuse("state", NOT_LAID_OUT);
  return state;
}

export function checkBernoulli(at: usize): BernoulliState {
  checkReserved("state", at, 64);
  const state = changetype<BernoulliState>(at);
  const d = state.nFeatures;
  const k = state.nComponents;
  if (d < 1 || k < 1) refuse("state", NOT_LAID_OUT);
  checkReserved("state", at, bernoulliBytes(d, k));
  save(at, 64);
  bernoulliLay(at, d, k);
  restore(at, 64);
  if (!same(0, 64)) refuse("state", NOT_LAID_OUT);
  return state;
}

export function checkClusters(at: usize): Clusters {
  checkReserved("state", at, 128);
  const state = changetype<Clusters>(at);
  const d = state.nFeatures;
  const k = state.nClusters;
  if (d < 1 || k < 1) refuse("state", NOT_LAID_OUT);
  checkReserved("state", at, clustersBytes(d, k));
  save(at, 128);
  clustersLay(at, d, k);
  restore(at, 128);
  if (!same(0, offsetof<Clusters>())) refuse("state", NOT_LAID_OUT);
  return state;
}

export function checkMeans(at: usize): Means {
  const clusters = checkClusters(at);
  const d = clusters.nFeatures;
  const k = clusters.nClusters;
  checkReserved("state", at, meansBytes(d, k));
  save(at, 128);
  meansLay(at, d, k);
  restore(at, 128);
  if (!same(0, offsetof<Means>("slack"))) refuse("state", NOT_LAID_OUT);
  return changetype<Means>(at);
}

/** A panel for `d` features and `k` components; the fields that change with the points in it may hold anything. */
export function checkPanel(at: usize, d: i32, k: i32): Panel {
  const panel = checkMovingPanel(at, d, k);
  if (!same(offsetof<Panel>("columns"), offsetof<Panel>("residuals"))) refuse("panel", NOT_LAID_OUT);
  return panel;
}

/** One whose columns may be rows that were packed elsewhere. */
export function checkMovingPanel(at: usize, d: i32, k: i32): Panel {
  checkReserved("panel", at, offsetof<Panel>());
  const panel = changetype<Panel>(at);
  if (panel.nFeatures != d || panel.nComponents != k) refuse("panel", "was not laid out for the sizes of the state");
  checkReserved("panel", at, panelBytes(d, k));
  const size = panel.size;
  save(at, offsetof<Panel>());
  layPanel(at, d, k);
  restore(at, offsetof<Panel>());
  const pointers = same(offsetof<Panel>("nFeatures"), offsetof<Panel>("columns"))
    && same(offsetof<Panel>("residuals"), offsetof<Panel>("scale"))
    && same(offsetof<Panel>("weights"), offsetof<Panel>("weighted"))
    && same(offsetof<Panel>("offsets"), offsetof<Panel>());
  if (!pointers || size != load<i32>(LAID)) refuse("panel", NOT_LAID_OUT);
  checkDoubles("panel.columns", panel.columns, <f64>size * <f64>d);
  return panel;
}

/** Doubles of `n` rows of `d` features in panels. */
export function packedLength(n: i32, d: i32, size: i32): f64 {
  return ceil<f64>(<f64>n / <f64>size) * <f64>size * <f64>d;
}

/** A block of rows of `d` features: its descriptor and what that leads to. */
export function checkBlock(at: usize, d: i32): Block {
  checkAddress("block", at, offsetof<Block>(), 4);
  const block = changetype<Block>(at);
  checkSize("block.nRows", block.nRows, 0);
  checkSize("block.isFloat32", block.isFloat32, 0, 1);
  const bytes: usize = block.isFloat32 ? 4 : 8;
  const n = <f64>block.nRows;
  checkAddress("block.x", block.x, n * <f64>d * <f64>bytes, bytes);
  checkWanted("block.weights", block.weights, n);
  // read in pairs
  checkDoubles("block.origin", block.origin, <f64>(d + (d & 1)));
  return block;
}

/** A block of rows as they are, or packed in panels of `size` points. */
export function checkAnyBlock(at: usize, d: i32, size: i32): ClusterBlock {
  checkAddress("block", at, offsetof<ClusterBlock>(), 4);
  const block = changetype<ClusterBlock>(at);
  checkSize("block.packed", block.packed, 0, 1);
  checkBlock(at, d);
  if (!block.packed) return block;
  if (block.isFloat32) refuse("block.isFloat32", "is set, but panels hold doubles");
  checkDoubles("block.x", block.x, packedLength(block.nRows, d, size));
  return block;
}

/** … with their labels. */
export function checkLabelled(at: usize, d: i32, size: i32): ClusterBlock {
  const block = checkAnyBlock(at, d, size);
  checkLabels("block.labels", block.labels, block.nRows, true);
  return block;
}

/** Labels that say where centres and sums are. */
function checkLabelValues(argument: string, labels: usize, n: i32, k: i32): void {
  for (let i: usize = 0; i < <usize>n; i++) {
    const label = load<i32>(labels + (i << 2));
    if (label < 0 || label >= k) refuseNumber(argument, label, "is no cluster");
  }
}

/** A block of rows with labels and what k-means keeps of them from pass to pass. */
export function checkKept(at: usize, clusters: Clusters): ClusterBlock {
  checkAddress("block", at, offsetof<ClusterBlock>(), 4);
  const block = changetype<ClusterBlock>(at);
  checkBlock(at, clusters.nFeatures);
  const k = clusters.nClusters;
  checkLabels("block.labels", block.labels, block.nRows, false);
  checkLabelValues("a label in block.labels", block.labels, block.nRows, k);
  const n = <f64>block.nRows;
  checkFloats("block.until", block.until, n);
  if (block.floats) {
    checkFloats("block.floats", block.floats, n * <f64>clusters.nFeatures);
    checkFloats("block.norms", block.norms, n);
    checkAddress("block.floated", block.floated, 4, 4);
  }
  if (!block.sums) return block;
  checkReserved("block.sums", block.sums, clusterSumsBytes(clusters.nFeatures, k));
  checkAddress("block.summed", block.summed, 4, 4);
  return block;
}

/** A feature whose medians are wanted. */
export function checkColumn(at: usize): Column {
  checkAddress("column", at, offsetof<Column>(), 4);
  const column = changetype<Column>(at);
  checkSize("column.nRows", column.nRows, 0);
  checkCount("column.nFeatures", column.nFeatures);
  checkCount("column.nClusters", column.nClusters);
  checkSize("column.j", column.j, 0, column.nFeatures - 1);
  checkSize("column.lower", column.lower, 0, 1);
  if (column.size != panelSize(column.nFeatures)) refuseNumber("column.size", column.size, "is not that of a panel");
  checkDoubles("column.x", column.x, packedLength(column.nRows, column.nFeatures, column.size));
  checkLabels("column.labels", column.labels, column.nRows, false);
  checkLabelValues("a label in column.labels", column.labels, column.nRows, column.nClusters);
  return column;
}

/** Addresses that a kernel writes down, `n` of them. */
export function checkAddresses(argument: string, at: usize, n: i32): void {
  checkAddress(argument, at, 4 * <f64>n, 4);
}

/** A block of rows in codes of four features. */
export function checkCoded(at: usize, state: BernoulliState): CodedBlock {
  checkAddress("block", at, offsetof<CodedBlock>(), 4);
  const block = changetype<CodedBlock>(at);
  checkSize("block.nRows", block.nRows, 0);
  const codes = <f64>block.nRows * <f64>state.nGroups;
  checkBytes("block.codes", block.codes, codes);
  checkWanted("block.weights", block.weights, <f64>block.nRows);
  // codes say where rows of tables are
  for (let i: usize = 0; i < <usize>codes; i++) {
    const code = load<u8>(block.codes + i);
    if (code > 15) refuseNumber("a code in block.codes", code, "is above 15");
  }
  return block;
}

/** What scores are written to, each 0 if it is not wanted. */
export function checkScores(
  n: i32, k: i32, norms: usize, labels: usize, logProbs: usize, responsibilities: usize,
): void {
  checkWanted("norms", norms, <f64>n);
  if (labels) checkLabels("labels", labels, n, false);
  checkWanted("logProbs", logProbs, <f64>n * <f64>k);
  checkWanted("responsibilities", responsibilities, <f64>n * <f64>k);
}
