/** Nothing of what was fitted or scored stays in linear memory: other users' requests come next. */
import { afterAll, describe, expect, it } from 'vitest';
import { type Backend, FAMILIES, type Family } from './families.js';

/** Every memory made since this file was loaded (each test file has modules, and so an engine pool, of its own). */
const memories: WebAssembly.Memory[] = [];
const Original = WebAssembly.Memory;
WebAssembly.Memory = class extends Original {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    memories.push(this);
  }
};
afterAll(() => {
  WebAssembly.Memory = Original;
});

/** ARENA_BASE of src/wasm/arena.ts: below are the kernels' own constants. */
const BASE = 32768;
const backend: Backend = 'wasm';

/** Bytes that are not 0 in all memories. */
function leftovers(): number {
  let count = 0;
  for (const { buffer } of memories) {
    const words = new BigUint64Array(buffer, BASE);
    for (let i = 0; i < words.length; i++) if (words[i] !== 0n) count++;
  }
  return count;
}

const snapshot = () => memories.map(({ buffer }) => Buffer.from(buffer.slice(BASE)).toString('base64'));

const options = (family: Family) => ({ [family.count]: 2, ...family.own, backend, maxIter: 3 });

describe.each(FAMILIES)('$name', (family) => {
  it('leaves nothing of a fit', () => {
    family.fit(family.rows, options(family));
    expect(memories.length).toBeGreaterThan(0);
    expect(leftovers()).toBe(0);
  });

  it.each([0, 1])('leaves nothing of a fit that onProgress broke off after %i iterations', (iterations) => {
    const mine = new Error('mine');
    let calls = 0;
    const onProgress = () => {
      if (calls++ === iterations) throw mine;
    };
    // far from its maximum, so that there are as many iterations
    const init = { labels: family.rows.map((_, i) => Math.floor(i / 7) % 2) };
    expect(() => family.fit(family.rows, { ...options(family), init, tol: 0, onProgress })).toThrow(mine);
    expect(leftovers()).toBe(0);
  });

  it('leaves nothing of a fit that cannot be done', () => {
    const same = family.rows.map(() => [1, 1, 0]);
    const impossible =
      family.kind === 'gaussian'
        ? { ...options(family), regCovar: 0 }
        : {
            ...options(family),
            initialParameters:
              family.kind === 'bernoulli'
                ? {
                    probs: [
                      [0, 1, 0],
                      [0, 0, 0],
                    ],
                  }
                : undefined,
          };
    if (family.kind === 'gaussian' || family.kind === 'bernoulli') {
      expect(() => family.fit(same, impossible)).toThrow(/./);
    } else {
      expect(() =>
        family.fit(
          family.rows.map((row) => row.map((v) => v * 1e307)),
          options(family),
        ),
      ).toThrow(/overflow/);
    }
    expect(leftovers()).toBe(0);
  });

  it('leaves nothing of a large table that was scored', () => {
    const model = family.fit(family.rows, options(family));
    model.predict(Array.from({ length: 1000 }, (_, i) => family.rows[i % 60]));
    expect(leftovers()).toBe(0);
  });
});

// what stays open between calls with few rows is the model, which the caller still has; not the rows
describe.each(FAMILIES.filter(({ kind }) => kind === 'gaussian' || kind === 'bernoulli'))(
  'rows scored by $name',
  (family) => {
    interface Scored {
      scoreSamples(X: unknown): Float64Array;
      predictProba(X: unknown): Float64Array;
      weightedLogProb(X: unknown): Float64Array;
      predict(X: unknown): Int32Array;
    }
    const everything = (model: Scored, X: unknown) => {
      model.scoreSamples(X);
      model.predictProba(X);
      model.weightedLogProb(X);
      model.predict(X);
    };
    const turn = () => new Promise<void>((resolve) => queueMicrotask(resolve));

    it.each([1, 5, 64])('%i of them leave the memory as others would have', async (count) => {
      const model = family.fit(family.rows, options(family)) as unknown as Scored;
      const repeated = (from: number) => Array.from({ length: count }, (_, i) => family.rows[(from + i * i) % 60]);
      everything(model, repeated(0));
      await turn();
      const after = snapshot();
      for (const from of [7, 20, 33]) {
        everything(model, repeated(from));
        await turn();
        expect(snapshot()).toEqual(after);
      }
      // and one row after many
      everything(model, repeated(3).slice(0, 1));
      everything(model, repeated(9));
      await turn();
      expect(snapshot()).toEqual(after);
    });

    it('go even if the call ends in an error', async () => {
      const model = family.fit(family.rows, options(family)) as unknown as Scored;
      const X = family.rows.slice(0, 3);
      everything(model, X);
      await turn();
      const after = snapshot();
      if (family.kind === 'gaussian') {
        expect(() => model.predict([family.rows[9], family.rows[10], [1e200, 0, 0]])).toThrow(/density/);
      }
      everything(model, family.rows.slice(20, 23));
      await turn();
      expect(snapshot()).toEqual(after);
    });

    it('say the same after that as before', async () => {
      const model = family.fit(family.rows, options(family)) as unknown as Scored;
      const want = Array.from(model.scoreSamples(family.rows.slice(0, 9)));
      await turn();
      expect(Array.from(model.scoreSamples(family.rows.slice(0, 9)))).toEqual(want);
      // by turns with more models than stay open: memory that was given back is another's by the time of the microtask
      const others = Array.from({ length: 6 }, () => family.fit(family.rows, options(family)) as unknown as Scored);
      for (const other of others) other.scoreSamples(family.rows.slice(0, 2));
      const again = model.scoreSamples(family.rows.slice(0, 9));
      await turn();
      expect(Array.from(again)).toEqual(want);
      expect(Array.from(model.scoreSamples(family.rows.slice(0, 9)))).toEqual(want);
    });
  },
);
