/** What goes wrong with a source is told with its place in the whole stream, and the iterator is closed. */
import { describe, expect, it } from 'vitest';
import {
  BernoulliMixture,
  type ChunkSource,
  DegenerateComponentError,
  fitStream,
  GaussianMixture,
  InvalidDataError,
  InvalidOptionError,
  type MixwasmError,
  NotFittedError,
  SourceChangedError,
  ZeroDensityError,
} from '../../src/index.js';
import { clusters, matrixOf } from '../helpers/data.js';
import { thrownBy } from '../helpers/numbers.js';

const d = 2;
const x = clusters(3000, d, 2);
const options = { nComponents: 2, nFeatures: d, maxIter: 3, tol: 0 };

/** What the source was asked for. */
interface Log {
  opened: number;
  closed: number;
}

/** Chunks of 100 rows; `at` may put something else in place of chunk i of pass t. */
function watched(
  log: Log,
  at: (i: number, pass: number, chunk: Float64Array) => unknown = (_i, _t, c) => c,
): ChunkSource {
  return () => {
    const pass = log.opened++;
    return (async function* () {
      try {
        for (let i = 0; i < 30; i++) {
          const chunk = at(i, pass, x.slice(i * 100 * d, (i + 1) * 100 * d));
          if (chunk !== undefined) yield chunk as Float64Array;
        }
      } finally {
        log.closed++;
      }
    })();
  };
}

async function rejection<E = MixwasmError>(promise: Promise<unknown>): Promise<E> {
  return promise.then(
    () => {
      throw new Error('expected a rejection');
    },
    (error) => error as E,
  );
}

describe('a bad chunk', () => {
  it.each<[string, unknown, RegExp, number | undefined]>([
    ['NaN', Float64Array.of(1, 2, 3, Number.NaN), /finite; got NaN at row 701, column 1/, 701],
    ['half a row', new Float64Array(5), /chunk at row 700 has 5 numbers, which are not whole rows of 2 columns/, 700],
    ['another count of rows', { data: new Float64Array(4), rows: 3 }, /not 3 rows of 2 columns/, 700],
    ['another width', { data: new Float64Array(6), columns: 3 }, /has 3 columns; expected 2/, 700],
    ['columns of 0', { data: new Float64Array(6), columns: 0 }, /columns must be an integer ≥ 1; got 0/, 700],
    ['an array of rows', [[1, 2]], /must be a Float64Array or Float32Array of whole rows.*got an array of 1/, 700],
    ['integers', new Int32Array(4), /must be a Float64Array or Float32Array/, 700],
    ['null', null, /got null/, 700],
    [
      'weights where there were none',
      { data: new Float64Array(2), sampleWeights: [1] },
      /row 700 has sampleWeights, unlike/,
      700,
    ],
  ])('%s', async (_, bad, message, row) => {
    const log = { opened: 0, closed: 0 };
    const error = await rejection<InvalidDataError>(
      fitStream(
        GaussianMixture,
        watched(log, (i, _t, chunk) => (i === 7 ? bad : chunk)),
        options,
      ),
    );
    expect(error).toBeInstanceOf(InvalidDataError);
    expect(error.message).toMatch(message);
    expect(error.row).toBe(row);
    expect(log).toEqual({ opened: 1, closed: 1 });
  });

  it.each<[string, unknown, RegExp]>([
    ['too few', [1], /expected 100, got 1/],
    ['negative', Array.from({ length: 100 }, (_, i) => (i === 5 ? -1 : 1)), /got -1 at row 705/],
    ['missing', undefined, /row 700 has no sampleWeights/],
    ['no array', 3, /expected 100, got 3/],
  ])('weights: %s', async (_, bad, message) => {
    const ones = new Float64Array(100).fill(1);
    const source = watched({ opened: 0, closed: 0 }, (i, _t, data) => ({ data, sampleWeights: i === 7 ? bad : ones }));
    const error = await rejection(fitStream(GaussianMixture, source, options));
    expect(error).toBeInstanceOf(InvalidDataError);
    expect(error.message).toMatch(message);
  });

  it('weights that are all zero', async () => {
    const source = watched({ opened: 0, closed: 0 }, (_i, _t, data) => ({
      data,
      sampleWeights: new Float64Array(100),
    }));
    expect((await rejection(fitStream(GaussianMixture, source, options))).message).toMatch(/all zero/);
  });

  it('a byte that is no bit', async () => {
    const source = () => [new Uint8Array(6), Uint8Array.of(0, 1, 1, 0, 2, 0)];
    const error = await rejection<InvalidDataError>(
      fitStream(BernoulliMixture, source, { nComponents: 1, nFeatures: 2 }),
    );
    expect(error.message).toMatch(/got 2 at row 5, column 0/);
    expect([error.row, error.column]).toEqual([5, 0]);
  });

  it('no rows, too few rows', async () => {
    expect((await rejection(fitStream(GaussianMixture, () => [], options))).message).toMatch(/has no rows/);
    const one = () => [Float64Array.of(1, 2)];
    expect((await rejection(fitStream(GaussianMixture, one, options))).message).toMatch(
      /2 components need at least 2 rows/,
    );
  });
});

describe('a source that changes', () => {
  it.each<[string, (i: number, pass: number, chunk: Float64Array) => unknown, RegExp]>([
    [
      'fewer rows',
      (i, t, c) => (t === 2 && i === 29 ? undefined : c),
      /pass 3 over the source gave 2900 rows, the first gave 3000/,
    ],
    [
      'more rows',
      (i, t, c) => (t === 3 && i === 20 ? new Float64Array(1400 * d) : c),
      /pass 4 .* at least 3[34]00 rows/,
    ],
    [
      'other columns',
      (i, t, c) => (t === 1 && i === 4 ? { data: c, columns: 1 } : c),
      /pass 2 .* 1 columns at row 400.*2 columns/,
    ],
  ])('%s', async (_, at, message) => {
    const log = { opened: 0, closed: 0 };
    const error = await rejection(fitStream(GaussianMixture, watched(log, at), options));
    expect(error).toBeInstanceOf(SourceChangedError);
    expect(error.code).toBe('SOURCE_CHANGED');
    expect(error.message).toMatch(message);
    expect(log.closed).toBe(log.opened);
  });

  it('the same iterator at every call', async () => {
    const iterator = watched({ opened: 0, closed: 0 })();
    const error = await rejection(fitStream(GaussianMixture, () => iterator, options));
    expect(error).toBeInstanceOf(SourceChangedError);
    expect(error.message).toMatch(/gave 0 rows.*every call of the source must return a new iterable/);
  });
});

describe('rows that differ by so little that their squares underflow', () => {
  const tiny = x.map((value) => value * 1e-160);
  const oneColumn = x.map((value, at) => (at % d === 1 ? value * 1e-160 : value));
  const cut =
    (values: Float64Array, size: number, weights?: Float64Array): ChunkSource =>
    () =>
      Array.from({ length: Math.ceil(3000 / size) }, (_, i) => ({
        data: values.subarray(i * size * d, (i + 1) * size * d),
        ...(weights === undefined ? {} : { sampleWeights: weights.subarray(i * size, (i + 1) * size) }),
      }));

  it.each([1, 7, 3000])('are named as in memory, in chunks of %i', async (size) => {
    for (const [values, covarianceType, column] of [
      [tiny, 'full', 0],
      [tiny, 'spherical', 0],
      [oneColumn, 'diag', 1],
    ] as const) {
      const all = { nComponents: 2, covarianceType };
      const want = thrownBy<InvalidDataError>(() => GaussianMixture.fit(matrixOf(values, d), all));
      const got = await rejection<InvalidDataError>(
        fitStream(GaussianMixture, cut(values, size), { ...all, nFeatures: d }),
      );
      expect(got).toBeInstanceOf(InvalidDataError);
      expect(got.message).toBe(want.message);
      expect([got.row, got.column]).toEqual([1, column]);
      expect([want.row, want.column]).toEqual([1, column]);
    }
  });

  it('are named though they are not the first, and not those of weight 0', async () => {
    const late = oneColumn.map((value, at) => (at % d === 1 && at < 2000 * d ? 0.5e-160 : value));
    const weights = Float64Array.from({ length: 3000 }, (_, i) => (i < 5 || i === 2000 ? 0 : 1));
    const error = await rejection<InvalidDataError>(fitStream(GaussianMixture, cut(late, 100, weights), options));
    expect(error.message).toMatch(
      /underflow \(row 2001 and row 5 in column 1: .* and 5e-161\); multiply it by a power/,
    );
    expect([error.row, error.column]).toEqual([2001, 1]);
  });

  it('are no error where nothing depends on them: other columns of a spherical fit, equal rows', async () => {
    const spherical = await fitStream(GaussianMixture, cut(oneColumn, 100), {
      ...options,
      covarianceType: 'spherical',
    });
    expect(spherical.nFeatures).toBe(d);
    const constant = x.map((value, at) => (at % d === 1 ? 3e-160 : value));
    const model = await fitStream(GaussianMixture, cut(constant, 100), { ...options, regCovar: 0.1 });
    expect(model.means[1]).toBe(3e-160);
  });
});

describe('the iterator', () => {
  it('is read to its end in every pass of a fit that goes well', async () => {
    const log = { opened: 0, closed: 0 };
    const model = await fitStream(GaussianMixture, watched(log), options);
    // two of the summary, then one for each E-step
    expect(log).toEqual({ opened: 2 + 1 + model.nIter, closed: 2 + 1 + model.nIter });
  });

  it('is closed when a callback throws, and the error goes through', async () => {
    const log = { opened: 0, closed: 0 };
    const mine = new Error('mine');
    const onProgress = ({ iteration }: { iteration: number }) => {
      if (iteration === 1) throw mine;
    };
    expect(await rejection(fitStream(GaussianMixture, watched(log), { ...options, onProgress }))).toBe(mine);
    expect(log.closed).toBe(log.opened);
  });

  it('is closed when a row has no density', async () => {
    const log = { opened: 0, closed: 0 };
    const source = watched(log, (i, _t, chunk) => (i === 12 ? chunk.map((v, at) => (at === 6 ? 1e200 : v)) : chunk));
    const initialParameters = { means: [0, 0, 1, 1], covariances: [1, 0, 0, 1, 1, 0, 0, 1] };
    const error = await rejection<ZeroDensityError>(
      fitStream(GaussianMixture, source, { ...options, initialParameters }),
    );
    expect(error).toBeInstanceOf(ZeroDensityError);
    expect(error.row).toBe(1203);
    expect(error.message).toMatch(/row 1203 has a density of 0 .*after 0 M-steps/);
    expect(log.closed).toBe(log.opened);
  });

  it('that throws is not closed, and its error goes through', async () => {
    const mine = new Error('disk');
    let returned = 0;
    const source = () => ({
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(mine),
        return: async () => {
          returned++;
          return { done: true as const, value: undefined };
        },
      }),
    });
    expect(await rejection(fitStream(GaussianMixture, source, options))).toBe(mine);
    expect(returned).toBe(0);
    const broken = () => {
      throw mine;
    };
    expect(await rejection(fitStream(GaussianMixture, broken, options))).toBe(mine);
  });

  it('whose return throws does not hide why it was closed', async () => {
    const source = () => ({
      [Symbol.iterator]: () => ({
        next: () => ({ done: false as const, value: Float64Array.of(Number.NaN, 1) }),
        return: () => {
          throw new Error('while closing');
        },
      }),
    });
    expect((await rejection(fitStream(GaussianMixture, source, options))).message).toMatch(/finite/);
  });
});

describe('an abort', () => {
  const reason = new Error('enough');

  it('before the start reads nothing', async () => {
    const log = { opened: 0, closed: 0 };
    const signal = AbortSignal.abort(reason);
    expect(await rejection(fitStream(GaussianMixture, watched(log), { ...options, signal }))).toBe(reason);
    expect(log.opened).toBe(0);
  });

  it('between chunks and between passes closes the iterator', async () => {
    for (const [pass, chunk] of [
      [0, 3],
      [1, 29],
      [4, 0],
    ]) {
      const log = { opened: 0, closed: 0 };
      const control = new AbortController();
      const source = watched(log, (i, t, c) => {
        if (t === pass && i === chunk) control.abort(reason);
        return c;
      });
      const fit = fitStream(GaussianMixture, source, { ...options, maxIter: 10, signal: control.signal });
      expect(await rejection(fit)).toBe(reason);
      expect(log.opened).toBe(pass! + 1);
      // the generator was suspended in its last yield, or had been asked for the chunk after it
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(log.closed).toBe(log.opened);
    }
  });

  it('does not wait for a chunk that never comes, and tells the iterator', async () => {
    let returned = 0;
    const source = () => ({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: () => {
          returned++;
          return new Promise<never>(() => {});
        },
      }),
    });
    const control = new AbortController();
    const fit = fitStream(GaussianMixture, source, { ...options, signal: control.signal });
    setTimeout(() => control.abort(reason), 5);
    expect(await rejection(fit)).toBe(reason);
    expect(returned).toBe(1);
  });

  it('comes through in the middle of one large chunk', async () => {
    const large = clusters(400_000, 4, 4);
    const control = new AbortController();
    let passes = 0;
    const source = () => {
      passes++;
      return [large];
    };
    const fit = fitStream(GaussianMixture, source, { nComponents: 16, nFeatures: 4, tol: 0, signal: control.signal });
    const waiting = setInterval(() => {
      if (passes === 3) control.abort(reason);
    }, 1);
    expect(await rejection(fit)).toBe(reason);
    clearInterval(waiting);
    expect(passes).toBe(3);
  });
});

describe('options', () => {
  const source = () => [x];
  it.each<[object, RegExp]>([
    [{ nFeatures: undefined }, /pass nFeatures, the columns of a row/],
    [{ nFeatures: 1.5 }, /nFeatures must be an integer/],
    [{ sampleRows: 1 }, /sampleRows must be an integer ≥ 2/],
    [{ sampleWeights: [1] }, /no option "sampleWeights"/],
    [{ optimizer: 'gradient' }, /no option "optimizer"/],
    [{ trace: 'elbo' }, /no option "trace"/],
    [{ transfer: true }, /no option "transfer"/],
    [{ weights: 'uniform' }, /no option "weights"/],
    [{ init: { labels: [] } }, /no labels or responsibilities by row; pass initialParameters/],
    [{ init: 'best' }, /init must be one of/],
    [{ nComponents: 0 }, /nComponents must be/],
    [{ signal: 1 }, /signal must be an AbortSignal/],
  ])('%j', async (change, message) => {
    const error = await rejection(fitStream(GaussianMixture, source, { ...options, ...change } as never));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.message).toMatch(message);
  });

  it('a source that is no function, a mixture that is none, options that are missing', async () => {
    for (const bad of [[x], watched({ opened: 0, closed: 0 })(), undefined]) {
      const error = await rejection(fitStream(GaussianMixture, bad as never, options));
      expect(error).toBeInstanceOf(InvalidOptionError);
      expect(error.message).toMatch(/must be a function/);
    }
    expect((await rejection(fitStream(GaussianMixture, () => 5 as never, options))).message).toMatch(/it returned 5/);
    expect((await rejection(fitStream({} as never, source, options as never))).message).toMatch(/fitStream fits/);
    expect(await rejection(fitStream(GaussianMixture, source, undefined as never))).toBeInstanceOf(InvalidOptionError);
  });

  it('a collapse names the M-step and carries the last good parameters', async () => {
    const point = () => [Float64Array.of(0, 0, 0, 0, 5, 5.5, 6)];
    const given = {
      nComponents: 2,
      nFeatures: 1,
      regCovar: 0,
      initialParameters: { means: [0, 5.5], covariances: [1, 1] },
    };
    const error = await rejection<DegenerateComponentError>(fitStream(GaussianMixture, point, given));
    expect(error).toBeInstanceOf(DegenerateComponentError);
    expect(error.message).toMatch(/in M-step \d/);
    expect(error.iteration).toBeGreaterThan(0);
    expect((error.parameters as { means: Float64Array }).means).toHaveLength(2);
  });

  it('the model has no labels, and saves and scores as any other', async () => {
    const model = await fitStream(GaussianMixture, source, options);
    expect(() => model.labels).toThrow(NotFittedError);
    expect(model.restarts).toHaveLength(1);
    expect(JSON.stringify(GaussianMixture.fromJSON(JSON.stringify(model)))).toBe(JSON.stringify(model));
  });
});

describe('the sample', () => {
  it('does not depend on the chunks, only on the seed', async () => {
    const cut =
      (size: number): ChunkSource =>
      () =>
        Array.from({ length: Math.ceil(3000 / size) }, (_, i) => x.subarray(i * size * d, (i + 1) * size * d));
    const start = async (seed: number, size: number) =>
      JSON.stringify(
        (await fitStream(GaussianMixture, cut(size), { ...options, seed, maxIter: 0, sampleRows: 50 })).toJSON().means,
      );
    expect(await start(1, 7)).toBe(await start(1, 3000));
    expect(await start(2, 100)).not.toBe(await start(1, 100));
  });

  it('leaves out rows of weight 0', async () => {
    // all rows that count lie near 100
    const source = () => [
      {
        data: Float64Array.from({ length: 1000 }, (_, i) => (i % 50 === 0 ? 100 + i / 1000 : 0)),
        sampleWeights: Float64Array.from({ length: 1000 }, (_, i) => (i % 50 === 0 ? 1 : 0)),
      },
    ];
    const model = await fitStream(GaussianMixture, source, { nComponents: 1, nFeatures: 1, sampleRows: 20 });
    expect(model.means[0]).toBeCloseTo(100.475, 9);
  });

  it('of several starts takes the one that fits the sample best', async () => {
    const source = () => [clusters(6000, 2, 6, 3)];
    const best = async (nInit: number) =>
      (await fitStream(GaussianMixture, source, { nComponents: 6, nFeatures: 2, nInit, init: 'randomPoints', seed: 2 }))
        .logLikelihood;
    expect(await best(8)).toBeGreaterThan(await best(1));
  });
});
