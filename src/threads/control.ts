/**
 * What the threads of a fit agree on: a few words of shared memory for the barrier, and where a pass's program lies in the
 * kernels' memory. The coordinator (the worker that runs the fit) writes; helpers claim blocks, compute them and say so.
 */

/** Positions in the control words, each busy one on a cache line of its own. */
export const CONTROL = {
  /** counted up when a pass may be worked on; the bit `QUIT` ends the helpers. What they park on */
  bell: 0,
  /** 1 if waiting may spin: no more threads than cores */
  spin: 1,
  /** address of the pass's program */
  program: 2,
  /** number of the pass's program: another one may lie at the same address */
  programNumber: 3,
  /** blocks not yet claimed; claims beyond the last leave it negative, never valid */
  unclaimed: 16,
  /** blocks merged, in order: their slots may be written again */
  merged: 32,
  /** number of the pass, written before a block of it can be claimed */
  epoch: 48,
  length: 64,
} as const;

/** Set in the bell's word, whoever else counts it up: helpers go home. */
export const QUIT = 1 << 30;

/** Positions in a program, 32-bit words in the kernels' memory. */
export const PROGRAM = {
  /** which export, in the module's order */
  kernel: 0,
  nBlocks: 1,
  /** nBlocks words: the epoch in which a block was last computed into its slot */
  done: 2,
  /** nBlocks descriptors of DESCRIPTOR_BYTES */
  descriptors: 3,
  slots: 4,
  slotBytes: 5,
  nSlots: 6,
  /** the coordinator's parameters and sums, behind the pointers of its state */
  stateBody: 7,
  bodyBytes: 8,
  /** first byte behind everything that the helpers touch */
  end: 9,
  nArguments: 10,
  nResults: 11,
  /** then the bytes of each result; then for each helper: its state's body, its arguments, where its results are */
  lists: 12,
} as const;

export const DESCRIPTOR_BYTES = 64;
/** Stands in a list of arguments for the address of the block's descriptor. */
export const BLOCK = 0xffffffff;

/** A block's number, or −1 when all are claimed. Once it is positive, epoch and program are those of its pass. */
export function claim(words: Int32Array, nBlocks: () => number): number {
  const left = Atomics.sub(words, CONTROL.unclaimed, 1);
  return left > 0 ? nBlocks() - left : -1;
}

/** Ends the helpers of a fit; may be called by any thread, a page's main thread included. */
export function dismiss(words: Int32Array): void {
  Atomics.or(words, CONTROL.bell, QUIT);
  Atomics.notify(words, CONTROL.bell);
}

/**
 * Parking and waking costs 50 µs, spinning under 1 µs: this long it is worth to spin. The M-step and the merging between
 * two passes mostly take less.
 */
const SPIN_MILLISECONDS = 0.1;

/** Waits until a word is no longer `seen`, or `milliseconds` have passed: spins briefly, then parks. False if time ran out. */
export function awaitChange(
  words: Int32Array,
  at: number,
  seen: number,
  spin: boolean,
  milliseconds = Number.POSITIVE_INFINITY,
): boolean {
  if (spin) {
    const end = performance.now() + SPIN_MILLISECONDS;
    do {
      for (let i = 0; i < 100; i++) if (Atomics.load(words, at) !== seen) return true;
    } while (performance.now() < end);
  }
  return Atomics.wait(words, at, seen, milliseconds) !== 'timed-out';
}
