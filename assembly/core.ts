/**
 * What a Gaussian mixture calls: the module inside every bundle. Pointers are byte offsets into the one imported memory;
 * nothing here allocates, checks policy, or keeps state between calls.
 */
import { Block } from "./em/block";
import { expectationPass, mahalanobisPass, momentsPass, scorePass } from "./em/passes";
import { Gaussian } from "./families/gaussian";

export { expScalar } from "./simd/exp";
export { fillTables } from "./simd/fill-tables";
export { logScalar } from "./simd/log";
export { cholesky, triangularInverse } from "./linalg/cholesky";
export { layPanel, panelBytes } from "./em/panel";
export { gaussianBytes, gaussianLay, gaussianLoad } from "./families/gaussian-layout";
export { clustersBytes, clustersLay } from "./families/clusters";
export { kMeansNearest, kMeansSeed } from "./families/seeding";

/** First byte the host may use. A function, not a constant: a constant export would create a start function. */
export function heapBase(): usize {
  return __heap_base;
}

/**
 * Changes with every change of the ABI: signatures, layouts in memory, the order of calls. The host refuses kernels of
 * another number, which may come from a cache.
 */
export function abiVersion(): i32 {
  return 6;
}

export function gaussianExpectation(state: usize, panel: usize, block: usize): void {
  expectationPass<Gaussian>(state, panel, changetype<Block>(block));
}
export function gaussianMoments(state: usize, panel: usize, block: usize, responsibilities: usize): void {
  momentsPass<Gaussian>(state, panel, changetype<Block>(block), responsibilities);
}
export function gaussianScore(
  state: usize, panel: usize, block: usize, norms: usize, labels: usize, logProbs: usize, responsibilities: usize,
): void {
  scorePass<Gaussian>(state, panel, changetype<Block>(block), norms, labels, logProbs, responsibilities);
}
export function gaussianMahalanobis(state: usize, panel: usize, block: usize, out: usize): void {
  mahalanobisPass<Gaussian>(state, panel, changetype<Block>(block), out);
}
