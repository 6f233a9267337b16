/** The kernels of both backends for starts of mixtures, by squared distances. */
import type { ClusterShape, KernelPair } from '../backend.js';
import type { StartKernels } from '../em/hard.js';
import { squaredStarts } from '../reference/nearest.js';
import { wasmSquaredStarts } from '../wasm/nearest-kernels.js';

export const SQUARED_STARTS: KernelPair<ClusterShape, StartKernels> = { wasm: wasmSquaredStarts, js: squaredStarts };
