/**
 * Instances of the kernels, each with a memory of its own, leased to one fit or one call at a time. Interleaved `steps`,
 * a predict inside onProgress and abandoned generators each have their own lease, so they cannot disturb one another; an
 * abandoned lease is plain garbage.
 */
import { Arena } from './arena.js';
import { compileKernels, instantiateKernels, type Kernels } from './kernels.js';
import type { Team } from './team.js';

export interface Engine {
  /** those of a Gaussian mixture, or all (more-kernels.ts) */
  kernels: Kernels;
  readonly arena: Arena;
  readonly module: WebAssembly.Module;
  /** the threads that share its memory, if there are others */
  readonly team?: Team;
}

/** Idle instances kept for the next call, and how large their memories may be together (a memory never shrinks). */
const MAX_IDLE = 4;
const MAX_IDLE_BYTES = 64 * 2 ** 20;

/** The smallest first. */
let idle: Engine[] = [];
let offered: Engine | undefined;

/** The next lease takes this engine: how a worker's fit comes to the memory that it shares with other threads. */
export function offerEngine(engine: Engine | undefined): void {
  offered = engine;
}

/**
 * An instance with at least `bytes` of memory. Growing works too, but every growth detaches an ArrayBuffer, and V8 then
 * runs all typed-array code of the process about a quarter slower, for good: so memory is made large enough at once.
 */
export function leaseEngine(bytes: number): Engine {
  if (offered !== undefined) {
    const engine = offered;
    offered = undefined;
    return engine;
  }
  const module = compileKernels();
  // `loadKernels` may have replaced the module since; an instance of the old one is let go
  const at = idle.findIndex((engine) => engine.module === module && bytesOf(engine) >= bytes);
  const kept = at < 0 ? undefined : idle.splice(at, 1)[0];
  if (kept !== undefined) return kept;
  const { kernels, memory } = instantiateKernels(bytes);
  return { kernels, arena: new Arena(memory), module };
}

/** Zeroes the engine's memory and keeps it for the next lease, unless it grew large or belongs to other threads as well. */
export function returnEngine(engine: Engine): void {
  engine.arena.reset();
  if (engine.team || bytesOf(engine) > MAX_IDLE_BYTES || engine.module !== compileKernels()) return;
  // those of a module that was replaced are never leased again
  idle = [...idle.filter(({ module }) => module === engine.module), engine];
  idle.sort((a, b) => bytesOf(a) - bytesOf(b));
  // larger ones serve more
  while (idle.length > MAX_IDLE || idle.reduce((sum, one) => sum + bytesOf(one), 0) > MAX_IDLE_BYTES) idle.shift();
}

function bytesOf({ arena }: Engine): number {
  return arena.memory.buffer.byteLength;
}
