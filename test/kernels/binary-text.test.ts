import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kernelBytes, moreKernelBytes } from '../../src/wasm/binaries.js';
import { binaryOf } from '../../src/wasm/binary-text.js';
// @ts-expect-error: a tool, in plain JavaScript
import { textOf } from '../../tools/binary-text.mjs';

const write = textOf as (binary: Uint8Array) => string;
const built = (name: string) => readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url));

/** Bytes among which are many that begin, or almost begin, an instruction with a symbol of its own. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.constantFrom(
        [0xfd],
        [0xfd, 0xf0],
        [0xfd, 0xf0, 1],
        [0xfd, 127, 1],
        [0xfd, 128, 1],
        [0xfd, 255, 1],
        [0xfd, 255, 2],
      ),
    ),
    { maxLength: 60 },
  )
  .map((pieces) => Uint8Array.from(pieces.flatMap((piece) => [...piece])));

describe('binaries as text', () => {
  it('holds the kernels that were built', () => {
    expect(Buffer.from(kernelBytes()).equals(built('kernels.core'))).toBe(true);
    expect(Buffer.from(moreKernelBytes()).equals(built('kernels.more'))).toBe(true);
  });

  it('gives every binary back', () => {
    fc.assert(
      fc.property(bytes, (binary) => {
        expect(binaryOf(write(binary))).toEqual(binary);
      }),
    );
    const all = Uint8Array.from({ length: 65_536 }, (_, i) => (i % 2 === 0 ? i >> 9 : i >> 1));
    expect(binaryOf(write(all))).toEqual(all);
  });

  it('needs no escapes in a string or a script element', () => {
    fc.assert(
      fc.property(bytes, (binary) => {
        expect(write(binary)).toMatch(/^\d+ [!#%&(-;=-[\]^_a-~]*$/);
      }),
    );
  });
});
