/** The nearest-centre kernels of both backends, for starts of mixtures. */
import type { ClusterShape, KernelPair } from '../backend.js';
import type { Assigner } from '../em/hard.js';
import { assigner } from '../reference/nearest.js';
import { wasmAssigner } from '../wasm/nearest-kernels.js';

export const ASSIGNERS: KernelPair<ClusterShape, Assigner> = { wasm: wasmAssigner, js: assigner };
