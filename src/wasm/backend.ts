/** The WebAssembly backend: one leased instance of the kernels behind the `Backend` interface. */
import type { Backend } from '../backend.js';
import type { Arena } from './arena.js';
import { leaseEngine, returnEngine } from './engine.js';

export function leaseWasmBackend(bytes: number): Backend {
  const engine = leaseEngine(bytes);
  const { kernels, arena } = engine;
  let factorScratch: FactorScratch | undefined;
  let released = false;

  function factor(matrix: Float64Array, d: number, least: Float64Array | undefined, inverse: boolean) {
    if (factorScratch === undefined || factorScratch.d < d) factorScratch = reserveFactor(arena, d);
    const { a, w, floors } = factorScratch;
    arena.f64(a, d * d).set(matrix);
    if (least !== undefined) arena.f64(floors, d).set(least);
    const rejected = kernels.cholesky(a, d, least === undefined ? 0 : floors);
    if (rejected >= 0) return rejected;
    if (!inverse) return arena.f64(a, d * d).slice();
    kernels.triangularInverse(a, w, d);
    return arena.f64(w, d * d).slice();
  }

  return {
    name: 'wasm',
    exp: kernels.expScalar,
    log: kernels.logScalar,
    cholesky: (matrix, d, least) => factor(matrix, d, least, false),
    inverseCholesky: (matrix, d, least) => factor(matrix, d, least, true),

    open: (kernelPair, shape) => kernelPair.wasm(engine, shape),

    scoped(use) {
      const mark = arena.mark();
      try {
        return use();
      } finally {
        arena.rewind(mark);
        if (factorScratch !== undefined && factorScratch.a >= mark) factorScratch = undefined;
      }
    },

    release(failure) {
      if (released) return;
      released = true;
      // an instance that trapped stopped in the middle of anything: it is never used again
      if (!(failure instanceof WebAssembly.RuntimeError)) returnEngine(engine);
    },
  };
}

interface FactorScratch {
  d: number;
  a: number;
  w: number;
  floors: number;
}

function reserveFactor(arena: Arena, d: number): FactorScratch {
  return { d, a: arena.reserve(d * d * 8), w: arena.reserve(d * d * 8), floors: arena.reserve(d * 8) };
}
