/** Rows of the catalogue: values and shapes of X, and what is left of its distribution. */
import { expect } from 'vitest';
import {
  DegenerateComponentError,
  InvalidDataError,
  InvalidParametersError,
  ZeroDensityError,
} from '../../src/index.js';
import { clusters, generator, rowsOf } from '../helpers/data.js';
import type { Family } from './families.js';
import { by, changed, expectSound, type FitRow, refused } from './row.js';

const REAL = ['gaussian', 'k-means', 'k-medians'] as const;
const overflows = refused(
  DegenerateComponentError,
  /^the covariance of the data overflows: .*variance.* is (Infinity|NaN); scale the columns down/,
);
/** Which of the two comes first is up to the last digit. */
const dependent = refused(
  DegenerateComponentError,
  /^(component \d collapsed|the covariance of the data has no inverse).*regCovar/s,
);
const singular = refused(
  DegenerateComponentError,
  /^the covariance of the data has no inverse \(constant, .*(feature \d|variance).*; .*regCovar/,
);

/** A 0/1 or real table of `n` equal rows. */
const same = (family: Family, n: number) => Array.from({ length: n }, () => family.rows[0]!.slice());

/** The family's rows with a further column made of the others. */
const withColumn = (family: Family, value: (row: readonly number[]) => number) =>
  family.rows.map((row) => [...row, value(row)]);

/** A column that says nothing new: collapse without regularisation, where covariances are matrices; otherwise a fit. */
function degenerateColumn(what: string, value: (row: readonly number[]) => number, matrixOnly: boolean): FitRow[] {
  return [0, 1e-3, 'default'].map((regCovar) => ({
    what: `${what}, regCovar ${regCovar}`,
    ...(regCovar === 'default' ? {} : { kinds: ['gaussian'] as const }),
    given: (family) => ({
      X: withColumn(family, value),
      options: regCovar === 'default' ? {} : { regCovar },
    }),
    ends: by(({ own }) => {
      const { covarianceType: type } = own as { covarianceType?: string };
      const affected = matrixOnly ? type === 'full' || type === 'tied' : type !== undefined && type !== 'spherical';
      return regCovar === 0 && affected ? dependent : expectSound;
    }),
  }));
}

export const DATA_ROWS: FitRow[] = [
  ...[Number.NaN, Infinity, -Infinity].map(
    (value): FitRow => ({
      what: `${value} in the data`,
      given: ({ rows }) => ({ X: changed(rows, 7, 1, value) }),
      ends: refused(InvalidDataError, new RegExp(`got ${value} at row 7, column 1; .*(drop or impute|binarise)`), {
        row: 7,
        column: 1,
      }),
    }),
  ),
  ...[[], [[]], { data: [], rows: 0, columns: 2 }, new Float64Array(0)].map(
    (X, i): FitRow => ({
      what: `empty data (${i})`,
      given: () => ({ X }),
      ends: refused(InvalidDataError, /^X is empty \(\d rows × \d columns\); at least one row and one column/),
    }),
  ),
  ...[[[], [], []], { data: new Float64Array(0), rows: 3, columns: 0 }].map(
    (X, i): FitRow => ({
      what: `D = 0 (${i})`,
      given: () => ({ X }),
      ends: refused(InvalidDataError, /^X is empty \(\d rows × 0 columns\)/),
    }),
  ),
  {
    what: 'N < K',
    given: ({ rows, count }) => ({ X: rows.slice(0, 2), options: { [count]: 3 } }),
    ends: refused(
      InvalidDataError,
      /^3 (components|clusters) need at least 3 rows; got 2; lower n(Components|Clusters)/,
    ),
  },
  {
    what: 'N = 1',
    given: ({ rows, count }) => ({ X: rows.slice(0, 1), options: { [count]: 1 } }),
    ends: by(({ kind, rows }) =>
      kind === 'gaussian'
        ? singular
        : (model) => {
            const { centers, probs } = model.toJSON() as { centers?: number[][]; probs?: number[][] };
            expect((centers ?? probs)![0]).toEqual(rows[0]);
          },
    ),
  },
  {
    what: 'N = 1 with regCovar 0.5',
    kinds: ['gaussian'],
    given: ({ rows, count }) => ({ X: rows.slice(0, 1), options: { [count]: 1, regCovar: 0.5 } }),
    ends: (model, { rows }) => {
      expect(model.toJSON().means).toEqual([rows[0]]);
      expect(new Set((model.toJSON().covariances as number[]).flat(2))).toSatisfy((s: Set<number>) =>
        [...s].every((v) => v === 0.5 || v === 0),
      );
    },
  },
  {
    what: 'all points identical',
    given: (family) => ({ X: same(family, 20) }),
    ends: by(({ kind }) => (kind === 'gaussian' ? singular : expectSound)),
  },
  {
    what: 'all points identical, regCovar 0',
    kinds: ['gaussian'],
    given: (family) => ({ X: same(family, 20), options: { regCovar: 0 } }),
    ends: singular,
  },
  {
    what: 'all points identical, regCovar 1e-3',
    kinds: ['gaussian'],
    given: (family) => ({ X: same(family, 20), options: { regCovar: 1e-3 } }),
    ends: (model, family) => {
      expectSound(model);
      for (const mean of model.toJSON().means as number[][]) {
        mean.forEach((m, j) => expect(m).toBeCloseTo(family.rows[0]![j]!, 12));
      }
    },
  },
  ...degenerateColumn('duplicate columns', ([a]) => a!, true),
  ...degenerateColumn('a constant column', () => 1, false),
  ...degenerateColumn(
    'collinear columns',
    ([a, b, c]) => ((a! + b! + c!) % 2 === 0 && Number.isInteger(a) ? 0 : Number.isInteger(a) ? 1 : a! - 2 * b!),
    true,
  ),
  {
    what: 'one value of 1e150',
    kinds: REAL,
    given: ({ rows }) => ({ X: changed(rows, 4, 2, 1e150) }),
    ends: by(({ kind }) => (model) => {
      expectSound(model);
      // the row is apart from the others, and they are together
      if (kind === 'gaussian') return;
      expect(model.labels.filter((label) => label === model.labels[4]).length).toBe(1);
    }),
  },
  ...[1e160, 1e200, 1e300, 1e308].map(
    (scale): FitRow => ({
      what: `values of ${scale}`,
      kinds: REAL,
      given: ({ rows }) => ({ X: rows.map((row) => row.map((v) => (v / 20) * scale)) }),
      ends: by(({ kind }) => {
        if (kind === 'gaussian') return overflows;
        // medians need no squares, only sums
        return kind === 'k-medians' && scale < 1e308
          ? expectSound
          : refused(InvalidDataError, /overflow.*; scale the data/);
      }),
    }),
  ),
  {
    what: 'values of 1e-160',
    kinds: REAL,
    given: ({ rows }) => ({ X: rows.map((row) => row.map((v) => v * 1e-160)) }),
    ends: by(({ kind }) =>
      kind === 'k-medians'
        ? expectSound
        : refused(
            InvalidDataError,
            /underflow \(row 1 and row 0 in column 0: .* and .*\); multiply it by a power of 2/,
            {
              row: 1,
              column: 0,
            },
          ),
    ),
  },
  {
    what: 'a single column of 1e-160',
    kinds: REAL,
    given: ({ rows }) => ({ X: rows.map(([a, b, c]) => [a, b, c! * 1e-160]) }),
    ends: by(({ own }) =>
      ['full', 'tied', 'diag'].includes((own as { covarianceType?: string }).covarianceType ?? '')
        ? refused(InvalidDataError, /underflow \(row 1 and row 0 in column 2/, { row: 1, column: 2 })
        : expectSound,
    ),
  },
  {
    what: 'offset 1e8 with σ = 1',
    kinds: REAL,
    given: ({ rows }) => ({ X: rows.map((row) => row.map((v) => v + 1e8)) }),
    ends: (model, family) => {
      expectSound(model);
      // as the fit of the same data about 0: what the offset rounded off is 1e-8 of a σ
      const near = family.fit(family.rows, { [family.count]: 2, ...family.own });
      expect(Array.from(model.labels)).toEqual(Array.from(near.labels));
      const centresOf = (m: typeof model) => (m.toJSON().means ?? m.toJSON().centers) as number[][];
      centresOf(model).forEach((row, k) =>
        row.forEach((value, j) => expect(Math.abs(value - 1e8 - centresOf(near)[k]![j]!)).toBeLessThan(1e-6)),
      );
    },
  },
  {
    what: 'D = 500 with N = 100',
    given: ({ kind }) => ({
      X:
        kind === 'bernoulli'
          ? rowsOf(
              clusters(100, 500, 2).map((v) => (v > 0 ? 1 : 0)),
              500,
            )
          : rowsOf(clusters(100, 500, 2), 500),
      options: { maxIter: 1, tol: 0 },
    }),
    ends: expectSound,
  },
  {
    what: 'D = 500 with N = 100, regCovar 0',
    kinds: ['gaussian'],
    given: () => ({ X: rowsOf(clusters(100, 500, 2), 500), options: { maxIter: 1, regCovar: 0 } }),
    ends: by(({ own }) => {
      const { covarianceType } = own as { covarianceType: string };
      return covarianceType === 'full' || covarianceType === 'tied' ? singular : expectSound;
    }),
  },
  {
    what: 'K above the number of distinct points',
    given: (family) => ({
      X: family.rows.map((_, i) => [i % 2, (i + 1) % 2, 1]),
      options: { [family.count]: 5 },
    }),
    ends: expectSound,
  },
  {
    what: 'collapse on one point',
    kinds: REAL,
    given: ({ rows, kind }) => ({
      X: changed(rows, 0, 0, 1000),
      options: {
        ...(kind === 'gaussian' ? { regCovar: 0 } : {}),
        init: { labels: rows.map((_, i) => (i === 0 ? 1 : 0)) },
      },
    }),
    ends: by(({ kind, own }) =>
      kind === 'gaussian' && (own as { covarianceType: string }).covarianceType !== 'tied'
        ? refused(DegenerateComponentError, /^component 1 collapsed: .*; .*regCovar/s, { component: 1 })
        : (model) => {
            expectSound(model);
            expect(Array.from(model.labels).indexOf(1)).toBe(0);
          },
    ),
  },
  {
    what: 'a component that loses all responsibility',
    kinds: ['gaussian', 'bernoulli'],
    given: ({ rows, kind, own }) => {
      const { covarianceType } = own as { covarianceType?: string };
      const eye = rows[0]!.map((_, i) => rows[0]!.map((_, j) => (i === j ? 1 : 0)));
      const ones = rows[0]!.map(() => 1);
      const covariances = {
        full: [eye, eye],
        tied: eye,
        diag: [ones, ones],
        spherical: [1, 1],
      }[covarianceType ?? 'full'];
      const g = generator(1);
      return {
        X: kind === 'bernoulli' ? rows.map((row) => [...row, 0]) : rows,
        options: {
          initialParameters:
            kind === 'bernoulli'
              ? {
                  probs: [
                    [0.5, 0.5, 0.5, 0],
                    [g.uniform(), 0.5, 0.5, 1],
                  ],
                }
              : {
                  means: [
                    [0, 0, 0],
                    [1e4, 1e4, 1e4],
                  ],
                  covariances,
                },
        },
      };
    },
    ends: refused(
      DegenerateComponentError,
      /^component 1 has no responsibility for any row; use fewer components or another start/,
      {
        component: 1,
      },
    ),
  },
  {
    what: 'a cluster that no row is nearest to',
    kinds: ['k-means', 'k-medians'],
    given: () => ({
      options: {
        initialParameters: {
          centers: [
            [0, 0, 0],
            [1e4, 1e4, 1e4],
          ],
        },
      },
    }),
    ends: (model) => {
      expectSound(model);
      expect(new Set(model.labels).size).toBe(2);
    },
  },
  {
    what: 'identical initial means',
    given: ({ rows, kind }) => {
      const twice = [rows[0]!, rows[0]!];
      return {
        options: {
          initialParameters:
            kind === 'gaussian'
              ? { means: twice }
              : kind === 'bernoulli'
                ? {
                    probs: [
                      [0.3, 0.4, 0.5],
                      [0.3, 0.4, 0.5],
                    ],
                  }
                : { centers: twice },
        },
      };
    },
    ends: (model, { kind }) => {
      expectSound(model);
      // EM never tells components apart that start as one; k-means gives an empty cluster the farthest row
      const { means, probs } = model.toJSON() as { means?: number[][]; probs?: number[][] };
      if (kind === 'gaussian' || kind === 'bernoulli') expect((means ?? probs)![0]).toEqual((means ?? probs)![1]);
      else expect(new Set(model.labels).size).toBe(2);
    },
  },
  ...[2, 0.5, -1].map(
    (value): FitRow => ({
      what: `a Bernoulli value of ${value}`,
      kinds: ['bernoulli'],
      given: ({ rows }) => ({ X: changed(rows, 9, 2, value) }),
      ends: refused(InvalidDataError, new RegExp(`must hold 0 and 1 .*got ${value} at row 9, column 2; binarise`), {
        row: 9,
        column: 2,
      }),
    }),
  ),
  {
    what: 'a Bernoulli value of 2 in a Uint8Array',
    kinds: ['bernoulli'],
    given: () => ({ X: { data: Uint8Array.of(0, 1, 1, 2, 0, 0), rows: 3, columns: 2 } }),
    ends: refused(InvalidDataError, /got 2 at row 1, column 1; binarise/, { row: 1, column: 1 }),
  },
  {
    what: 'θ of exactly 0 and 1 at the start',
    kinds: ['bernoulli'],
    given: ({ rows }) => ({
      X: rows.map(([, b, c], i) => [i % 2, b, c]),
      options: {
        initialParameters: {
          probs: [
            [0, 0.5, 0.4],
            [1, 0.4, 0.5],
          ],
        },
      },
    }),
    ends: (model) => {
      expectSound(model);
      // certain it stays, and every row belongs to the one that allows it
      expect((model.toJSON().probs as number[][]).map(([p]) => p)).toEqual([0, 1]);
      expect(Array.from(model.labels)).toEqual(Array.from(model.labels, (_, i) => i % 2));
    },
  },
  {
    what: 'θ of exactly 0 and 1 that no row agrees with',
    kinds: ['bernoulli'],
    given: ({ rows }) => ({
      X: rows.map(() => [1, 0, 1]),
      options: {
        initialParameters: {
          probs: [
            [0, 0, 1],
            [1, 1, 1],
          ],
        },
      },
    }),
    ends: refused(ZeroDensityError, /^row 0 has a density of 0 /, { row: 0 }),
  },
  ...(
    [
      [new Array(60).fill(0), /^sampleWeights are all zero; at least one row must count/],
      [
        Array.from({ length: 60 }, (_, i) => (i === 3 ? -1 : 1)),
        /^sampleWeights must be finite and not negative; got -1 at row 3/,
      ],
      [Array.from({ length: 60 }, (_, i) => (i === 5 ? Number.NaN : 1)), /got NaN at row 5/],
      [Array.from({ length: 60 }, (_, i) => (i === 5 ? Infinity : 1)), /got Infinity at row 5/],
      [Array.from({ length: 60 }, () => 1e308), /^sampleWeights overflow when summed; scale them down/],
      [[1, 2, 3], /^sampleWeights must have one weight per row: expected 60, got 3/],
      ['1'.repeat(60), /^sampleWeights must be an array of 60 numbers; got "1111/],
    ] as const
  ).map(
    ([sampleWeights, message]): FitRow => ({
      what: `sampleWeights ${String(sampleWeights).slice(0, 20)}`,
      given: () => ({ options: { sampleWeights } }),
      ends: refused(InvalidDataError, message),
    }),
  ),
  {
    what: 'sizes whose product overflows 32 bits',
    given: () => ({ X: { data: new Uint8Array(4), rows: 65_536, columns: 65_537 } }),
    ends: refused(InvalidDataError, /^X\.data has 4 (numbers|values) but rows × columns = 65536 × 65537/),
  },
  {
    what: 'K × D² that overflows 32 bits, in initial parameters',
    kinds: ['gaussian', 'k-means', 'k-medians'],
    given: ({ kind }) => ({
      options: {
        initialParameters: kind === 'gaussian' ? { means: { length: 2 ** 31 } } : { centers: { length: 2 ** 31 } },
      },
    }),
    ends: refused(InvalidParametersError, /(means|centers) must have shape 2 × 3 .*got length 2147483648/),
  },
];
