/**
 * The one owner of linear memory: a bump allocator over a WebAssembly.Memory. Assembly never allocates. Views are made
 * afresh at every use, because a growth detaches the old ones (length 0, and writes to them are lost in silence).
 */
import { OutOfMemoryError } from '../errors.js';

const PAGE = 65536;
const ALIGNMENT = 64;
/** Its first address, above the data of both modules of kernels, which tools/build.mjs lays one after the other. */
export const ARENA_BASE = 32768;
/** wasm32 addresses 4 GiB; the last page stays free so that no end pointer wraps to 0 */
const LIMIT = 65535 * PAGE;

export class Arena {
  private top = ARENA_BASE;
  constructor(readonly memory: WebAssembly.Memory) {}

  /** Reserves `bytes` (a double, so that a product cannot wrap) of zeroed, 64-byte aligned memory; returns its address. */
  reserve(bytes: number): number {
    const at = this.top;
    const end = align(at + bytes);
    if (!(end <= LIMIT)) {
      throw new OutOfMemoryError(
        bytes,
        `${megabytes(bytes)} of WebAssembly memory are needed beside ${megabytes(at)}, of 4096 MB; use fewer rows, components or features`,
      );
    }
    const missing = end - this.memory.buffer.byteLength;
    if (missing > 0) {
      try {
        this.memory.grow(Math.ceil(missing / PAGE));
      } catch (cause) {
        throw new OutOfMemoryError(
          bytes,
          `the host refused ${megabytes(missing)} more WebAssembly memory; free memory, or fit fewer rows at a time`,
          { cause },
        );
      }
    }
    this.top = end;
    return at;
  }

  f64(at: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, at, length);
  }
  f32(at: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, length);
  }
  i32(at: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, at, length);
  }
  u8(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, length);
  }
  /** For pointers: an address may lie above 2 GiB. */
  u32(at: number, length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, at, length);
  }

  /** Marks a point to return to with `rewind`. */
  mark(): number {
    return this.top;
  }

  /** Zeroes what was reserved from an address on. */
  clear(from: number, to = this.top): void {
    this.u8(from, to - from).fill(0);
  }

  /** Frees everything reserved since `mark`, zeroed. */
  rewind(mark: number): void {
    this.clear(mark);
    this.top = mark;
  }

  /** Frees everything, zeroed: services fit different users' data. */
  reset(): void {
    this.rewind(ARENA_BASE);
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
