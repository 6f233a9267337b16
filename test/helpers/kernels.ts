import { readFileSync } from 'node:fs';

/** Exported functions of build/kernels.testing.wasm as they are: numbers in, a number or nothing out. */
export type Kernel = (...args: number[]) => number;

export interface Kernels {
  /** Raw exports, by name. */
  readonly exports: Readonly<Record<string, Kernel>>;
  readonly memory: WebAssembly.Memory;
  /** Address of `bytes` fresh bytes, 64-byte aligned; never freed. Views made before an allocation can be detached by it. */
  allocate(bytes: number): number;
  /** A new array of doubles in the memory. */
  doubles(values: ArrayLike<number> | number): Float64Array<ArrayBuffer>;
}

const PAGE = 65536;

/** A fresh instance of `asc assembly/testing.ts --target testing` (tools/build.mjs) with a memory of its own. */
export function loadKernels(): Kernels {
  const file = new URL('../../build/kernels.testing.wasm', import.meta.url);
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), { env: { memory } });
  const kernels = exports as Record<string, Kernel>;
  const heapBase = kernels.heapBase;
  if (heapBase === undefined) throw new Error('build/kernels.testing.wasm exports no heapBase(): build again');

  kernels.fillTables?.();
  let top = heapBase();
  const allocate = (bytes: number): number => {
    const start = Math.ceil(top / 64) * 64;
    top = start + bytes;
    const missing = Math.ceil((top - memory.buffer.byteLength) / PAGE);
    if (missing > 0) memory.grow(missing);
    return start;
  };
  const doubles = (values: ArrayLike<number> | number): Float64Array<ArrayBuffer> => {
    const n = typeof values === 'number' ? values : values.length;
    const view = new Float64Array(memory.buffer as ArrayBuffer, allocate(n * 8), n);
    if (typeof values !== 'number') view.set(values);
    return view;
  };
  return { exports: kernels, memory, allocate, doubles };
}
