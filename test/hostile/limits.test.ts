/** Limits are checked from sizes alone: before anything is copied, converted or computed. */
import { describe, expect, it } from 'vitest';
import {
  BernoulliMixture,
  checkLimits,
  GaussianMixture,
  InvalidDataError,
  InvalidOptionError,
  KMeans,
  LimitError,
  type Limits,
  SERVICE_LIMITS,
  withLimits,
} from '../../src/index.js';
import { thrownBy } from '../helpers/numbers.js';

const X = Array.from({ length: 20 }, (_, i) => [i % 2, (i * 7) % 5, i]);
const options = { nComponents: 2, maxIter: 9, nInit: 2 };

/** A matrix that fails the test when its values are looked at. */
const untouchable = (rows: number, columns: number) => ({
  rows,
  columns,
  get data(): number[] {
    throw new Error('the values were looked at');
  },
});

describe('checkLimits', () => {
  it.each([
    ['maxSamples', 20],
    ['maxFeatures', 3],
    ['maxComponents', 2],
    ['maxIterations', 2 * (9 + 1)],
    ['maxThreads', 1],
  ] as const)('%s: %i is allowed, one less is not', (limit, most) => {
    checkLimits(X, options, { [limit]: most });
    const error = thrownBy<LimitError>(() => checkLimits(X, options, { [limit]: most - 1 }));
    expect(error).toBeInstanceOf(LimitError);
    expect([error.name, error.code, error.limit, error.asked, error.allowed]).toEqual([
      'LimitError',
      'LIMIT',
      limit,
      most,
      most - 1,
    ]);
    expect(error.message).toMatch(/^\d+ .* are more than the \d+ allowed; (pass fewer|lower)/);
  });

  it('maxBytes grows with rows, columns and components', () => {
    const bytesOf = (rows: number, columns: number, nComponents: number) =>
      thrownBy<LimitError>(() => checkLimits(untouchable(rows, columns), { nComponents }, { maxBytes: 0 })).asked;
    expect(bytesOf(1000, 4, 2)).toBeGreaterThan(2 * 8 * 1000 * 4);
    expect(bytesOf(2000, 4, 2)).toBeGreaterThan(bytesOf(1000, 4, 2));
    expect(bytesOf(1000, 8, 2)).toBeGreaterThan(bytesOf(1000, 4, 2));
    expect(bytesOf(1000, 200, 50)).toBeGreaterThan(bytesOf(1000, 200, 2) + 8 * 48 * 200 * 200);
  });

  it('has defaults that a large request is above, without a look at a single value', () => {
    checkLimits(untouchable(100_000, 8), { nComponents: 8 });
    for (const [rows, columns, further, limit] of [
      [1e9, 2, {}, 'maxSamples'],
      [10, 10_000, {}, 'maxFeatures'],
      [1e6, 256, {}, 'maxBytes'],
      [10, 2, { nComponents: 1e9 }, 'maxComponents'],
      [10, 2, { maxIter: 1e9 }, 'maxIterations'],
      [10, 2, { nInit: 1000 }, 'maxIterations'],
      [10, 2, { threads: 'auto' }, 'maxThreads'],
      [10, 2, { threads: 64 }, 'maxThreads'],
    ] as const) {
      const call = () => checkLimits(untouchable(rows, columns), { nComponents: 2, ...further });
      expect(thrownBy<LimitError>(call).limit).toBe(limit);
    }
  });

  it.each([
    ['rows', X, 20, 3],
    ['typed rows', X.map((row) => Float64Array.from(row)), 20, 3],
    ['a flat array', new Float64Array(50), 50, 1],
    ['objects with columns', X.map(([a, b]) => ({ a, b })), 20, 2],
    ['an Arrow table', { numRows: 70, schema: { fields: [] }, getChild: () => null }, 70, 2],
    ['an Arquero table', { numRows: () => 80, columnNames: () => [], array: () => [] }, 80, 2],
  ])('tells the size of %s', (_, data, rows, columns) => {
    const named = columns === 2 ? { columns: ['a', 'b'] } : {};
    const asked = (limit: keyof Limits) =>
      thrownBy<LimitError>(() => checkLimits(data, { nComponents: 1, ...named }, { [limit]: 0 })).asked;
    expect([asked('maxSamples'), asked('maxFeatures')]).toEqual([rows, columns]);
  });

  it.each([null, 7, 'abc', {}, { rows: 2.5, columns: 1 }, { rows: Number.NaN, columns: 1 }, { length: -1 }])(
    'refuses %j, whose size cannot be told',
    (data) => {
      expect(thrownBy(() => checkLimits(data as object, { nComponents: 1 }))).toBeInstanceOf(InvalidDataError);
    },
  );

  it('refuses limits that are none', () => {
    const wrong = (limits: object) => thrownBy(() => checkLimits(X, options, limits as Limits));
    expect(wrong({ maxSample: 3 }).message).toMatch(/limits has no option "maxSample"; did you mean maxSamples\?/);
    for (const value of [-1, Number.NaN, '5']) expect(wrong({ maxSamples: value })).toBeInstanceOf(InvalidOptionError);
    expect(Object.isFrozen(SERVICE_LIMITS)).toBe(true);
  });

  it('leaves what is wrong with options to the fit, unless it could not be compared', () => {
    for (const wrong of [undefined, { maxIter: -1 }, { nComponents: 2.5 }]) checkLimits(X, wrong as never);
    const strange = [Number.NaN, '1000', { valueOf: () => 1000 }, true, [1, '1000'], [Number.NaN, 2], []];
    for (const nComponents of strange) {
      const error = thrownBy<InvalidOptionError>(() => checkLimits(X, { nComponents } as never));
      expect(error).toBeInstanceOf(InvalidOptionError);
      expect(error.option).toMatch(/^nComponents/);
    }
    for (const name of ['nClusters', 'nInit', 'maxIter', 'threads']) {
      for (const value of ['1000', Number.NaN, { valueOf: () => 1000 }]) {
        const error = thrownBy<InvalidOptionError>(() => checkLimits(X, { [name]: value } as never));
        expect(error.message).toMatch(/must be a number, to be compared with a limit; got /);
      }
    }
  });

  describe('of a selection', () => {
    const asked = (more: object, limit: keyof Limits) => {
      const all = { nComponents: [1, 2], maxIter: 9, threads: 1, ...more };
      return thrownBy<LimitError>(() => checkLimits(X, all as never, { [limit]: 0 })).asked;
    };

    it('looks at every number of components', () => {
      expect(asked({ nComponents: [1, 2000] }, 'maxComponents')).toBe(2000);
      expect(asked({ nComponents: [7, 3] }, 'maxComponents')).toBe(7);
      checkLimits(X, { nComponents: [1, 2], covarianceTypes: ['diag'], nInit: 1, threads: 1 }, { maxComponents: 2 });
    });

    it.each([
      ['all four types and ten starts where nothing is said', {}, 2 * 4 * 10 * 10],
      ['the types, each once', { covarianceTypes: ['diag', 'full', 'diag'], nInit: 3 }, 2 * 2 * 3 * 10],
      ['one type', { covarianceTypes: 'diag', nInit: 1 }, 2 * 10],
      ['one number of components', { nComponents: 3, covarianceTypes: ['diag', 'tied'] }, 2 * 10 * 10],
      ['folds', { criterion: 'crossValidation', covarianceTypes: 'full', nInit: 1 }, 2 * (1 + 5) * 10],
      [
        'so many folds',
        { criterion: 'crossValidation', nFolds: 3, covarianceTypes: 'full', nInit: 1 },
        2 * (1 + 3) * 10,
      ],
      ['one shape of Bernoulli mixtures', { mixture: BernoulliMixture, nInit: 1 }, 2 * 10],
      ['four of Gaussian ones', { mixture: GaussianMixture, nInit: 1 }, 2 * 4 * 10],
    ])('counts %s', (_, more, iterations) => {
      expect(asked(more, 'maxIterations')).toBe(iterations);
    });

    it('takes the threads that select takes', () => {
      expect(asked({ threads: undefined }, 'maxThreads')).toBe(Infinity);
      expect(asked({ threads: 2 }, 'maxThreads')).toBe(2);
    });
  });
});

describe('withLimits', () => {
  it('changes nothing but the signal', async () => {
    const { signal, ...rest } = withLimits(X, options);
    expect(rest).toEqual(options);
    expect(signal).toBeInstanceOf(AbortSignal);
    expect(signal!.aborted).toBe(false);
    const clusters = await KMeans.fitAsync(X, withLimits(X, { nClusters: 2 }));
    expect(Array.from(clusters.centers)).toEqual(Array.from(KMeans.fit(X, { nClusters: 2 }).centers));
  });

  it('ends a fit at the deadline', async () => {
    const rows = { data: Float64Array.from({ length: 60_000 }, (_, i) => Math.sin(i * i)), rows: 20_000, columns: 3 };
    const endless = { nComponents: 5, tol: 0, maxIter: 1e8 };
    const limited = withLimits(rows, endless, { maxSeconds: 0.2, maxIterations: Infinity });
    await expect(GaussianMixture.fitAsync(rows, limited)).rejects.toHaveProperty('name', 'TimeoutError');
  });

  it("heeds the caller's signal too", async () => {
    const controller = new AbortController();
    const reason = new Error('gone');
    const { signal } = withLimits(X, { nComponents: 2, signal: controller.signal });
    controller.abort(reason);
    expect(signal!.reason).toBe(reason);
  });

  it('without a deadline leaves the options as they are', () => {
    expect(withLimits(X, options, { maxSeconds: Infinity })).toEqual(options);
  });
});
