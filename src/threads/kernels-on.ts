/** The kernels in one thread of several. */
import type { Kernels } from '../wasm/kernels.js';

/** Instances of the modules on one memory, as one: in every thread the exports have the same order. */
export function kernelsOn(memory: WebAssembly.Memory, modules: readonly WebAssembly.Module[]): Kernels {
  const instances = modules.map((module) => new WebAssembly.Instance(module, { env: { memory } }));
  return Object.assign({}, ...instances.map(({ exports }) => exports)) as Kernels;
}
