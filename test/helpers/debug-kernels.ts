/** The debug build of the kernels (assembly/debug.ts), which checks every call before the kernel sees it. */
import { readFileSync } from 'node:fs';
import { instantiateSync } from '@assemblyscript/loader';
import type { Engine } from '../../src/wasm/engine.js';
import type { Kernels } from '../../src/wasm/kernels.js';

export const DEBUG_MODULE = new WebAssembly.Module(
  readFileSync(new URL('../../build/kernels.debug.wasm', import.meta.url)),
);

/**
 * An instance on the given memory. What it does not export beside the kernels is told to it before each call: where the
 * arena's reserved memory ends.
 */
export function debugKernels(memory: WebAssembly.Memory, arenaEnd: () => number): Kernels {
  const { setArenaEnd, ...kernels } = instantiateSync(DEBUG_MODULE, { env: { memory } }).instance
    .exports as unknown as Record<string, (...args: number[]) => number>;
  const told = Object.entries(kernels).map(([name, kernel]) => [
    name,
    (...args: number[]) => {
      setArenaEnd!(arenaEnd());
      return kernel(...args);
    },
  ]);
  const all = Object.fromEntries(told) as Kernels;
  all.fillTables();
  return all;
}

const debugged = new WeakSet<Engine>();

/** The same engine, on whose memory the debug build takes the place of the others. */
export function onDebugBuild(engine: Engine): Engine {
  if (!debugged.has(engine)) {
    engine.kernels = debugKernels(engine.arena.memory, () => engine.arena.mark());
    debugged.add(engine);
  }
  return engine;
}
