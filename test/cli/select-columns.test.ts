/** Which columns of a table are data: the choice, the reasons, the complaints. */
import { describe, expect, it } from 'vitest';
import { CliError, MissingColumnsError } from '../../src/cli/errors.js';
import { readDelimited } from '../../src/cli/read/delimited.js';
import { ByteSource } from '../../src/cli/read/source.js';
import type { Table } from '../../src/cli/read/table.js';
import { columnsOfModel, selectColumns } from '../../src/cli/select-columns.js';
import { standardizationOf } from '../../src/cli/standardize.js';
import { thrownBy } from '../helpers/numbers.js';

function table(text: string, header = true): Promise<Table> {
  const parts: (Uint8Array | undefined)[] = [new TextEncoder().encode(text)];
  const source = new ByteSource(
    { name: 'x.csv', path: undefined, size: undefined },
    async () => parts.shift(),
    async () => {},
  );
  return readDelimited(source, { header });
}
const complaint = (call: () => unknown) => thrownBy(call).message;
const numbers = ({ X }: { X: { data: ArrayLike<number> } }) => Array.from(X.data);

describe('selectColumns', () => {
  it('takes columns of numbers and says why not the others', async () => {
    const { featureNames, leftOut, X } = selectColumns(
      await table(
        ',a,who,b,c,d,comma,long\n0,1,x,,true,5,"1,5",aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n1,2,y,,false,6,"2,5",b\n',
      ),
    );
    expect(featureNames).toEqual(['a', 'd']);
    expect(X).toMatchObject({ rows: 2, columns: 2 });
    expect(numbers({ X })).toEqual([1, 5, 2, 6]);
    expect(leftOut).toEqual([
      { name: 'column1', reason: 'row numbers' },
      { name: 'who', reason: 'text, such as "x"' },
      { name: 'b', reason: 'empty' },
      { name: 'c', reason: 'true or false' },
      { name: 'comma', reason: 'decimals need a point, not a comma, got "1,5"' },
      { name: 'long', reason: `text, such as "${'a'.repeat(40)}…"` },
    ]);
  });

  it('a first column without a name that does not count rows is data', async () => {
    expect(selectColumns(await table(',a\n1,3\n2,4\n')).featureNames).toEqual(['a']);
    expect(selectColumns(await table(',a\n0,3\n5,4\n')).featureNames).toEqual(['column1', 'a']);
    expect(selectColumns(await table(',a\n7,3\n8,4\n')).featureNames).toEqual(['column1', 'a']);
  });

  it('binary data: 0, 1, true and false', async () => {
    const data = await table('a,b,c,d\n0,true,2,0.5\n1,false,0,1\n');
    const { featureNames, leftOut } = selectColumns(data, { binary: true });
    expect(featureNames).toEqual(['a', 'b']);
    expect(leftOut.map(({ reason }) => reason)).toEqual(['not only 0 and 1', 'not only 0 and 1']);
    const none = await table('a\n3\n4\n');
    expect(complaint(() => selectColumns(none, { binary: true }))).toBe(
      'x.csv has no column of 0 and 1: a (not only 0 and 1)',
    );
  });

  it('finds columns by name, by what they are shown as, by number; in the order asked for', async () => {
    const data = () => table('a,b,b,,2\n1,2,3,4,5\n6,7,8,9,10\n');
    expect(numbers(selectColumns(await data(), { wanted: ['4', 'a'] }))).toEqual([4, 1, 9, 6]);
    expect(numbers(selectColumns(await data(), { wanted: ['column4'] }))).toEqual([4, 9]);
    // a name is meant before a number
    expect(numbers(selectColumns(await data(), { wanted: ['2', '3'] }))).toEqual([5, 3, 10, 8]);
    const here = await data();
    const refused: [string, string][] = [
      ['b', 'x.csv has 2 columns called "b"; choose by number, from 1'],
      ['who', 'x.csv has no column "who"; its columns are a, b, b, column4, 2'],
      ['0', 'no column "0"'],
      ['6', 'no column "6"'],
      ['1.5', 'no column "1.5"'],
    ];
    for (const [wanted, message] of refused) {
      expect(complaint(() => selectColumns(here, { wanted: [wanted] }))).toContain(message);
    }
  });

  it.each([
    ['1,\n2,3\n4,5\n', 'line 1, column column2: no value; drop'],
    ['1,2\n3,NA\n4,5\n', 'line 2, column column2: missing value "NA"; drop'],
    ['1,2\n3,inf\n4,5\n', 'line 2, column column2: "inf" is not finite; drop'],
    ['1,2\n3,4\n5,"4,5"\n', 'line 3, column column2: "4,5" is not a number; decimals need a point, not a comma; drop'],
    ['1,2\nx,4\n5,NA\n', 'line 2, column column1: "x" is not a number (the first of 2 bad cells); drop'],
    ['1,2\n5,NA\nx,4\n', 'line 2, column column2: missing value "NA" (the first of 2 bad cells); drop'],
  ])('the earliest bad cell of %j', async (text, message) => {
    const data = await table(text, false);
    expect(complaint(() => selectColumns(data, { wanted: ['1', '2'] }))).toContain(message);
  });

  it('a table without rows, and one without numbers', async () => {
    const empty = { ...(await table('1,2\n', false)), nRows: 0 };
    expect(complaint(() => selectColumns(empty))).toBe('x.csv has no rows');
    expect(complaint(() => selectColumns({ ...empty, named: true }))).toBe('x.csv has a header but no rows');
    expect(complaint(() => columnsOfModel(empty, 2, undefined, undefined, false))).toBe('x.csv has no rows');
    expect(complaint(() => columnsOfModel({ ...empty, named: true }, 2, undefined, undefined, false))).toBe(
      'x.csv has a header but no rows',
    );
    const words = await table('a,b\nx,y\n');
    expect(complaint(() => selectColumns(words))).toBe(
      'x.csv has no column of numbers: a (text, such as "x"), b (text, such as "y")',
    );
  });

  it('a column of a type that holds no numbers, asked for', async () => {
    const plain = await table('a,b\n1,2\n');
    const data = { ...plain, columns: [plain.columns[0]!, { ...plain.columns[1]!, type: 'dates' }] };
    expect(selectColumns(data).leftOut).toEqual([{ name: 'b', reason: 'dates' }]);
    expect(complaint(() => selectColumns(data, { wanted: ['b'] }))).toBe('x.csv, column b: no numbers (dates)');
  });
});

describe('columnsOfModel', () => {
  it('takes the place of names that a model or a file does not have', async () => {
    expect(numbers(columnsOfModel(await table('1,2\n3,4\n', false), 2, ['a', 'b'], undefined, false))).toEqual([
      1, 2, 3, 4,
    ]);
    expect(numbers(columnsOfModel(await table('a,b\n3,4\n'), 2, undefined, undefined, false))).toEqual([3, 4]);
    expect(numbers(columnsOfModel(await table('a,b\n3,4\n'), 2, ['column1', 'column2'], undefined, false))).toEqual([
      3, 4,
    ]);
    expect(numbers(columnsOfModel(await table('a,b\n3,4\n'), 2, ['b', 'a'], undefined, false))).toEqual([4, 3]);
  });

  it('takes other columns in their places, by name or number', async () => {
    expect(numbers(columnsOfModel(await table('p,q,r\n1,2,3\n'), 2, ['a', 'b'], ['3', 'p'], false))).toEqual([3, 1]);
    const data = await table('p,q,r\n1,2,3\n');
    expect(complaint(() => columnsOfModel(data, 2, ['a', 'b'], ['p'], false))).toBe(
      '--columns names 1 columns but the model has 2 (a, b)',
    );
    expect(complaint(() => columnsOfModel(data, 2, undefined, ['p'], false))).toBe(
      '--columns names 1 columns but the model has 2',
    );
  });

  it('says what is missing, what there is, and what to do', async () => {
    const named = await table('p,a,r\n1,2,3\n');
    expect(complaint(() => columnsOfModel(named, 2, undefined, undefined, false))).toBe(
      'x.csv has 3 columns but the model has 2, without names: say which with --columns',
    );
    const one = thrownBy<MissingColumnsError>(() => columnsOfModel(named, 2, ['a', 'b'], undefined, false));
    expect(one).toBeInstanceOf(MissingColumnsError);
    expect(one.missing).toEqual(['b']);
    expect(one.message).toContain('lacks the column "b" of the model; it has p, a, r; name');
    const unnamed = await table('1,2,3\n', false);
    const both = complaint(() => columnsOfModel(unnamed, 2, ['a', 'b'], undefined, false));
    expect(both).toContain('lacks the columns "a", "b" of the model; it has column1, column2, column3');
    expect(both).toContain('its first line was taken for data (see --header)');
  });
});

describe('standardization', () => {
  it('needs columns that vary, within what doubles can add up', async () => {
    const constant = selectColumns(await table('a,b\n1,7\n2,7\n'));
    expect(complaint(() => standardizationOf(constant))).toBe(
      'column b is constant (7) and cannot be standardized; leave it out with --columns',
    );
    const large = selectColumns(await table('a\n1e200\n-1e200\n'));
    expect(standardizationOf(large)).toEqual({ means: [0], scales: [1e200] });
    const wide = selectColumns(await table('a\n1.7e308\n1.6e308\n-1\n'));
    expect(complaint(() => standardizationOf(wide))).toContain(
      'column a is too widely spread and cannot be standardized',
    );
    expect(thrownBy(() => standardizationOf(wide))).toBeInstanceOf(CliError);
  });
});
