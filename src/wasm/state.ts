/** The headers that kernels lay out: pointers and sizes, 32-bit words. */
import type { Arena } from './arena.js';

/** What gives the fields of a state's header, by their positions; the header does not change once it is laid out. */
export function headerOf<F extends string>(
  arena: Arena,
  state: number,
  positions: Readonly<Record<F, number>>,
  length: number,
): (field: F) => number {
  const header = arena.u32(state, length).slice();
  return (field) => header[positions[field]] as number;
}
