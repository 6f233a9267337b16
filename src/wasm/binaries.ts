/**
 * The binaries inside the package. tools/build.mjs places this module first in the bundle, and their texts are used here and
 * nowhere else, so that minifiers, which move a constant to its only use, leave them there. In the middle they would keep gzip,
 * which looks back 32 kB, from seeing what comes before them when it packs what comes after: 0.8 kB of 38.
 */
import { binaryOf } from './binary-text.js';
import { KERNELS_TEXT } from './kernels-inline.js';
import { MORE_KERNELS_TEXT } from './more-kernels-inline.js';

let core: Uint8Array<ArrayBuffer> | undefined;

/** What a Gaussian mixture calls. */
export function kernelBytes(): Uint8Array<ArrayBuffer> {
  core ??= binaryOf(KERNELS_TEXT);
  return core;
}

/** What the others call besides. */
export function moreKernelBytes(): Uint8Array<ArrayBuffer> {
  return binaryOf(MORE_KERNELS_TEXT);
}
