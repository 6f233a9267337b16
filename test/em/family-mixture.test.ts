/** What the built-in mixtures have, for families that users write: the ELBO's half-steps, several starts, the diagnostics. */
import { describe, expect, it } from 'vitest';
import { createDataset } from '../../src/data/dataset.js';
import { ElboRecorder } from '../../src/em/elbo-trace.js';
import {
  DegenerateComponentError,
  decompose,
  estimateLogLikelihood,
  expectationMaximization,
  expectationMaximizationAsync,
  GaussianMixture,
  InvalidDataError,
  InvalidOptionError,
  InvalidParametersError,
  klDivergence,
  mixture,
  mixtureModel,
  optimizeQ,
  responsibilitiesOf,
} from '../../src/index.js';
import { jsBackend } from '../../src/reference/backend.js';
import { clusters, generator } from '../helpers/data.js';
import { plane, poisson } from '../helpers/families.js';
import { BACKENDS, bits, relativeToMax, sum, thrownBy } from '../helpers/numbers.js';

const g = generator(9);
const counts = Float64Array.from({ length: 400 }, (_, i) => {
  let count = 0;
  for (let p = g.uniform(); p > Math.exp(i % 3 === 0 ? -1 : -6); p *= g.uniform()) count++;
  return count;
});
const sampleWeights = Float64Array.from(counts, (_, i) => (i % 4) / 2);
const start = { weights: Float64Array.of(0.5, 0.5), components: [{ rate: 2 }, { rate: 3 }] };

describe("trace: 'elbo' of a user's mixture", () => {
  const model = mixture(poisson, { nComponents: 2 });
  const options = { initialParameters: start, sampleWeights, tol: 0, maxIter: 12, trace: 'elbo' } as const;

  it.each(BACKENDS)('is decompose with the old responsibilities (%s)', (backend) => {
    const seen: (typeof start)[] = [];
    const { elboTrace, trace, nIter } = expectationMaximization(model, counts, {
      ...options,
      backend,
      onStep: ({ parameters }) => seen.push(parameters as typeof start),
    });
    const { afterE, afterM, kl } = elboTrace!;
    expect(afterE).toEqual(trace);
    expect([afterM.length, kl.length]).toEqual([nIter, nIter]);
    const models = seen.map((parameters) => mixtureModel(poisson, parameters, { backend }));
    for (let t = 0; t < nIter; t++) {
      const want = decompose(models[t + 1]!, counts, models[t]!, { sampleWeights, backend });
      expect(Math.abs(afterM[t]! - want.elbo)).toBeLessThanOrEqual(1e-12 * Math.abs(want.elbo));
      expect(Math.abs(kl[t]! - want.kl)).toBeLessThanOrEqual(1e-9 * want.kl + 1e-15);
      expect(afterM[t]!).toBeGreaterThanOrEqual(afterE[t]!);
      expect(Math.abs(afterM[t]! + kl[t]! - afterE[t + 1]!)).toBeLessThanOrEqual(1e-12 * Math.abs(afterE[t]!));
    }
  });

  it('equals that of GaussianMixture for the same family', () => {
    const X = { data: clusters(900, 2, 2, 4, 2), rows: 900, columns: 2 };
    const mine = expectationMaximization(mixture(plane, { nComponents: 2 }), X, {
      initialParameters: {
        weights: Float64Array.of(0.4, 0.6),
        components: [
          { mean: [0, 1], covariance: [2, 0.3, 1] },
          { mean: [-2, 0], covariance: [1, 0, 2] },
        ],
      },
      tol: 0,
      maxIter: 10,
      trace: 'elbo',
    });
    const theirs = GaussianMixture.fit(X, {
      nComponents: 2,
      regCovar: 0,
      tol: 0,
      maxIter: 10,
      trace: 'elbo',
      initialParameters: {
        weights: [0.4, 0.6],
        means: [
          [0, 1],
          [-2, 0],
        ],
        covariances: [2, 0.3, 0.3, 1, 1, 0, 0, 2],
      },
    });
    for (const name of ['afterE', 'afterM', 'kl'] as const) {
      expect(relativeToMax(mine.elboTrace![name], theirs.trace.elbo![name])).toBeLessThanOrEqual(1e-9);
    }
  });

  it('leaves a prior out: afterE is the log-likelihood', () => {
    const family = { ...poisson, logPrior: ({ rate }: { rate: number }) => -rate };
    const { elboTrace, trace, parameters } = expectationMaximization(mixture(family, { nComponents: 2 }), counts, {
      initialParameters: start,
      maxIter: 0,
      trace: 'elbo',
    });
    const { logLikelihood } = responsibilitiesOf(poisson, parameters, counts);
    expect(elboTrace!.afterE[0]).toBeCloseTo(logLikelihood, 9);
    expect(trace[0]).toBeCloseTo(logLikelihood - 5, 9);
  });

  it('gives the same figures whether the scores are kept or computed again', () => {
    const data = createDataset({ x: counts, nSamples: 400, nFeatures: 1 }, sampleWeights, false);
    const parts = { data, nComponents: 2, rows: 64, algebra: jsBackend, kernels: { score: model.score! } };
    const [kept, again] = [new ElboRecorder(parts), new ElboRecorder(parts, 0)];
    for (const rate of [3, 3.5, 5]) {
      for (const recorder of [kept, again]) {
        recorder.add({ weights: start.weights, components: [{ rate: 1 }, { rate }] }, -rate);
      }
    }
    expect(kept.trace).toEqual(again.trace);
    expect(kept.trace.kl.length).toBe(2);
  });

  it('is refused for a model that is no mixture, with the way out', () => {
    const { score: _, ...other } = model;
    const error = thrownBy<InvalidOptionError>(() => expectationMaximization(other, counts, options));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.option).toBe('trace');
    expect(error.message).toMatch(/mixture\(family, …\)/);
    expect(expectationMaximization(model, counts, { ...options, trace: 'objective' }).elboTrace).toBeUndefined();
  });
});

describe('nInit', () => {
  const fragile = (bad: (start: number) => boolean) => {
    let starts = 0;
    return mixture(poisson, {
      nComponents: 2,
      initialize(_, random) {
        if (bad(starts++)) throw new DegenerateComponentError(1, undefined, 'nothing there');
        return { weights: Float64Array.of(0.5, 0.5), components: [{ rate: 1 + random.uniform() }, { rate: 4 }] };
      },
    });
  };
  const options = { nInit: 4, maxIter: 3, tol: 0 };

  it('keeps the best, records all, and the first start is that of nInit 1', () => {
    const model = mixture(poisson, { nComponents: 2, init: 'random' });
    const many = expectationMaximization(model, counts, options);
    const one = expectationMaximization(model, counts, { ...options, nInit: 1 });
    expect(many.restarts.length).toBe(4);
    expect(many.restarts[0]!.objective).toBe(one.objective);
    const objectives = many.restarts.map(({ objective }) => objective!);
    expect(new Set(objectives).size).toBe(4);
    expect(many.objective).toBe(Math.max(...objectives));
    expect(many.trace.at(-1)).toBe(many.objective);
  });

  it('discards what collapses, in both ways, and says which start is running', async () => {
    const seen = new Map<number, number>();
    const onProgress = ({ restart, iteration }: { restart: number; iteration: number }) => seen.set(restart, iteration);
    const sync = expectationMaximization(
      fragile((i) => i % 2 === 0),
      counts,
      { ...options, onProgress },
    );
    expect(sync.restarts.map(({ error }) => error instanceof DegenerateComponentError)).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(sync.restarts[0]!.objective).toBeUndefined();
    expect([...seen]).toEqual([
      [1, 3],
      [3, 3],
    ]);
    const later = await expectationMaximizationAsync(
      fragile((i) => i % 2 === 0),
      counts,
      options,
    );
    expect(bits(later.trace)).toEqual(bits(sync.trace));
  });

  it('fails only when all collapse; a given start is one start', () => {
    const error = thrownBy<DegenerateComponentError>(() =>
      expectationMaximization(
        fragile(() => true),
        counts,
        options,
      ),
    );
    expect(error).toBeInstanceOf(DegenerateComponentError);
    expect(error.message).toMatch(/^all 4 starts collapsed; the first: nothing there/);
    const given = expectationMaximization(
      fragile(() => true),
      counts,
      { ...options, initialParameters: start },
    );
    expect(given.restarts.length).toBe(1);
    expect(() =>
      expectationMaximization(
        fragile(() => false),
        counts,
        { nInit: 0 },
      ),
    ).toThrow(InvalidOptionError);
  });
});

describe.each(BACKENDS)('mixtureModel on %s', (backend) => {
  const parameters = { weights: Float64Array.of(0.25, 0.75), components: [{ rate: 2 }, { rate: 8 }] };
  const model = mixtureModel(poisson, parameters, { backend });
  const X = [0, 5, 12, 3];

  it('has the verbs of the library’s own mixtures', () => {
    const want = responsibilitiesOf(poisson, parameters, X, { backend });
    expect(bits(model.predictProba(X))).toEqual(bits(want.responsibilities));
    expect(bits(model.scoreSamples(X))).toEqual(bits(want.logDensity));
    expect(model.predict(X)).toEqual(want.labels);
    expect(model.score(X)).toBeCloseTo(want.logLikelihood / 4, 13);
    expect(model.nParameters).toBe(3);
    expect(model.bic(X)).toBeCloseTo(3 * Math.log(4) - 2 * want.logLikelihood, 12);
    expect(mixtureModel(poisson, parameters, { backend, weights: 'uniform' }).nParameters).toBe(2);
    const { X: drawn, labels } = model.sample(20000, { seed: 1 });
    expect(sum(labels) / 20000).toBeCloseTo(0.75, 1);
    expect(sum(drawn) / 20000).toBeCloseTo(6.5, 0);
    expect(bits(model.sample(5, { seed: 1 }).X)).toEqual(bits(drawn.subarray(0, 5)));
  });

  it('goes into every diagnostic', () => {
    const total = sum(model.scoreSamples(X));
    for (const q of ['posterior', 'uniform', 'hard'] as const) {
      const { elbo, kl, logLikelihood } = decompose(model, X, q, { backend });
      expect(logLikelihood).toBeCloseTo(total, 12);
      expect(elbo + kl).toBeCloseTo(total, 11);
      expect(kl).toBeGreaterThanOrEqual(0);
    }
    const exact = estimateLogLikelihood(model, X, { proposal: 'posterior', nSamples: 10, backend });
    expect(exact.value).toBeCloseTo(total, 11);
    const { responsibilities } = optimizeQ(model, X, { backend });
    expect(relativeToMax(responsibilities, model.predictProba(X))).toBeLessThan(1e-9);
    expect(klDivergence(model, model, { nSamples: 100, seed: 1 }).value).toBe(0);
  });

  it('keeps its own copy and refuses what is wrong', () => {
    const own = { weights: Float64Array.of(0.5, 0.5), components: [{ rate: 1 }, { rate: 2 }] };
    const copy = mixtureModel(poisson, own, { backend });
    own.weights[0] = 1;
    expect(Array.from(copy.weights)).toEqual([0.5, 0.5]);
    const of = (given: unknown, options: object = {}, family: object = poisson) =>
      thrownBy<Error>(() => mixtureModel(family as never, given as never, { backend, ...options }));
    expect(of({ ...parameters, weights: [0.5, 0.6] })).toBeInstanceOf(InvalidParametersError);
    expect(of({ ...parameters, weights: [1] })).toBeInstanceOf(InvalidParametersError);
    expect(of(undefined)).toBeInstanceOf(InvalidParametersError);
    expect(of({ weights: [], components: [] })).toBeInstanceOf(InvalidParametersError);
    expect(of(parameters, { seed: 1 })).toBeInstanceOf(InvalidOptionError);
    const mute = { ...poisson, sample: undefined };
    expect((of(parameters, {}, mute) as InvalidOptionError).option).toBe('nFeatures');
    const silent = mixtureModel(mute as never, parameters, { nFeatures: 1, backend });
    expect(silent.predict(X).length).toBe(4);
    expect(() => silent.sample(3)).toThrow(InvalidOptionError);
    expect(() => model.predict([[1, 2]])).toThrow(InvalidDataError);
    expect(() => model.trace).toThrow(/built from parameters/);
  });
});

describe('a model of a family that draws badly', () => {
  const parameters = { weights: Float64Array.of(1), components: [{ rate: 2 }] };
  const drawing = (row: unknown) => ({ ...poisson, sample: () => row as Float64Array });

  it('names the component and what it drew', () => {
    for (const [row, got] of [
      [Float64Array.of(1, 2), 'gave 2'],
      [undefined, 'gave undefined'],
    ] as const) {
      const model = mixtureModel(drawing(row), parameters, { nFeatures: 1 });
      const error = thrownBy<InvalidDataError>(() => model.sample(3));
      expect(error).toBeInstanceOf(InvalidDataError);
      expect(error.message).toContain(`sample must draw rows of 1 numbers; component 0 ${got}`);
      expect(error.row).toBe(0);
    }
  });

  it('or needs to be told how many numbers a row has', () => {
    const mute = { ...poisson, sample: undefined } as never;
    expect(() => mixtureModel(mute, parameters)).toThrow('mixtureModel needs nFeatures, or a family with sample');
    expect(mixtureModel(mute, parameters, { nFeatures: 1 }).nFeatures).toBe(1);
    expect(() => mixtureModel(mute, parameters, { nFeatures: 1 }).sample(3)).toThrow('sample');
    expect(() => mixtureModel(poisson, {} as never)).toThrow('parameters must be { weights, components }');
  });
});
