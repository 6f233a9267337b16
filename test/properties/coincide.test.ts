/** Where two families, or a family and a formula, are the same thing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GaussianMixture, weightedCovariance } from '../../src/index.js';
import { dataOf, fitProblem, problems, RUNS, soundly, startOf } from '../helpers/arbitraries.js';
import { BACKENDS, largestDifference, relativeToMax, sum, TYPES } from '../helpers/numbers.js';

describe('with one feature', () => {
  it('full, diag and spherical are one model', () => {
    fc.assert(
      fc.property(problems({ d: 1 }), (problem) => {
        const x = dataOf(problem);
        const start = startOf({ ...problem, type: 'full' });
        const models = soundly(() =>
          (['full', 'diag', 'spherical'] as const).map((type) =>
            fitProblem({ ...problem, type }, x, start, { maxIter: 30 }),
          ),
        );
        for (const model of models.slice(1)) {
          expect(relativeToMax(model.trace.logLikelihood, models[0]!.trace.logLikelihood)).toBeLessThanOrEqual(1e-12);
          expect(relativeToMax(model.means, models[0]!.means)).toBeLessThanOrEqual(1e-10);
          expect(relativeToMax(model.variances, models[0]!.variances)).toBeLessThanOrEqual(1e-10);
          expect(model.nParameters).toBe(models[0]!.nParameters);
        }
      }),
      RUNS,
    );
  });

  it('and one component all four are', () => {
    fc.assert(
      fc.property(problems({ d: 1, k: 1 }), (problem) => {
        const x = dataOf(problem);
        const models = TYPES.map((covarianceType) =>
          GaussianMixture.fit(x, { nComponents: 1, covarianceType, regCovar: 0, backend: problem.backend }),
        );
        for (const model of models.slice(1)) {
          expect(relativeToMax(model.logLikelihood, models[0]!.logLikelihood)).toBeLessThanOrEqual(1e-13);
          expect(relativeToMax(model.variances, models[0]!.variances)).toBeLessThanOrEqual(1e-13);
          expect(model.nParameters).toBe(2);
        }
      }),
      RUNS,
    );
  });
});

describe('with one component', () => {
  it('a fit is the sample moments, whatever the start', () => {
    fc.assert(
      fc.property(problems({ k: 1, d: 8 }), fc.boolean(), (problem, weighted) => {
        const { n, d, backend } = problem;
        const x = dataOf(problem);
        const X = { data: x, rows: n, columns: d };
        const sampleWeights = Array.from({ length: n }, (_, i) => (weighted ? (i % 3) / 2 : 1));
        const total = sum(sampleWeights);
        const mean = Array.from({ length: d }, (_, j) => sum(sampleWeights.map((w, i) => w * x[i * d + j]!)) / total);
        const covariance = Array.from({ length: d * d }, (_, at) => {
          const [i, j] = [Math.floor(at / d), at % d];
          return sum(sampleWeights.map((w, r) => w * (x[r * d + i]! - mean[i]!) * (x[r * d + j]! - mean[j]!))) / total;
        });
        const diagonal = mean.map((_, j) => covariance[j * d + j]!);
        const wanted = { full: covariance, tied: covariance, diag: diagonal, spherical: [sum(diagonal) / d] };
        for (const covarianceType of TYPES) {
          for (const init of ['kmeans++', 'random', 'randomPoints'] as const) {
            const model = GaussianMixture.fit(X, {
              nComponents: 1,
              covarianceType,
              init,
              regCovar: 0,
              sampleWeights,
              backend,
            });
            expect(model.weights[0]).toBe(1);
            expect(largestDifference(model.means, mean)).toBeLessThanOrEqual(
              1e-13 * Math.max(...mean.map(Math.abs), 1),
            );
            expect(relativeToMax(model.covariances, wanted[covarianceType])).toBeLessThanOrEqual(1e-12);
            expect(relativeToMax(model.componentCounts, [total])).toBeLessThanOrEqual(1e-14);
            expect(model.converged).toBe(true);
            expect(model.labels.every((label) => label === 0)).toBe(true);
          }
        }
        const direct = weightedCovariance(X, { sampleWeights, backend });
        expect(relativeToMax(direct.covariance, covariance)).toBeLessThanOrEqual(1e-12);
      }),
      { ...RUNS, numRuns: 25 },
    );
  });

  it('the log-likelihood is −N/2 (log|2πΣ| + D) at the maximum', () => {
    for (const backend of BACKENDS) {
      const x = [1, 2, 4, 8, 16];
      const { logLikelihood, variances } = GaussianMixture.fit(x, { nComponents: 1, regCovar: 0, backend });
      expect(variances[0]).toBeCloseTo(29.76, 12);
      expect(logLikelihood).toBeCloseTo(-2.5 * (Math.log(2 * Math.PI * 29.76) + 1), 12);
    }
  });

  it('full equals tied, and a regularisation is added to the diagonal once', () => {
    fc.assert(
      fc.property(problems({ k: 1 }), (problem) => {
        const { n, d, backend } = problem;
        const X = { data: dataOf(problem), rows: n, columns: d };
        const fit = (covarianceType: 'full' | 'tied', regCovar: number | { relative: number }) =>
          GaussianMixture.fit(X, { nComponents: 1, covarianceType, regCovar, backend }).covariances;
        const plain = fit('full', 0);
        const added = plain.map((value, at) => value + (at % (d + 1) === 0 ? 0.25 : 0));
        // each variance by its own size
        const relative = plain.map((value, at) => value * (at % (d + 1) === 0 ? 1.001 : 1));
        for (const type of ['full', 'tied'] as const) {
          expect(relativeToMax(fit(type, 0), plain)).toBeLessThanOrEqual(1e-13);
          expect(relativeToMax(fit(type, 0.25), added)).toBeLessThanOrEqual(1e-13);
          expect(relativeToMax(fit(type, { relative: 1e-3 }), relative)).toBeLessThanOrEqual(1e-12);
        }
      }),
      RUNS,
    );
  });
});

describe('a family of more freedom', () => {
  it('is never less likely than one it contains, from that one', () => {
    fc.assert(
      fc.property(problems({ k: 3 }), (problem) => {
        const x = dataOf(problem);
        const inside = soundly(() =>
          fitProblem({ ...problem, type: 'spherical' }, x, startOf({ ...problem, type: 'spherical' })),
        );
        const start = (covariances: Float64Array) => ({ weights: inside.weights, means: inside.means, covariances });
        const { d, k } = problem;
        const diag = soundly(() => fitProblem({ ...problem, type: 'diag' }, x, start(inside.variances)));
        const full = Float64Array.from({ length: k * d * d }, (_, at) =>
          (at % (d * d)) % (d + 1) === 0 ? inside.variances[Math.floor(at / (d * d)) * d]! : 0,
        );
        const most = soundly(() => fitProblem({ ...problem, type: 'full' }, x, start(full)));
        expect(
          relativeToMax(
            [diag.trace.logLikelihood[0]!, most.trace.logLikelihood[0]!],
            [inside.logLikelihood, inside.logLikelihood],
          ),
        ).toBeLessThanOrEqual(1e-12);
        expect(diag.logLikelihood).toBeGreaterThanOrEqual(inside.logLikelihood - 1e-9);
        expect(most.logLikelihood).toBeGreaterThanOrEqual(inside.logLikelihood - 1e-9);
      }),
      RUNS,
    );
  });
});
