/** `'stop'` from a callback of `select`: the best so far, the candidates under way included. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  BernoulliMixture,
  type CandidateIteration,
  GaussianMixture,
  InvalidDataError,
  InvalidOptionError,
  SelectionError,
  type SelectOptions,
  select,
} from '../../src/index.js';
import { clusters, generator, matrixOf } from '../helpers/data.js';
import { BACKENDS, bits } from '../helpers/numbers.js';
import { ended, rejection, watchWorkers } from '../helpers/workers.js';

vi.setConfig({ testTimeout: 120_000 });
const workers = watchWorkers();
afterEach(() => {
  vi.unstubAllGlobals();
});

const X = matrixOf(clusters(2100, 2, 3, 1, 1), 2);
const g = generator(3);
const B = matrixOf(
  Float64Array.from({ length: 400 * 4 }, () => (g.uniform() < 0.4 ? 1 : 0)),
  4,
);
const endless = { tol: 0, maxIter: 1e9 } as const;

function bitsOf({ weights, means, covariances, trace, labels }: GaussianMixture) {
  return [weights, means, covariances, trace.logLikelihood, labels].map(bits);
}

/** The fit with these options, ended after `iteration` iterations of the start number `restart`. */
const stoppedAt = (restart: number, iteration: number) => (progress: { restart: number; iteration: number }) =>
  progress.restart === restart && progress.iteration === iteration ? 'stop' : undefined;

describe('the candidate under way', () => {
  it.each(BACKENDS)('is the fit that was stopped at that iteration (%s)', async (backend) => {
    const common = { seed: 4, nInit: 2, backend, ...endless } as const;
    const { best, bestCandidate, candidates, stopped } = await select(X, {
      ...common,
      nComponents: 3,
      covarianceTypes: 'diag',
      onIteration: ({ iteration }) => (iteration >= 3 ? 'stop' : undefined),
    });
    expect(stopped).toBe(true);
    expect(best.stopReason).toBe('stopped');
    expect(best.nIter).toBeGreaterThanOrEqual(3);
    const fit = GaussianMixture.fit(X, {
      ...common,
      nComponents: 3,
      covarianceType: 'diag',
      regCovar: 0,
      onProgress: stoppedAt(0, best.nIter),
    });
    expect(bitsOf(best)).toEqual(bitsOf(fit));
    expect(candidates).toEqual([bestCandidate]);
    expect(bestCandidate).toMatchObject({
      logLikelihood: fit.logLikelihood,
      bic: fit.bic(X),
      aic: fit.aic(X),
      icl: fit.icl(X),
      converged: false,
      nIter: best.nIter,
      error: undefined,
      stopped: { startsDone: 0, nInit: 2, iteration: best.nIter, foldsDone: undefined },
    });
  });

  it('is the best of the starts that it had', async () => {
    const common = { nInit: 100_000, maxIter: 12, tol: 0 } as const;
    const { best, bestCandidate } = await select(X, {
      ...common,
      nComponents: 4,
      covarianceTypes: 'full',
      onIteration: ({ restart }) => (restart >= 3 ? 'stop' : undefined),
    });
    const { startsDone, nInit, iteration = 12 } = bestCandidate.stopped!;
    expect(startsDone).toBeGreaterThanOrEqual(3);
    expect(nInit).toBe(100_000);
    const last = best.restarts.length - 1;
    expect(startsDone).toBe(bestCandidate.stopped?.iteration === undefined ? last + 1 : last);
    const fit = GaussianMixture.fit(X, {
      ...common,
      nComponents: 4,
      regCovar: 0,
      onProgress: stoppedAt(last, iteration),
    });
    expect(bitsOf(best)).toEqual(bitsOf(fit));
    expect(best.restarts).toEqual(fit.restarts);
  });

  it('may be a Bernoulli mixture', async () => {
    const common = { mixture: BernoulliMixture, nInit: 1, ...endless } as const;
    const seen: CandidateIteration[] = [];
    const { best } = await select(B, {
      ...common,
      nComponents: 2,
      onIteration: (progress) => (seen.push(progress) > 1 ? 'stop' : undefined),
    });
    const fit = BernoulliMixture.fit(B, { nInit: 1, ...endless, nComponents: 2, onProgress: stoppedAt(0, best.nIter) });
    expect(bits(best.probs)).toEqual(bits(fit.probs));
    expect(seen[0]).toMatchObject({ nComponents: 2, covarianceType: undefined, fold: undefined, restart: 0 });
  });
});

describe('the table', () => {
  it('has those that are done, those under way and those that did not begin', async () => {
    let one = false;
    const told: number[] = [];
    const { candidates, best, bestCandidate, stopped } = await select(X, {
      nComponents: [1, 6, 7, 8],
      covarianceTypes: 'full',
      nInit: 300,
      tol: 1e-14,
      maxIter: 5000,
      threads: 2,
      onProgress: ({ candidate }) => {
        told.push(candidate.nComponents);
        one = true;
      },
      // with two threads the quickest goes first, then the slowest
      onIteration: ({ nComponents }) => (one && nComponents === 7 ? 'stop' : undefined),
    });
    expect(stopped).toBe(true);
    expect(told).toEqual([1]);
    expect(candidates.map(({ stopped }) => stopped === undefined)).toEqual([true, false, false, false]);
    expect(candidates[1]).toMatchObject({ stopped: { startsDone: 0, iteration: undefined }, model: undefined });
    expect(candidates[1].error).toBeUndefined();
    expect(candidates[1].bic).toBeUndefined();
    for (const row of candidates.slice(2)) expect(row.bic).toBe(row.model?.bic(X));
    const values = candidates.flatMap(({ bic }) => bic ?? []);
    expect(values).toHaveLength(3);
    expect(bestCandidate.bic).toBe(Math.min(...values));
    expect(best.labels).toEqual(best.predict(X));
  });

  it('ends with a candidate that is done, if its callback says so', async () => {
    const told: number[] = [];
    const { candidates, stopped, best } = await select(X, {
      nComponents: [2, 1, 3],
      covarianceTypes: 'full',
      nInit: 1,
      threads: 1,
      onProgress: ({ candidate }) => {
        told.push(candidate.nComponents);
        return 'stop';
      },
    });
    expect(told).toEqual([1]);
    expect(stopped).toBe(true);
    expect(best).toBe(candidates[1].model);
    expect(candidates[1].stopped).toBeUndefined();
    expect(candidates[0].stopped).toEqual({ startsDone: 0, nInit: 1, iteration: undefined, foldsDone: undefined });
  });

  it('is whole when the wish comes with the last of it', async () => {
    const given = { nComponents: [1, 2], covarianceTypes: 'full', nInit: 1, threads: 1 } as const;
    const whole = await select(X, given);
    expect(whole.stopped).toBe(false);
    const last = await select(X, { ...given, onProgress: ({ done, total }) => (done === total ? 'stop' : undefined) });
    expect(last.stopped).toBe(false);
    expect(last.candidates.map(({ bic, stopped }) => [bic, stopped])).toEqual(
      whole.candidates.map(({ bic }) => [bic, undefined]),
    );
  });

  it('has the same bits whether anyone listens or not', async () => {
    const given = { nComponents: [1, 3], covarianceTypes: 'full', nInit: 2, criterion: 'crossValidation' } as const;
    const seen: CandidateIteration[] = [];
    const [quiet, watched] = [
      await select(X, given),
      await select(X, { ...given, onIteration: (at) => seen.push(at) }),
    ];
    expect(bitsOf(watched.best)).toEqual(bitsOf(quiet.best));
    expect(watched.candidates.map((row) => row.crossValidation)).toEqual(
      quiet.candidates.map((row) => row.crossValidation),
    );
    // the first iteration of every fit is told
    const fits = new Set(seen.map(({ nComponents, fold }) => `${nComponents} ${fold}`));
    expect([...fits].sort()).toEqual(
      [1, 3].flatMap((k) => ['0', '1', '2', '3', '4', 'undefined'].map((fold) => `${k} ${fold}`)),
    );
    for (const { covarianceType, iteration, restart, logLikelihood } of seen) {
      expect(covarianceType).toBe('full');
      expect(iteration).toBeGreaterThanOrEqual(0);
      expect([0, 1]).toContain(restart);
      expect(logLikelihood).toBeLessThan(0);
    }
  });
});

describe('cross-validation', () => {
  const given = { covarianceTypes: 'full', nInit: 1, threads: 1, criterion: 'crossValidation' } as const;

  it('gives no score to a candidate whose folds were not all done', async () => {
    const { candidates, bestCandidate, best, stopped } = await select(X, {
      ...given,
      nComponents: [1, 2],
      onIteration: ({ nComponents, fold }) => (nComponents === 2 && fold === 1 ? 'stop' : undefined),
    });
    expect(stopped).toBe(true);
    expect(bestCandidate).toBe(candidates[0]);
    expect(bestCandidate.stopped).toBeUndefined();
    expect(best.labels).toEqual(best.predict(X));
    const [, half] = candidates;
    expect(half.crossValidation).toBeUndefined();
    expect(half.model?.converged).toBe(true);
    expect(half.bic).toBe(half.model?.bic(X));
    expect(half.stopped).toMatchObject({ startsDone: 1, nInit: 1, iteration: undefined });
    // the fold under way may have been done when it heard of it
    expect([1, 2]).toContain(half.stopped?.foldsDone);
  });

  it('without any score is an error that has the table', async () => {
    const error = await rejection<SelectionError>(
      select(X, { ...given, nComponents: [1, 2], onIteration: ({ fold }) => (fold === 0 ? 'stop' : undefined) }),
    );
    expect(error).toBeInstanceOf(SelectionError);
    expect(error.message).toBe('stopped before any of 2 candidates was fitted and scored on all its folds');
    expect(error.candidates[0].model).toBeInstanceOf(GaussianMixture);
    expect(error.candidates[1].model).toBeUndefined();
  });
});

describe('where memory cannot be shared', () => {
  it('fits under way are broken off, and what is done is kept', async () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    let one = false;
    const { candidates, best, stopped } = await select(X, {
      nComponents: [1, 8],
      covarianceTypes: 'full',
      nInit: 300,
      tol: 1e-14,
      maxIter: 5000,
      threads: 2,
      onProgress: () => {
        one = true;
      },
      onIteration: () => (one ? 'stop' : undefined),
    });
    expect(stopped).toBe(true);
    expect(best).toBe(candidates[0].model);
    expect(candidates[1]).toMatchObject({ model: undefined, error: undefined, stopped: { iteration: undefined } });
    // the one that was broken off is gone, the other may be kept for the next
    await vi.waitFor(() => expect(workers.alive.length).toBeLessThanOrEqual(1), { timeout: 60_000 });
  });

  it('and nothing is done: an error', async () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    const error = await rejection<SelectionError>(
      select(X, { nComponents: [2, 3], ...endless, onIteration: () => 'stop' }),
    );
    expect(error).toBeInstanceOf(SelectionError);
    expect(error.message).toBe('stopped before any of 8 candidates had a model');
    await Promise.all(workers.alive.map(ended));
  });
});

describe('errors', () => {
  it.each([new Error('mine'), new InvalidDataError('of the caller, whatever its class')])(
    'of onIteration end the selection: %s',
    async (mine) => {
      const onIteration = () => {
        throw mine;
      };
      expect(await rejection(select(X, { nComponents: [2, 3], ...endless, threads: 2, onIteration }))).toBe(mine);
    },
  );

  it('a signal rejects with its reason, whoever listens', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const onIteration = () => controller.abort(reason);
    const promise = select(X, { nComponents: [2, 3], ...endless, onIteration, signal: controller.signal });
    expect(await rejection(promise)).toBe(reason);
  });

  it('onIteration must be a function', async () => {
    const error = await rejection(select(X, { nComponents: 2, onIteration: 1 } as unknown as SelectOptions));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.message).toMatch(/onIteration must be a function/);
  });
});
