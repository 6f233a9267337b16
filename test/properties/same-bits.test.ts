/** The same data, options and seed give the same bits, by whichever way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GaussianMixture, type GaussianMixtureOptions } from '../../src/index.js';
import { dataOf, type Problem, problems, RUNS, soundly } from '../helpers/arbitraries.js';
import { bits } from '../helpers/numbers.js';

const INITS = ['kmeans++', 'kmeans', 'random', 'randomPoints'] as const;

const fits = fc.record({
  problem: problems(),
  init: fc.constantFrom(...INITS),
  weighted: fc.boolean(),
  maxIter: fc.integer({ min: 0, max: 15 }),
});

function optionsOf({
  problem,
  init,
  weighted,
  maxIter,
}: {
  problem: Problem;
  init: (typeof INITS)[number];
  weighted: boolean;
  maxIter: number;
}): GaussianMixtureOptions {
  return {
    nComponents: problem.k,
    covarianceType: problem.type,
    backend: problem.backend,
    init,
    maxIter,
    seed: problem.seed,
    ...(weighted ? { sampleWeights: Array.from({ length: problem.n }, (_, i) => (i % 3) + 0.5) } : {}),
  };
}

function bitsOf(model: GaussianMixture) {
  const { weights, means, covariances, componentCounts, trace, labels } = model;
  return [weights, means, covariances, componentCounts, trace.logLikelihood, labels].map(bits);
}

function check(
  other: (X: { data: Float64Array; rows: number; columns: number }, options: GaussianMixtureOptions) => GaussianMixture,
): void {
  fc.assert(
    fc.property(fits, (fit) => {
      const { n, d } = fit.problem;
      const X = { data: dataOf(fit.problem), rows: n, columns: d };
      const options = optionsOf(fit);
      const model = soundly(() => GaussianMixture.fit(X, options));
      const same = other(X, options);
      expect(bitsOf(same)).toEqual(bitsOf(model));
      expect([same.nIter, same.stopReason, same.converged]).toEqual([model.nIter, model.stopReason, model.converged]);
    }),
    RUNS,
  );
}

describe('fit', () => {
  it('repeated', () => check((X, options) => GaussianMixture.fit(X, options)));

  it('with a listener', () =>
    check((X, options) => {
      const seen: number[] = [];
      const model = GaussianMixture.fit(X, {
        ...options,
        onProgress: ({ iteration, logLikelihood, restart }) => {
          expect([iteration, restart]).toEqual([seen.length, 0]);
          seen.push(logLikelihood);
        },
      });
      expect(bits(seen)).toEqual(bits(model.trace.logLikelihood));
      return model;
    }));

  it('by steps', () =>
    check((X, options) => {
      const steps = GaussianMixture.steps(X, options);
      for (let t = 0; ; t++) {
        const { done, value } = steps.next();
        if (done) {
          expect(t).toBe(value.nIter + 1);
          expect(steps.next().done).toBe(true);
          return value;
        }
        expect(value.iteration).toBe(t);
      }
    }));

  it('resumed half way from the parameters it had, but for rounding of the weights', () =>
    check((X, options) => {
      const model = GaussianMixture.fit(X, options);
      if (model.nIter < 2) return model;
      const steps = [...GaussianMixture.steps(X, options)];
      const { weights, means, covariances } = steps[1]!;
      const { init: _, ...rest } = options;
      const resumed = GaussianMixture.fit(X, {
        ...rest,
        maxIter: 1,
        tol: 0,
        initialParameters: { weights, means, covariances },
      });
      const wanted = steps[2]!;
      resumed.means.forEach((value, at) => expect(Math.abs(value - wanted.means[at]!)).toBeLessThanOrEqual(1e-9));
      return model;
    }));
});

it('a step has the parameters its log-likelihood belongs to, and keeps them', () => {
  fc.assert(
    fc.property(fits, (fit) => {
      const { n, d, backend } = fit.problem;
      const X = { data: dataOf(fit.problem), rows: n, columns: d };
      const { sampleWeights, ...rest } = optionsOf(fit);
      const steps = soundly(() => [...GaussianMixture.steps(X, rest)]);
      expect(steps.filter(({ stopReason }) => stopReason !== undefined)).toEqual(steps.slice(-1));
      for (const { weights, means, covariances, covarianceType, logLikelihood } of steps) {
        const model = GaussianMixture.fromParameters({ weights, means, covariances, covarianceType, backend });
        expect(Math.abs(model.score(X) * n - logLikelihood)).toBeLessThanOrEqual(1e-10 * Math.abs(logLikelihood));
      }
      expect(sampleWeights === undefined || sampleWeights.length === n).toBe(true);
    }),
    { ...RUNS, numRuns: 25 },
  );
});

it('another seed gives another start', () => {
  const X = dataOf({ n: 200, d: 2, k: 4, type: 'full', backend: 'wasm', seed: 5 });
  for (const init of INITS) {
    const starts = [1, 2, 3, 4].map((seed) =>
      GaussianMixture.fit({ data: X, rows: 200, columns: 2 }, { nComponents: 4, init, seed, maxIter: 0 }).means.join(),
    );
    expect(new Set(starts).size).toBeGreaterThan(1);
  }
});

it('float32 data give the bits of the doubles they are', () => {
  fc.assert(
    fc.property(fits, (fit) => {
      const { n, d } = fit.problem;
      const data = Float32Array.from(dataOf(fit.problem), (v) => v * 1.1);
      const options = optionsOf(fit);
      const [a, b] = soundly(() =>
        [data, Float64Array.from(data)].map((values) =>
          GaussianMixture.fit({ data: values, rows: n, columns: d }, options),
        ),
      );
      expect(bitsOf(a!)).toEqual(bitsOf(b!));
    }),
    RUNS,
  );
});
