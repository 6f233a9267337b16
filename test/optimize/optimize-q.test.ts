/** Gradient ascent of the ELBO over q ends at the posterior. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BernoulliMixture, decompose, GaussianMixture, optimizeQ } from '../../src/index.js';
import { dataFor, mixtureOf, mixtureProblems, RUNS } from '../helpers/mixtures.js';
import { largestDifference, sum, thrownBy } from '../helpers/numbers.js';

function rising({ elbo, kl }: { elbo: Float64Array; kl: Float64Array }): void {
  for (let t = 1; t < elbo.length; t++) {
    expect(elbo[t]).toBeGreaterThanOrEqual(elbo[t - 1]);
    expect(kl[t]).toBeLessThanOrEqual(kl[t - 1]);
  }
}

const MODEL = GaussianMixture.fromParameters({
  weights: [0.5, 0.3, 0.2],
  means: [[0], [2], [3]],
  covariances: [1, 2, 1],
  covarianceType: 'spherical',
});
const X = [[0.5], [1.5], [2.5]];

describe('optimizeQ', () => {
  it('reaches the posterior within 1e-8 from any start, the ELBO never falling', () => {
    fc.assert(
      fc.property(mixtureProblems, fc.boolean(), (problem, given) => {
        const model = mixtureOf(problem);
        const data = dataFor(problem);
        const q = data.map((_, i) => {
          const raw = Array.from({ length: model.nComponents }, (_, k) => 1 + ((i + 3 * k) % 5));
          return raw.map((value) => value / sum(raw));
        });
        const options = { ...(given ? { q } : {}), backend: problem.backend };
        const { responsibilities, converged, trace, nIter } = optimizeQ(model, data, options);
        expect(converged).toBe(true);
        expect(largestDifference(responsibilities, model.predictProba(data))).toBeLessThanOrEqual(1e-8);
        rising(trace);
        expect(trace.elbo.length).toBe(nIter + 1);
        const start = decompose(model, data, given ? q : 'uniform');
        expect(Math.abs(trace.elbo[0] - start.elbo)).toBeLessThanOrEqual(
          1e-11 * Math.max(1, start.kl, Math.abs(start.elbo)),
        );
      }),
      RUNS,
    );
  });

  it('so do the plain partial derivatives, more slowly', () => {
    const plain = optimizeQ(MODEL, X, { gradient: 'plain' });
    const natural = optimizeQ(MODEL, X);
    expect(plain.converged).toBe(true);
    rising(plain.trace);
    expect(largestDifference(plain.responsibilities, MODEL.predictProba(X))).toBeLessThanOrEqual(1e-8);
    expect(plain.nIter).toBeGreaterThan(natural.nIter);
  });

  it('the natural gradient with a step of 1 is the E-step: there at once', () => {
    const { responsibilities, nIter } = optimizeQ(MODEL, X, { stepSize: 1 });
    expect(nIter).toBe(1);
    expect(largestDifference(responsibilities, MODEL.predictProba(X))).toBeLessThanOrEqual(1e-15);
  });

  it('the plain gradient is the finite difference of the ELBO in the logits', () => {
    const logits = [0.3, -0.2, 0.1];
    const softmax = (a: number[]) => a.map((v) => Math.exp(v) / sum(a.map(Math.exp)));
    const elbo = (a: number[]) => decompose(MODEL, [X[1]], [softmax(a)]).elbo;
    const q = softmax(logits);
    const joint = MODEL.weightedLogProb([X[1]]);
    logits.forEach((_, k) => {
      const h = 1e-5;
      const moved = (by: number) => elbo(logits.map((v, j) => (j === k ? v + by : v)));
      const gradient = q[k] * (joint[k] - Math.log(q[k]) - elbo(logits));
      expect(Math.abs((moved(h) - moved(-h)) / (2 * h) - gradient)).toBeLessThanOrEqual(1e-9);
    });
  });

  it.each(['natural', 'plain'] as const)('a component that forbids the row leaves at once (%s)', (gradient) => {
    const model = BernoulliMixture.fromParameters({ weights: [0.2, 0.3, 0.5], probs: [[1], [0.5], [0.2]] });
    const { responsibilities, trace } = optimizeQ(model, [[0]], { gradient });
    expect(trace.elbo[0]).toBe(-Infinity);
    expect(Number.isFinite(trace.elbo[1])).toBe(true);
    expect(largestDifference(responsibilities, model.predictProba([[0]]))).toBeLessThanOrEqual(1e-8);
  });

  it('says when it was stopped, and what was wrong', () => {
    expect(optimizeQ(MODEL, X, { maxIter: 2 })).toMatchObject({ converged: false, nIter: 2 });
    expect(optimizeQ(MODEL, X, { q: 'posterior' })).toMatchObject({ converged: true, nIter: 0 });
    expect(thrownBy(() => optimizeQ(MODEL, X, { q: 'hard' })).message).toContain('cannot move');
    expect(thrownBy(() => optimizeQ(MODEL, X, { stepSize: 2 })).message).toContain('at most 1');
    expect(thrownBy(() => optimizeQ(MODEL, X, { gradient: 'steep' as never })).message).toContain("'natural', 'plain'");
  });
});
