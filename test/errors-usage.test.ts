/** Errors of misspelt options, of finished models, of memory and of other threads. */
import { describe, expect, it } from 'vitest';
import {
  BackendUnavailableError,
  DegenerateComponentError,
  GaussianMixture,
  InvalidDataError,
  InvalidOptionError,
  loadKernels,
  NotFittedError,
  OutOfMemoryError,
  WorkerError,
  weightedCovariance,
  ZeroDensityError,
} from '../src/index.js';
import { packError, unpackError } from '../src/threads/protocol.js';
import { Arena } from '../src/wasm/arena.js';
import { eye, fitWith, good, means, X } from './helpers/faults.js';
import { BACKENDS, TYPES, thrownBy } from './helpers/numbers.js';

describe('options', () => {
  it.each([
    ['nComponent', /no option "nComponent"; did you mean nComponents\?/],
    ['maxIters', /did you mean maxIter\?/],
    ['covariance_type', /did you mean covarianceType\?/],
    ['sampleWeight', /did you mean sampleWeights\?/],
    ['regcovar', /did you mean regCovar\?/],
    ['somethingElse', /no option "somethingElse"; known: nComponents, /],
  ])('a misspelt %s is answered with the right one', (name, message) => {
    const error = thrownBy<InvalidOptionError>(fitWith({ [name]: 1 }));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.option).toBe(name);
    expect(error.message).toMatch(message);
  });

  it.each([undefined, null, 3, 'full', [2]])('%s instead of options', (value) => {
    expect(() => GaussianMixture.fit(X, value as never)).toThrow(InvalidOptionError);
  });

  it('are checked by every function', () => {
    const model = GaussianMixture.fit(X, good);
    const wrong = { nope: 1 } as object;
    for (const call of [
      () => GaussianMixture.steps(X, { ...good, ...wrong }).next(),
      () => GaussianMixture.fromParameters({ means, covariances: [eye, eye], ...wrong }),
      () => model.bic(X, wrong),
      () => model.sample(3, wrong),
      () => model.score(X, wrong),
      () => weightedCovariance(X, wrong),
    ]) {
      expect(call).toThrow(/nope/);
    }
    for (const n of [0, -1, 1.5, '3']) expect(() => model.sample(n as number)).toThrow(InvalidOptionError);
    expect(() => [...GaussianMixture.steps(X, { ...good, nInit: 3 })]).toThrow(/nInit \(steps follows one start\)/);
    expect(() => model.summary({ featureNames: ['a'] })).toThrow(/all 2 features; got 1/);
  });
});

describe('a model', () => {
  const built = GaussianMixture.fromParameters({ means, covariances: [eye, eye] });

  it('that was not fitted says so, and what to do instead', () => {
    for (const what of [
      'logLikelihood',
      'trace',
      'nIter',
      'converged',
      'stopReason',
      'componentCounts',
      'restarts',
      'labels',
    ] as const) {
      const error = thrownBy<NotFittedError>(() => built[what]);
      expect(error).toBeInstanceOf(NotFittedError);
      expect(error.code).toBe('NOT_FITTED');
      expect(error.message).toMatch(new RegExp(`no ${what}.*(score|fit)`));
    }
    const saved = GaussianMixture.fromJSON(JSON.stringify(GaussianMixture.fit(X, good)));
    expect(thrownBy(() => saved.labels).message).toMatch(/predict\(X\)/);
  });

  it('refuses rows of another width and rows that are not finite', () => {
    for (const verb of [
      'predict',
      'predictProba',
      'scoreSamples',
      'weightedLogProb',
      'score',
      'bic',
      'aic',
      'icl',
    ] as const) {
      expect(() => built[verb]([[1, 2, 3]])).toThrow(/model has 2 features but the data have 3 columns/);
      const error = thrownBy<InvalidDataError>(() =>
        built[verb]([
          [1, 2],
          [Number.NaN, 0],
        ]),
      );
      expect([error.row, error.column]).toEqual([1, 0]);
      expect(() => built[verb]([])).toThrow(InvalidDataError);
    }
  });

  it.each(TYPES)(
    'names a row whose density is 0, and gives −Infinity where that is an answer (%s)',
    (covarianceType) => {
      for (const backend of BACKENDS) {
        const covariances = {
          full: [eye, eye],
          tied: eye,
          diag: [
            [1, 1],
            [1, 1],
          ],
          spherical: [1, 1],
        }[covarianceType];
        const model = GaussianMixture.fromParameters({ means, covariances, covarianceType, backend });
        const rows = [
          [0, 0],
          [1e200, 0],
          [1e300, -1e300],
        ];
        for (const verb of ['predict', 'predictProba'] as const) {
          const error = thrownBy<ZeroDensityError>(() => model[verb](rows));
          expect(error).toBeInstanceOf(ZeroDensityError);
          expect(error.row).toBe(1);
        }
        expect(Array.from(model.scoreSamples(rows)).slice(1)).toEqual([-Infinity, -Infinity]);
        expect(Array.from(model.weightedLogProb(rows)).slice(2)).toEqual(new Array(4).fill(-Infinity));
        expect(model.score(rows)).toBe(-Infinity);
      }
    },
  );
});

describe('codes', () => {
  it('survive a structured clone to another thread and back', () => {
    const degenerate = new DegenerateComponentError(2, { weights: Float64Array.of(1) }, 'collapsed', {
      iteration: 4,
      logLikelihood: -3,
      cause: new RangeError('why'),
    });
    for (const error of [
      degenerate,
      new InvalidDataError('bad', 3, 4),
      new OutOfMemoryError(9, 'too much'),
      new WorkerError('died'),
      new ZeroDensityError('far', 1),
    ]) {
      const back = unpackError(structuredClone(packError(error)));
      expect(back).toBeInstanceOf(error.constructor);
      expect(back.message).toBe(error.message);
      expect(back.name).toBe(error.name);
      // `name` is non-enumerable on the way back
      expect({ ...back, name: error.name }).toEqual({ ...error });
    }
    expect(unpackError(structuredClone(packError(degenerate))).cause).toBeInstanceOf(Error);
    expect(unpackError(packError('text')).message).toBe('text');
    expect(unpackError(packError(new TypeError('plain')))).toBeInstanceOf(Error);
  });

  it('of memory: what a module cannot address, and what the host refuses', () => {
    const arena = new Arena(new WebAssembly.Memory({ initial: 1, maximum: 2 }));
    const most = thrownBy<OutOfMemoryError>(() => arena.reserve(2 ** 33));
    expect(most).toBeInstanceOf(OutOfMemoryError);
    expect([most.code, most.bytes]).toEqual(['OUT_OF_MEMORY', 2 ** 33]);
    expect(most.message).toMatch(/8192\.0 MB.*4096 MB; use fewer/);
    expect(thrownBy<OutOfMemoryError>(() => arena.reserve(10 ** 6)).message).toMatch(/host refused .* MB/);
    // a size that is not a number is never let through
    expect(() => arena.reserve(Number.NaN)).toThrow(OutOfMemoryError);
    expect(arena.reserve(100) % 64).toBe(0);
  });

  it('of kernels that cannot be had', async () => {
    await expect(loadKernels({ url: 'data:application/wasm,nonsense' })).rejects.toThrow(BackendUnavailableError);
    await expect(loadKernels({ module: {} as WebAssembly.Module })).rejects.toThrow(InvalidOptionError);
    await expect(loadKernels({ module: {} as WebAssembly.Module, url: 'x' })).rejects.toThrow(/either module or url/);
    const empty = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    await expect(loadKernels({ module: empty })).rejects.toThrow(/not mixwasm's kernels/);
    expect(GaussianMixture.fit(X, good).fitted).toBe(true);
  });
});
