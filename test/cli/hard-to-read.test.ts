/** Files that are cut off, odd or enormous, by the readers themselves. */
import { describe, expect, it } from 'vitest';
import { readDelimited } from '../../src/cli/read/delimited.js';
import { readNpy } from '../../src/cli/read/npy.js';
import { ByteSource } from '../../src/cli/read/source.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Bytes that arrive like from a pipe, in one piece or several. */
function piped(...parts: Uint8Array[]): ByteSource {
  const left = [...parts];
  return new ByteSource(
    { name: 'x', path: undefined, size: undefined },
    async () => left.shift(),
    async () => {},
  );
}
const read = (text: string, options = {}) => readDelimited(piped(bytesOf(text)), options);

describe('delimited text', () => {
  it('columns apart by spaces: any number of them, before and behind too', async () => {
    const { cells, columns, nRows } = await read('  1   2 \n3 4\r\n 5  6  \n');
    expect([Array.from(cells), columns.length, nRows]).toEqual([[1, 2, 3, 4, 5, 6], 2, 3]);
  });

  it.each([
    ['1\t2\n3\t4\t5\n', /line 2: more than 2 fields where the first line has 2 \(separated by tabs\)/],
    ['1;2\n3\n', /line 2: 1 field where the first line has 2 \(separated by ";"\)/],
    ['1,2,3\n3,4\n', /line 2: 2 fields where the first line has 3 \(separated by ","\)/],
    ['1,2\n3,"4\n5,6\n', /line 2: a quoted field does not end/],
    ['a,b\n\0x,1\n', /not UTF-8/],
  ])('%j is refused', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it.each(['1 2\n3\n', '1 2\n3 \n', '1 2\n3  \r\n'])('%j lacks a field', async (text) => {
    await expect(read(text, { delimiter: ' ' })).rejects.toThrow(
      'x, line 2: 1 field where the first line has 2 (separated by spaces)',
    );
  });

  it('quoted cells: doubled quotes, line breaks, numbers, text behind the quote', async () => {
    const { cells, columns, nRows, place } = await read('a,b\n"1","x ""y""\nz"\n2,"p"q\n');
    expect([cells[0], cells[2], nRows]).toEqual([1, 2, 2]);
    expect(columns[1]!.firstText).toBe('x "y"\nz');
    expect([place(0), place(1)]).toEqual(['line 2', 'line 4']);
  });

  it('exponents: of either sign, beyond a double, and none', async () => {
    const { cells, columns } = await read('1e3,1e-3,1e999\n2E+2,-0.5e-1,3e\n', { header: false });
    expect([cells[0], cells[1], cells[3], cells[4]]).toEqual([1000, 0.001, 200, -0.05]);
    expect(columns[2]).toMatchObject({ missing: 1, texts: 1, firstText: '3e' });
  });

  it('a record that does not fit into the buffer makes it larger, up to a limit', async () => {
    const long = `"${'x'.repeat(3_000_000)}"`;
    const { cells, nRows } = await read(`1,${long}\n2,y\n`, { header: false });
    expect([cells[0], cells[2], nRows]).toEqual([1, 2, 2]);
    // a quote that never ends
    let sent = 0;
    const piece = bytesOf('y'.repeat(2 ** 20));
    const endless = new ByteSource(
      { name: 'x', path: undefined, size: undefined },
      async () => (sent++ === 0 ? bytesOf('1,2\n3,"') : piece),
      async () => {},
    );
    await expect(readDelimited(endless, { header: false })).rejects.toThrow(
      /x, line 2: a record of more than \d+ MB; is a quote missing\?/,
    );
  });
});

/** A .npy file with this header, and so many bytes behind it. */
function npy(header: string, bytes: Uint8Array | number, [major, minor] = [1, 0]): Uint8Array {
  const start = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, major!, minor!);
  const text = bytesOf(header);
  const length = major === 1 ? Uint8Array.of(text.length & 255, text.length >> 8) : Uint8Array.of(text.length, 0, 0, 0);
  return Buffer.concat([start, length, text, typeof bytes === 'number' ? new Uint8Array(bytes) : bytes]);
}
const header = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${shape}), }`;
const load = (...args: Parameters<typeof npy>) => readNpy(piped(npy(...args)));

describe('.npy', () => {
  it.each([
    [header('<f8', '2, 2'), 24, /ends after 3 of 4 values \(2 × 2 of <f8\); it is cut off/],
    [header('<f8', '2, 2097152'), 0, /said to hold 2 × 2097152 values; at most 1048576 columns/],
    [header('<f8', '9007199254740991, 1'), 0, /no memory for so many/],
    [header('<f4', '9007199254740991, 1'), 0, /no memory for so many/],
    [header('<c16', '2,'), 32, /values of type <c16; float64, float32, integers and booleans can be read/],
    [header('<toString', '2,'), 32, /values of type <toString/],
    [
      "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,), }",
      16,
      /records with fields; save a plain array/,
    ],
    ["{'descr': '<f8', 'shape': (2,), }", 16, /a header that cannot be understood: \{'descr'/],
  ])('%s is refused', async (text, bytes, message) => {
    await expect(load(text, bytes)).rejects.toThrow(message);
  });

  it.each([
    ['too short', Uint8Array.of(0x93, 0x4e, 0x55)],
    ['another beginning', new Uint8Array(64)],
    ['a header cut off', npy(header('<f8', '2,'), 0).subarray(0, 20)],
    ['a length cut off', npy(header('<f8', '2,'), 0, [2, 0]).subarray(0, 11)],
  ])('%s is no such file', async (_, bytes) => {
    await expect(readNpy(piped(bytes))).rejects.toThrow('x is no .npy file, or cut off in its header');
  });

  it.each([0, 4])('version %i is named', async (major) => {
    await expect(load(header('<f8', '2,'), 16, [major, 0])).rejects.toThrow(`format version ${major}; versions 1 to 3`);
  });

  it('integers of any size and order of bytes, a vector as one column, version 3', async () => {
    const big = await load(header('>i2', '3,'), Uint8Array.of(0, 1, 255, 254, 1, 0));
    expect([Array.from(big.cells), big.columns.length]).toEqual([[1, -2, 256], 1]);
    const bytes = await load(header('|u1', '2, 2', 'True'), Uint8Array.of(1, 2, 3, 4), [3, 0]);
    expect(Array.from(bytes.cells)).toEqual([1, 3, 2, 4]);
    const longs = Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
    expect(Array.from((await load(header('<i8', '2,'), longs)).cells)).toEqual([1, -1]);
    expect(Array.from((await load(header('<u8', '2,'), longs)).cells)).toEqual([1, 2 ** 64]);
    const words = Uint8Array.of(255, 255, 255, 255);
    for (const [type, value] of [
      ['<i4', -1],
      ['<u4', 2 ** 32 - 1],
    ] as const) {
      expect(Array.from((await load(header(type, '1,'), words)).cells)).toEqual([value]);
    }
    const others = [
      ['|i1', [-1, -1, -1, -1]],
      ['<u2', [65535, 65535]],
      ['|b1', [1, 1, 1, 1]],
    ] as const;
    for (const [type, values] of others) {
      const table = await load(header(type, `${values.length},`), words);
      expect(Array.from(table.cells)).toEqual(values);
      expect(table.columns[0]!.booleans).toBe(type === '|b1' ? 4 : 0);
    }
  });

  it('values that are not finite are missing, the first named by its row', async () => {
    const table = await load(
      header('<f8', '2, 2', 'True'),
      new Uint8Array(Float64Array.of(1, Infinity, Number.NaN, 4).buffer),
    );
    expect(table.columns.map(({ missing, first }) => [missing, first?.row, first?.text])).toEqual([
      [1, 1, 'Infinity'],
      [1, 0, 'NaN'],
    ]);
    expect(table.place(1)).toBe('row 2');
  });
});
