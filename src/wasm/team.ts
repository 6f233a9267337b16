/** How kernels meet the threads of a fit, where there are several: what one pass over all blocks needs. Types only. */
import type { Block, Rows } from '../data/dataset.js';
import type { Kernels } from './kernels.js';

/** One thread's own memory for a pass. */
export interface Workspace {
  /** parameters and sums: `headerBytes` of pointers, then what is copied from the coordinator's before a pass */
  readonly state: number;
  /** the kernel's arguments; undefined stands for the block's descriptor */
  readonly pointers: readonly (number | undefined)[];
  /** where the kernel leaves what is collected */
  readonly results: readonly number[];
}

/** A kernel that is called once per block. */
export interface BlockPass {
  readonly kernel: keyof Kernels;
  readonly data: Rows;
  /** rows of a block */
  readonly rows: number;
  /**
   * address of a block's descriptor (64 bytes), which may be the same for all blocks; the rows themselves stay where they are,
   * and so does what the kernel keeps of them from pass to pass
   */
  feed(block: Block): number;
  readonly own: Workspace;
  /** reserves another thread's, laid out like one's own */
  workspace(): Workspace;
  readonly headerBytes: number;
  readonly stateBytes: number;
  /** bytes of each of the results, multiples of 8 */
  readonly resultBytes: readonly number[];
}

/** One pass over all blocks with the parameters that the coordinator's state holds: addresses of the results, block by block. */
export type Passes = () => Iterable<readonly number[]>;

export interface Team {
  open(pass: BlockPass): Passes;
}
