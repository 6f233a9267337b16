/**
 * The kernels for shared memory, made from the bytes of the others: one binary is shipped. Two things change.
 *
 * The import of the memory says "shared" (limits 3 instead of 1); the code is the same to the byte.
 *
 * The data segments go. Each new instance would write them again, zeros where exp and log have their tables, while other
 * threads read them; the coordinator copies what belongs there, once.
 */
import { kernelBytes } from '../wasm/binaries.js';
import { compile } from '../wasm/kernels.js';
import type { MoreKernels } from '../wasm/more-kernels.js';

let kernels: WebAssembly.Module | undefined;
let moreKernels: WebAssembly.Module | undefined;

/**
 * The modules a job needs, each compiled once. Synchronously, as the others are: engines then leave each function until it is
 * called, and it takes half a millisecond where WebAssembly.compile takes 25.
 *
 * @throws {BackendUnavailableError} where compiling is forbidden
 */
export function sharedKernels(more?: MoreKernels): WebAssembly.Module[] {
  kernels ??= compile(shareMemory(kernelBytes()));
  if (more === undefined) return [kernels];
  moreKernels ??= compile(shareMemory(more.bytes()));
  return [kernels, moreKernels];
}

const SECTION = { import: 2, data: 11, dataCount: 12 };
const MEMORY = 2;
const HEADER_BYTES = 8;

/** The module with its imported memory shared and without data. */
export function shareMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length);
  out.set(bytes.subarray(0, HEADER_BYTES));
  let length = HEADER_BYTES;
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    const id = bytes[at] as number;
    const size = readInteger(bytes, at + 1);
    const end = size.end + size.value;
    if (id !== SECTION.data && id !== SECTION.dataCount) {
      out.set(bytes.subarray(at, end), length);
      if (id === SECTION.import) markShared(out, length + size.end - at);
      length += end - at;
    }
    at = end;
  }
  return out.slice(0, length);
}

/** The import section has one entry: env.memory, with a maximum. */
function markShared(bytes: Uint8Array, at: number): void {
  const count = readInteger(bytes, at);
  const module = readInteger(bytes, count.end);
  const name = readInteger(bytes, module.end + module.value);
  const kind = name.end + name.value;
  if (count.value !== 1 || bytes[kind] !== MEMORY || bytes[kind + 1] !== 1) {
    throw new Error('the kernels were expected to import one memory with a maximum, and nothing else');
  }
  bytes[kind + 1] = 3;
}

/** Unsigned LEB128: seven bits a byte, the lowest first. */
function readInteger(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  let end = start;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[end++] as number;
    value += (byte & 127) << shift;
    if (byte < 128) return { value, end };
  }
}
