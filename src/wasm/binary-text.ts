/**
 * A WebAssembly binary as a line of ASCII that gzip and brotli pack as well as the binary itself. (Base64 of deflated bytes is
 * text without any repeats: in a bundle, whose other text it shares a Huffman code with, it weighs a fifth more than its bytes.)
 *
 * The text: the binary's size; its characters, as many as the code has; then symbols. A symbol below 256 is a byte, one above
 * stands for 0xFD, symbol − 128, 1, as two of three SIMD instructions begin. The first `DIRECT` characters are the symbols that
 * the text begins with; each of the others, with one more, is a symbol by its number.
 */

/** Characters of the code, and how many of them are a symbol on their own. */
export const CHARACTERS = 88;
export const DIRECT = 83;

/** @param text as `tools/binary-text.mjs` writes it */
export function binaryOf(text: string): Uint8Array<ArrayBuffer> {
  let at = text.indexOf(' ') + 1;
  const bytes = new Uint8Array(Number.parseInt(text, 10));
  const places = new Uint8Array(128);
  for (let i = 0; i < CHARACTERS; i++) places[text.charCodeAt(at++)] = i;
  const direct = new Uint16Array(DIRECT);
  // one plain loop: it runs once, before any compiler of the engine has looked at it
  for (let n = -DIRECT; n < bytes.length; ) {
    const place = places[text.charCodeAt(at++)] as number;
    const symbol =
      place < DIRECT
        ? (direct[place] as number)
        : (place - DIRECT) * DIRECT + (places[text.charCodeAt(at++)] as number);
    if (n < 0) {
      direct[n++ + DIRECT] = symbol;
    } else if (symbol < 256) {
      bytes[n++] = symbol;
    } else {
      bytes[n++] = 0xfd;
      bytes[n++] = symbol - 128;
      bytes[n++] = 1;
    }
  }
  return bytes;
}
