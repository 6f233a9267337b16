/** Online EM: near the batch optimum, deterministic, immutable, and saved between batches. */
import { describe, expect, it } from 'vitest';
import {
  BernoulliMixture,
  expectation,
  GaussianMixture,
  InvalidDataError,
  InvalidOptionError,
  InvalidParametersError,
  maximization,
  OnlineMixture,
} from '../../src/index.js';
import { clusters, generator, matrixOf } from '../helpers/data.js';
import { BACKENDS, bits, largestDifference, relativeToMax, TYPES, thrownBy } from '../helpers/numbers.js';

/** Two overlapping Gaussians, weights 0.3 and 0.7. */
const truth = GaussianMixture.fromParameters({
  weights: [0.3, 0.7],
  means: [
    [0, 0],
    [4, 1],
  ],
  covariances: [
    [
      [1, 0.5],
      [0.5, 1],
    ],
    [
      [2, 0],
      [0, 0.5],
    ],
  ],
});
const n = 40_000;
const { X: x } = truth.sample(n, { seed: 5 });
const batchOf = (t: number, size: number) => matrixOf(x.subarray(2 * t * size, 2 * (t + 1) * size), 2);
const first = GaussianMixture.fromParameters({
  means: [
    [-1, 1],
    [3, -1],
  ],
  covariances: [
    [
      [2, 0],
      [0, 2],
    ],
    [
      [2, 0],
      [0, 2],
    ],
  ],
});

function run(online: OnlineMixture<GaussianMixture>, size: number, batches = n / size) {
  let next = online;
  for (let t = 0; t < batches; t++) next = next.partialFit(batchOf(t, size));
  return next;
}

describe('stepwise EM', () => {
  it.each([0.6, 0.8, 1])('comes near the batch optimum in one pass (alpha %d)', (alpha) => {
    const batch = GaussianMixture.fit(matrixOf(x, 2), { nComponents: 2, initialParameters: first, tol: 1e-9 });
    const { model, nSteps } = run(OnlineMixture.from(first, { alpha }), 200);
    expect(nSteps).toBe(200);
    // of the loss against the batch optimum that the first model had (0.3 nats a row), less than a hundredth is left
    const best = batch.score(matrixOf(x, 2));
    const lost = best - model.score(matrixOf(x, 2));
    expect(best - first.score(matrixOf(x, 2))).toBeGreaterThan(0.2);
    expect(lost).toBeGreaterThanOrEqual(0);
    expect(lost).toBeLessThan(0.003);
    expect(largestDifference(model.means, truth.means)).toBeLessThan(0.15);
    expect(largestDifference(model.weights, truth.weights)).toBeLessThan(0.04);
    expect(largestDifference(model.covariances, truth.covariances)).toBeLessThan(0.25);
  });

  it('takes the step sizes it states', () => {
    // one component: the running mean is the weighted mean of the batches, by (t + 2)^-alpha
    const alpha = 0.75;
    let online = OnlineMixture.from(GaussianMixture.fromParameters({ means: [[10]], covariances: [[[1]]] }), {
      alpha,
      regCovar: 0,
      nSteps: 3,
    });
    let mean = 10;
    [[1, 2, 3], [5], [-4, 0]].forEach((batch, i) => {
      online = online.partialFit(batch);
      const gamma = (i + 3 + 2) ** -alpha;
      mean = (1 - gamma) * mean + (gamma * batch.reduce((a, b) => a + b)) / batch.length;
      expect(online.model.means[0]).toBeCloseTo(mean, 12);
    });
    expect(online.nSteps).toBe(6);
  });

  it('does not change in the M-step of what the first model says of itself', () => {
    for (const covarianceType of TYPES) {
      const model = GaussianMixture.fit(batchOf(0, 500), { nComponents: 3, covarianceType, maxIter: 5 });
      // a step of nearly nothing
      const { model: next } = OnlineMixture.from(model, { alpha: 1, nSteps: 1e15, regCovar: 0 }).partialFit(
        batchOf(1, 50),
      );
      expect(relativeToMax(next.means, model.means)).toBeLessThan(1e-11);
      expect(relativeToMax(next.covariances, model.covariances)).toBeLessThan(1e-11);
      expect(relativeToMax(next.weights, model.weights)).toBeLessThan(1e-11);
    }
  });

  it('is deterministic and leaves earlier ones as they were', () => {
    for (const backend of BACKENDS) {
      const model = GaussianMixture.fit(batchOf(0, 500), { nComponents: 2, backend, maxIter: 3 });
      const start = OnlineMixture.from(model);
      const a = run(start, 100, 20);
      const b = run(start, 100, 20);
      expect(bits(a.model.covariances)).toEqual(bits(b.model.covariances));
      expect(start.nSteps).toBe(0);
      expect(start.score).toBeUndefined();
      expect(start.model).toBe(model);
      expect(a.score).toBeCloseTo(run(start, 100, 19).model.score(batchOf(19, 100)), 12);
    }
  });

  it('weighs rows: weights of 2 are rows twice, of 0 rows left out', () => {
    const online = OnlineMixture.from(first);
    const rows = [
      [0, 0],
      [4, 1],
      [9, 9],
    ];
    const weighted = online.partialFit(rows, { sampleWeights: [2, 1, 0] });
    const repeated = online.partialFit([rows[0]!, rows[0]!, rows[1]!]);
    expect(relativeToMax(weighted.model.means, repeated.model.means)).toBeLessThan(1e-13);
    expect(relativeToMax(weighted.model.covariances, repeated.model.covariances)).toBeLessThan(1e-13);
  });

  it('learns Bernoulli mixtures', () => {
    const g = generator(2);
    const probs = [
      [0.9, 0.8, 0.2, 0.1, 0.7],
      [0.1, 0.3, 0.9, 0.8, 0.2],
    ];
    const rows = Array.from({ length: 6000 }, () =>
      probs[g.uniform() < 0.4 ? 0 : 1]!.map((p) => (g.uniform() < p ? 1 : 0)),
    );
    const begin = BernoulliMixture.fromParameters({ probs: probs.map((row) => row.map((p) => 0.5 + (p - 0.5) / 4)) });
    let online = OnlineMixture.from(begin, { prior: { a: 1.01, b: 1.01 } });
    for (let at = 0; at < rows.length; at += 100) online = online.partialFit(rows.slice(at, at + 100));
    expect(largestDifference(online.model.probs, probs.flat())).toBeLessThan(0.06);
    expect(largestDifference(online.model.weights, [0.4, 0.6])).toBeLessThan(0.05);
  });
});

describe('saved', () => {
  it('goes on to the bit', () => {
    const half = run(OnlineMixture.from(first, { alpha: 0.65, regCovar: 1e-4 }), 100, 10);
    const again = OnlineMixture.fromJSON<GaussianMixture>(JSON.stringify(half));
    expect(JSON.stringify(again)).toBe(JSON.stringify(half));
    const [a, b] = [half, again].map((online) => online.partialFit(batchOf(10, 100)));
    expect(bits(a!.model.covariances)).toEqual(bits(b!.model.covariances));
    expect(b!.nSteps).toBe(11);
  });

  it('is refused when something is wrong', () => {
    const json = JSON.parse(JSON.stringify(run(OnlineMixture.from(first), 100, 2)));
    const read = (change: object) => () => OnlineMixture.fromJSON({ ...json, ...change });
    expect(read({ version: 7 })).toThrow(/version must be 1/);
    expect(read({ alpha: 0.5 })).toThrow(InvalidOptionError);
    expect(read({ nSteps: -1 })).toThrow(InvalidOptionError);
    expect(read({ regCovar: { relative: -1 } })).toThrow(InvalidOptionError);
    expect(read({ model: json.statistics })).toThrow(InvalidParametersError);
    const { model: _, ...without } = json;
    expect(() => OnlineMixture.fromJSON(without)).toThrow(InvalidParametersError);
    const statistics = { ...json.statistics, weight: 2, counts: [1, 1] };
    expect(read({ statistics })).toThrow(/weigh 1 in sum/);
  });
});

describe('rows that differ by so little that their squares underflow', () => {
  const start = (covarianceType: 'full' | 'spherical', scale: number) =>
    GaussianMixture.fromParameters({
      means: [
        [-scale, 0],
        [scale, 0],
      ],
      covariances:
        covarianceType === 'full'
          ? [0, 1].flatMap(() => [scale * scale, 0, 0, scale * scale])
          : [1, 1].map(() => scale * scale),
      covarianceType,
    });
  const rows = (scale: number) =>
    matrixOf(
      clusters(200, 2, 2).map((value) => value * scale),
      2,
    );

  it.each(['full', 'spherical'] as const)('are refused by an M-step, %s', (covarianceType) => {
    const tiny = 1e-151;
    const seen = expectation(start(covarianceType, tiny), rows(tiny));
    for (const call of [
      () => maximization(seen),
      () => OnlineMixture.from(start(covarianceType, tiny)).partialFit(rows(tiny)),
    ]) {
      const error = thrownBy<InvalidDataError>(call);
      expect(error).toBeInstanceOf(InvalidDataError);
      expect(error.message).toMatch(
        /^squares of differences underflow \(the variance of column 0 is .*e-30\d\); multiply it by a power of 2$/,
      );
      expect(error.column).toBe(0);
    }
  });

  it('do not matter beside what the model has seen, and a power of 2 helps', () => {
    const ordinary = OnlineMixture.from(start('full', 1));
    expect(ordinary.partialFit(rows(1e-160)).model.covariances.every((value) => Number.isFinite(value))).toBe(true);
    const [one, two] = [1, 2 ** -400].map((scale) =>
      maximization(expectation(start('full', scale), rows(scale)), { regCovar: 0 }),
    ) as [GaussianMixture, GaussianMixture];
    expect(
      relativeToMax(
        two.covariances.map((value) => value * 2 ** 800),
        one.covariances,
      ),
    ).toBeLessThan(1e-12);
  });
});

describe('errors', () => {
  it('say what is wrong', () => {
    for (const alpha of [0.5, 1.1, Number.NaN, '1']) {
      expect(() => OnlineMixture.from(first, { alpha } as never)).toThrow(/alpha must be above 0.5/);
    }
    expect(() => OnlineMixture.from(first, { prior: { a: 1, b: 1 } })).toThrow(/no option "prior"/);
    expect(() => OnlineMixture.from({} as never)).toThrow(InvalidOptionError);
    expect(() => OnlineMixture.from(first).partialFit([[1, 2, 3]])).toThrow(InvalidDataError);
    expect(() => OnlineMixture.from(first).partialFit([])).toThrow(InvalidDataError);
  });
});
