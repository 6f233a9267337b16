/**
 * What other models call besides: a module of its own, for who imports them, on the memory of the first (tools/build.mjs lays
 * its data above that module's). Pointers as in core.ts.
 */
export { heapBase } from "./core";
export { fillTables } from "./simd/fill-tables";
export {
  bernoulliBytes, bernoulliExpectation, bernoulliLay, bernoulliLoad, bernoulliMoments, bernoulliPack, bernoulliScore,
} from "./families/bernoulli";
export { clusterSumsBytes } from "./families/clusters";
export { kMeansDistances, kMeansExpectation } from "./families/k-means";
export { kMediansDistances, kMediansExpectation, kMediansSeed } from "./families/k-medians";
