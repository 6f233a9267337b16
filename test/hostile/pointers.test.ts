/** Kernels under guard: fits hand them no address outside the arena, and one that is outside is refused before it is used. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ARENA_BASE, Arena } from '../../src/wasm/arena.js';
import { type Engine, offerEngine } from '../../src/wasm/engine.js';
import { guardKernels } from '../../src/wasm/guard.js';
import type { Kernels } from '../../src/wasm/kernels.js';
import { thrownBy } from '../helpers/numbers.js';
import { FAMILIES, fingerprint } from './families.js';

const module = new WebAssembly.Module(readFileSync(new URL('../../build/kernels.wasm', import.meta.url)));

/** An engine of its own, with guarded kernels, and how often each was called. */
function guardedEngine(): { engine: Engine; calls: Map<string, number> } {
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
  const raw = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
  raw.fillTables();
  const arena = new Arena(memory, ARENA_BASE);
  const calls = new Map<string, number>();
  const counted = Object.fromEntries(
    Object.entries(raw).map(([name, kernel]) => [
      name,
      (...args: number[]) => {
        calls.set(name, (calls.get(name) ?? 0) + 1);
        return (kernel as (...args: number[]) => unknown)(...args);
      },
    ]),
  ) as unknown as Kernels;
  return { engine: { kernels: guardKernels(counted, arena), arena, module }, calls };
}

describe.each(FAMILIES)('$name', (family) => {
  it.each(['rows', 'weighted rows'])('fits %s under guard to the same bits', (what) => {
    const sampleWeights = what === 'rows' ? undefined : family.rows.map((_, i) => i % 3);
    const options = { [family.count]: 3, ...family.own, maxIter: 5, ...(sampleWeights && { sampleWeights }) };
    const want = fingerprint(family.fit(family.rows, options));
    const { engine, calls } = guardedEngine();
    offerEngine(engine);
    const got = fingerprint(family.fit(family.rows, options));
    expect(got).toEqual(want);
    const [kernel] = [...calls.keys()].filter((name) => name.endsWith('Expectation'));
    expect(calls.get(kernel!)).toBeGreaterThan(1);
  });
});

describe('an address outside the arena', () => {
  const { engine, calls } = guardedEngine();
  const { kernels, arena } = engine;
  const inside = arena.reserve(4096);
  const outside = [0, 64, ARENA_BASE - 4, arena.mark(), 2 ** 32 - 4, -4, Number.NaN, inside + 1, inside + 0.5];

  it.each(outside)('%d is refused, and the kernel is not called', (at) => {
    for (const call of [
      () => kernels.cholesky(at, 2, 0),
      () => kernels.triangularInverse(inside, at, 2),
      () => kernels.gaussianLay(at, 0, 2, 2),
      () => kernels.bernoulliLoad(at),
      () => kernels.kMediansSeed(inside, inside, at, inside, 1, 1),
    ]) {
      calls.clear();
      const error = thrownBy(call);
      expect(error).toBeInstanceOf(RangeError);
      expect(error.message).toMatch(/^\w+, argument \d: .* is no address in the arena, 32768 to \d+$/);
      expect(calls.size).toBe(0);
    }
  });

  it('is refused in the descriptor of a block too', () => {
    const block = arena.reserve(64);
    const fields = arena.u32(block, 5);
    for (const [wrong, name] of [
      [[64, 0, 1, 0, inside], 'rows'],
      [[inside, 0, 1, 64, inside], 'weights'],
      [[inside, 0, 1, 0, arena.mark()], 'origin'],
    ] as const) {
      fields.set(wrong);
      expect(() => kernels.gaussianExpectation(inside, inside, block)).toThrow(`argument 2, ${name}: `);
    }
  });
});
