/** A helper: computes blocks for the coordinator of a fit until it is dismissed. Knows no family, only calls by number. */
import { awaitChange, BLOCK, CONTROL, claim, DESCRIPTOR_BYTES, PROGRAM, QUIT } from './control.js';
import { kernelsOn } from './kernels-on.js';

/** What a helper is given. */
export interface HelpRequest {
  /** the kernels that import shared memory and bring no data of their own */
  readonly modules: readonly WebAssembly.Module[];
  readonly memory: WebAssembly.Memory;
  readonly control: Int32Array;
  /** which of the helpers it is, from 0 */
  readonly index: number;
}

type Kernel = (...pointers: number[]) => void;

/** Returns when the coordinator, or whoever broke its fit off, dismisses the helpers. */
export function help({ modules, memory, control, index }: HelpRequest): void {
  const kernels = Object.values(kernelsOn(memory, modules)) as Kernel[];
  const spin = control[CONTROL.spin] === 1;
  let assignment: Assignment | undefined;
  let number = 0;
  let epoch = 0;
  for (;;) {
    const bell = Atomics.load(control, CONTROL.bell);
    if (bell & QUIT) return;
    const block = claim(control, () => {
      // the pass waits for the claimed block: nothing of it can change from here on
      epoch = Atomics.load(control, CONTROL.epoch);
      const now = Atomics.load(control, CONTROL.programNumber);
      if (assignment === undefined || number !== now) {
        assignment = new Assignment(memory, Atomics.load(control, CONTROL.program) >>> 0, index, kernels);
        number = now;
      }
      return assignment.nBlocks;
    });
    if (block < 0) awaitChange(control, CONTROL.bell, bell, spin);
    else if (!(assignment as Assignment).compute(block, epoch, control, spin)) return;
  }
}

/** A program as one helper reads it. */
class Assignment {
  readonly nBlocks: number;
  private readonly bytes: Uint8Array;
  private readonly words: Uint32Array;
  private readonly done: Int32Array;
  private readonly kernel: Kernel;
  private readonly sizes: Uint32Array;
  private readonly body: number;
  private readonly pointers: number[];
  private readonly results: Uint32Array;
  private loaded = 0;

  constructor(memory: WebAssembly.Memory, program: number, index: number, kernels: readonly Kernel[]) {
    const header = new Uint32Array(memory.buffer, program, PROGRAM.lists);
    // another thread may have grown the memory: growing by nothing gives a buffer of today's length
    if (memory.buffer.byteLength < (header[PROGRAM.end] as number)) memory.grow(0);
    this.bytes = new Uint8Array(memory.buffer);
    this.words = new Uint32Array(memory.buffer, program, PROGRAM.lists);
    const nArguments = this.word('nArguments');
    const nResults = this.word('nResults');
    const each = 1 + nArguments + nResults;
    const lists = new Uint32Array(memory.buffer, program + 4 * PROGRAM.lists, nResults + (index + 1) * each);
    const own = lists.subarray(nResults + index * each);
    this.nBlocks = this.word('nBlocks');
    this.kernel = kernels[this.word('kernel')] as Kernel;
    this.done = new Int32Array(memory.buffer, this.word('done'), this.nBlocks);
    this.sizes = lists.subarray(0, nResults);
    this.body = own[0] as number;
    this.pointers = Array.from(own.subarray(1, 1 + nArguments));
    this.results = own.subarray(1 + nArguments);
  }

  private word(name: keyof typeof PROGRAM): number {
    return this.words[PROGRAM[name]] as number;
  }

  /** Computes a block into its slot; false if the fit was broken off meanwhile. */
  compute(block: number, epoch: number, control: Int32Array, spin: boolean): boolean {
    if (this.loaded !== epoch) {
      // sums come along too; a kernel sets them to 0 before it adds
      const from = this.word('stateBody');
      this.bytes.copyWithin(this.body, from, from + this.word('bodyBytes'));
      this.loaded = epoch;
    }
    const descriptor = this.word('descriptors') + block * DESCRIPTOR_BYTES;
    this.kernel(...this.pointers.map((pointer) => (pointer === BLOCK ? descriptor : pointer)));
    const nSlots = this.word('nSlots');
    for (;;) {
      const merged = Atomics.load(control, CONTROL.merged);
      if (block < merged + nSlots) break;
      if (Atomics.load(control, CONTROL.bell) & QUIT) return false;
      awaitChange(control, CONTROL.merged, merged, spin, 100);
    }
    writeResults(this.bytes, this.results, this.sizes, this.word('slots') + (block % nSlots) * this.word('slotBytes'));
    Atomics.store(this.done, block, epoch);
    Atomics.notify(this.done, block);
    return true;
  }
}

/** Copies the results of a block behind one another. */
export function writeResults(bytes: Uint8Array, from: ArrayLike<number>, sizes: ArrayLike<number>, slot: number): void {
  let to = slot;
  for (let r = 0; r < sizes.length; r++) {
    const at = from[r] as number;
    const size = sizes[r] as number;
    bytes.copyWithin(to, at, at + size);
    to += size;
  }
}
