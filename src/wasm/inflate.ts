/**
 * Unpacks a raw DEFLATE stream (RFC 1951) of our own making: the kernels, where the engine has no synchronous function for it
 * (browsers). It trusts its input and prepares nothing before the first call; a general library builds tables when imported.
 */

/** Bits of the longest code. */
const LONGEST = 15;
/** The order in which the lengths of the code-length code come (RFC 1951, 3.2.7). */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** @param size bytes of the result */
export function inflate(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  let length = 0;
  let at = 0;
  let held = 0;
  let nHeld = 0;

  function bits(n: number): number {
    while (nHeld < n) {
      held |= (packed[at++] as number) << nHeld;
      nHeld += 8;
    }
    const value = held & ((1 << n) - 1);
    held >>>= n;
    nHeld -= n;
    return value;
  }

  function symbol(table: Uint16Array): number {
    // past the end come zeros, which no code needs
    while (nHeld < LONGEST) {
      held |= (packed[at++] as number) << nHeld;
      nHeld += 8;
    }
    const entry = table[held & (table.length - 1)] as number;
    held >>>= entry & 15;
    nHeld -= entry & 15;
    return entry >> 4;
  }

  function copyStored(): void {
    // whole bytes that were read ahead go back
    at -= nHeld >> 3;
    held = 0;
    nHeld = 0;
    const n = (packed[at] as number) | ((packed[at + 1] as number) << 8);
    out.set(packed.subarray(at + 4, at + 4 + n), length);
    at += 4 + n;
    length += n;
  }

  function readTables(): [Uint16Array, Uint16Array] {
    const nLiterals = bits(5) + 257;
    const nDistances = bits(5) + 1;
    const nOrder = bits(4) + 4;
    const own = new Uint8Array(19);
    for (let i = 0; i < nOrder; i++) own[ORDER[i] as number] = bits(3);
    const table = tableOf(own);
    const lengths = new Uint8Array(nLiterals + nDistances);
    for (let i = 0; i < lengths.length; ) {
      const code = symbol(table);
      if (code < 16) {
        lengths[i++] = code;
        continue;
      }
      const repeat = code === 16 ? 3 + bits(2) : code === 17 ? 3 + bits(3) : 11 + bits(7);
      if (code === 16) lengths.fill(lengths[i - 1] as number, i, i + repeat);
      i += repeat;
    }
    return [tableOf(lengths.subarray(0, nLiterals)), tableOf(lengths.subarray(nLiterals))];
  }

  function decode([literals, distances]: [Uint16Array, Uint16Array]): void {
    for (;;) {
      const literal = symbol(literals);
      if (literal === 256) return;
      if (literal < 256) {
        out[length++] = literal;
        continue;
      }
      const n = literal === 285 ? 258 : 3 + range(literal - 257, 2);
      const distance = 1 + range(symbol(distances), 1);
      // byte after byte: the two may overlap
      for (const end = length + n; length < end; length++) out[length] = out[length - distance] as number;
    }
  }

  /** Codes 0, 1, 2 … for ranges that double in size every 2^groupBits codes: where its range begins, and the place in it. */
  function range(code: number, groupBits: number): number {
    const group = code >> groupBits;
    if (group < 2) return code;
    const start = ((1 << groupBits) | (code & ((1 << groupBits) - 1))) << (group - 1);
    return start + bits(group - 1);
  }

  for (let last = 0; last === 0; ) {
    last = bits(1);
    const kind = bits(2);
    if (kind === 0) copyStored();
    else decode(kind === 1 ? fixedTables() : readTables());
  }
  return out;
}

/**
 * Looks codes up: 16·symbol + length for whatever bits begin with a code, as many as the longest has. Codes are in canonical
 * order (3.2.2), and their first bit is the stream's next, hence the lowest.
 */
function tableOf(lengths: Uint8Array): Uint16Array {
  const longest = lengths.reduce((most, n) => Math.max(most, n), 0);
  const size = 1 << longest;
  const table = new Uint16Array(size);
  let code = 0;
  for (let n = 1; n <= longest; n++) {
    for (let i = lengths.indexOf(n); i >= 0; i = lengths.indexOf(n, i + 1)) {
      let turned = 0;
      for (let bit = 0; bit < n; bit++) turned |= ((code >> (n - 1 - bit)) & 1) << bit;
      for (let at = turned; at < size; at += 1 << n) table[at] = (i << 4) | n;
      code++;
    }
    code <<= 1;
  }
  return table;
}

/** 3.2.6. */
function fixedTables(): [Uint16Array, Uint16Array] {
  const literals = new Uint8Array(288).fill(8);
  literals.fill(9, 144, 256).fill(7, 256, 280);
  return [tableOf(literals), tableOf(new Uint8Array(30).fill(5))];
}
