/** log p(x) = ELBO + KL for every mixture and every q, and what follows from it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BernoulliMixture, decompose, GaussianMixture, klDivergence } from '../../src/index.js';
import { dataFor, mixtureOf, mixtureProblems, RUNS, randomTable } from '../helpers/mixtures.js';
import { largestDifference, relativeEach, sum, thrownBy } from '../helpers/numbers.js';

const TWO = GaussianMixture.fromParameters({
  weights: [0.3, 0.7],
  means: [[0], [4]],
  covariances: [1, 2],
  covarianceType: 'spherical',
});

/** Every kind of q that can be named or given. */
const distributions = fc.constantFrom('posterior', 'uniform', 'hard', 'table', 'model');

describe('decompose', () => {
  it('ELBO + KL = log-likelihood to 1e-11 of the largest, per row and in total; KL ≥ 0', () => {
    fc.assert(
      fc.property(mixtureProblems, distributions, (problem, which) => {
        const model = mixtureOf(problem);
        const X = dataFor(problem);
        const other = mixtureOf({ ...problem, seed: problem.seed + 5 });
        const table = randomTable(X.length, model.nComponents, problem.seed);
        const q = which === 'table' ? table : which === 'model' ? other : which;
        const parts = decompose(model, X, q as 'uniform', { backend: problem.backend });
        const { perPoint } = parts;
        const closes = (logL: number, elbo: number, kl: number) => {
          expect(kl).toBeGreaterThanOrEqual(0);
          const scale = Math.max(Math.abs(logL), Math.abs(elbo), kl, 1);
          expect(Math.abs(elbo + kl - logL)).toBeLessThanOrEqual(1e-11 * scale);
        };
        closes(parts.logLikelihood, parts.elbo, parts.kl);
        perPoint.logLikelihood.forEach((logL, i) => {
          closes(logL, perPoint.elbo[i], perPoint.kl[i]);
          const scale = Math.max(1, Math.abs(perPoint.expectedCompleteLogLikelihood[i]));
          expect(
            Math.abs(perPoint.elbo[i] - perPoint.expectedCompleteLogLikelihood[i] - perPoint.entropy[i]),
          ).toBeLessThanOrEqual(1e-12 * scale);
          expect(Math.abs(perPoint.elbo[i] - perPoint.reconstruction[i] + perPoint.klPrior[i])).toBeLessThanOrEqual(
            1e-12 * scale,
          );
          expect(perPoint.klPrior[i]).toBeGreaterThanOrEqual(0);
          expect(perPoint.entropy[i]).toBeLessThanOrEqual(Math.log(model.nComponents) + 1e-12);
          if (which === 'posterior') expect(perPoint.kl[i]).toBeLessThanOrEqual(1e-13);
        });
        expect(parts.logLikelihood).toBeCloseTo(sum(model.scoreSamples(X)), 9);
      }),
      RUNS,
    );
  });

  it('the model’s own posterior, given as a table or as the model, leaves at most 1e-13 per row', () => {
    fc.assert(
      fc.property(mixtureProblems, (problem) => {
        const model = mixtureOf(problem);
        const X = dataFor(problem);
        for (const q of [model.predictProba(X), model]) {
          const { kl } = decompose(model, X, q).perPoint;
          expect(Math.max(...kl)).toBeLessThanOrEqual(1e-13);
          expect(Math.min(...kl)).toBeGreaterThanOrEqual(0);
        }
      }),
      RUNS,
    );
  });

  it('Jensen: the ELBO of every q is at most log p(x), and reaches it only at the posterior', () => {
    fc.assert(
      fc.property(mixtureProblems, fc.double({ min: 0.01, max: 1, noNaN: true }), (problem, step) => {
        const model = mixtureOf(problem);
        const X = dataFor(problem);
        const { perPoint, responsibilities, nComponents } = { ...decompose(model, X), nComponents: model.nComponents };
        expect(relativeEach(perPoint.elbo, perPoint.logLikelihood)).toBeLessThanOrEqual(1e-12);
        const towards = randomTable(X.length, nComponents, problem.seed + 3).flat();
        const q = responsibilities.map((r, i) => (1 - step) * r + step * towards[i]);
        const moved = decompose(model, X, q).perPoint;
        moved.elbo.forEach((elbo, i) => {
          const logL = moved.logLikelihood[i];
          expect(elbo).toBeLessThanOrEqual(logL + 1e-12 * Math.max(1, Math.abs(logL)));
          const part = q.subarray(i * nComponents, (i + 1) * nComponents);
          const apart = largestDifference(part, responsibilities.subarray(i * nComponents, (i + 1) * nComponents));
          // Pinsker: KL ≥ ½·(Σ|q − p|)² ≥ 2·max², which leaves no other q with equality
          expect(moved.kl[i]).toBeGreaterThanOrEqual(2 * apart ** 2 * (1 - 1e-6) - 1e-15);
        });
      }),
      RUNS,
    );
  });

  it('log[p(x, z)/q(z)] is constant in z at q = posterior: log p(x, z) − log p(z|x) = log p(x) for every z', () => {
    fc.assert(
      fc.property(mixtureProblems, (problem) => {
        const model = mixtureOf(problem);
        const X = dataFor(problem);
        const joint = model.weightedLogProb(X);
        const { responsibilities, perPoint } = decompose(model, X);
        responsibilities.forEach((r, at) => {
          // log r has ε/r of its own only where r is subnormal
          if (r < 1e-290) return;
          const logL = perPoint.logLikelihood[Math.floor(at / model.nComponents)];
          expect(Math.abs(joint[at] - Math.log(r) - logL)).toBeLessThanOrEqual(
            1e-12 * Math.max(1, Math.abs(joint[at])),
          );
        });
        // of another q it is not constant
        if (model.nComponents === 1) return;
        const ratio = Array.from(joint.subarray(0, model.nComponents), (term) => term + Math.log(model.nComponents));
        expect(Math.max(...ratio) - Math.min(...ratio)).toBeGreaterThan(0);
      }),
      RUNS,
    );
  });

  it('a one-hot q has no entropy: the ELBO is the complete-data log-likelihood, also of a single point', () => {
    fc.assert(
      fc.property(mixtureProblems, (problem) => {
        const model = mixtureOf(problem);
        const [x] = dataFor(problem);
        const joint = model.weightedLogProb([x]);
        joint.forEach((term, k) => {
          const q = Array.from(joint, (_, j) => (j === k ? 1 : 0));
          const parts = decompose(model, [x], [q]);
          expect(parts.elbo).toBe(term);
          expect(parts.entropy).toBe(0);
          expect(parts.klPrior).toBeCloseTo(-Math.log(model.weights[k]), 12);
          expect(parts.kl).toBeCloseTo(parts.logLikelihood - term, 9);
        });
        expect(decompose(model, [x], 'hard').elbo).toBe(Math.max(...joint));
      }),
      RUNS,
    );
  });

  it('the expectation over all Kᴺ assignments equals ΣΣ r·log p', () => {
    const X = [[-0.3], [1.9], [2.6], [5], [3.1]];
    const K = 2;
    const joint = TWO.weightedLogProb(X);
    const { responsibilities: r, expectedCompleteLogLikelihood } = decompose(TWO, X);
    let bruteForce = 0;
    let total = 0;
    for (let code = 0; code < K ** X.length; code++) {
      let probability = 1;
      let logP = 0;
      for (let i = 0; i < X.length; i++) {
        const z = (code >> i) & 1;
        probability *= r[i * K + z];
        logP += joint[i * K + z];
      }
      bruteForce += probability * logP;
      total += probability;
    }
    expect(total).toBeCloseTo(1, 14);
    expect(Math.abs(bruteForce - expectedCompleteLogLikelihood)).toBeLessThanOrEqual(1e-13 * Math.abs(bruteForce));
  });

  it('weights of rows weigh the totals only; integer weights repeat rows', () => {
    const X = [[0], [1], [5]];
    const weighted = decompose(TWO, X, 'uniform', { sampleWeights: [2, 0, 3] });
    const repeated = decompose(TWO, [[0], [0], [5], [5], [5]], 'uniform');
    for (const term of ['logLikelihood', 'elbo', 'kl', 'entropy', 'reconstruction', 'klPrior'] as const) {
      expect(weighted[term]).toBeCloseTo(repeated[term], 12);
    }
    expect(weighted.perPoint.elbo).toEqual(decompose(TWO, X, 'uniform').perPoint.elbo);
  });

  it('each divergence agrees with klDivergence, and KL(q‖p) is not KL(p‖q)', () => {
    const { responsibilities, perPoint } = decompose(TWO, [[1.7]], [[0.9, 0.1]]);
    const posterior = TWO.predictProba([[1.7]]);
    expect(perPoint.kl[0]).toBeCloseTo(klDivergence(responsibilities, posterior).value, 13);
    expect(perPoint.klPrior[0]).toBeCloseTo(klDivergence([0.9, 0.1], [0.3, 0.7]).value, 13);
    expect(Math.abs(klDivergence(posterior, responsibilities).value - perPoint.kl[0])).toBeGreaterThan(1e-3);
  });

  it.each(['wasm', 'js'] as const)(
    'q > 0 where p(z|x) = 0: KL is Infinity, the ELBO −Infinity, nothing NaN (%s)',
    (backend) => {
      const model = BernoulliMixture.fromParameters({
        weights: [0.5, 0.5],
        probs: [
          [1, 0.5],
          [0.5, 0.5],
        ],
        backend,
      });
      const parts = decompose(model, [[0, 1]], 'uniform', { backend });
      expect(parts).toMatchObject({ kl: Infinity, elbo: -Infinity, reconstruction: -Infinity });
      expect(parts.expectedCompleteLogLikelihood).toBe(-Infinity);
      expect(parts.entropy).toBeCloseTo(Math.log(2), 15);
      expect(Number.isFinite(parts.logLikelihood)).toBe(true);
      // 0·log 0 = 0: the posterior itself is fine
      expect(decompose(model, [[0, 1]], 'posterior', { backend }).kl).toBe(0);
    },
  );

  it('a posterior too small for a double still has its finite divergence', () => {
    const far = GaussianMixture.fromParameters({
      means: [[0], [1000]],
      covariances: [1, 1],
      covarianceType: 'spherical',
    });
    const parts = decompose(far, [[0]], [[0, 1]]);
    expect(parts.kl).toBeCloseTo(500_000, 6);
    expect(Math.abs(parts.elbo + parts.kl - parts.logLikelihood)).toBeLessThanOrEqual(1e-11 * parts.kl);
  });

  it('anything with weights and joint log-densities is a mixture: two Poisson distributions of a user', () => {
    const [weights, rates] = [
      [0.4, 0.6],
      [1, 6],
    ];
    const logFactorial = (x: number): number => (x < 2 ? 0 : Math.log(x) + logFactorial(x - 1));
    const poissons = {
      nComponents: 2,
      weights,
      weightedLogProb: (X: number[]) =>
        Float64Array.from(
          X.flatMap((x) => rates.map((rate, k) => Math.log(weights[k]) + x * Math.log(rate) - rate - logFactorial(x))),
        ),
    };
    const { elbo, kl, logLikelihood } = decompose(poissons, [0, 3, 9], 'hard');
    expect(Math.abs(elbo + kl - logLikelihood)).toBeLessThanOrEqual(1e-11 * Math.abs(elbo));
    expect(decompose(poissons, [0, 3, 9]).kl).toBeLessThanOrEqual(1e-13);
  });

  it('errors say what was wrong', () => {
    expect(thrownBy(() => decompose({} as never, [[0]])).message).toContain('needs a mixture model');
    expect(thrownBy(() => decompose(TWO, [[0]], 'soft' as never)).message).toContain("'posterior', 'uniform', 'hard'");
    expect(thrownBy(() => decompose(TWO, [[0]], [[0.5, 0.6]])).message).toContain('q must sum to 1 in every row');
    expect(thrownBy(() => decompose(TWO, [[0]], [[1.5, -0.5]])).message).toContain('q must not be negative');
    expect(thrownBy(() => decompose(TWO, [[0]], [1, 0, 0])).message).toContain('q must have shape 1 × 2');
    expect(thrownBy(() => decompose(TWO, [[0]], 'hard', { weights: [1] } as never)).message).toContain('no option');
    const one = GaussianMixture.fromParameters({ means: [[0]], covariances: [1], covarianceType: 'spherical' });
    expect(thrownBy(() => decompose(TWO, [[0]], one)).message).toContain('q has 1 components but the model has 2');
    expect(thrownBy<{ code: string }>(() => decompose(TWO, [[1e200]])).code).toBe('ZERO_DENSITY');
  });
});
