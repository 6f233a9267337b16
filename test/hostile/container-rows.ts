/** Rows of the catalogue: what X may be made of. */
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';
import { InvalidDataError, OutOfMemoryError } from '../../src/index.js';
import { type Family, fingerprint } from './families.js';
import { by, changed, type FitRow, type Result, refused } from './row.js';

/** The fit of the same numbers as an array of rows has the same bits. */
const asRows: Result = (model, family) => {
  const plain = family.fit(family.rows, { [family.count]: 2, ...family.own, backend: model.toJSON().backend });
  expect(fingerprint(model)).toEqual(fingerprint(plain));
};

const flat = ({ rows }: Family) => rows.flat();
const columns = 3;
const matrix = (data: unknown, rows = 60) => ({ data, rows, columns });

/** Values of X that JavaScript would turn into numbers in silence. */
const NO_NUMBERS: readonly [string, unknown, RegExp][] = [
  ['null', null, /null/],
  ['an empty string', '', /""/],
  ['a Date', new Date(0), /Date object/],
  ['undefined', undefined, /undefined/],
  ['a numeric string', '1', /"1"/],
  ['a BigInt', 1n, /1n/],
];

const asFits = (what: string, X: (family: Family) => unknown, kinds?: FitRow['kinds']): FitRow => ({
  what,
  ...(kinds === undefined ? {} : { kinds }),
  given: (family) => ({ X: X(family) }),
  ordinary: true,
  ends: asRows,
});

/** Numbers that float32 holds exactly. */
const rounded = (family: Family) => Float32Array.from(flat(family));

export const CONTAINER_ROWS: FitRow[] = [
  {
    what: 'ragged rows',
    given: ({ rows }) => ({ X: rows.map((row, i) => (i === 5 ? row.slice(1) : row)) }),
    ends: refused(
      InvalidDataError,
      /^X is ragged: row 5 has 2 values, row 0 has 3; every row must have the same length/,
      { row: 5 },
    ),
  },
  ...NO_NUMBERS.map(
    ([what, value, shown]): FitRow => ({
      what: `${what} in a row`,
      given: ({ rows }) => ({ X: changed(rows, 3, 1, value) }),
      ends: refused(InvalidDataError, new RegExp(`^X must hold .*got ${shown.source} at row 3, column 1; `), {
        row: 3,
        column: 1,
      }),
    }),
  ),
  {
    what: 'a hole in a row',
    given: ({ rows }) => ({
      X: rows.map((row, i) => (i === 3 ? Object.assign(new Array(3), { 0: row[0], 2: row[2] }) : row)),
    }),
    ends: refused(InvalidDataError, /got undefined at row 3, column 1; /, { row: 3, column: 1 }),
  },
  {
    what: 'a hole between rows',
    given: ({ rows }) => ({ X: Object.assign(new Array(60), rows.slice(0, 7), { 59: rows[59] }) }),
    ends: refused(InvalidDataError, /^X row 7 must be an array.*got undefined/, { row: 7 }),
  },
  {
    what: 'true in a row',
    given: ({ rows }) => ({ X: changed(rows, 3, 1, true) }),
    ends: by(({ kind }) =>
      kind === 'bernoulli'
        ? (model) => expect(model.labels.length).toBe(60)
        : refused(InvalidDataError, /got true at row 3, column 1; /, { row: 3, column: 1 }),
    ),
  },
  ...[null, undefined, 'abc', 7, true, () => [[1]]].map(
    (X): FitRow => ({
      what: `X of ${String(X)}`,
      given: () => ({ X: X === undefined ? { data: undefined, rows: 1, columns: 1 } : X }),
      ends: refused(InvalidDataError, /^X(\.data)? must be an array.*got (null|undefined|"abc"|7|true|function)/),
    }),
  ),
  {
    what: 'null instead of a row',
    given: ({ rows }) => ({ X: rows.map((row, i) => (i === 2 ? null : row)) }),
    ends: refused(InvalidDataError, /^X row 2 must be an array.*got null/, { row: 2 }),
  },
  ...[BigInt64Array.of(0n, 1n), BigUint64Array.of(0n, 1n)].map(
    (X): FitRow => ({
      what: X.constructor.name,
      given: () => ({ X }),
      ends: refused(InvalidDataError, /BigInt|got 0n at row 0, column 0/),
    }),
  ),
  {
    what: 'rows × columns that do not fit the data',
    given: (family) => ({ X: matrix(flat(family), 59) }),
    ends: refused(InvalidDataError, /^X\.data has 180 (numbers|values) but rows × columns = 59 × 3/),
  },
  ...[2 ** 40, -1].map(
    (length): FitRow => ({
      what: `an array-like that claims a length of ${length}`,
      given: ({ one }) => ({ X: { length, 0: one } }),
      ends: refused(OutOfMemoryError, /^X has a length of -?\d+ (numbers|values): too many/),
    }),
  ),
  ...[2 ** 40, -1].map(
    (length): FitRow => ({
      what: `rows that claim a length of ${length}`,
      given: ({ one }) => ({ X: [{ length, 0: one }] }),
      ends: refused(OutOfMemoryError, /^X has a length of -?\d+ (numbers|values): too many/),
    }),
  ),
  {
    what: 'Float32Array',
    given: (family) => ({ X: matrix(rounded(family)) }),
    ends: (model, family) => {
      const rows = Array.from({ length: 60 }, (_, i) => Array.from(rounded(family).subarray(3 * i, 3 * i + 3)));
      const { backend } = model.toJSON();
      const exact = family.fit(rows, { [family.count]: 2, ...family.own, backend });
      expect(fingerprint(model)).toEqual(fingerprint(exact));
    },
  },
  asFits('a subarray with an odd offset', (family) => {
    const wider = new Float64Array(190).fill(Number.NaN);
    wider.set(flat(family), 5);
    return matrix(wider.subarray(5, 185));
  }),
  asFits(
    'a Uint8Array view with an odd offset',
    (family) => {
      const wider = new Uint8Array(190).fill(7);
      wider.set(flat(family), 3);
      return matrix(wider.subarray(3, 183));
    },
    ['bernoulli'],
  ),
  asFits('an array on a resizable buffer', (family) => {
    const Resizable = ArrayBuffer as unknown as new (bytes: number, options: object) => ArrayBuffer;
    const array = new Float64Array(new Resizable(180 * 8, { maxByteLength: 4096 }));
    array.set(flat(family));
    return matrix(array);
  }),
  asFits('an array on shared memory', (family) => {
    const array = new Float64Array(new SharedArrayBuffer(180 * 8));
    array.set(flat(family));
    return matrix(array);
  }),
  asFits('an array on growable shared memory', (family) => {
    const Growable = SharedArrayBuffer as unknown as new (bytes: number, options: object) => SharedArrayBuffer;
    const array = new Float64Array(new Growable(180 * 8, { maxByteLength: 4096 }));
    array.set(flat(family));
    return matrix(array);
  }),
  asFits('rows of another realm', (family) =>
    runInNewContext('JSON.parse(text)', { text: JSON.stringify(family.rows) }),
  ),
  asFits('a typed array of another realm', (family) =>
    matrix(runInNewContext('Float64Array.from(JSON.parse(text))', { text: JSON.stringify(flat(family)) })),
  ),
  asFits('rows and values behind getters', (family) => {
    const rows = { length: 60 };
    family.rows.forEach((row, i) => Object.defineProperty(rows, i, { get: () => row.slice(), enumerable: true }));
    return rows;
  }),
  asFits(
    'proxies of rows',
    (family) =>
      new Proxy(
        family.rows.map((row) => new Proxy(row.slice(), {})),
        {},
      ),
  ),
  {
    what: 'a getter that throws',
    given: ({ rows }) => ({
      X: rows.map((row, i) =>
        i === 4
          ? {
              length: 3,
              get 0() {
                throw new InvalidDataError('the getter of row 4; mend it');
              },
            }
          : row,
      ),
    }),
    ends: refused(InvalidDataError, /^the getter of row 4/),
  },
  ...['longer', 'shorter'].map(
    (what): FitRow => ({
      what: `an array whose length is ${what} at every look`,
      given: ({ one }) => {
        let length = 40;
        const values: Record<number, number> = {};
        for (let i = 0; i < 200; i++) values[i] = i % 2 === 0 ? one : 0;
        return {
          X: {
            data: Object.defineProperty(values, 'length', { get: () => (what === 'longer' ? length++ : length--) }),
            rows: 40,
            columns: 1,
          },
        };
      },
      ends: refused(InvalidDataError, /^X\.data has \d+ (numbers|values) but rows × columns = 40 × 1/),
    }),
  ),
];
