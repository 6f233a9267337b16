/**
 * A WebAssembly binary as a line of ASCII that gzip and brotli pack as well as the binary itself. (Base64 of deflated bytes is
 * text without any repeats: in a bundle, whose other text it shares a Huffman code with, it weighs a fifth more than its bytes.)
 *
 * The text: the binary's size; its characters, as many as the code has; then symbols. A symbol below 256 is a byte, one above
 * stands for 0xFD, symbol − 128, 1, as most SIMD instructions begin. The first `DIRECT` characters are the symbols that the
 * text begins with; each of the others, with one more, is a symbol by its number.
 */

/** Characters of the code, and how many of them are a symbol on their own. */
const CHARACTERS = 88;
const DIRECT = 83;

/** @param text as `tools/binary-text.mjs` writes it */
export function binaryOf(text: string): Uint8Array<ArrayBuffer> {
  // one pass by the engine, and one table per character below: this runs once, interpreted, and shows in a first fit
  const codes = new TextEncoder().encode(text);
  const bytes = new Uint8Array(Number.parseInt(text, 10));
  const first = text.indexOf(' ') + 1;
  /** The place of each character in the code. */
  const places = new Uint8Array(128);
  /** The symbol of each character; if it takes two characters, −1 − the symbol it would be with the character of place 0. */
  const symbols = new Int16Array(128);
  for (let i = 0; i < CHARACTERS; i++) {
    const code = codes[first + i] as number;
    places[code] = i;
    if (i >= DIRECT) symbols[code] = -1 - (i - DIRECT) * DIRECT;
  }
  let at = first + CHARACTERS;
  const two = (lead: number) => (places[codes[at++] as number] as number) - 1 - lead;
  for (let i = 0; i < DIRECT; i++) symbols[codes[first + i] as number] = two(symbols[codes[at++] as number] as number);
  for (let n = 0; n < bytes.length; ) {
    let symbol = symbols[codes[at++] as number] as number;
    if (symbol < 0) symbol = two(symbol);
    if (symbol > 255) {
      bytes[n++] = 0xfd;
      bytes[n++] = symbol - 128;
      symbol = 1;
    }
    bytes[n++] = symbol;
  }
  return bytes;
}
