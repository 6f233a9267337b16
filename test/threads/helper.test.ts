/** A helper in the thread of its coordinator, turn by turn: it computes what it claims, into the slots that are free. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { blocksOf } from '../../src/em/blocks.js';
import type { MixtureStatistics } from '../../src/em/model.js';
import type { Moments } from '../../src/families/gaussian.js';
import * as control from '../../src/threads/control.js';
import { help } from '../../src/threads/helper.js';
import { sharedKernels } from '../../src/threads/shared-kernels.js';
import { createTeamEngine } from '../../src/threads/team.js';
import { leaseEngine } from '../../src/wasm/engine.js';
import { wasmGaussianKernels } from '../../src/wasm/gaussian-kernels.js';
import { componentsFor, dataset, randomParameters } from '../helpers/data.js';
import { bits } from '../helpers/numbers.js';

const { CONTROL } = control;

/** Waiting would never end here: what happens instead. */
let whenWaiting: (at: number) => void = () => {};
vi.mock('../../src/threads/control.js', async (original) => ({
  ...(await original<typeof control>()),
  awaitChange: (_words: Int32Array, at: number) => {
    whenWaiting(at);
    return true;
  },
}));
afterEach(() => {
  whenWaiting = () => {};
});

const ROWS = 16;

/** Many features and components: results of which fewer find room than there are blocks. */
function open(nBlocks: number, d = 3, k = 2) {
  const data = dataset(nBlocks * ROWS - 5, d, k);
  const parameters = componentsFor(randomParameters('full', k, d), data);
  const shape = { data, covarianceType: 'full', nComponents: k, rows: ROWS } as const;
  const modules = sharedKernels();
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536, shared: true });
  const words = new Int32Array(new SharedArrayBuffer(4 * CONTROL.length));
  const team = { modules, memory, control: words, nHelpers: 1 };
  const kernels = wasmGaussianKernels(createTeamEngine(team, { waits: 1, milliseconds: 1 }), shape);
  const plain = wasmGaussianKernels(leaseEngine(0), shape);
  return {
    words,
    pass: () => kernels.expectations?.(parameters) as Generator<MixtureStatistics<Moments>>,
    want: () => [...blocksOf(data, ROWS)].map((block) => bitsOf(plain.expectation(parameters, block))),
    help: () => help({ modules, memory, control: words, index: 0 }),
  };
}

const bitsOf = ({ logLikelihood, counts, components }: MixtureStatistics<Moments>) => [
  bits([logLikelihood, ...counts]),
  ...components.map(({ values }) => bits(values)),
];

describe('a helper', () => {
  it('computes all that nobody else has claimed, with the bits of one thread, pass after pass', () => {
    const { words, pass, help: run, want } = open(7);
    for (let round = 0; round < 2; round++) {
      Atomics.and(words, CONTROL.bell, ~control.QUIT);
      const blocks = pass();
      const got = [bitsOf(blocks.next().value)];
      const waited: number[] = [];
      // nothing is left to claim: it listens for the bell, and is sent home
      whenWaiting = (at) => {
        waited.push(at);
        control.dismiss(words);
      };
      run();
      expect(waited).toEqual([CONTROL.bell]);
      expect(Atomics.load(words, CONTROL.unclaimed)).toBeLessThan(0);
      // the coordinator finds every other block done
      whenWaiting = () => expect.unreachable('the helper has done them all');
      for (const statistics of blocks) got.push(bitsOf(statistics));
      expect(got).toEqual(want());
    }
  });

  it('keeps a block back while the slot it needs has not been merged', () => {
    const { words, pass, help: run, want } = open(150, 20, 8);
    const blocks = pass();
    const got = [bitsOf(blocks.next().value)];
    whenWaiting = (at) => {
      if (at === CONTROL.merged) got.push(bitsOf(blocks.next().value));
      else control.dismiss(words);
    };
    run();
    expect(got.length).toBeGreaterThan(1);
    whenWaiting = () => expect.unreachable('the helper has done them all');
    for (const statistics of blocks) got.push(bitsOf(statistics));
    expect(got).toEqual(want());
  });

  it('goes home with a block in hand when the fit is broken off', () => {
    const { words, pass, help: run } = open(150, 20, 8);
    const blocks = pass();
    blocks.next();
    const waited: number[] = [];
    whenWaiting = (at) => {
      waited.push(at);
      control.dismiss(words);
    };
    run();
    expect(waited).toEqual([CONTROL.merged]);
  });

  it('does nothing when it comes too late', () => {
    const { words, help: run } = open(2);
    control.dismiss(words);
    whenWaiting = () => expect.unreachable('there is nothing to wait for');
    run();
    expect(Atomics.load(words, CONTROL.unclaimed)).toBe(0);
  });
});
