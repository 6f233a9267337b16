/** The seed kernels of both backends, by squared distances, for starts of mixtures. */
import type { ClusterShape, KernelPair } from '../backend.js';
import type { SeedKernels } from '../em/hard.js';
import { squaredSeeds } from '../reference/nearest.js';
import { wasmSquaredSeeds } from '../wasm/nearest-kernels.js';

export const SQUARED_SEEDS: KernelPair<ClusterShape, SeedKernels> = { wasm: wasmSquaredSeeds, js: squaredSeeds };
