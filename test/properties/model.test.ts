/** What a fitted model says of rows must hold together. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GaussianMixture, logSumExp, mahalanobis } from '../../src/index.js';
import { dataOf, fitProblem, type Problem, problems, RUNS, soundly, startOf } from '../helpers/arbitraries.js';
import { bits, largestDifference, relativeToMax, sum } from '../helpers/numbers.js';

/** Checks a property of a fitted model and new rows, some of them far out. */
function check(
  property: (
    model: GaussianMixture,
    rows: { data: Float64Array; rows: number; columns: number },
    problem: Problem,
    x: Float64Array,
  ) => void,
): void {
  fc.assert(
    fc.property(problems(), (problem) => {
      const x = dataOf(problem);
      const model = soundly(() => fitProblem(problem, x, startOf(problem)));
      const fresh = dataOf({ ...problem, seed: problem.seed + 1 }).map((v, at) => (at % 7 === 0 ? v * 5 : v));
      property(model, { data: fresh, rows: problem.n, columns: problem.d }, problem, x);
    }),
    RUNS,
  );
}

describe('a fitted model', () => {
  it('has proportions that sum to 1 and counts that sum to N', () =>
    check((model, _rows, { n }) => {
      expect(Math.abs(sum(model.weights) - 1)).toBeLessThanOrEqual(1e-15 * model.nComponents);
      expect(relativeToMax(sum(model.componentCounts), n)).toBeLessThanOrEqual(1e-14);
    }));

  it('gives posteriors that sum to 1, whose largest is the label', () =>
    check((model, Y, { n, k }) => {
      const proba = model.predictProba(Y);
      const labels = model.predict(Y);
      expect(proba.length).toBe(n * k);
      for (let i = 0; i < n; i++) {
        const row = Array.from(proba.subarray(i * k, (i + 1) * k));
        expect(Math.abs(sum(row) - 1)).toBeLessThanOrEqual(k * 2 ** -52);
        expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
        expect(row[labels[i]!]).toBe(Math.max(...row));
        for (const r of row) expect(r === 0 || r >= 2 ** -60).toBe(true);
      }
    }));

  it('has log-densities that are the log-sum-exp of their terms, and posteriors that are the differences', () =>
    check((model, Y, { n, k, backend }) => {
      const scores = model.scoreSamples(Y);
      const terms = model.weightedLogProb(Y);
      const sums = logSumExp({ data: terms, rows: n, columns: k }, { backend }) as Float64Array;
      const proba = model.predictProba(Y);
      expect(largestDifference(sums, scores)).toBeLessThanOrEqual(1e-15 * Math.max(1, ...scores.map(Math.abs)));
      for (let i = 0; i < n * k; i++) {
        const r = Math.exp(terms[i]! - scores[Math.floor(i / k)]!);
        expect(Math.abs(proba[i]! - r)).toBeLessThanOrEqual(1e-12);
      }
    }));

  it('has terms log w − ½(m² + log|2πΣ|) of its Mahalanobis distances', () =>
    check((model, Y, { n, d, k, type, backend }) => {
      const distances = mahalanobis(
        Y,
        { means: nested(model.means, d), covariances: model.covariances, covarianceType: type },
        { backend },
      );
      const terms = model.weightedLogProb(Y);
      const logDeterminants = Array.from({ length: k }, (_, c) => logDeterminantOf(model, c));
      for (let i = 0; i < n; i++) {
        for (let c = 0; c < k; c++) {
          const want =
            Math.log(model.weights[c]!) -
            0.5 * (distances[i * k + c]! ** 2 + logDeterminants[c]! + d * Math.log(2 * Math.PI));
          expect(Math.abs(terms[i * k + c]! - want)).toBeLessThanOrEqual(1e-10 * Math.max(1, Math.abs(want)));
        }
      }
    }));

  it('scores its own data at its log-likelihood; its labels are those it predicts', () =>
    check((model, _rows, { n, d, k }, x) => {
      const X = { data: x, rows: n, columns: d };
      expect(relativeToMax(model.score(X) * n, model.logLikelihood)).toBeLessThanOrEqual(1e-13);
      expect(relativeToMax(sum(model.scoreSamples(X)), model.logLikelihood)).toBeLessThanOrEqual(1e-12);
      expect(model.trace.logLikelihood.at(-1)).toBe(model.logLikelihood);
      expect(Array.from(model.labels)).toEqual(Array.from(model.predict(X)));
      const proba = model.predictProba(X);
      const counts = Array.from({ length: k }, (_, c) => sum(Array.from({ length: n }, (_, i) => proba[i * k + c]!)));
      expect(relativeToMax(model.componentCounts, counts)).toBeLessThanOrEqual(1e-12);
    }));

  it('has criteria by their formulas', () =>
    check((model, Y, { n, k }) => {
      const sampleWeights = Array.from({ length: n }, (_, i) => (i % 4) / 2);
      const scores = model.scoreSamples(Y);
      const proba = model.predictProba(Y);
      const logLikelihood = sum(scores.map((v, i) => v * sampleWeights[i]!));
      const weight = sum(sampleWeights);
      const p = model.nParameters;
      const bic = p * Math.log(weight) - 2 * logLikelihood;
      const entropy = sum(sampleWeights.map((s, i) => s * Math.log(Math.max(...proba.subarray(i * k, (i + 1) * k)))));
      expect(relativeToMax(model.score(Y, { sampleWeights }), logLikelihood / weight)).toBeLessThanOrEqual(1e-12);
      expect(relativeToMax(model.aic(Y, { sampleWeights }), 2 * p - 2 * logLikelihood)).toBeLessThanOrEqual(1e-12);
      expect(relativeToMax(model.bic(Y, { sampleWeights }), bic)).toBeLessThanOrEqual(1e-12);
      expect(relativeToMax(model.icl(Y, { sampleWeights }), bic - 2 * entropy)).toBeLessThanOrEqual(1e-12);
      expect(model.icl(Y)).toBeGreaterThanOrEqual(model.bic(Y) - 1e-9);
    }));

  it('comes back from JSON with the same bits in everything it computes', () => {
    fc.assert(
      fc.property(problems(), fc.constantFrom(0, 1e8, -12345.678), (problem, offset) => {
        const x = dataOf(problem).map((v) => v + offset);
        const start = startOf(problem);
        const model = soundly(() =>
          fitProblem(problem, x, { ...start, means: start.means.map((v) => v + offset) }, { maxIter: 3 }),
        );
        const text = JSON.stringify(model);
        const X = { data: x, rows: problem.n, columns: problem.d };
        for (const copy of [
          GaussianMixture.fromJSON(text),
          GaussianMixture.fromJSON(JSON.parse(text)),
          GaussianMixture.fromJSON(model.toJSON()),
        ]) {
          expect(bits(copy.scoreSamples(X))).toEqual(bits(model.scoreSamples(X)));
          expect(bits(copy.weightedLogProb(X))).toEqual(bits(model.weightedLogProb(X)));
          expect(bits(copy.predictProba(X))).toEqual(bits(model.predictProba(X)));
          expect(bits(copy.sample(20, { seed: 3 }).X)).toEqual(bits(model.sample(20, { seed: 3 }).X));
          for (const part of ['weights', 'means', 'covariances', 'componentCounts'] as const)
            expect(bits(copy[part])).toEqual(bits(model[part]));
          expect(bits(copy.trace.logLikelihood)).toEqual(bits(model.trace.logLikelihood));
          expect([copy.nIter, copy.converged, copy.stopReason, copy.logLikelihood]).toEqual([
            model.nIter,
            model.converged,
            model.stopReason,
            model.logLikelihood,
          ]);
          expect(JSON.stringify(copy)).toBe(text);
        }
      }),
      RUNS,
    );
  });

  it('stays as it is whatever is done to the arrays it hands out', () =>
    check((model, Y) => {
      const before = bits(model.scoreSamples(Y));
      const text = JSON.stringify(model);
      for (const part of [
        'weights',
        'means',
        'covariances',
        'variances',
        'precisionsCholesky',
        'componentCounts',
        'labels',
      ] as const)
        model[part].fill(0);
      model.trace.logLikelihood.fill(0);
      expect(bits(model.scoreSamples(Y))).toEqual(before);
      expect(JSON.stringify(model)).toBe(text);
    }));

  it('rebuilt from its parameters scores the same', () =>
    check((model, Y, { type, backend }) => {
      const { weights, means, covariances } = model;
      const copy = GaussianMixture.fromParameters({ weights, means, covariances, covarianceType: type, backend });
      expect(largestDifference(copy.scoreSamples(Y), model.scoreSamples(Y))).toBeLessThanOrEqual(1e-10);
      expect(copy.fitted).toBe(false);
    }));
});

function nested(values: Float64Array, d: number): number[][] {
  return Array.from({ length: values.length / d }, (_, k) => Array.from(values.subarray(k * d, (k + 1) * d)));
}

/** log|Σ_k| from the factors of the inverse. */
function logDeterminantOf(
  { precisionsCholesky: w, covarianceType: type, nFeatures: d }: GaussianMixture,
  k: number,
): number {
  const log = (j: number) => {
    if (type === 'spherical') return Math.log(w[k]!);
    if (type === 'diag') return Math.log(w[k * d + j]!);
    return Math.log(w[(type === 'full' ? k * d * d : 0) + j * (d + 1)]!);
  };
  return -2 * sum(Array.from({ length: d }, (_, j) => log(j)));
}
