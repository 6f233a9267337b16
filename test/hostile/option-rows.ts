/** Rows of the catalogue: options, and parameters to start from. */
import { expect } from 'vitest';
import {
  InvalidDataError,
  InvalidOptionError,
  InvalidParametersError,
  NotPositiveDefiniteError,
} from '../../src/index.js';
import { by, type Ending, expectSound, type FitRow, refused } from './row.js';

const shown = (value: unknown) => (typeof value === 'string' ? JSON.stringify(value) : String(value));

/** The same option with several impossible values. */
function impossible(option: string, values: readonly unknown[], expected: RegExp): FitRow[] {
  return values.map((value) => ({
    what: `${option} of ${shown(value)}`,
    given: () => ({ options: { [option]: value } }),
    ends: refused(InvalidOptionError, expected, { option }),
  }));
}

const stopsAtOnce: Ending = (model) => {
  expectSound(model);
  expect(model.nIter).toBe(0);
  expect(Object.values(model.trace).map(({ length }) => length)).toEqual([1]);
};

/** Parameters to start from, of the ordinary data's size, one of them wrong. */
function initial(what: string, weights: number[] | undefined, covariances: unknown, ends: Ending): FitRow {
  return {
    what,
    kinds: ['gaussian'],
    given: ({ rows }) => ({
      options: {
        covarianceType: 'full',
        initialParameters: {
          ...(weights === undefined ? {} : { weights }),
          means: rows.slice(0, 2),
          ...(covariances === undefined ? {} : { covariances }),
        },
      },
    }),
    ends,
  };
}

const eye = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

export const OPTION_ROWS: FitRow[] = [
  ...[2.5, 0, -1, '2', true, null].map(
    (value): FitRow => ({
      what: `K of ${shown(value)}`,
      given: ({ count }) => ({ options: { [count]: value } }),
      ends: by(({ count }) =>
        refused(InvalidOptionError, new RegExp(`^${count} must be an integer ≥ 1; got ${shown(value)}$`), {
          option: count,
        }),
      ),
    }),
  ),
  {
    what: 'K of 1e9',
    given: ({ count }) => ({ options: { [count]: 1e9 } }),
    ends: refused(InvalidDataError, /^1000000000 (components|clusters) need at least 1000000000 rows; got 60; lower n/),
  },
  ...impossible('tol', [Number.NaN, -1, Infinity], /^tol must be a finite number ≥ 0; got (NaN|-1|Infinity)$/),
  ...impossible(
    'maxIter',
    [Number.NaN, -1, Infinity, 2.5],
    /^maxIter must be an integer.*; got (NaN|-1|Infinity|2.5)$/,
  ),
  {
    what: 'tol of 0',
    given: () => ({ options: { tol: 0, maxIter: 7 } }),
    ends: (model) => {
      expectSound(model);
      expect(model.nIter).toBeLessThanOrEqual(7);
    },
  },
  { what: 'maxIter of 0', given: () => ({ options: { maxIter: 0 } }), ends: stopsAtOnce },
  {
    what: 'regCovar below 0',
    kinds: ['gaussian'],
    given: () => ({ options: { regCovar: -1e-6 } }),
    ends: refused(InvalidOptionError, /^regCovar must be a finite number ≥ 0; got -0.000001$/, { option: 'regCovar' }),
  },
  {
    what: 'a misspelt option',
    given: () => ({ options: { maxIters: 5 } }),
    ends: refused(InvalidOptionError, /\.fit has no option "maxIters"; did you mean maxIter\?$/, {
      option: 'maxIters',
    }),
  },
  {
    what: 'an option that resembles none',
    given: () => ({ options: { q: 5 } }),
    ends: refused(InvalidOptionError, /\.fit has no option "q"; known: n/, { option: 'q' }),
  },
  {
    what: 'an own option called __proto__',
    given: () => ({ options: JSON.parse('{ "__proto__": { "maxIter": -1 } }') }),
    ends: refused(InvalidOptionError, /has no option "__proto__"/),
  },
  initial(
    'initial covariances that are not positive definite',
    undefined,
    [
      eye,
      [
        [1, 2, 0],
        [2, 1, 0],
        [0, 0, 1],
      ],
    ],
    refused(NotPositiveDefiniteError, /component 1/, { component: 1, pivot: 1 }),
  ),
  initial(
    'initial covariances that are asymmetric',
    undefined,
    [
      [
        [1, 0.5, 0],
        [0.2, 1, 0],
        [0, 0, 1],
      ],
      eye,
    ],
    refused(
      InvalidParametersError,
      /^covariances must be symmetric; component 0 has 0.2 at \(1, 0\) but 0.5 at \(0, 1\)/,
      { component: 0 },
    ),
  ),
  ...(
    [
      [
        'tied',
        [
          [1, 2, 0],
          [2, 1, 0],
          [0, 0, 1],
        ],
        { pivot: 1 },
      ],
      [
        'diag',
        [
          [1, 1, 1],
          [1, 0, 1],
        ],
        { component: 1 },
      ],
      [
        'diag',
        [
          [1, 1, 1],
          [1, 1, -1],
        ],
        { component: 1 },
      ],
      ['spherical', [1, 0], { component: 1 }],
      ['spherical', [-1, 1], { component: 0 }],
    ] as const
  ).map(
    ([covarianceType, covariances, fields]): FitRow => ({
      what: `initial covariances ${JSON.stringify(covariances)}, ${covarianceType}`,
      kinds: ['gaussian'],
      given: ({ rows }) => ({
        options: { covarianceType, initialParameters: { means: rows.slice(0, 2), covariances } },
      }),
      ends: refused(covarianceType === 'tied' ? NotPositiveDefiniteError : InvalidParametersError, /positive/, fields),
    }),
  ),
  initial('initial weights off by 1e-9', [0.5, 0.5 + 1e-9], undefined, expectSound),
  ...(
    [
      [[0.5, 0.5 + 1e-9], expectSound],
      [
        [0.5, 0.6],
        refused(InvalidParametersError, /^weights must sum to 1 .*they sum to 1.1; divide them by their sum/),
      ],
      [[1.5, -0.5], refused(InvalidParametersError, /^weights must not be negative; got -0.5 for component 1/)],
    ] as const
  ).map(
    ([weights, ends]): FitRow => ({
      what: `initial weights ${weights}, with probs`,
      kinds: ['bernoulli'],
      given: () => ({
        options: {
          initialParameters: {
            weights,
            probs: [
              [0.3, 0.4, 0.5],
              [0.6, 0.5, 0.4],
            ],
          },
        },
      }),
      ends,
    }),
  ),
  initial(
    'initial weights off by 0.1',
    [0.5, 0.6],
    undefined,
    refused(InvalidParametersError, /^weights must sum to 1 .*they sum to 1.1; divide them by their sum/),
  ),
  initial(
    'a negative initial weight',
    [1.5, -0.5],
    undefined,
    refused(InvalidParametersError, /^weights must not be negative; got -0.5 for component 1/, { component: 1 }),
  ),
];
