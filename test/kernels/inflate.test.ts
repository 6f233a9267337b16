import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inflate } from '../../src/wasm/inflate.js';
import { kernelBytes } from '../../src/wasm/kernels.js';
import { KERNELS_DEFLATED } from '../../src/wasm/kernels-inline.js';

/** Bytes with repeats, as real files have them: pieces, each some times. */
const bytes = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 20 })), { maxLength: 30 })
  .map((pieces) => Buffer.concat(pieces.flatMap(([piece, times]) => Array(times).fill(piece))));

describe('inflate', () => {
  it('unpacks the kernels as zlib does', () => {
    const [size, base64] = KERNELS_DEFLATED.split(' ') as [string, string];
    const unpacked = inflate(Buffer.from(base64, 'base64'), Number(size));
    expect(Buffer.from(unpacked).equals(kernelBytes())).toBe(true);
    expect(WebAssembly.validate(unpacked)).toBe(true);
  });

  it.each([
    ['dynamic codes', { level: 9 }],
    ['fixed codes', { strategy: constants.Z_FIXED }],
    ['literals only', { strategy: constants.Z_HUFFMAN_ONLY }],
    ['stored', { level: 0 }],
    ['blocks of few symbols', { memLevel: 1, level: 1 }],
  ])('is the inverse of zlib: %s', (_, options) => {
    fc.assert(
      fc.property(bytes, (data) => {
        expect(Buffer.from(inflate(deflateRawSync(data, options), data.length)).equals(data)).toBe(true);
      }),
    );
  });

  it('copies from as far back as there is, and over itself', () => {
    const far = Buffer.concat([
      Buffer.from('start of it all'),
      Buffer.alloc(32_700, 7),
      Buffer.from('start of it all'),
    ]);
    for (const data of [
      far,
      Buffer.alloc(100_000, 1),
      Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * i) >> 7)),
    ]) {
      expect(Buffer.from(inflate(deflateRawSync(data), data.length)).equals(data)).toBe(true);
    }
  });
});
