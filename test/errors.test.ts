/** Bad data and bad options: each error's class, code and place, and a message of what was expected, what came and what to do. */
import { InvalidDataError, InvalidOptionError } from '../src/index.js';
import { changed, checkFaults, type Fault, fitWith } from './helpers/faults.js';

const data: Fault[] = [
  ...[Number.NaN, Infinity, -Infinity].map(
    (value): Fault => ({
      what: `${value} in the data`,
      call: fitWith({}, changed(7, 1, value)),
      error: InvalidDataError,
      code: 'INVALID_DATA',
      message: new RegExp(`must be finite; got ${value} at row 7, column 1; .*(drop|impute)`),
      place: { row: 7, column: 1 },
    }),
  ),
  ...['1', null, undefined, {}, 1n].map(
    (value): Fault => ({
      what: `${typeof value} in the data`,
      call: fitWith({}, changed(3, 0, value)),
      error: InvalidDataError,
      code: 'INVALID_DATA',
      message: /X must hold numbers; got .* at row 3, column 0/,
      place: { row: 3, column: 0 },
    }),
  ),
  {
    what: 'a ragged row',
    call: fitWith({}, [[1, 2], [3, 4], [5]]),
    error: InvalidDataError,
    code: 'INVALID_DATA',
    message: /ragged: row 2 has 1 values, row 0 has 2; every row/,
    place: { row: 2, column: undefined },
  },
  ...[[], [[]], { data: [], rows: 0, columns: 2 }, new Float64Array(0)].map(
    (empty): Fault => ({
      what: 'empty data',
      call: fitWith({}, empty),
      error: InvalidDataError,
      code: 'INVALID_DATA',
      message: /empty \(\d rows × \d columns\); at least one/,
    }),
  ),
  {
    what: 'fewer rows than components',
    call: fitWith({ nComponents: 3 }, [
      [1, 2],
      [3, 4],
    ]),
    error: InvalidDataError,
    code: 'INVALID_DATA',
    message: /3 components need at least 3 rows; got 2; lower nComponents/,
  },
  {
    what: 'fewer rows of positive weight than components',
    call: fitWith({ nComponents: 3, sampleWeights: [1, 0, 0, 2] }, [[1], [2], [3], [4]]),
    error: InvalidDataError,
    code: 'INVALID_DATA',
    message: /at least 3 rows of positive weight; got 2/,
  },
  ...(
    [
      [[1, 2], /one weight per row: expected 60, got 2/],
      [[-1, ...new Array(59).fill(1)], /not negative; got -1 at row 0/],
      [[1, Number.NaN, ...new Array(58).fill(1)], /finite.*got NaN at row 1/],
      [new Array(60).fill(0), /all zero; at least one/],
      ['abc', /must be an array of 60 numbers; got "abc"/],
      [new Array(60).fill(1e308), /overflow when summed; scale/],
    ] as const
  ).map(
    ([sampleWeights, message]): Fault => ({
      what: `sampleWeights ${String(sampleWeights).slice(0, 12)}`,
      call: fitWith({ sampleWeights }),
      error: InvalidDataError,
      code: 'INVALID_DATA',
      message,
    }),
  ),
];

const options: Fault[] = (
  [
    [
      'nComponents',
      [0, -1, 2.5, '2', Number.NaN, undefined, null, Infinity],
      /nComponents must be an integer ≥ 1; got/,
    ],
    ['maxIter', [-1, 1.5, '10', Number.NaN], /maxIter must be an integer ≥ 0; got/],
    ['nInit', [0, 2.5, '1'], /nInit must be an integer ≥ 1; got/],
    ['tol', [-1e-9, Number.NaN, Infinity, '1e-3'], /tol must be a finite number ≥ 0; got/],
    ['paramTol', [-1, Number.NaN], /paramTol must be a finite number ≥ 0; got/],
    [
      'regCovar',
      [-1e-6, Number.NaN, 'x', true, { relative: -1 }, { relative: '1' }],
      /regCovar(\.relative)? must be .*; got/,
    ],
    ['seed', [1.5, '1', 2 ** 60, Number.NaN], /seed must be an integer.*; got/],
    ['covarianceType', ['ful', 'Full', 3], /covarianceType must be one of 'full', 'tied', 'diag', 'spherical'; got/],
    ['init', ['kmean', 7, {}, { labels: [], responsibilities: [] }], /init (must be one of|as an object takes)/],
    ['backend', ['gpu', 1], /backend must be one of 'wasm', 'js'; got/],
  ] as const
).flatMap(([option, values, message]) =>
  values.map(
    (value): Fault => ({
      what: `${option}: ${typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
      call: fitWith({ [option]: value }),
      error: InvalidOptionError,
      code: 'INVALID_OPTION',
      message,
      place: { option: option === 'regCovar' && typeof value === 'object' ? 'regCovar.relative' : option },
    }),
  ),
);

checkFaults([...data, ...options]);
