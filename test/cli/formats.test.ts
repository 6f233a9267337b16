/** Every format gives the same table; packed, through a pipe, or from a query. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { beforeAll, describe, expect, it } from 'vitest';
import { CliError } from '../../src/cli/errors.js';
import { readTable } from '../../src/cli/read/read-table.js';
import type { Table } from '../../src/cli/read/table.js';
import { selectColumns } from '../../src/cli/select-columns.js';
import { mixwasm, scratch } from '../helpers/cli.js';

const { path, write } = scratch();
const x = [1.5, -2, 3e-5, 4];
const y = [7, 8, 9, 10];
const CSV = `x,y,who\n${x.map((value, i) => `${value},${y[i]},r${i}`).join('\n')}\n`;

function values(table: Table): number[] {
  return Array.from(selectColumns(table).X.data);
}
const expected = x.flatMap((value, i) => [value, y[i]]);

/** A .npy file: `version`, the header as NumPy writes it, and the bytes of the array. */
function npy(version: number, dtype: string, fortran: boolean, shape: string, data: ArrayBufferView): Uint8Array {
  const prefix = version === 1 ? 10 : 12;
  let header = `{'descr': '${dtype}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${shape}), }`;
  header = `${header.padEnd(Math.ceil((prefix + header.length + 1) / 64) * 64 - prefix - 1)}\n`;
  const start = new Uint8Array(prefix);
  start.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(start.buffer);
  if (version === 1) view.setUint16(8, header.length, true);
  else view.setUint32(8, header.length, true);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([start, new TextEncoder().encode(header), bytes]);
}

describe('NDJSON', () => {
  it('reads objects and arrays, by content or extension', async () => {
    const objects = x.map((value, i) => JSON.stringify({ x: value, y: y[i], who: 'a', deep: { z: 1 } })).join('\n');
    const table = await readTable(write('objects.data', objects));
    expect(values(table)).toEqual(expected);
    expect(selectColumns(table).leftOut.map(({ name }) => name)).toEqual(['who', 'deep']);
    const arrays = x.map((value, i) => JSON.stringify([value, y[i]])).join('\r\n');
    expect(values(await readTable(write('arrays.jsonl', `${arrays}\r\n`)))).toEqual(expected);
  });

  it('keys in any order; those that the first row lacks are left out and named', async () => {
    const table = await readTable(write('order.ndjson', '{"x":1,"y":2}\n\n{"y":4,"x":3,"new":5}\n'));
    expect(values(table)).toEqual([1, 2, 3, 4]);
    expect(selectColumns(table).leftOut).toEqual([{ name: 'new', reason: 'not in the first row' }]);
  });

  it.each([
    ['{"x":1}\n{"x":2\n', 'line 2: not valid JSON'],
    ['{"x":1}\n\n[2]\n', 'line 3: an array where the first row is an object'],
    ['[1,2]\n[3]\n', 'line 2: 1 values where the first row has 2'],
    ['[\n{"x":1}]', 'line 1: a JSON array over several lines'],
    ['[{"x":1},{"x":2}]', 'line 1: an array of rows'],
  ])('%j', async (text, message) => {
    await expect(readTable(write('bad.ndjson', text))).rejects.toThrow(message);
  });

  it('missing values by line and column', async () => {
    const table = await readTable(write('missing.ndjson', '{"x":1,"y":1}\n{"x":2}\n{"x":3,"y":3}\n'));
    expect(() => selectColumns(table)).toThrow('line 2, column y: no value');
  });
});

describe('NDJSON, beyond what is a number', () => {
  it('true among numbers', async () => {
    const table = await readTable(write('true.ndjson', '{"a":1,"b":2}\n{"a":1,"b":true}\n{"a":2,"b":4}\n'));
    expect(() => selectColumns(table)).toThrow('line 2, column b: "true" is not a number');
  });

  it('integers that JSON.parse rounds', async () => {
    const line =
      '{"n":0.12345678901234567890,"id":"9007199254740993 \\" 9007199254740995","x":9007199254740992,"y":-1}';
    const large = line.replace('-1', '-9007199254740993');
    expect(values(await readTable(write('exact.ndjson', `${line}\n`)))).toEqual([0.12345678901234568, 2 ** 53, -1]);
    const table = await readTable(write('rounded.ndjson', `${line}\n${large}\n`));
    expect(() => selectColumns(table)).toThrow(
      'line 2, column y: -9007199254740993 is an integer that no double holds; the nearest is -9007199254740992;',
    );
    const array = await readTable(write('rounded-arrays.ndjson', '[1,2]\n[3,1152921504606846977]\n[4,1e400]\n'));
    expect(() => selectColumns(array)).toThrow('line 2, column column2: 1152921504606846977 is an integer');
    const printed = await readTable(write('printed.ndjson', JSON.stringify([123456789012345680000])));
    expect(values(printed)).toEqual([123456789012345680000]);
  });

  it('names that are no UTF-8', async () => {
    const bytes = Buffer.from('{"gr\u00f6sse":1}\n', 'latin1');
    await expect(readTable(write('latin.ndjson', bytes))).rejects.toThrow('save it as UTF-8 first');
  });
});

describe('NPY', () => {
  it.each([1, 2, 3])('version %i, C order', async (version) => {
    const data = Float64Array.from(expected);
    const table = await readTable(write('c.npy', npy(version, '<f8', false, '4, 2', data)));
    expect(table.columns.map(({ name }) => name)).toEqual(['column1', 'column2']);
    expect(values(table)).toEqual(expected);
  });

  it('Fortran order, float32 kept as float32, integers, booleans, other byte order, one dimension', async () => {
    const fortran = npy(1, '<f8', true, '4, 2', Float64Array.from([...x, ...y]));
    expect(values(await readTable(write('f.npy', fortran)))).toEqual(expected);
    const floats = await readTable(write('f4.npy', npy(1, '<f4', false, '4, 2', Float32Array.from(expected))));
    expect(selectColumns(floats).X.data).toBeInstanceOf(Float32Array);
    expect(values(floats)).toEqual(expected.map(Math.fround));
    const cases: [string, ArrayBufferView, number[]][] = [
      ['<i8', BigInt64Array.of(-1n, 5n), [-1, 5]],
      ['<u4', Uint32Array.of(4e9, 5), [4e9, 5]],
      ['|i1', Int8Array.of(-3, 5), [-3, 5]],
      ['>i2', Uint8Array.of(1, 2, 255, 254), [258, -2]],
      ['>f8', new Uint8Array(Float64Array.of(2.5, -1).buffer).reverse(), [-1, 2.5]],
    ];
    for (const [dtype, data, numbers] of cases) {
      expect(values(await readTable(write('t.npy', npy(1, dtype, false, '2,', data))))).toEqual(numbers);
    }
    const truth = await readTable(write('b.npy', npy(1, '|b1', false, '2, 2', Uint8Array.of(1, 0, 0, 1))));
    expect(Array.from(selectColumns(truth, { binary: true }).X.data)).toEqual([1, 0, 0, 1]);
  });

  it('integers that no double holds are told, those that it holds are data', async () => {
    const i8 = BigInt64Array.of(1n, 2n, 3n, 2n ** 60n, 5n, -(2n ** 53n) - 1n);
    for (const fortran of [false, true]) {
      const table = await readTable(write('i8.npy', npy(1, '<i8', fortran, '3, 2', i8)));
      expect(() => selectColumns(table)).toThrow(
        'row 3, column column2: -9007199254740993 is an integer that no double holds; the nearest is -9007199254740992;',
      );
      expect(selectColumns(table, { wanted: ['1'] }).X.data[0]).toBe(1);
    }
    const u8 = await readTable(write('u8.npy', npy(1, '>u8', false, '2,', new Uint8Array(16).fill(255))));
    expect(() => selectColumns(u8)).toThrow('row 1, column column1: 18446744073709551615 is an integer');
  });

  it('has columns', async () => {
    const table = await readTable(write('none.npy', npy(1, '<f8', false, '4, 0', new Float64Array(0))));
    expect(() => selectColumns(table)).toThrow(/none\.npy has no columns: 4 rows of no values$/);
  });

  it.each([
    [npy(1, '<f8', false, '1, 2', Float64Array.of(1, 2, 3)), 'goes on behind its 2 values (1 × 2 of <f8)'],
    [
      gzipSync(Buffer.concat([npy(1, '|u1', false, '1,', Uint8Array.of(7)), Uint8Array.of(0)])),
      'goes on behind its 1 v',
    ],
    [npy(1, '<f8', false, '4, 2', Float64Array.of(1, 2, 3)), 'ends after 3 of 8 values (4 × 2 of <f8)'],
    [
      npy(1, '<f8', false, '4, 200', Float64Array.of(1, 2, 3)),
      '4 × 200 values, 6400 bytes, and has 152; it is cut off',
    ],
    [npy(1, '<f8', false, '99999999999999999999, 2', new Float64Array(2)), 'it is cut off'],
    [gzipSync(npy(1, '<f8', false, '99999999999999999999, 2', new Float64Array(2))), 'there is no memory for so many'],
    [gzipSync(npy(1, '<f8', false, '0, 999999999', new Float64Array(0))), 'at most 1048576 columns'],
    [npy(1, '<f8', false, '1, 2, 2', new Float64Array(4)), 'has 3 dimensions (1 × 2 × 2)'],
    [npy(1, '<c16', false, '2,', new Float64Array(4)), 'holds values of type <c16'],
    [npy(4, '<f8', false, '2,', new Float64Array(2)), 'format version 4'],
    [new Uint8Array([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1]), 'cut off in its header'],
  ])('mistakes (%#)', async (bytes, message) => {
    await expect(readTable(write('bad.npy', bytes))).rejects.toThrow(message);
  });

  it('files of another format', async () => {
    const csv = write('csv.csv', CSV);
    await expect(readTable(csv, { format: 'npy' })).rejects.toThrow('csv.csv is no .npy file');
    await expect(readTable(write('a.xlsx', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0)))).rejects.toThrow('zip archive');
  });

  it('values that are not finite, by row and column', async () => {
    const table = await readTable(write('nan.npy', npy(1, '<f8', false, '2, 2', Float64Array.of(1, 2, 3, Number.NaN))));
    expect(() => selectColumns(table)).toThrow('row 2, column column2: missing value "NaN"');
  });
});

describe('Parquet, Arrow and DuckDB', () => {
  beforeAll(async () => {
    const instance = await DuckDBInstance.create(path('all.duckdb'));
    const connection = await instance.connect();
    await connection.run(
      `create table t as select x::double x, y::integer y, who, x::decimal(12, 6) as d, x > 0 as positive, date '2020-01-01' as day, [1, 2] as list from read_csv('${write('all.csv', CSV)}')`,
    );
    for (const codec of ['snappy', 'zstd', 'gzip', 'uncompressed']) {
      await connection.run(`copy t to '${path(`${codec}.parquet`)}' (format parquet, codec ${codec})`);
    }
    await connection.run(
      `copy (select range as a, range * 0.5 as b from range(50000)) to '${path('groups.parquet')}' (format parquet, row_group_size 10000)`,
    );
    await connection.run(
      `copy (select null::double a union all select 1.0) to '${path('null.parquet')}' (format parquet)`,
    );
    connection.closeSync();
    instance.closeSync();
  });

  const wanted = x.flatMap((value, i) => [value, y[i], value]);
  const dropped = ['who', 'positive', 'day', 'list'];

  it.each(['snappy', 'zstd', 'gzip', 'uncompressed'])('Parquet, %s', async (codec) => {
    const table = await readTable(path(`${codec}.parquet`));
    const { X, featureNames, leftOut } = selectColumns(table);
    expect(featureNames).toEqual(['x', 'y', 'd']);
    expect(Array.from(X.data)).toEqual(wanted);
    expect(leftOut.map(({ name }) => name).sort()).toEqual([...dropped].sort());
  });

  it('Parquet in several row groups; nulls by row and column', async () => {
    const { X } = selectColumns(await readTable(path('groups.parquet')));
    expect([X.rows, X.columns]).toEqual([50_000, 2]);
    expect(Array.from(X.data.subarray(2 * 34_567, 2 * 34_568))).toEqual([34_567, 34_567 / 2]);
    const table = await readTable(path('null.parquet'));
    expect(() => selectColumns(table)).toThrow(/row 1, column a: no value/);
  });

  it('integers that no double holds, in Parquet, in a query, in Arrow IPC', async () => {
    const select = 'select 2::bigint a, i::bigint + 9007199254740992 b, i::hugeint * 1000 c from range(3) r(i)';
    const message =
      /row 2, column b: 9007199254740993 is an integer that no double holds; the nearest is 9007199254740992;/;
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    await connection.run(`copy (${select}) to '${path('large.parquet')}' (format parquet)`);
    connection.closeSync();
    instance.closeSync();
    const parquet = await readTable(path('large.parquet'));
    expect(() => selectColumns(parquet)).toThrow(message);
    const arrow = tableFromArrays({
      a: Float64Array.of(2, 2, 2),
      b: BigInt64Array.from([0n, 1n, 2n], (i) => i + 2n ** 53n),
    });
    const ipc = await readTable(write('large.arrow', tableToIPC(arrow, 'file')));
    expect(() => selectColumns(ipc)).toThrow(message);
    for (const type of ['bigint', 'hugeint', 'decimal(30, 0)']) {
      const query = `select a, b::${type} as b from (${select})`;
      const table = await readTable(undefined, { query });
      expect(() => selectColumns(table)).toThrow(message);
    }
    const cast = await readTable(undefined, { query: `select a, b::double as b, c from (${select})` });
    expect(values(cast).slice(3)).toEqual([2, 2 ** 53, 1000, 2, 2 ** 53 + 2, 2000]);
  });

  it('Arrow IPC that is cut off, anywhere', async () => {
    const bytes = tableToIPC(tableFromArrays({ x: Float64Array.from(x), who: x.map(String) }), 'file');
    for (let end = 6; end < bytes.length; end += 7) {
      const error = await readTable(write('cut.arrow', bytes.subarray(0, end))).catch((caught) => caught);
      expect(error).toBeInstanceOf(CliError);
      expect(error.message).toMatch(
        /cut\.arrow as Arrow IPC: it is cut off, for a file ends as it begins, with ARROW1$/,
      );
    }
    const stream = tableToIPC(tableFromArrays({ x: Float64Array.from(x), who: x.map(String) }), 'stream');
    // a stream may end behind any of its messages
    for (let end = 8; end < stream.length - 8; end += 5) {
      const read = await readTable(write('cut.arrows', stream.subarray(0, end))).catch((caught) => caught);
      if (!(read instanceof CliError)) expect([end, read.nRows]).toEqual([end, 0]);
      else expect(read.message).toMatch(/cut\.arrows as Arrow IPC: (it is cut off or damaged|Expected to read .*)$/);
    }
  });

  it('Arrow IPC, file and stream', async () => {
    const table = tableFromArrays({ x: Float64Array.from(x), y: BigInt64Array.from(y, BigInt), who: x.map(String) });
    for (const kind of ['file', 'stream'] as const) {
      const { X, leftOut } = selectColumns(await readTable(write(`${kind}.arrow`, tableToIPC(table, kind))));
      expect(Array.from(X.data)).toEqual(expected);
      expect(leftOut.map(({ name }) => name)).toEqual(['who']);
    }
  });

  it('a query over files, a database, a file of SQL', async () => {
    const query = `select x, y from '${path('zstd.parquet')}'`;
    expect(values(await readTable(undefined, { query }))).toEqual(expected);
    expect(values(await readTable(path('all.duckdb'), { query: 'select x, y from t' }))).toEqual(expected);
    expect(values(await readTable(write('q.sql', query)))).toEqual(expected);
    const { leftOut, featureNames } = selectColumns(await readTable(path('all.duckdb'), { query: 'from t' }));
    expect(featureNames).toEqual(['x', 'y', 'd']);
    expect(leftOut.map(({ name }) => name).sort()).toEqual([...dropped].sort());
  });

  it('says what is wrong with a query', async () => {
    await expect(readTable(undefined, { query: 'select nothing from nowhere' })).rejects.toThrow(/query: .*nowhere/);
    await expect(readTable(path('all.duckdb'))).rejects.toThrow('say with --query');
    await expect(readTable(path('all.csv'), { query: 'select 1' })).rejects.toThrow('must be a database');
    await expect(readTable(undefined)).rejects.toThrow('no data');
  });

  it('says what is wrong with a file', async () => {
    await expect(readTable(write('bad.parquet', 'PAR1 and nothing else'))).rejects.toThrow('as Parquet');
    await expect(readTable(write('bad.arrow', 'ARROW1 and nothing else'))).rejects.toThrow('as Arrow IPC');
    await expect(readTable(path('absent.csv'))).rejects.toThrow('absent.csv: no such file or folder');
    await expect(readTable(path('.'))).rejects.toThrow('it is a folder');
  });

  it('without the optional packages says what to install', async () => {
    mkdirSync(path('alone'));
    const dist = fileURLToPath(new URL('../../dist', import.meta.url));
    for (const file of readdirSync(dist)) {
      if (file.endsWith('.js')) cpSync(`${dist}/${file}`, path(`alone/dist/${file}`));
    }
    write('alone/package.json', '{ "type": "module", "version": "0.0.0" }');
    const cli = path('alone/dist/cli.js');
    const query = await mixwasm(['fit', '-k', '1', '--query', 'select 1'], { cli });
    expect(query.status).toBe(1);
    expect(query.stderr).toContain('npm install @duckdb/node-api');
    const arrow = await mixwasm(['fit', path('file.arrow'), '-k', '1'], { cli });
    expect(arrow.stderr).toContain('npm install apache-arrow');
    expect((await mixwasm(['fit', path('snappy.parquet'), '-k', '1', '--columns', 'y'], { cli })).status).toBe(0);
  });
});

describe('packed and piped', () => {
  const numbers = 'x,y\n1,2\n3,4\n4,7\n6,6\n';
  const report = /log-likelihood +(-?[\d.]+)/;

  it('gzip by its first bytes, whatever the name; broken gzip is told', async () => {
    expect(values(await readTable(write('packed.csv.gz', gzipSync(numbers))))).toEqual([1, 2, 3, 4, 4, 7, 6, 6]);
    expect(values(await readTable(write('packed.csv', gzipSync(numbers))))).toEqual([1, 2, 3, 4, 4, 7, 6, 6]);
    const array = npy(1, '<f8', false, '2, 2', Float64Array.of(1, 2, 3, 4));
    expect(values(await readTable(write('a.npy.gz', gzipSync(array))))).toEqual([1, 2, 3, 4]);
    const cut = gzipSync(numbers).subarray(0, 30);
    await expect(readTable(write('cut.gz', cut))).rejects.toThrow('cannot unpack');
  });

  it('standard input, plain and packed, of any format', async () => {
    const [plain, packed, array] = await Promise.all([
      mixwasm(['fit', '-', '-k', '1'], { input: numbers }),
      mixwasm(['fit', '-', '-k', '1'], { input: gzipSync(numbers) }),
      mixwasm(['fit', '-', '-k', '1'], {
        input: npy(1, '<f8', false, '4, 2', Float64Array.of(1, 2, 3, 4, 4, 7, 6, 6)),
      }),
    ]);
    expect([plain.status, packed.status, array.status]).toEqual([0, 0, 0]);
    const found = report.exec(plain.stderr)?.[1];
    expect(Number(found)).toBeLessThan(0);
    expect(report.exec(packed.stderr)?.[1]).toBe(found);
    expect(report.exec(array.stderr)?.[1]).toBe(found);
    expect(plain.stderr).toContain('standard input: 4 rows, 2 columns');
  });

  it.each([
    ['CSV', () => numbers],
    ['packed', () => gzipSync(numbers)],
    ['Parquet', () => readFileSync(path('pipe.parquet'))],
  ])('a named pipe, read once: %s', async (kind, content) => {
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    await connection.run(
      `copy (from read_csv('${write('pipe.csv', numbers)}')) to '${path('pipe.parquet')}' (format parquet)`,
    );
    connection.closeSync();
    instance.closeSync();
    const pipe = path(`pipe-${kind}`);
    execFileSync('mkfifo', [pipe]);
    const [ran] = await Promise.all([
      mixwasm(['fit', pipe, '-k', '1']),
      open(pipe, 'w').then(async (writer) => {
        await writer.writeFile(content());
        await writer.close();
      }),
    ]);
    expect(ran.status, ran.stderr).toBe(0);
    expect(ran.stderr).toContain(`pipe-${kind}: 4 rows, 2 columns`);
  });

  it('/dev/stdin is standard input', async () => {
    const ran = await mixwasm(['fit', '/dev/stdin', '-k', '1'], { input: numbers });
    expect(ran.stderr).toContain('4 rows, 2 columns');
    expect(ran.status).toBe(0);
  });

  it('Parquet through a pipe', async () => {
    const piped = await mixwasm(['fit', '-', '-k', '1', '--columns', 'a,b'], {
      input: readFileSync(path('groups.parquet')),
    });
    expect(piped.status).toBe(0);
    expect(piped.stderr).toContain('50000 rows, 2 columns');
  });
});
