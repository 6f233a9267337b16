/** `select`: the table, the winner, and that neither depends on threads. */
import { describe, expect, it } from 'vitest';
import {
  BernoulliMixture,
  DegenerateComponentError,
  GaussianMixture,
  InvalidDataError,
  InvalidOptionError,
  KMeans,
  NotFittedError,
  type SelectBernoulliOptions,
  SelectionError,
  type SelectOptions,
  select,
} from '../../src/index.js';
import { clusters, generator, matrixOf, rowsOf } from '../helpers/data.js';
import { BACKENDS, bits, TYPES } from '../helpers/numbers.js';

const values = clusters(120, 2, 3);
const X = matrixOf(values, 2);
const g = generator(3);
const sampleWeights = Float64Array.from({ length: 120 }, (_, i) => (i % 5 === 0 ? 0 : 0.5 + g.uniform()));
const answers = Float64Array.from({ length: 200 * 4 }, (_, at) => {
  const often = Math.floor(at / 4) % 2 === at % 2;
  return g.uniform() < (often ? 0.8 : 0.2) ? 1 : 0;
});
const B = matrixOf(answers, 4);

async function rejection<E = Error>(promise: Promise<unknown>): Promise<E> {
  return promise.then(
    () => Promise.reject(new Error('expected a rejection')),
    (error) => error as E,
  );
}

function bitsOf({ weights, means, covariances, logLikelihood, nIter }: GaussianMixture) {
  return [weights, means, covariances, [logLikelihood, nIter]].map(bits);
}

describe('the table', () => {
  it.each(BACKENDS)('has every combination, each the fit with these options (%s)', async (backend) => {
    const common = { seed: 5, nInit: 2, backend, sampleWeights, init: 'kmeans', maxIter: 50 } as const;
    const { candidates, best, bestCandidate, criterion } = await select(X, {
      ...common,
      nComponents: [3, 1],
      covarianceTypes: TYPES,
    });
    expect(criterion).toBe('bic');
    expect(candidates.map(({ covarianceType, nComponents }) => [covarianceType, nComponents])).toEqual(
      TYPES.flatMap((type) => [3, 1].map((k) => [type, k])),
    );
    for (const { nComponents, covarianceType, model, ...row } of candidates) {
      const fit = GaussianMixture.fit(X, { ...common, nComponents, covarianceType, regCovar: 0 });
      expect(bitsOf(model as GaussianMixture)).toEqual(bitsOf(fit));
      expect(row).toMatchObject({
        logLikelihood: fit.logLikelihood,
        nParameters: fit.nParameters,
        bic: fit.bic(X, { sampleWeights }),
        aic: fit.aic(X, { sampleWeights }),
        icl: fit.icl(X, { sampleWeights }),
        converged: fit.converged,
        nIter: fit.nIter,
        error: undefined,
        crossValidation: undefined,
      });
    }
    const lowest = Math.min(...candidates.map(({ bic }) => bic as number));
    expect(bestCandidate.bic).toBe(lowest);
    expect(candidates).toContain(bestCandidate);
    expect(bestCandidate.model).toBe(best);
    expect(best.labels).toEqual(best.predict(X));
    const other = candidates.find((row) => row !== bestCandidate);
    expect(() => other?.model?.labels).toThrow(NotFittedError);
  });

  it.each(['bic', 'aic', 'icl'] as const)('is decided by the lowest %s', async (criterion) => {
    const { candidates, bestCandidate } = await select(X, { nComponents: [1, 2, 3, 4, 5], nInit: 1, criterion });
    expect(bestCandidate[criterion]).toBe(Math.min(...candidates.map((row) => row[criterion] as number)));
  });

  it.each(['bic', 'crossValidation'] as const)('has the same bits by any number of threads (%s)', async (criterion) => {
    const tables = [];
    for (const threads of [1, 2, 5, 'auto'] as const) {
      const selection = await select(X, { nComponents: [1, 2, 4], nInit: 2, criterion, threads });
      tables.push({
        best: bitsOf(selection.best),
        rows: selection.candidates.map(({ model, ...row }) => ({ ...row, model: bitsOf(model as GaussianMixture) })),
      });
    }
    for (const table of tables) expect(table).toEqual(tables[0]);
  });

  it('tries the two shapes that differ for one feature, all four for more', async () => {
    const shapes = async (data: Float64Array | typeof X) => {
      const { candidates } = await select(data, { nComponents: 1, nInit: 1 });
      return candidates.map(({ covarianceType }) => covarianceType);
    };
    expect(await shapes(values)).toEqual(['full', 'tied']);
    expect(await shapes(X)).toEqual(TYPES);
  });

  it('gives equal values to the fewest parameters, then to the first', async () => {
    // one component: a tied covariance is a full one
    const equal = await select(X, { nComponents: 1, covarianceTypes: ['tied', 'full'] });
    expect(equal.candidates[0].bic).toBe(equal.candidates[1].bic);
    expect(equal.bestCandidate).toBe(equal.candidates[0]);
  });

  it('takes one number, names each candidate once, and takes float32', async () => {
    const { candidates } = await select(matrixOf(Float32Array.from(values), 2), {
      nComponents: [2, 2],
      covarianceTypes: ['diag', 'diag'],
    });
    expect(candidates).toHaveLength(1);
    const fit = GaussianMixture.fit(matrixOf(Float32Array.from(values), 2), {
      nComponents: 2,
      covarianceType: 'diag',
      nInit: 10,
      regCovar: 0,
    });
    expect(bitsOf(candidates[0].model as GaussianMixture)).toEqual(bitsOf(fit));
  });

  it('is of X as it was at the call', async () => {
    const copy = values.slice();
    const promise = select(matrixOf(copy, 2), { nComponents: 2, covarianceTypes: 'full' });
    copy.fill(Number.NaN);
    const { best } = await promise;
    expect(best.logLikelihood).toBe((await select(X, { nComponents: 2, covarianceTypes: 'full' })).best.logLikelihood);
  });
});

describe('candidates that fail', () => {
  const six = rowsOf(values.subarray(0, 12), 2);

  it('are rows with their error and stop no other', async () => {
    const { candidates, bestCandidate } = await select(six, { nComponents: [1, 5, 7], covarianceTypes: ['full'] });
    expect(candidates[0].error).toBeUndefined();
    expect(candidates[1].error).toBeInstanceOf(DegenerateComponentError);
    expect(candidates[2].error).toBeInstanceOf(InvalidDataError);
    for (const { bic, aic, icl, logLikelihood, model, converged } of candidates.slice(1)) {
      expect([bic, aic, icl, logLikelihood, model, converged]).toEqual(Array(6).fill(undefined));
    }
    expect(bestCandidate).toBe(candidates[0]);
  });

  it('are an error when they are all', async () => {
    const error = await rejection<SelectionError>(select(six, { nComponents: [7, 8], covarianceTypes: ['full'] }));
    expect(error).toBeInstanceOf(SelectionError);
    expect(error.code).toBe('SELECTION');
    expect(error.message).toMatch(/all 2 candidates failed.*nComponents 7.*lower nComponents/);
    expect(error.candidates.map((row) => row.error)).toEqual([
      expect.any(InvalidDataError),
      expect.any(InvalidDataError),
    ]);
  });

  it('say what became of their starts', async () => {
    // a second component settles on the duplicates, where the likelihood has no bound
    const rows = [...rowsOf(values, 2), ...Array.from({ length: 12 }, () => [50, 50])];
    const { candidates } = await select(rows, { nComponents: [1, 2], covarianceTypes: ['spherical'], nInit: 3 });
    expect(candidates[0].model?.restarts).toHaveLength(3);
    const { error } = candidates[1];
    expect(error).toBeInstanceOf(DegenerateComponentError);
    expect(error?.message).toMatch(/all 3 starts collapsed/);
    expect(error?.stack?.length).toBeLessThan(5000);
    const cause = error?.cause as Error;
    expect(cause.stack?.length).toBeLessThan(5000);
  });
});

describe('Bernoulli mixtures', () => {
  it('are the fits with these options', async () => {
    const common = { nInit: 3, seed: 2, weights: 'uniform', prior: { a: 2, b: 2 } } as const;
    const { candidates, best } = await select(B, { ...common, mixture: BernoulliMixture, nComponents: [1, 2, 3] });
    expect(best).toBeInstanceOf(BernoulliMixture);
    expect(best.nComponents).toBe(2);
    for (const { nComponents, bic, icl, nParameters, model } of candidates) {
      const fit = BernoulliMixture.fit(B, { ...common, nComponents });
      expect(bits((model as BernoulliMixture).probs)).toEqual(bits(fit.probs));
      expect([bic, icl, nParameters]).toEqual([fit.bic(B), fit.icl(B), fit.nParameters]);
    }
    expect(best.labels).toEqual(best.predict(B));
  });

  it('that forbid a row held out do not win', async () => {
    // each feature is 1 in one row only: without it, its probability is 0
    const rows = Array.from({ length: 10 }, (_, i) => [i === 3 ? 1 : 0, i % 2]);
    const options = { mixture: BernoulliMixture, nComponents: [1], criterion: 'crossValidation' } as const;
    const forbidden = await select(rows, options);
    expect(forbidden.bestCandidate.crossValidation?.mean).toBe(-Infinity);
    const allowed = await select(rows, { ...options, prior: { a: 1.5, b: 1.5 } });
    expect(allowed.bestCandidate.crossValidation?.mean).toBeGreaterThan(-2);
  });
});

describe('progress and stopping', () => {
  it('tells every candidate once', async () => {
    const seen: string[] = [];
    const counts: number[] = [];
    const { candidates } = await select(X, {
      nComponents: [1, 2, 500],
      nInit: 1,
      threads: 2,
      onProgress: ({ done, total, candidate }) => {
        counts.push(done);
        expect(total).toBe(12);
        seen.push(`${candidate.covarianceType} ${candidate.nComponents} ${candidate.bic}`);
      },
    });
    expect(counts).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(seen.sort()).toEqual(candidates.map((c) => `${c.covarianceType} ${c.nComponents} ${c.bic}`).sort());
  });

  it('begins with the quickest, so that one who breaks off has some', async () => {
    const done: number[] = [];
    await select(X, {
      nComponents: [4, 1, 3, 2],
      covarianceTypes: ['full'],
      threads: 1,
      nInit: 1,
      onProgress: ({ candidate }) => void done.push(candidate.nComponents),
    });
    expect(done).toEqual([1, 2, 3, 4]);
  });

  it('rejects with what onProgress throws', async () => {
    const mine = new Error('mine');
    const onProgress = () => {
      throw mine;
    };
    expect(await rejection(select(X, { nComponents: [1, 2], nInit: 1, onProgress }))).toBe(mine);
  });

  it('rejects with the reason of the signal, before and during', async () => {
    const endless = { nComponents: [2, 3, 4], maxIter: 1e9, tol: 0 };
    const reason = new Error('enough');
    expect(await rejection(select(X, { ...endless, signal: AbortSignal.abort(reason) }))).toBe(reason);
    const controller = new AbortController();
    const promise = rejection(select(X, { ...endless, signal: controller.signal, threads: 2 }));
    setTimeout(() => controller.abort(reason), 50);
    expect(await promise).toBe(reason);
  });
});

describe('options', () => {
  const cases: [string, unknown, RegExp][] = [
    ['nComponents', undefined, /needs options with nComponents/],
    ['nComponents', {}, /nComponents must be an integer ≥ 1; got undefined/],
    ['nComponents', { nComponents: [] }, /at least one candidate/],
    ['nComponents', { nComponents: [1, 2.5] }, /got 2.5/],
    ['covarianceTypes', { nComponents: 2, covarianceTypes: ['full', 'round'] }, /got "round"/],
    ['covarianceType', { nComponents: 2, covarianceType: 'full' }, /did you mean covarianceTypes\?/],
    ['criterion', { nComponents: 2, criterion: 'BIC' }, /'bic', 'aic', 'icl', 'crossValidation'/],
    ['nFolds', { nComponents: 2, nFolds: 3 }, /belongs to criterion 'crossValidation'/],
    ['nFolds', { nComponents: 2, criterion: 'crossValidation', nFolds: 121 }, /at most the number of rows, 120/],
    ['nFolds', { nComponents: 2, criterion: 'crossValidation', nFolds: 1 }, /≥ 2/],
    ["threads (if not 'auto')", { nComponents: 2, threads: 0 }, /from 1 to 256/],
    ['init', { nComponents: 2, init: { labels: [] } }, /starts every candidate itself/],
    ['initialParameters', { nComponents: 2, initialParameters: {} }, /starts every candidate itself/],
    ['mixture', { nComponents: 2, mixture: KMeans }, /got KMeans: its cost is no likelihood/],
    ['tol', { nComponents: 2, tol: -1 }, /tol must be/],
    ['prior', { nComponents: 2, prior: { a: 2, b: 2 } }, /has no option "prior"/],
    ['onProgress', { nComponents: 2, onProgress: 1 }, /must be a function/],
  ];
  it.each(cases)('%s %j', async (option, given, message) => {
    const error = await rejection<InvalidOptionError>(select(X, given as SelectOptions));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.option).toBe(option);
    expect(error.message).toMatch(message);
  });

  it('of the other family', async () => {
    const options = { mixture: BernoulliMixture, nComponents: 2, covarianceTypes: 'full' };
    const error = await rejection(select(B, options as unknown as SelectBernoulliOptions));
    expect(error.message).toMatch(/has no option "covarianceTypes"/);
  });

  it('and data are checked at once', async () => {
    const error = await rejection<InvalidDataError>(select([[1], [Number.NaN]], { nComponents: 1 }));
    expect(error).toMatchObject({ row: 1, column: 0 });
  });
});
