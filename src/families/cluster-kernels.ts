/** The kernels of k-means and k-medians of both backends. */
import type { ClusterShape, KernelPair } from '../backend.js';
import type { ClusterKernels, HardStatistics } from '../em/hard.js';
import { kMeansKernels, kMediansKernels } from '../reference/k-means-kernels.js';
import { wasmKMeansKernels, wasmKMediansKernels } from '../wasm/cluster-kernels.js';
import type { KMeansStatistics } from './k-means-method.js';

export const K_MEANS_KERNELS: KernelPair<ClusterShape, ClusterKernels<KMeansStatistics>> = {
  wasm: wasmKMeansKernels,
  js: kMeansKernels,
};

export const K_MEDIANS_KERNELS: KernelPair<ClusterShape, ClusterKernels<HardStatistics>> = {
  wasm: wasmKMediansKernels,
  js: kMediansKernels,
};
