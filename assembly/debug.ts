/**
 * The ABI once more, every call checked before it reaches its kernel: build/kernels.debug.wasm, for tests and for whoever
 * writes kernels. The kernels themselves check nothing, because some take less time than the checks; so what is shipped has
 * none of this. A refused call traps, with a message, before anything is written.
 */
import {
  checkAddresses, checkAnyBlock, checkBernoulli, checkBlock, checkBytes, checkClusters, checkCoded, checkColumn, checkCount,
  checkDoubles, checkGaussian, checkKept, checkLabelled, checkLabels, checkMeans, checkMovingPanel, checkPanel,
  checkReserved, checkScores, checkSize, checkWanted, packedLength,
} from "./debug/checks";
import { enter, refuse } from "./debug/refuse";
import { Panel } from "./em/panel";
import { Clusters } from "./families/clusters";
import * as core from "./core";
import * as more from "./more";

export { setArenaEnd } from "./debug/checks";
export {
  abiVersion, bernoulliBytes, clusterSumsBytes, clustersBytes, expScalar, fillTables, gaussianBytes, heapBase,
  logScalar, logSumExpBytes, meansBytes, panelBytes,
} from "./index";

export function cholesky(a: usize, d: i32, minPivots: usize): i32 {
  enter("cholesky");
  checkCount("d", d);
  checkDoubles("a", a, <f64>d * <f64>d);
  checkWanted("minPivots", minPivots, <f64>d);
  return core.cholesky(a, d, minPivots);
}

export function triangularInverse(l: usize, w: usize, d: i32): void {
  enter("triangularInverse");
  checkCount("d", d);
  const length = <f64>d * <f64>d;
  checkDoubles("l", l, length);
  checkDoubles("w", w, length);
  if (<f64>(l < w ? w - l : l - w) < 8 * length) refuse("w", "overlaps l");
  core.triangularInverse(l, w, d);
}

export function logSumExpRows(x: usize, nRows: i32, k: i32, work: usize, norms: usize, responsibilities: usize): void {
  enter("logSumExpRows");
  checkSize("nRows", nRows, 0);
  checkCount("k", k);
  const length = <f64>nRows * <f64>k;
  checkDoubles("x", x, length);
  checkReserved("work", work, more.logSumExpBytes(k));
  checkDoubles("norms", norms, nRows);
  checkWanted("responsibilities", responsibilities, length);
  more.logSumExpRows(x, nRows, k, work, norms, responsibilities);
}

export function layPanel(at: usize, d: i32, k: i32): void {
  enter("layPanel");
  checkCount("d", d);
  checkCount("k", k);
  checkReserved("at", at, core.panelBytes(d, k));
  core.layPanel(at, d, k);
}

export function gaussianLay(at: usize, kind: i32, d: i32, k: i32): void {
  enter("gaussianLay");
  checkSize("kind", kind, 0, 2);
  checkCount("d", d);
  checkCount("k", k);
  checkReserved("at", at, core.gaussianBytes(kind, d, k));
  core.gaussianLay(at, kind, d, k);
}

export function gaussianLoad(state: usize): void {
  enter("gaussianLoad");
  checkGaussian(state);
  core.gaussianLoad(state);
}

/** State, panel and block of a Gaussian pass; returns the length of a table of its rows and components. */
function checkGaussianPass(state: usize, panel: usize, block: usize): f64 {
  const gaussian = checkGaussian(state);
  checkPanel(panel, gaussian.nFeatures, gaussian.nComponents);
  return <f64>checkBlock(block, gaussian.nFeatures).nRows * <f64>gaussian.nComponents;
}

export function gaussianExpectation(state: usize, panel: usize, block: usize): void {
  enter("gaussianExpectation");
  checkGaussianPass(state, panel, block);
  core.gaussianExpectation(state, panel, block);
}

export function gaussianMoments(state: usize, panel: usize, block: usize, responsibilities: usize): void {
  enter("gaussianMoments");
  checkDoubles("responsibilities", responsibilities, checkGaussianPass(state, panel, block));
  core.gaussianMoments(state, panel, block, responsibilities);
}

export function gaussianScore(
  state: usize, panel: usize, block: usize, norms: usize, labels: usize, logProbs: usize, responsibilities: usize,
): void {
  enter("gaussianScore");
  checkGaussianPass(state, panel, block);
  const gaussian = checkGaussian(state);
  checkScores(checkBlock(block, gaussian.nFeatures).nRows, gaussian.nComponents, norms, labels, logProbs, responsibilities);
  core.gaussianScore(state, panel, block, norms, labels, logProbs, responsibilities);
}

export function gaussianMahalanobis(state: usize, panel: usize, block: usize, out: usize): void {
  enter("gaussianMahalanobis");
  checkDoubles("out", out, checkGaussianPass(state, panel, block));
  core.gaussianMahalanobis(state, panel, block, out);
}

export function bernoulliLay(at: usize, d: i32, k: i32): void {
  enter("bernoulliLay");
  checkCount("d", d);
  checkCount("k", k);
  checkReserved("at", at, more.bernoulliBytes(d, k));
  more.bernoulliLay(at, d, k);
}

export function bernoulliPack(x: usize, n: i32, d: i32, codes: usize): void {
  enter("bernoulliPack");
  checkSize("n", n, 0);
  checkCount("d", d);
  checkBytes("x", x, <f64>n * <f64>d);
  checkBytes("codes", codes, <f64>n * ceil<f64>(<f64>d / 4));
  more.bernoulliPack(x, n, d, codes);
}

export function bernoulliLoad(state: usize): void {
  enter("bernoulliLoad");
  checkBernoulli(state);
  more.bernoulliLoad(state);
}

export function bernoulliExpectation(state: usize, block: usize): void {
  enter("bernoulliExpectation");
  checkCoded(block, checkBernoulli(state));
  more.bernoulliExpectation(state, block);
}

export function bernoulliMoments(state: usize, block: usize, responsibilities: usize): void {
  enter("bernoulliMoments");
  const bernoulli = checkBernoulli(state);
  const n = checkCoded(block, bernoulli).nRows;
  checkDoubles("responsibilities", responsibilities, <f64>n * <f64>bernoulli.nComponents);
  more.bernoulliMoments(state, block, responsibilities);
}

export function bernoulliScore(
  state: usize, block: usize, norms: usize, labels: usize, logProbs: usize, responsibilities: usize,
): void {
  enter("bernoulliScore");
  const bernoulli = checkBernoulli(state);
  const n = checkCoded(block, bernoulli).nRows;
  checkScores(n, bernoulli.nComponents, norms, labels, logProbs, responsibilities);
  more.bernoulliScore(state, block, norms, labels, logProbs, responsibilities);
}

export function clustersLay(at: usize, d: i32, k: i32): void {
  enter("clustersLay");
  checkCount("d", d);
  checkCount("k", k);
  checkReserved("at", at, core.clustersBytes(d, k));
  core.clustersLay(at, d, k);
}

export function meansLay(at: usize, d: i32, k: i32): void {
  enter("meansLay");
  checkCount("d", d);
  checkCount("k", k);
  checkReserved("at", at, more.meansBytes(d, k));
  more.meansLay(at, d, k);
}

/** The panel of a pass over clusters: one of one "component". */
function checkOwnPanel(panel: usize, clusters: Clusters): Panel {
  return checkMovingPanel(panel, clusters.nFeatures, 1);
}

export function clustersPack(state: usize, panel: usize, block: usize, out: usize): void {
  enter("clustersPack");
  const clusters = checkClusters(state);
  const size = checkOwnPanel(panel, clusters).size;
  checkDoubles("out", out, packedLength(checkBlock(block, clusters.nFeatures).nRows, clusters.nFeatures, size));
  more.clustersPack(state, panel, block, out);
}

export function kMeansExpectation(state: usize, panel: usize, block: usize, scratch: usize, list: usize): void {
  enter("kMeansExpectation");
  const means = checkMeans(state);
  checkPanel(panel, means.nFeatures, 1);
  const kept = checkKept(block, means);
  if (scratch) checkReserved("scratch", scratch, more.clusterSumsBytes(means.nFeatures, means.nClusters));
  checkDoubles("list", list, 4 + <f64>(kept.nRows + 1 >> 1));
  more.kMeansExpectation(state, panel, block, scratch, list);
}

export function kMediansExpectation(state: usize, panel: usize, block: usize): void {
  enter("kMediansExpectation");
  const clusters = checkClusters(state);
  checkLabelled(block, clusters.nFeatures, checkOwnPanel(panel, clusters).size);
  more.kMediansExpectation(state, panel, block);
}

export function kMediansSelect(scratch: usize, ends: usize, medians: usize, column: usize): void {
  enter("kMediansSelect");
  const taken = checkColumn(column);
  checkDoubles("scratch", scratch, taken.nRows);
  checkAddresses("ends", ends, taken.nClusters);
  checkDoubles("medians", medians, taken.nClusters);
  more.kMediansSelect(scratch, ends, medians, column);
}

function checkDistances(state: usize, panel: usize, block: usize, out: usize): void {
  const clusters = checkClusters(state);
  const rows = checkAnyBlock(block, clusters.nFeatures, checkOwnPanel(panel, clusters).size);
  checkDoubles("out", out, <f64>rows.nRows * <f64>clusters.nClusters);
}

export function kMeansDistances(state: usize, panel: usize, block: usize, out: usize): void {
  enter("kMeansDistances");
  const clusters = checkClusters(state);
  checkPanel(panel, clusters.nFeatures, 1);
  const rows = checkBlock(block, clusters.nFeatures);
  checkDoubles("out", out, <f64>rows.nRows * <f64>clusters.nClusters);
  more.kMeansDistances(state, panel, block, out);
}

export function kMediansDistances(state: usize, panel: usize, block: usize, out: usize): void {
  enter("kMediansDistances");
  checkDistances(state, panel, block, out);
  more.kMediansDistances(state, panel, block, out);
}

/** Each candidate is a centre of the state, and each of `n` rows has a cost. */
function checkSeed(clusters: Clusters, n: i32, costs: usize, candidates: i32): void {
  checkDoubles("costs", costs, n);
  checkSize("candidates", candidates, 1, clusters.nClusters);
}

export function kMeansSeed(state: usize, panel: usize, block: usize, costs: usize, candidates: i32, keep: bool): void {
  enter("kMeansSeed");
  const clusters = checkClusters(state);
  checkPanel(panel, clusters.nFeatures, 1);
  checkSeed(clusters, checkBlock(block, clusters.nFeatures).nRows, costs, candidates);
  core.kMeansSeed(state, panel, block, costs, candidates, keep);
}

function checkSeedAny(state: usize, panel: usize, block: usize, costs: usize, candidates: i32): void {
  const clusters = checkClusters(state);
  const rows = checkAnyBlock(block, clusters.nFeatures, checkOwnPanel(panel, clusters).size);
  checkSeed(clusters, rows.nRows, costs, candidates);
}

export function kMediansSeed(state: usize, panel: usize, block: usize, costs: usize, candidates: i32, keep: bool): void {
  enter("kMediansSeed");
  checkSeedAny(state, panel, block, costs, candidates);
  more.kMediansSeed(state, panel, block, costs, candidates, keep);
}

export function kMeansNearest(state: usize, panel: usize, block: usize, labels: usize, sums: usize): void {
  enter("kMeansNearest");
  const clusters = checkClusters(state);
  checkPanel(panel, clusters.nFeatures, 1);
  checkLabels("labels", labels, checkBlock(block, clusters.nFeatures).nRows, true);
  checkWanted("sums", sums, <f64>clusters.nClusters * <f64>clusters.stride);
  core.kMeansNearest(state, panel, block, labels, sums);
}
