/** The kernel of assembly/em/log-sum-exp.ts on rows of any number, chunk by chunk. */
import type { LogSumExp } from '../functions/log-sum-exp-kernels.js';
import type { Engine } from './engine.js';
import { allKernels } from './more-kernels.js';

/** Rows that lie in memory at a time. */
const CHUNK = 4096;

export function wasmLogSumExp(engine: Engine): LogSumExp {
  const { arena } = engine;
  const kernels = allKernels(engine);
  return (terms, nColumns, norms, responsibilities) => {
    const mark = arena.mark();
    const chunk = Math.min(norms.length, CHUNK);
    const x = arena.reserve(chunk * nColumns * 8);
    const work = arena.reserve(kernels.logSumExpBytes(nColumns));
    const normsAt = arena.reserve(chunk * 8);
    const table = responsibilities === undefined ? 0 : arena.reserve(chunk * nColumns * 8);
    for (let start = 0; start < norms.length; start += chunk) {
      const n = Math.min(chunk, norms.length - start);
      arena.f64(x, n * nColumns).set(terms.subarray(start * nColumns, (start + n) * nColumns));
      kernels.logSumExpRows(x, n, nColumns, work, normsAt, table);
      norms.set(arena.f64(normsAt, n), start);
      responsibilities?.set(arena.f64(table, n * nColumns), start * nColumns);
    }
    arena.rewind(mark);
  };
}
