// Writes a WebAssembly binary as the text that src/wasm/binary-text.ts reads, which tells what it is made of.

/**
 * What stands in a string of any kind, and inside <script>, without an escape, in the order in which it is frequent in the
 * bundle: frequent symbols get characters that gzip's code has short words for already (0.3 kB).
 */
const CHARACTERS = 'etnros,a()i=c.luf{};:mhpdg0+wy[]bv>1*?&A!46Fkx|M2-CSENPILT#R8_j/O3W5DzBUV79^qJGKXZYQH%@~';
/** Characters that are a symbol on their own: the others, each with one of these, are enough for 384 symbols. */
const DIRECT = 83;

/** @param {Uint8Array} binary */
export function textOf(binary) {
  const symbols = [];
  for (let i = 0; i < binary.length; i++) {
    const simd = binary[i] === 0xfd && binary[i + 1] >= 128 && binary[i + 2] === 1;
    symbols.push(simd ? 128 + binary[i + 1] : binary[i]);
    if (simd) i += 2;
  }
  const counts = new Uint32Array(384);
  for (const symbol of symbols) counts[symbol]++;
  const direct = [...counts.keys()].sort((a, b) => counts[b] - counts[a]).slice(0, DIRECT);
  const escaped = (symbol) => CHARACTERS[DIRECT + Math.floor(symbol / DIRECT)] + CHARACTERS[symbol % DIRECT];
  const words = Array.from(counts, (_, symbol) => {
    const place = direct.indexOf(symbol);
    return place < 0 ? escaped(symbol) : CHARACTERS[place];
  });
  const body = symbols.map((symbol) => words[symbol]).join('');
  return `${binary.length} ${CHARACTERS}${direct.map(escaped).join('')}${body}`;
}
