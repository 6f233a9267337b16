/**
 * The ways in beside the classes: one Gaussian, users' families, expected statistics, online EM take the containers and the
 * bad values of the catalogue as `fit` does, to the same error or the same bits.
 */
import { describe, expect, it } from 'vitest';
import {
  DegenerateComponentError,
  expectation,
  expectationMaximization,
  fitGaussian,
  GaussianMixture,
  InvalidDataError,
  mixture,
  OnlineMixture,
} from '../../src/index.js';
import { clusters, rowsOf } from '../helpers/data.js';
import { plane } from '../helpers/families.js';
import { BACKENDS, bits, thrownBy } from '../helpers/numbers.js';
import { errorOf, expectRefusal } from './catalogue.js';
import { CONTAINER_ROWS } from './container-rows.js';
import { DATA_ROWS } from './data-rows.js';
import { type Backend, FAMILIES, type Family } from './families.js';
import { endingOf, type FitRow } from './row.js';

const family = FAMILIES.find(({ name }) => name === 'GaussianMixture full') as Family;
const model = (backend: Backend) => GaussianMixture.fit(family.rows as number[][], { nComponents: 2, backend });

/** A way in: what it makes of rows, as numbers. */
type Way = (X: never, sampleWeights: { sampleWeights?: number[] }, backend: Backend) => ArrayLike<number>;

const WAYS: Record<string, Way> = {
  fitGaussian: (X, weights, backend) => fitGaussian(X, { ...weights, backend }).covariance,
  'expectationMaximization of a mixture of a family': (X, weights, backend) => {
    // the family of the plane sees the first two of three columns
    const { parameters } = expectationMaximization(mixture(plane, { nComponents: 2 }), X, {
      ...weights,
      backend,
      maxIter: 3,
    });
    return parameters.components.flatMap(({ mean, covariance }) => [...mean, ...covariance]);
  },
  expectation: (X, weights, backend) => expectation(model(backend), X, weights).componentCounts,
  partialFit: (X, weights, backend) => OnlineMixture.from(model(backend)).partialFit(X, weights).model.means,
};

/** Rows about X alone: what it is made of, and values that are refused; nothing that only starts or options could know. */
const ROWS: readonly FitRow[] = [...CONTAINER_ROWS, ...DATA_ROWS].filter((row) => {
  const { options = {} } = row.given(family);
  const applies = row.kinds?.includes('gaussian') ?? true;
  return (
    applies &&
    Object.keys(options).every((name) => name === 'sampleWeights') &&
    (row.ordinary || ['InvalidDataError', 'OutOfMemoryError'].includes(refusalOf(row)))
  );
});

function refusalOf(row: FitRow): string {
  const ending = endingOf(row, family);
  return typeof ending === 'function' ? '' : ending.error.name;
}

/** What is scored is called data, what is fitted X. */
function called<E extends Error>(error: E): E {
  error.message = error.message.replace(/^data/, 'X');
  return error;
}

/** Which squares matter to users' families is their own affair, and a model has seen others already. */
const ofSquares = ({ what }: FitRow) => /1e-160/.test(what);

describe.each(Object.entries(WAYS))('%s', (name, way) => {
  describe.each(BACKENDS)('%s', (backend) => {
    const rows = ROWS.filter((row) => name === 'fitGaussian' || !ofSquares(row));
    it.each(rows.map((row) => [row.what, row] as const))('%s', async (_, row) => {
      const { X = family.rows, options = {} } = row.given(family);
      const run = () => way(X as never, options, backend);
      const usual = () => bits(way(family.rows as never, {}, backend));
      const before = usual();
      const ending = endingOf(row, family);
      if (typeof ending === 'function') expect(bits(run())).toEqual(before);
      else expectRefusal(called(await errorOf(run)), ending);
      expect(usual()).toEqual(before);
    });
    it('has rows to be tested with', () => expect(rows.length).toBeGreaterThan(45));
  });
});

describe.each(BACKENDS)('fitGaussian on %s', (backend) => {
  const rows = family.rows as number[][];
  const noMaximum =
    /^the likelihood of a Gaussian has no maximum for these data: .*; (drop constant (or dependent )?features, |pass rows that differ, or )set regCovar/;
  const with4 = (value: (row: readonly number[]) => number) => rows.map((row) => [...row, value(row)]);
  const DEGENERATE: [string, number[][], boolean][] = [
    ['N = 1', rows.slice(0, 1), true],
    ['all points identical', rows.map(() => rows[0]!), true],
    ['a constant column', with4(() => 1), true],
    ['duplicate columns', with4(([a]) => a!), false],
    ['collinear columns', with4(([a, b]) => a! - 2 * b!), false],
    ['D = 500 with N = 100', rowsOf(clusters(100, 500, 2), 500), false],
  ];

  it.each(DEGENERATE)('%s', (_, X, diagonalToo) => {
    for (const covarianceType of ['full', 'diag', 'spherical'] as const) {
      const fit = (regCovar: number) => fitGaussian(X, { covarianceType, regCovar, backend });
      const isDegenerate =
        covarianceType === 'full' ||
        (diagonalToo && (covarianceType === 'diag' || X.every((r) => r.join() === X[0]!.join())));
      if (isDegenerate) {
        const error = thrownBy(() => fit(0));
        expect(error).toBeInstanceOf(DegenerateComponentError);
        expect(error.message).toMatch(noMaximum);
      } else expect(fit(0).mean.length).toBe(X[0]!.length);
      const { mean, covariance } = fit(1e-3);
      expect([...mean, ...covariance].every(Number.isFinite)).toBe(true);
    }
  });

  it.each([1e160, 1e200, 1e300, 1e308])('values of %d have no variance that a double could hold', (scale) => {
    const error = thrownBy(() =>
      fitGaussian(
        rows.map((row) => row.map((v) => (v / 20) * scale)),
        { backend },
      ),
    );
    expect([DegenerateComponentError.name, InvalidDataError.name]).toContain(error.name);
    expect(error.message).toMatch(/(Infinity|NaN|overflow)/);
  });

  it('one value of 1e150, and an offset of 1e8', () => {
    const far = fitGaussian(
      rows.map((row, i) => (i === 4 ? [row[0]!, row[1]!, 1e150] : row)),
      { backend, covarianceType: 'diag' },
    );
    expect(far.mean[2]! / (1e150 / 60)).toBeCloseTo(1, 12);
    const near = fitGaussian(rows, { backend });
    const moved = fitGaussian(
      rows.map((row) => row.map((v) => v + 1e8)),
      { backend },
    );
    moved.covariance.forEach((value, i) => expect(Math.abs(value - near.covariance[i]!)).toBeLessThan(1e-6));
  });
});
