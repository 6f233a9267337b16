/**
 * Packs the binarised digits of test/fixtures/reference/bernoulli_digits_k10_uniform_weights.json (1797 images of 8 × 8
 * pixels, from scikit-learn's load_digits: Alpaydin & Kaynak 1998, UCI, CC BY 4.0) into digits.bin: 8 bytes an image, one a
 * row of pixels, the leftmost in the highest bit.
 *
 * usage: node site/assets/make-digits.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs';

const fixture = new URL('../../test/fixtures/reference/bernoulli_digits_k10_uniform_weights.json', import.meta.url);
const { dataset, columns } = JSON.parse(readFileSync(fixture, 'utf8'));
const bytes = new Uint8Array(dataset.n * 8);
dataset.rows.forEach((row, i) => {
  row.forEach((bit, j) => {
    const pixel = columns[j];
    if (bit === 1) bytes[i * 8 + (pixel >> 3)] |= 0x80 >> (pixel & 7);
  });
});
writeFileSync(new URL('digits.bin', import.meta.url), bytes);
