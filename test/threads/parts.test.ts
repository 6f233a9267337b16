/** What threads are made of: the kernels for shared memory, and how many threads are worth it. */
import { describe, expect, it } from 'vitest';
import { fastest } from '../../src/threads/choose-threads.js';
import { shareMemory } from '../../src/threads/shared-kernels.js';
import { kernelBytes } from '../../src/wasm/binaries.js';

describe('the kernels for shared memory', () => {
  const bytes = kernelBytes();
  const module = new WebAssembly.Module(shareMemory(bytes));
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });

  it('take shared memory, and no other', () => {
    expect(new WebAssembly.Instance(module, { env: { memory } }).exports).toHaveProperty('gaussianExpectation');
    const own = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
    expect(() => new WebAssembly.Instance(module, { env: { memory: own } })).toThrow(WebAssembly.LinkError);
  });

  it('leave memory as it is when instantiated', () => {
    const all = new Uint8Array(memory.buffer).fill(7);
    new WebAssembly.Instance(module, { env: { memory } });
    expect(all.every((byte) => byte === 7)).toBe(true);
  });

  it('export the same functions in the same order', () => {
    expect(WebAssembly.Module.exports(module)).toEqual(WebAssembly.Module.exports(new WebAssembly.Module(bytes)));
  });

  it('are refused of a module that imports something else', () => {
    // (module (import "a" "b" (func)))
    const other = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 97, 1, 98, 0, 0]);
    expect(WebAssembly.validate(other)).toBe(true);
    expect(() => shareMemory(other)).toThrow(/one memory/);
  });
});

describe("'auto'", () => {
  it('takes one thread where an E-step is shorter than a barrier', () => {
    expect(fastest(100_000, 16384, 0.5, 8)).toBe(1);
    expect(fastest(1000, 1024, 1e9, 8)).toBe(1);
  });

  it('takes every core for long E-steps of many blocks', () => {
    expect(fastest(1_000_000, 1024, 1000, 8)).toBe(8);
    expect(fastest(1_000_000, 1024, 1000, 2)).toBe(2);
  });

  it('takes no thread that would shorten no round', () => {
    // four blocks of a millisecond: five threads are as fast as four, three as fast as two
    expect(fastest(4096, 1024, 1000, 3)).toBe(2);
    expect(fastest(4096, 1024, 1000, 8)).toBe(4);
  });
});
