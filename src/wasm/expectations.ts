/** E-steps by a kernel that is called once per block. */
import type { Block } from '../data/dataset.js';
import { blocksOf } from '../em/blocks.js';
import type { Engine } from './engine.js';
import type { BlockPass, Passes } from './team.js';

/**
 * The E-step of one block, and where a fit has several threads that of all blocks by all of them (`EMModel.expectations`).
 *
 * @param load writes parameters to one's own state; called before every E-step of a block or of all
 * @param collect copies out what the kernel left at `results`
 */
export function expectationsBy<P, S>(
  { kernels, team }: Engine,
  pass: BlockPass,
  load: (parameters: P) => void,
  collect: (parameters: P, block: Block, results: readonly number[]) => S,
) {
  const { data, rows, own } = pass;
  const kernel = kernels[pass.kernel] as (...pointers: number[]) => void;
  let passes: Passes | undefined;
  return {
    expectation(parameters: P, block: Block): S {
      load(parameters);
      const descriptor = pass.feed(block);
      kernel(...own.pointers.map((pointer) => pointer ?? descriptor));
      return collect(parameters, block, own.results);
    },
    ...(team && {
      *expectations(parameters: P): Generator<S> {
        // not before: what is only scored, or chosen seeds from, needs no other thread's memory
        passes ??= team.open(pass);
        load(parameters);
        const blocks = blocksOf(data, rows);
        for (const results of passes()) yield collect(parameters, blocks.next().value as Block, results);
      },
    }),
  };
}
