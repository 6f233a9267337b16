/**
 * The coordinator's side of a fit by several threads: every pass over the data is cut into the blocks that one thread would
 * take, any thread computes any block, and the coordinator hands the results out in the order of the blocks. Who computed
 * what can therefore not show in the result.
 */
import { blocksOf } from '../em/blocks.js';
import { WorkerError } from '../errors.js';
import { ARENA_BASE, Arena } from '../wasm/arena.js';
import { type Engine, leaseEngine, returnEngine } from '../wasm/engine.js';
import type { Kernels } from '../wasm/kernels.js';
import { allKernels } from '../wasm/more-kernels.js';
import type { BlockPass, Passes, Team, Workspace } from '../wasm/team.js';
import { awaitChange, BLOCK, CONTROL, claim, DESCRIPTOR_BYTES, dismiss, PROGRAM } from './control.js';
import { writeResults } from './helper.js';
import { kernelsOn } from './kernels-on.js';

/** What the coordinator is given. */
export interface TeamRequest {
  /** the kernels that import shared memory and bring no data of their own */
  readonly modules: readonly WebAssembly.Module[];
  readonly memory: WebAssembly.Memory;
  readonly control: Int32Array;
  readonly nHelpers: number;
}

/** Results wait here to be merged in order; at least four for each thread, so that none stands still while another is late. */
const SLOT_BYTES = 2 ** 20;

/** How long a thread may be silent: a number of waits, so that a page that slept for an hour has used up one of them. */
export interface Patience {
  readonly waits: number;
  /** of each */
  readonly milliseconds: number;
}

/** A block takes milliseconds. A thread of which nothing is heard for half a minute has died without a word. */
const PATIENCE: Patience = { waits: 30, milliseconds: 1000 };

/** An engine on shared memory, whose kernels find the helpers. */
export function createTeamEngine({ modules, memory, control, nHelpers }: TeamRequest, patience = PATIENCE): Engine {
  const plain = leaseEngine(0);
  if (modules.length > 1) allKernels(plain);
  // constants and tables, written once: the instances of these modules bring none that could overwrite them
  new Uint8Array(memory.buffer, 0, ARENA_BASE).set(plain.arena.u8(0, ARENA_BASE));
  returnEngine(plain);
  const kernels = kernelsOn(memory, modules);
  const arena = new Arena(memory);
  let programs = 0;
  const open: Team['open'] = (pass) => new Program(arena, kernels, control, nHelpers, pass, ++programs, patience).run;
  return { kernels, arena, module: plain.module, team: { open } };
}

/** Lets the helpers go. */
export function dismissTeam({ control }: TeamRequest): void {
  dismiss(control);
}

class Program {
  private readonly at: number;
  private readonly nBlocks: number;
  private readonly doneAt: number;
  private readonly descriptors: number;
  private readonly slots: number;
  private readonly slotBytes: number;
  private readonly nSlots: number;
  private readonly own: Workspace;
  /** a thread has been waited for in vain */
  private silent = false;

  constructor(
    private readonly arena: Arena,
    private readonly kernels: Kernels,
    private readonly control: Int32Array,
    nHelpers: number,
    private readonly pass: BlockPass,
    private readonly number: number,
    private readonly patience: Patience,
  ) {
    const { data, rows, own, resultBytes, headerBytes, stateBytes } = pass;
    this.own = own;
    const helpers = Array.from({ length: nHelpers }, () => pass.workspace());
    this.nBlocks = Math.ceil(data.nSamples / rows);
    this.slotBytes = aligned(resultBytes.reduce((sum, bytes) => sum + bytes));
    this.nSlots = Math.min(this.nBlocks, Math.max(4 * (nHelpers + 1), Math.floor(SLOT_BYTES / this.slotBytes)));
    this.slots = arena.reserve(this.nSlots * this.slotBytes);
    this.descriptors = arena.reserve(this.nBlocks * DESCRIPTOR_BYTES);
    this.doneAt = arena.reserve(4 * this.nBlocks);
    const each = 1 + own.pointers.length + resultBytes.length;
    const words = PROGRAM.lists + resultBytes.length + nHelpers * each;
    this.at = arena.reserve(4 * words);

    const bytes = arena.u8(0, this.at);
    let block = 0;
    for (const one of blocksOf(data, rows)) {
      const descriptor = pass.feed(one);
      bytes.copyWithin(this.descriptors + DESCRIPTOR_BYTES * block++, descriptor, descriptor + DESCRIPTOR_BYTES);
    }
    const program = arena.u32(this.at, words);
    program[PROGRAM.kernel] = Object.keys(kernels).indexOf(pass.kernel);
    program[PROGRAM.nBlocks] = this.nBlocks;
    program[PROGRAM.done] = this.doneAt;
    program[PROGRAM.descriptors] = this.descriptors;
    program[PROGRAM.slots] = this.slots;
    program[PROGRAM.slotBytes] = this.slotBytes;
    program[PROGRAM.nSlots] = this.nSlots;
    program[PROGRAM.stateBody] = own.state + headerBytes;
    program[PROGRAM.bodyBytes] = stateBytes - headerBytes;
    program[PROGRAM.end] = this.at + 4 * words;
    program[PROGRAM.nArguments] = own.pointers.length;
    program[PROGRAM.nResults] = resultBytes.length;
    program.set(resultBytes, PROGRAM.lists);
    helpers.forEach(({ state, pointers, results }, h) => {
      const list = [state + headerBytes, ...pointers.map((pointer) => pointer ?? BLOCK), ...results];
      program.set(list, PROGRAM.lists + resultBytes.length + h * each);
    });
  }

  /** One pass: the addresses of every block's results, in order, each valid until the next is asked for. */
  readonly run: Passes = function* (this: Program): Generator<readonly number[]> {
    const { arena, control, nBlocks, nSlots } = this;
    const kernel = this.kernels[this.pass.kernel] as (...pointers: number[]) => void;
    const done = arena.i32(this.doneAt, nBlocks);
    const bytes = arena.u8(0, this.at);
    const spin = control[CONTROL.spin] === 1;
    Atomics.store(control, CONTROL.program, this.at | 0);
    Atomics.store(control, CONTROL.programNumber, this.number);
    Atomics.store(control, CONTROL.merged, 0);
    const epoch = Atomics.add(control, CONTROL.epoch, 1) + 1;
    // last: a claim is proof that everything above has been written
    Atomics.store(control, CONTROL.unclaimed, nBlocks);
    Atomics.add(control, CONTROL.bell, 1);
    Atomics.notify(control, CONTROL.bell);

    let held = -1;
    let next = 0;
    try {
      for (; next < nBlocks; next++) {
        let results: readonly number[] | undefined;
        while (results === undefined) {
          if (Atomics.load(done, next) === epoch) results = this.slotOf(next);
          else {
            if (held < 0) held = claim(control, () => nBlocks);
            if (held < 0 || held >= next + nSlots) this.awaitBlock(done, next, spin, epoch);
            else {
              const descriptor = this.descriptors + DESCRIPTOR_BYTES * held;
              kernel(...this.own.pointers.map((pointer) => pointer ?? descriptor));
              if (held === next) results = this.own.results;
              else {
                const slot = this.slots + (held % nSlots) * this.slotBytes;
                writeResults(bytes, this.own.results, this.pass.resultBytes, slot);
                Atomics.store(done, held, epoch);
              }
              held = -1;
            }
          }
        }
        yield results;
        Atomics.store(control, CONTROL.merged, next + 1);
        if (nSlots < nBlocks) Atomics.notify(control, CONTROL.merged);
      }
    } finally {
      if (next < nBlocks && !this.silent) this.breakOff(next, held, epoch, done, spin);
    }
  }.bind(this);

  /** Takes back the blocks that nobody has claimed and waits for the others: their memory is about to be used again. */
  private breakOff(next: number, held: number, epoch: number, done: Int32Array, spin: boolean): void {
    const { control, nBlocks } = this;
    const claimed = nBlocks - Math.max(0, Atomics.exchange(control, CONTROL.unclaimed, 0));
    Atomics.store(control, CONTROL.merged, nBlocks);
    Atomics.notify(control, CONTROL.merged);
    for (let block = next + 1; block < claimed; block++) {
      while (block !== held && Atomics.load(done, block) !== epoch) this.awaitBlock(done, block, spin, epoch);
    }
  }

  /** Waits for a helper's block. If the helper has died the client ends this thread, where it can know; else patience ends. */
  private awaitBlock(done: Int32Array, block: number, spin: boolean, epoch: number): void {
    const { waits, milliseconds } = this.patience;
    const seen = Atomics.load(done, block);
    if (seen === epoch) return;
    for (let wait = 0; wait < waits; wait++) {
      if (awaitChange(done, block, seen, spin && wait === 0, milliseconds)) return;
    }
    this.silent = true;
    throw new WorkerError(
      `a thread of the fit gave no answer for ${(waits * milliseconds) / 1000} s; start the fit again, with threads: 1 if it repeats`,
    );
  }

  private slotOf(block: number): readonly number[] {
    let at = this.slots + (block % this.nSlots) * this.slotBytes;
    return this.pass.resultBytes.map((bytes) => {
      at += bytes;
      return at - bytes;
    });
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
