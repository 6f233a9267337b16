/** The Gaussian kernels of both backends. */
import type { GaussianKernels, GaussianShape, KernelPair } from '../backend.js';
import { gaussianKernels } from '../reference/gaussian-kernels.js';
import { wasmGaussianKernels } from '../wasm/gaussian-kernels.js';

export const GAUSSIAN_KERNELS: KernelPair<GaussianShape, GaussianKernels> = {
  wasm: wasmGaussianKernels,
  js: gaussianKernels,
};
