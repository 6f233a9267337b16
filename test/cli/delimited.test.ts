/** The reader of delimited text: every number as JavaScript reads it, every mistake by line and column. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameList } from '../../src/cli/numbers.js';
import { type DelimitedOptions, readDelimited } from '../../src/cli/read/delimited.js';
import { ByteSource } from '../../src/cli/read/source.js';
import type { Table } from '../../src/cli/read/table.js';
import { columnsOfModel, selectColumns } from '../../src/cli/select-columns.js';

/** Text that arrives in pieces of a size. */
function source(text: string | Uint8Array, piece = 2 ** 16): ByteSource {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  let at = 0;
  return new ByteSource(
    { name: 'data.csv', path: undefined, size: bytes.length },
    async () => {
      if (at >= bytes.length) return undefined;
      at += piece;
      return bytes.subarray(at - piece, at);
    },
    async () => {},
  );
}

const read = (text: string | Uint8Array, options?: DelimitedOptions, piece?: number) =>
  readDelimited(source(text, piece), options);

function rows({ cells, columns, nRows }: Table): number[][] {
  const width = columns.length;
  return Array.from({ length: nRows }, (_, i) => Array.from(cells.subarray(i * width, (i + 1) * width)));
}

const names = ({ columns }: Table) => columns.map(({ name }) => name);

describe('numbers', () => {
  it('reads every double as JavaScript does, however it is written', async () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    );
    const written = number.chain((x) =>
      fc.constantFrom(String(x), x.toExponential(), Math.abs(x) < 1e20 ? x.toFixed(7) : String(x), x.toPrecision(17)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(written, { minLength: 1, maxLength: 50 }), async (texts) => {
        const { cells } = await read(`${texts.map((text) => `${text},1`).join('\n')}`, { header: false });
        texts.forEach((text, i) => expect(cells[2 * i]).toBe(Number(text)));
      }),
      { numRuns: 200 },
    );
  });

  it('reads digits beyond what a double holds, leading zeros, signs and exponents', async () => {
    const texts = [
      '9007199254740993',
      '123456789012345678901234567890',
      '0.1000000000000000055511151231257827',
      '+1.5',
    ];
    texts.push('-.5', '5.', '00012', '1e-400', '4.9e-324', '1.7976931348623157e308', '-0', '1E5', '1e+05', '8.5e-23');
    const { cells } = await read(`a,b\n${texts.map((text) => `${text}, ${text} `).join('\n')}`);
    texts.forEach((text, i) => {
      expect(cells[2 * i]).toBe(Number(text));
      expect(cells[2 * i + 1]).toBe(Number(text));
    });
  });
});

describe('what begins like a number', () => {
  // an `e` without an exponent once ended the field, and moved all that follow by one
  it.each(['1e', '1e+', '-2.5E', '1e-', '1ex'])(
    '%s is a text, and its neighbours stay where they are',
    async (text) => {
      const table = await read(`a,b,c\n1,2,3\n${text},5,6\n7,${text},9\n10,11,${text}\n`);
      expect(rows(table)).toEqual([
        [1, 2, 3],
        [Number.NaN, 5, 6],
        [7, Number.NaN, 9],
        [10, 11, Number.NaN],
      ]);
      expect(table.columns.map(({ texts, first }) => [texts, first?.text])).toEqual(
        [1, 1, 1].map((count) => [count, text]),
      );
    },
  );
});

describe('layout', () => {
  it.each([
    ['comma', 'a,b,c\n1,2,3\n4,5,6\n'],
    ['semicolon', 'a;b;c\n1;2;3\n4;5;6\n'],
    ['tab', 'a\tb\tc\n1\t2\t3\n4\t5\t6'],
    ['bar', 'a|b|c\n1|2|3\n4|5|6'],
    ['spaces, in columns', '  a   b  c\n  1   2  3 \n 4  5     6\n'],
    ['CRLF', 'a,b,c\r\n1,2,3\r\n4,5,6\r\n'],
    ['CR', 'a,b,c\r1,2,3\r4,5,6'],
    ['a BOM and blank lines', '\uFEFF\n\na,b,c\n1,2,3\n\n\n4,5,6\n\n'],
    ['quotes', '"a","b","c"\n"1","2","3"\n4,"5",6\n'],
  ])('recognises %s', async (_, text) => {
    for (const piece of [1, 2, 7, 2 ** 16]) {
      const table = await read(text, {}, piece);
      expect(names(table)).toEqual(['a', 'b', 'c']);
      expect(rows(table)).toEqual([
        [1, 2, 3],
        [4, 5, 6],
      ]);
    }
  });

  it('takes a first line with a number for data, unless told otherwise', async () => {
    expect(names(await read('1,2\n3,4'))).toEqual(['column1', 'column2']);
    expect(names(await read('1,2\n3,4', { header: true }))).toEqual(['1', '2']);
    const table = await read('a,b\n3,4', { header: false });
    expect(table.nRows).toBe(2);
    expect(table.columns[0]?.first).toEqual({ row: 0, text: 'a' });
  });

  it('a delimiter may be given', async () => {
    expect(rows(await read('a:b\n1:2', { delimiter: ':' }))).toEqual([[1, 2]]);
  });

  it('decimal commas are no delimiters, and are told', async () => {
    const table = await read('a;b\n1,5;2,5\n3,5;4,5\n');
    expect(names(table)).toEqual(['a', 'b']);
    expect(() => selectColumns(table)).toThrow(
      'no column of numbers: a (decimals need a point, not a comma, got "1,5")',
    );
  });

  it('quoted fields hold delimiters, quotes and line breaks', async () => {
    const text = 'name,x\n"a, ""b""\nc",1\n"",2\nplain,3\n"last\n\n",nix\n';
    for (const piece of [1, 3, 2 ** 16]) {
      const table = await read(text, {}, piece);
      expect(table.nRows).toBe(4);
      expect(table.columns[0]).toMatchObject({ texts: 3, missing: 1, firstText: 'a, "b"\nc' });
      expect([0, 1, 2, 3].map((row) => table.place(row))).toEqual(['line 2', 'line 4', 'line 5', 'line 6']);
    }
  });

  it('reads a file of many blocks as one, wherever they end', async () => {
    let text = 'id,x,note\n';
    for (let i = 0; i < 60_000; i++)
      text += `${i},${i / 7},"${i % 3 === 0 ? 'two\nlines' : 'a, b'}"${i % 5 === 0 ? '\r' : ''}\n`;
    expect(text.length).toBeGreaterThan(2 ** 20);
    for (const piece of [4097, 2 ** 18]) {
      const table = await read(text, {}, piece);
      expect(table.nRows).toBe(60_000);
      for (const i of [0, 1, 29_999, 59_999]) {
        expect(table.cells[3 * i]).toBe(i);
        expect(table.cells[3 * i + 1]).toBe(i / 7);
        expect(table.place(i)).toBe(`line ${2 + i + Math.ceil(i / 3)}`);
      }
    }
  });
});

describe('mistakes', () => {
  it.each([
    ['a,b\n1,2\n3\n', 'data.csv, line 3: 1 field where the first line has 2 (separated by ",")'],
    ['a\tb\n1\t2\n\n3\t4\t5\n', 'data.csv, line 4: more than 2 fields where the first line has 2 (separated by tabs)'],
    ['a,b\n1,"2\n3,4\n', 'data.csv, line 2: a quoted field does not end'],
    ['', 'data.csv is empty'],
    ['\n\r\n', 'data.csv is empty'],
    ['a\0,b\n', 'data.csv is not UTF-8 text'],
    [
      Buffer.from('gr\u00f6sse,b\n1,2\n', 'latin1'),
      'data.csv is not UTF-8 text, for a column would be called "gr\uFFFDsse"',
    ],
  ])('%j', async (text, message) => {
    for (const piece of [1, 2 ** 16]) await expect(read(text, {}, piece)).rejects.toThrow(message);
  });

  it.each([
    ['a,b\n1,2\n3,\n', 'line 3, column b: no value; drop'],
    ['a,b\n1,NA\n3,NaN\n5,6\n7,8', 'line 2, column b: missing value "NA" (the first of 2 bad cells)'],
    ['a,b\n1,2\n\n3,1.2.3\n5,6', 'line 4, column b: "1.2.3" is not a number'],
    ['a,b\n1,2\n3,inf\n5,6', 'line 3, column b: "inf" is not finite'],
    ['a,b\n1,2\n3,0x10\n5,6', 'line 3, column b: "0x10" is not a number'],
  ])('%j', async (text, message) => {
    const table = await read(text);
    expect(() => selectColumns(table)).toThrow(`data.csv, ${message}`);
  });
});

describe('columns', () => {
  it('takes those of numbers, and says why not the others', async () => {
    const text = ',name,ok,empty,flag,x\n1,ann,true,,TRUE,0.5\n2,bob,false,,FALSE,0.25\n';
    const { featureNames, leftOut, X } = selectColumns(await read(text));
    expect(featureNames).toEqual(['x']);
    expect(Array.from(X.data)).toEqual([0.5, 0.25]);
    expect(leftOut).toEqual([
      { name: 'column1', reason: 'row numbers' },
      { name: 'name', reason: 'text, such as "ann"' },
      { name: 'ok', reason: 'true or false' },
      { name: 'empty', reason: 'empty' },
      { name: 'flag', reason: 'true or false' },
    ]);
  });

  it.each([
    ['a,b\n1,2\n3,4\n5,TRUE\n7,8\n8,FALSE\n', undefined, 'line 4, column b: "TRUE" is not a number; it is 1 or 0 only'],
    [
      'a,b\n1,2\n3,4\n5,TRUE\n7,8\n8,FALSE\n',
      ['b'],
      'a column of nothing but true and false (the first of 2 bad cells)',
    ],
    ['a,b\n1,true\n3,true\n5,0\n', ['a', 'b'], 'line 2, column b: "true" is not a number'],
    ['a,b\n1,true\n3,\n5,3\n', ['b'], 'line 2, column b: "true" is not a number; it is 1 or 0 only in a column'],
  ])('true and false among numbers are no numbers: %j, %j', async (text, wanted, message) => {
    const table = await read(text);
    expect(() => selectColumns(table, { wanted })).toThrow(message);
    expect(() => columnsOfModel(table, 1, ['b'], undefined, false)).toThrow('is not a number');
  });

  it('true and false among 0 and 1 are a mistake for binary models too', async () => {
    const table = await read('a,b\n1,true\n0,0\n');
    expect(() => selectColumns(table, { binary: true })).toThrow('line 2, column b: "true" is not a number');
    expect(() => columnsOfModel(table, 1, ['b'], undefined, true)).toThrow('line 2, column b: "true" is not a number');
  });

  it('a column of nothing but true and false can be asked for, and is told', async () => {
    const text = 'a,b\n1,true\n0,false\n';
    expect(selectColumns(await read(text)).featureNames).toEqual(['a']);
    const { X, truths } = selectColumns(await read(text), { wanted: ['b'] });
    expect(Array.from(X.data)).toEqual([1, 0]);
    expect(truths).toEqual(['b']);
    expect(selectColumns(await read(text), { binary: true }).truths).toEqual([]);
  });

  it.each([
    ['9007199254740993', '9007199254740992'],
    ['-9007199254740993', '-9007199254740992'],
    ['+1152921504606846977', '1152921504606846976'],
    ['123456789012345678901234567890', '123456789012345677877719597056'],
  ])('an integer that no double holds is a mistake: %s', async (integer, nearest) => {
    const table = await read(`a,b\n1,2\n3,${integer}\n5,6\n7,${integer} \n`);
    expect(() => selectColumns(table)).toThrow(
      `data.csv, line 3, column b: ${integer} is an integer that no double holds; the nearest is ${nearest} (the first of 2 bad cells); subtract`,
    );
    expect(selectColumns(await read(`a,b\n1,${integer}\n`), { wanted: ['a'] }).X.data[0]).toBe(1);
  });

  it('large integers that a double holds are data, and so is what was written from a double', async () => {
    const texts = ['9007199254740992', '-1152921504606846976', '123456789012345680000', `1${'0'.repeat(22)}`];
    texts.push('9007199254740993.0', '1e300', '0.12345678901234567890');
    const { X } = selectColumns(await read(`a\n${texts.join('\n')}\n`));
    expect(Array.from(X.data)).toEqual(texts.map(Number));
  });

  it('takes those of 0 and 1 for binary models, true and false among them', async () => {
    const { featureNames, leftOut, X } = selectColumns(await read('a,b,c\n1,true,2\n0,FALSE,1\n'), { binary: true });
    expect(featureNames).toEqual(['a', 'b']);
    expect(Array.from(X.data)).toEqual([1, 1, 0, 0]);
    expect(leftOut).toEqual([{ name: 'c', reason: 'not only 0 and 1' }]);
  });

  it('takes what is asked for, in that order, by name or number', async () => {
    const text = 'a,b,c\n1,2,3\n4,5,6\n';
    expect(Array.from(selectColumns(await read(text), { wanted: ['c', '1'] }).X.data)).toEqual([3, 1, 6, 4]);
    expect(Array.from(selectColumns(await read(text), { wanted: ['a', 'c'] }).X.data)).toEqual([1, 3, 4, 6]);
    const table = await read(text);
    expect(() => selectColumns(table, { wanted: ['d'] })).toThrow(/no column "d"; its columns are a, b, c$/);
  });

  it('takes a column once', async () => {
    const table = await read('a,b,c\n1,2,3\n4,5,6\n');
    for (const wanted of [
      ['a', 'b', 'a'],
      ['1', 'a'],
    ]) {
      expect(() => selectColumns(table, { wanted })).toThrow('--columns names a twice');
      expect(() => columnsOfModel(table, wanted.length, undefined, wanted, false)).toThrow('--columns names a twice');
    }
  });

  it('those of a model by name; of several with a name the first is the first', async () => {
    const table = await read('b,a,b,note\n1,2,3,x\n4,5,6,y\n');
    const fitted = selectColumns(table).featureNames;
    expect(fitted).toEqual(['b', 'a', 'b']);
    const again = await read('note,b,b,a\nx,1,3,2\ny,4,6,5\n');
    expect(Array.from(columnsOfModel(again, 3, fitted, undefined, false).X.data)).toEqual([1, 2, 3, 4, 5, 6]);
    const twice = ' called "b" where the model has';
    expect(() => columnsOfModel(table, 2, ['a', 'b'], undefined, false)).toThrow(`2 columns${twice} 1; name 2 columns`);
    expect(() => columnsOfModel(table, 3, ['a', 'a', 'b'], undefined, false)).toThrow(
      'data.csv has 1 column called "a" where the model has 2; name 3 columns with --columns, by number from 1',
    );
  });

  it('says how a name with a comma can be chosen', async () => {
    const table = await read('"a,b",c\n1,2\n3,4\n');
    expect(() => selectColumns(table, { wanted: ['a', 'b'] })).toThrow(
      'its columns are a,b, c; put a name with a comma into double quotes, or choose by number, from 1',
    );
    expect(nameList('c,"a,b"')).toEqual(['c', 'a,b']);
    expect(nameList(' "say ""yes"" now" , c ')).toEqual(['say "yes" now', 'c']);
    expect(selectColumns(table, { wanted: nameList('c, "a,b"') }).featureNames).toEqual(['c', 'a,b']);
    for (const wrong of ['', 'a,', ',a', '"a', '"a"b', '""'])
      expect(() => nameList(wrong)).toThrow('with commas between');
  });
});
