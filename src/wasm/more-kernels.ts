/**
 * The kernels that a Gaussian mixture does without (Bernoulli, k-means, k-medians): a second module on the same memory, so
 * that a page that imports only `GaussianMixture` does not load them.
 */
import { moreKernelBytes } from './binaries.js';
import type { Engine } from './engine.js';
import { compile, compileKernels, isWhole, type Kernels } from './kernels.js';

/** How the client of a worker comes to them. */
export interface MoreKernels {
  /** the compiled module; undefined where `loadKernels` supplied one that has everything */
  compile(): WebAssembly.Module | undefined;
  /** the binary inside the package */
  bytes(): Uint8Array<ArrayBuffer>;
}

let compiled: WebAssembly.Module | undefined;

export const MORE_KERNELS: MoreKernels = {
  compile() {
    if (isWhole(compileKernels())) return undefined;
    compiled ??= compile(MORE_KERNELS.bytes());
    return compiled;
  },
  bytes: moreKernelBytes,
};

/** Takes over a module that mixwasm itself compiled, in another thread. */
export function adoptMoreKernels(module: WebAssembly.Module): void {
  compiled = module;
}

/** All kernels, on the engine's memory; instantiated with the engine's first use of them. */
export function allKernels(engine: Engine): Kernels {
  if (!('bernoulliExpectation' in engine.kernels)) {
    // a module that has everything has been asked for in the line above
    const module = MORE_KERNELS.compile() as WebAssembly.Module;
    const { exports } = new WebAssembly.Instance(module, { env: { memory: engine.arena.memory } });
    const more = exports as unknown as Kernels;
    more.fillTables();
    engine.kernels = Object.assign({}, more, engine.kernels);
  }
  return engine.kernels;
}
