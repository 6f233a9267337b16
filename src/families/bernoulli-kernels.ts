/** The Bernoulli kernels of both backends. */
import type { BernoulliShape, KernelPair } from '../backend.js';
import type { BlockKernels } from '../em/model.js';
import { bernoulliKernels } from '../reference/bernoulli-kernels.js';
import { wasmBernoulliKernels } from '../wasm/bernoulli-kernels.js';
import type { BernoulliComponent, BernoulliSums } from './bernoulli.js';

export const BERNOULLI_KERNELS: KernelPair<BernoulliShape, BlockKernels<BernoulliComponent, BernoulliSums>> = {
  wasm: wasmBernoulliKernels,
  js: bernoulliKernels,
};
