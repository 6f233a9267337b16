/**
 * Instances of the kernels, each with a memory of its own, leased to one fit or one call at a time. Interleaved `steps`,
 * a predict inside onProgress and abandoned generators each have their own lease, so they cannot disturb one another; an
 * abandoned lease is plain garbage.
 */
import { Arena } from './arena.js';
import { type Kernels, compileKernels, instantiateKernels } from './kernels.js';

export interface Engine {
  readonly kernels: Kernels;
  readonly arena: Arena;
  readonly module: WebAssembly.Module;
}

/** Idle instances kept for the next call, and how large their memory may be (a memory never shrinks). */
const MAX_IDLE = 4;
const MAX_IDLE_BYTES = 16 * 2 ** 20;

const idle: Engine[] = [];

export function leaseEngine(): Engine {
  const module = compileKernels();
  for (;;) {
    const engine = idle.pop();
    if (engine === undefined) break;
    // `loadKernels` may have replaced the module since
    if (engine.module === module) return engine;
  }
  const { kernels, memory } = instantiateKernels();
  return { kernels, arena: new Arena(memory, kernels.heapBase()), module };
}

/** Zeroes the engine's memory and keeps it for the next lease, unless it grew large. */
export function returnEngine(engine: Engine): void {
  engine.arena.reset();
  if (idle.length < MAX_IDLE && engine.arena.memory.buffer.byteLength <= MAX_IDLE_BYTES) idle.push(engine);
}
