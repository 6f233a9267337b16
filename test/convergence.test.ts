import { describe, expect, it } from 'vitest';
import { GaussianMixture } from '../src/index.js';

/** Two overlapping clusters on a line, 300 points. */
const X = GaussianMixture.fromParameters({
  means: [0, 3],
  covariances: [1, 1],
  covarianceType: 'spherical',
  nComponents: 2,
}).sample(300, { seed: 5 }).X;

describe('a regularised fit', () => {
  it('goes on while its likelihood falls towards its own fixed point', () => {
    const options = {
      nComponents: 2,
      regCovar: 1,
      initialParameters: { means: [0, 3], covariances: [[[0.1]], [[0.1]]] },
    } as const;
    const model = GaussianMixture.fit(X, { ...options, tol: 1e-10, maxIter: 20000 });
    expect(model.converged).toBe(true);
    // at a fixed point one more M-step changes nothing
    const again = GaussianMixture.fit(X, {
      ...options,
      maxIter: 1,
      tol: 0,
      initialParameters: { weights: model.weights, means: model.means, covariances: model.covariances },
    });
    expect(Math.abs(again.logLikelihood - model.logLikelihood)).toBeLessThan(1e-6);
    expect(again.means[0]).toBeCloseTo(model.means[0]!, 3);
  });
});

describe('rows of weight 0', () => {
  it('are never drawn as a start', () => {
    const counted = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2];
    const rows = [...counted, ...new Array(20).fill(1e6)];
    const sampleWeights = rows.map((x) => (x === 1e6 ? 0 : 1));
    for (let seed = 0; seed < 40; seed++) {
      const start = GaussianMixture.fit(rows, { nComponents: 3, sampleWeights, maxIter: 0, seed });
      expect(Math.max(...start.means)).toBeLessThanOrEqual(2);
    }
  });
});

describe('an error of the caller', () => {
  it('in onProgress goes through, whatever its class and however many starts', () => {
    const mine = () => GaussianMixture.fit([1, 1, 1], { nComponents: 1, regCovar: 0 });
    let calls = 0;
    const onProgress = () => {
      if (++calls === 3) mine();
    };
    expect(() => GaussianMixture.fit(X, { nComponents: 2, nInit: 3, onProgress })).toThrow(/covariance of the data/);
    expect(calls).toBe(3);
  });
});

describe('a row without density', () => {
  it('makes every criterion infinite, none NaN', () => {
    const model = GaussianMixture.fit(X, { nComponents: 2 });
    const far = [1e200];
    expect([model.bic(far), model.aic(far), model.icl(far)]).toEqual([Infinity, Infinity, Infinity]);
  });
});

describe('parameters handed out', () => {
  it('can be handed back as they are', () => {
    const steps = [...GaussianMixture.steps(X, { nComponents: 2, maxIter: 3, tol: 0 })];
    const step = steps[2]!;
    expect(Array.from(GaussianMixture.fromParameters(step).means)).toEqual(Array.from(step.means));
    const resumed = GaussianMixture.fit(X, { nComponents: 2, maxIter: 1, tol: 0, initialParameters: step });
    expect(resumed.trace.logLikelihood[0]).toBe(step.logLikelihood);
    expect(resumed.logLikelihood).toBe(steps[3]!.logLikelihood);
  });
});
