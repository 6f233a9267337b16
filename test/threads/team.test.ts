/** The coordinator's side by itself: blocks that others compute, and others that fall silent. */
import { describe, expect, it } from 'vitest';
import { blocksOf } from '../../src/em/blocks.js';
import type { MixtureStatistics } from '../../src/em/model.js';
import { WorkerError } from '../../src/errors.js';
import type { Moments } from '../../src/families/gaussian.js';
import { CONTROL, claim } from '../../src/threads/control.js';
import { sharedKernels } from '../../src/threads/shared-kernels.js';
import { createTeamEngine, type Patience } from '../../src/threads/team.js';
import { leaseEngine } from '../../src/wasm/engine.js';
import { wasmGaussianKernels } from '../../src/wasm/gaussian-kernels.js';
import { componentsFor, dataset, randomParameters } from '../helpers/data.js';
import { bits } from '../helpers/numbers.js';

const ROWS = 64;
const N_BLOCKS = 6;
const data = dataset(N_BLOCKS * ROWS - 5, 3, 2);
const parameters = componentsFor(randomParameters('full', 2, 3), data);
const shape = { data, covarianceType: 'full', nComponents: 2, rows: ROWS } as const;

/** A pass over all blocks by this thread, which believes that there is another. */
function open(patience: Patience) {
  const modules = sharedKernels();
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536, shared: true });
  const control = new Int32Array(new SharedArrayBuffer(4 * CONTROL.length));
  const kernels = wasmGaussianKernels(createTeamEngine({ modules, memory, control, nHelpers: 1 }, patience), shape);
  const pass = () => kernels.expectations?.(parameters) as Generator<MixtureStatistics<Moments>>;
  return { control, pass };
}

const bitsOf = ({ counts, components }: MixtureStatistics<Moments>) => [
  bits(counts),
  ...components.map(({ values }) => bits(values)),
];

describe('a coordinator', () => {
  it('that is left alone computes every block, as without threads', () => {
    const { pass } = open({ waits: 1, milliseconds: 1 });
    const plain = wasmGaussianKernels(leaseEngine(0), shape);
    const want = [...blocksOf(data, ROWS)].map((block) => bitsOf(plain.expectation(parameters, block)));
    for (let round = 0; round < 2; round++) expect([...pass()].map(bitsOf)).toEqual(want);
  });

  it('waits for a thread that has claimed a block, and gives it up when nothing is heard of it', () => {
    const { control, pass } = open({ waits: 3, milliseconds: 20 });
    const blocks = pass();
    blocks.next();
    const block = claim(control, () => N_BLOCKS);
    expect(block).toBeGreaterThan(0);
    let merged = 1;
    let error: unknown;
    try {
      for (const _ of blocks) merged++;
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(WorkerError);
    expect((error as Error).message).toMatch(/no answer for 0\.06 s.*threads: 1/);
    // what came before the block is not lost, and nothing after it is merged
    expect(merged).toBe(block);
  });

  it('that is broken off takes back what nobody has claimed, and waits for the rest', () => {
    const { control, pass } = open({ waits: 2, milliseconds: 10 });
    const alone = pass();
    alone.next();
    alone.return(undefined);
    expect(claim(control, () => N_BLOCKS)).toBe(-1);
    const blocks = pass();
    blocks.next();
    claim(control, () => N_BLOCKS);
    // the claimed block's memory is about to be used again
    expect(() => blocks.return(undefined)).toThrow(WorkerError);
  });
});
