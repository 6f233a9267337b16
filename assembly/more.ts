/**
 * What other models call besides: a module of its own, for who imports them, on the memory of the first (tools/build.mjs lays
 * its data above that module's). Pointers as in core.ts.
 */
export { heapBase } from "./core";
export { logSumExpBytes, logSumExpRows } from "./em/log-sum-exp";
export { fillTables } from "./simd/fill-tables";
export { bernoulliExpectation, bernoulliMoments, bernoulliScore } from "./families/bernoulli";
export { bernoulliBytes, bernoulliLay, bernoulliLoad, bernoulliPack } from "./families/bernoulli-state";
export { clusterSumsBytes, meansBytes, meansLay } from "./families/means";
export { clustersPack } from "./families/packed";
export { kMeansDistances, kMeansExpectation } from "./families/k-means";
export { kMediansSelect } from "./families/medians";
export { kMediansDistances, kMediansExpectation, kMediansSeed } from "./families/k-medians";
