/** log p(x) by sampling z: within its standard errors, exact at the posterior, and wrong without the weights. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BernoulliMixture, decompose, estimateLogLikelihood, GaussianMixture } from '../../src/index.js';
import { dataFor, mixtureOf, mixtureProblems, RUNS } from '../helpers/mixtures.js';
import { BACKENDS, relativeEach, sum, thrownBy } from '../helpers/numbers.js';

const MODEL = GaussianMixture.fromParameters({
  weights: [0.5, 0.3, 0.2],
  means: [[0], [3], [5]],
  covariances: [1, 2, 0.5],
  covarianceType: 'spherical',
});
const X = [[-1], [1.5], [2.5], [4]];
const COINS = BernoulliMixture.fromParameters({
  weights: [0.4, 0.6],
  probs: [
    [0.9, 0.2, 0.4],
    [0.3, 0.6, 0.7],
  ],
});
const BITS = [
  [1, 0, 0],
  [0, 1, 1],
  [1, 1, 1],
];

describe('estimateLogLikelihood', () => {
  const proposals = ['prior', 'uniform', 'table'] as const;
  it.each(proposals.flatMap((p) => BACKENDS.map((b) => [p, b] as const)))(
    'from %s (%s) lies within 5 standard errors, which fall as 1/√S',
    (which, backend) => {
      const cases = [
        { model: MODEL, data: X, row: [0.4, 0.3, 0.3] },
        { model: COINS, data: BITS, row: [0.5, 0.5] },
      ] as const;
      for (const { model, data, row } of cases) {
        const proposal = which === 'table' ? data.map(() => [...row]) : which;
        const truth = model.scoreSamples(data);
        const few = estimateLogLikelihood(model, data, { proposal, nSamples: 2000, seed: 3, backend });
        const many = estimateLogLikelihood(model, data, { proposal, nSamples: 32_000, seed: 3, backend });
        for (const estimate of [few, many]) {
          const { value, standardError } = estimate.perPoint;
          value.forEach((v, i) => expect(Math.abs(v - truth[i])).toBeLessThanOrEqual(5 * standardError[i]));
          expect(estimate.value).toBeCloseTo(sum(value), 12);
          expect(Math.abs(estimate.value - sum(truth))).toBeLessThanOrEqual(5 * estimate.standardError);
        }
        expect(few.standardError / many.standardError).toBeGreaterThan(3);
        expect(few.standardError / many.standardError).toBeLessThan(5);
      }
    },
  );

  it('the standard error is honest: estimates of 300 seeds spread as it says', () => {
    const truth = sum(MODEL.scoreSamples(X));
    let squares = 0;
    let claimed = 0;
    for (let seed = 0; seed < 300; seed++) {
      const { value, standardError } = estimateLogLikelihood(MODEL, X, { nSamples: 500, seed });
      squares += (value - truth) ** 2 / 300;
      claimed += standardError ** 2 / 300;
    }
    expect(squares / claimed).toBeGreaterThan(0.75);
    expect(squares / claimed).toBeLessThan(1.33);
  });

  it('from the posterior it is exact whatever the number of draws: every weight is p(x)', () => {
    fc.assert(
      fc.property(mixtureProblems, (problem) => {
        const model = mixtureOf(problem);
        const data = dataFor(problem);
        const options = { proposal: 'posterior', nSamples: 2, seed: problem.seed, backend: problem.backend } as const;
        const { perPoint } = estimateLogLikelihood(model, data, options);
        const scale = Math.max(1, ...model.scoreSamples(data).map(Math.abs));
        perPoint.value.forEach((v, i) => {
          expect(Math.abs(v - model.scoreSamples(data)[i])).toBeLessThanOrEqual(1e-12 * scale);
          expect(perPoint.standardError[i]).toBeLessThanOrEqual(1e-12 * scale);
        });
      }),
      RUNS,
    );
  });

  it('plainly averaging p(x|z) over the posterior is biased: it estimates Σ p(z|x)·p(x|z) > p(x)', () => {
    const [x] = [2.5];
    const joint = MODEL.weightedLogProb([[x]]);
    const posterior = MODEL.predictProba([[x]]);
    const truth = MODEL.scoreSamples([[x]])[0];
    let plain = 0;
    posterior.forEach((r, k) => {
      plain += r * Math.exp(joint[k] - Math.log(MODEL.weights[k]));
    });
    // drawn: 20000 components of the posterior through a mixture whose weights it is
    const { labels } = GaussianMixture.fromParameters({
      weights: posterior,
      means: [[0], [0], [0]],
      covariances: [1, 1, 1],
      covarianceType: 'spherical',
    }).sample(20_000, { seed: 2 });
    let drawn = 0;
    for (const z of labels) drawn += Math.exp(joint[z] - Math.log(MODEL.weights[z])) / labels.length;
    expect(Math.abs(Math.log(drawn) - Math.log(plain))).toBeLessThan(0.02);
    // at x = 2.5 the plain average is 1.36 times p(x); the weighted one is right
    expect(Math.log(drawn) - truth).toBeGreaterThan(0.2);
    const weighted = estimateLogLikelihood(MODEL, [[x]], { proposal: 'posterior', nSamples: 20_000, seed: 2 });
    expect(Math.abs(weighted.value - truth)).toBeLessThanOrEqual(1e-13);
  });

  it('prior sampling is poor where most p(x|z) ≈ 0: few draws decide', () => {
    const rare = GaussianMixture.fromParameters({
      weights: [0.999, 0.001],
      means: [[0], [20]],
      covariances: [1, 1],
      covarianceType: 'spherical',
    });
    const options = { nSamples: 10_000, seed: 5 };
    const prior = estimateLogLikelihood(rare, [[20]], options);
    const uniform = estimateLogLikelihood(rare, [[20]], { ...options, proposal: 'uniform' });
    const posterior = estimateLogLikelihood(rare, [[20]], { ...options, proposal: 'posterior' });
    const truth = rare.scoreSamples([[20]])[0];
    expect(prior.standardError).toBeGreaterThan(0.2);
    expect(uniform.standardError).toBeLessThan(0.011);
    expect(posterior.standardError).toBeLessThan(1e-12);
    expect(Math.abs(uniform.value - truth)).toBeLessThan(5 * uniform.standardError);
    // with too few draws to meet the rare component, the estimate is wrong by 190 nats, and says that it knows nothing
    const unlucky = estimateLogLikelihood(rare, [[20]], { nSamples: 20, seed: 5 });
    expect(truth - unlucky.value).toBeGreaterThan(150);
    expect(unlucky.standardError).toBe(Infinity);
  });

  it('a draw of density 0 only: −Infinity with an infinite standard error', () => {
    const model = BernoulliMixture.fromParameters({ weights: [0.999, 0.001], probs: [[0], [1]] });
    const { value, standardError } = estimateLogLikelihood(model, [[1]], { nSamples: 5, seed: 1 });
    expect([value, standardError]).toEqual([-Infinity, Infinity]);
  });

  it('weights of rows, seeds, another model as proposal', () => {
    const options = { nSamples: 100, seed: 9 };
    const { perPoint } = estimateLogLikelihood(MODEL, X, options);
    const weighted = estimateLogLikelihood(MODEL, X, { ...options, sampleWeights: [2, 0, 1, 0] });
    expect(weighted.value).toBeCloseTo(2 * perPoint.value[0] + perPoint.value[2], 12);
    expect(weighted.standardError).toBeCloseTo(
      Math.hypot(2 * perPoint.standardError[0], perPoint.standardError[2]),
      12,
    );
    expect(estimateLogLikelihood(MODEL, X, options).perPoint).toEqual(perPoint);
    expect(estimateLogLikelihood(MODEL, X, { ...options, seed: 10 }).value).not.toBe(sum(perPoint.value));
    const itself = estimateLogLikelihood(MODEL, X, { ...options, proposal: MODEL });
    expect(relativeEach(itself.perPoint.value, MODEL.scoreSamples(X))).toBeLessThanOrEqual(1e-13);
  });

  it('errors say what was wrong', () => {
    expect(thrownBy(() => estimateLogLikelihood(MODEL, X, { proposal: 'hard' })).message).toContain('must be positive');
    expect(thrownBy(() => estimateLogLikelihood(MODEL, X, { nSamples: 1 })).message).toContain('nSamples');
    expect(thrownBy(() => estimateLogLikelihood(MODEL, X, { nsamples: 5 } as never)).message).toContain('nSamples');
    expect(thrownBy(() => estimateLogLikelihood(null as never, X)).message).toContain('needs a mixture model');
  });
});

describe('draws of the prior that never leave one component', () => {
  it('claim nothing: the standard error is infinite, not 0', () => {
    const model = GaussianMixture.fromParameters({
      weights: [1 - 1e-9, 1e-9],
      means: [[0], [1000]],
      covariances: [1, 1],
      covarianceType: 'spherical',
    });
    const { standardError, perPoint } = estimateLogLikelihood(model, [1000], { proposal: 'prior', nSamples: 100 });
    expect(standardError).toBe(Infinity);
    expect(perPoint.standardError[0]).toBe(Infinity);
    const one = GaussianMixture.fromParameters({ weights: [1], means: [[0]], covariances: [[[1]]] });
    expect(estimateLogLikelihood(one, [0.5], { nSamples: 10 }).standardError).toBe(0);
  });
});

it('says what weightedLogProb must give', () => {
  const hollow = { nComponents: 2, weights: [0.5, 0.5], weightedLogProb: () => undefined as never };
  expect(() => decompose(hollow, [1])).toThrow(/Float64Array of nSamples × 2 log-densities; got undefined/);
});
