/** `trace: 'elbo'`: both half-steps of every iteration. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BernoulliMixture, decompose, type FitRecord, GaussianMixture } from '../../src/index.js';
import { dataOf, fitProblem, problems, RUNS, soundly, startOf } from '../helpers/arbitraries.js';
import { generator, rowsOf } from '../helpers/data.js';
import { BACKENDS } from '../helpers/numbers.js';
import { fitCase, load, type ReferenceCase } from '../helpers/reference.js';

/** What the two half-steps promise for maximum likelihood. */
function checkHalfSteps({ logLikelihood, elbo }: FitRecord['trace'], nIter: number): void {
  const { afterE, afterM, kl } = elbo!;
  expect(afterE).toEqual(logLikelihood);
  expect([afterM.length, kl.length]).toEqual([nIter, nIter]);
  for (let t = 0; t < nIter; t++) {
    const scale = Math.max(1, Math.abs(afterE[t]));
    expect(kl[t]).toBeGreaterThanOrEqual(0);
    expect(afterM[t] - afterE[t]).toBeGreaterThanOrEqual(-1e-12 * scale);
    expect(Math.abs(afterM[t] + kl[t] - afterE[t + 1])).toBeLessThanOrEqual(1e-11 * scale);
  }
}

describe("trace: 'elbo'", () => {
  it('after E the ELBO is the log-likelihood, after M it has risen, and the KL is what the next E-step removes', () => {
    fc.assert(
      fc.property(problems(), fc.boolean(), (problem, weighted) => {
        const x = dataOf(problem);
        const n = x.length / problem.d;
        const sampleWeights = Array.from({ length: n }, (_, i) => 0.5 + (i % 3));
        const more = weighted ? { sampleWeights } : {};
        const model = soundly(() => fitProblem(problem, x, startOf(problem), { ...more, trace: 'elbo' }));
        checkHalfSteps(model.trace, model.nIter);
        // recording changes nothing
        const plain = fitProblem(problem, x, startOf(problem), more);
        expect(plain.means).toEqual(model.means);
        expect(plain.trace.logLikelihood).toEqual(model.trace.logLikelihood);
        expect(plain.trace.elbo).toBeUndefined();
      }),
      RUNS,
    );
  });

  it.each(BACKENDS)('Bernoulli too (%s), and the half-step is decompose with the old responsibilities', (backend) => {
    const g = generator(4);
    const X = rowsOf(
      Float64Array.from({ length: 5 * 300 }, (_, i) => (g.uniform() < 0.2 + 0.1 * (i % 6) ? 1 : 0)),
      5,
    );
    const options = { nComponents: 3, tol: 0, maxIter: 8, seed: 2, backend, trace: 'elbo' } as const;
    const model = BernoulliMixture.fit(X, options);
    checkHalfSteps(model.trace, model.nIter);
    const models = Array.from(BernoulliMixture.steps(X, options), ({ weights, probs, complements }) =>
      BernoulliMixture.fromParameters({
        weights,
        probs: rowsOf(probs, 5),
        complements: rowsOf(complements, 5),
        backend,
      }),
    );
    for (let t = 0; t < model.nIter; t++) {
      const { elbo, kl } = decompose(models[t + 1], X, models[t], { backend });
      expect(Math.abs(elbo - model.trace.elbo!.afterM[t])).toBeLessThanOrEqual(1e-12 * Math.abs(elbo));
      expect(Math.abs(kl - model.trace.elbo!.kl[t])).toBeLessThanOrEqual(1e-9 * kl + 1e-15);
    }
  });

  it('belongs to the start that won, and is not saved', () => {
    const X = [0, 0.1, 0.3, 5, 5.1, 5.4, 9, 9.2, 9.5];
    const model = GaussianMixture.fit(X, { nComponents: 2, nInit: 5, init: 'random', trace: 'elbo' });
    expect(model.trace.elbo!.afterE.at(-1)).toBe(model.logLikelihood);
    expect(GaussianMixture.fromJSON(JSON.stringify(model)).trace.elbo).toBeUndefined();
  });

  it('steps() returns it with its model', () => {
    const steps = GaussianMixture.steps([0, 1, 2, 7, 8, 9], { nComponents: 2, trace: 'elbo' });
    let step = steps.next();
    while (!step.done) step = steps.next();
    expect(step.value.trace.elbo!.afterM.length).toBe(step.value.nIter);
  });

  it('crosses from the worker', async () => {
    const c = load<ReferenceCase>('gmm_faithful_k2_full.json');
    const options = { nComponents: 2, initialParameters: c.init, regCovar: 0, trace: 'elbo' } as const;
    const model = await GaussianMixture.fitAsync(c.dataset.rows, options);
    checkHalfSteps(model.trace, model.nIter);
    expect(model.trace.elbo).toEqual(GaussianMixture.fit(c.dataset.rows, options).trace.elbo);
    const bits = [
      [1, 1, 0],
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 1],
      [0, 0, 1],
    ];
    const coins = await BernoulliMixture.fitAsync(bits, { nComponents: 2, trace: 'elbo' });
    checkHalfSteps(coins.trace, coins.nIter);
  });

  it('on Old Faithful every gap closes: the sum of rises and gaps is the way up', () => {
    const model = fitCase(load<ReferenceCase>('gmm_faithful_k2_full.json'), { trace: 'elbo' });
    checkHalfSteps(model.trace, model.nIter);
    const { afterE, afterM, kl } = model.trace.elbo!;
    let climbed = 0;
    for (let t = 0; t < kl.length; t++) climbed += afterM[t] - afterE[t] + kl[t];
    expect(climbed).toBeCloseTo(afterE.at(-1)! - afterE[0], 9);
    expect(kl.at(-1)!).toBeLessThan(1e-8);
  });

  it('an unknown trace is refused', () => {
    expect(() => GaussianMixture.fit([1, 2], { nComponents: 1, trace: 'kl' as never })).toThrow(
      "'logLikelihood', 'elbo'",
    );
  });
});
