/** Mixtures of families that users write: against the library's own, and what they are told when a family is wrong. */
import { describe, expect, it } from 'vitest';
import {
  DegenerateComponentError,
  DegenerateStatistics,
  expectationMaximization,
  GaussianMixture,
  InvalidDataError,
  type InvalidOptionError,
  InvalidParametersError,
  mixture,
  responsibilitiesOf,
  ZeroDensityError,
} from '../../src/index.js';
import { clusters, generator } from '../helpers/data.js';
import { plane, poisson } from '../helpers/families.js';
import { BACKENDS, bits, relativeToMax, sum, thrownBy } from '../helpers/numbers.js';

const N = 20_000;
const X = { data: clusters(N, 2, 3, 4, 2), rows: N, columns: 2 };
const start = {
  weights: Float64Array.of(0.2, 0.3, 0.5),
  components: [
    { mean: [0, 1] as [number, number], covariance: [2, 0.3, 1] as [number, number, number] },
    { mean: [-2, 0] as [number, number], covariance: [1, 0, 2] as [number, number, number] },
    { mean: [3, -1] as [number, number], covariance: [1, -0.5, 1] as [number, number, number] },
  ],
};

describe('a Gaussian family written by a user', () => {
  const sampleWeights = Float64Array.from({ length: N }, (_, i) => (i % 4) / 2);
  const options = { tol: 0, maxIter: 15, sampleWeights };
  const mine = expectationMaximization(mixture(plane, { nComponents: 3 }), X, { ...options, initialParameters: start });
  const matrix = ([a, b, c]: number[]) => [a, b, b, c];

  it.each(BACKENDS)('agrees with GaussianMixture on %s', (backend) => {
    const theirs = GaussianMixture.fit(X, {
      ...options,
      nComponents: 3,
      regCovar: 0,
      backend,
      initialParameters: {
        weights: start.weights,
        means: start.components.map(({ mean }) => mean),
        covariances: start.components.flatMap(({ covariance }) => matrix(covariance)),
      },
    });
    const { weights, components } = mine.parameters;
    expect(relativeToMax(mine.trace, theirs.trace.logLikelihood)).toBeLessThan(1e-12);
    expect(relativeToMax(weights, theirs.weights)).toBeLessThan(1e-9);
    expect(
      relativeToMax(
        components.flatMap(({ mean }) => mean),
        theirs.means,
      ),
    ).toBeLessThan(1e-9);
    const covariances = components.flatMap(({ covariance }) => matrix(covariance));
    expect(relativeToMax(covariances, theirs.covariances)).toBeLessThan(1e-9);

    const scores = responsibilitiesOf(plane, mine.parameters, X, { backend });
    expect(relativeToMax(scores.responsibilities, theirs.predictProba(X))).toBeLessThan(1e-9);
    expect(relativeToMax(scores.logDensity, theirs.scoreSamples(X))).toBeLessThan(1e-9);
    expect(scores.labels).toEqual(theirs.predict(X));
    expect(scores.logLikelihood).toBeCloseTo(N * theirs.score(X), 5);
  });
});

describe('mixture', () => {
  const g = generator(9);
  const counts = Float64Array.from({ length: 600 }, (_, i) => {
    let count = 0;
    for (let p = g.uniform(); p > Math.exp(i % 3 === 0 ? -1 : -9); p *= g.uniform()) count++;
    return count;
  });

  it.each(['kmeans++', 'random'] as const)('starts by %s, reproducibly', (init) => {
    const fit = (seed: number) =>
      expectationMaximization(mixture(poisson, { nComponents: 2, init }), counts, { seed, tol: 1e-10, maxIter: 5000 });
    const one = fit(3);
    expect(bits(fit(3).trace)).toEqual(bits(one.trace));
    expect(fit(4).trace[0]).not.toBe(one.trace[0]);
    const rates = one.parameters.components.map(({ rate }) => rate).sort((a, b) => a - b);
    expect(Math.abs(rates[0] - 1)).toBeLessThan(0.3);
    expect(Math.abs(rates[1] - 9)).toBeLessThan(0.5);
    expect(sum(one.parameters.weights)).toBeCloseTo(1, 14);
    expect(one.objective).toBeCloseTo(responsibilitiesOf(poisson, one.parameters, counts).logLikelihood, 8);
  });

  it('keeps weights uniform if told to', () => {
    const model = mixture(poisson, { nComponents: 2, weights: 'uniform' });
    expect(Array.from(expectationMaximization(model, counts).parameters.weights)).toEqual([0.5, 0.5]);
  });

  it('takes a start by a function', () => {
    const initialize = () => ({ weights: Float64Array.of(0.5, 0.5), components: [{ rate: 1 }, { rate: 5 }] });
    const model = mixture(poisson, { nComponents: 2, initialize });
    expect(expectationMaximization(model, counts, { maxIter: 0 }).parameters).toEqual(initialize());
  });

  it('starts without rows of weight 0', () => {
    const withZeros = Float64Array.of(...counts, 1000, 2000);
    const sampleWeights = Float64Array.from(withZeros, (_, i) => (i < counts.length ? 1 : 0));
    const model = mixture(poisson, { nComponents: 2 });
    const { parameters } = expectationMaximization(model, withZeros, { sampleWeights, maxIter: 0 });
    for (const { rate } of parameters.components) expect(rate).toBeLessThan(20);
  });

  it('names the component of a collapse', () => {
    const fragile = {
      ...poisson,
      maximize({ weight, sum: total }: { weight: number; sum: number }) {
        if (total === 0) throw new DegenerateStatistics('the rate is 0');
        return { rate: total / weight };
      },
    };
    const initialParameters = { weights: Float64Array.of(0.5, 0.5), components: [{ rate: 1e-9 }, { rate: 50 }] };
    const run = () =>
      expectationMaximization(mixture(fragile, { nComponents: 2 }), [0, 0, 50, 60], { initialParameters });
    const error = thrownBy<DegenerateComponentError>(run);
    expect(error).toBeInstanceOf(DegenerateComponentError);
    expect(error.component).toBe(0);
    expect(error.iteration).toBe(1);
    expect(error.parameters).toBe(initialParameters);
    expect(error.message).toContain('the rate is 0');
  });

  it('names row and component of a log-density that is no number', () => {
    const model = mixture(poisson, { nComponents: 2 });
    const run = (rates: number[], data: number[]) =>
      thrownBy<ZeroDensityError & InvalidParametersError>(() =>
        expectationMaximization(model, data, {
          initialParameters: { weights: Float64Array.of(0.5, 0.5), components: rates.map((rate) => ({ rate })) },
        }),
      );
    const nan = run([1, Number.NaN], [3, 4]);
    expect(nan).toBeInstanceOf(InvalidParametersError);
    expect(nan.component).toBe(1);
    expect(nan.message).toContain('row 0');
    const zero = run([0, 0], [2, 4]);
    expect(zero).toBeInstanceOf(ZeroDensityError);
    expect(zero.row).toBe(0);
  });

  it('refuses impossible arguments', () => {
    const option = (options: object, family: object = poisson) =>
      thrownBy<InvalidOptionError>(() => mixture(family as never, options as never)).option;
    expect(option({})).toBe('nComponents');
    expect(option({ nComponents: 2, init: 'best' })).toBe('init');
    expect(option({ nComponents: 2, weights: 'fixed' })).toBe('weights');
    expect(option({ nComponents: 2, kernels: {} })).toBe('kernels');
    expect(option({ nComponents: 2 }, { ...poisson, merge: undefined })).toBe('family');
    const three = mixture(poisson, { nComponents: 3 });
    expect(thrownBy(() => expectationMaximization(three, [1, 2]))).toBeInstanceOf(InvalidDataError);
    const two = { weights: Float64Array.of(0.5, 0.5), components: [{ rate: 1 }, { rate: 2 }] };
    expect(thrownBy(() => expectationMaximization(three, [1, 2, 3], { initialParameters: two }))).toBeInstanceOf(
      InvalidParametersError,
    );
  });
});

describe('responsibilitiesOf', () => {
  const two = { weights: Float64Array.of(0.25, 0.75), components: [{ rate: 2 }, { rate: 8 }] };

  it('is Bayes’ rule', () => {
    const { responsibilities, logDensity, labels } = responsibilitiesOf(poisson, two, [0, 5, 12]);
    [0, 5, 12].forEach((x, i) => {
      const joint = [0, 1].map(
        (k) => two.weights[k] * Math.exp(poisson.logDensity(two.components[k], Float64Array.of(x))),
      );
      expect(logDensity[i]).toBeCloseTo(Math.log(sum(joint)), 13);
      expect(responsibilities[2 * i]).toBeCloseTo(joint[0] / sum(joint), 14);
      expect(labels[i]).toBe(joint[0] >= joint[1] ? 0 : 1);
    });
  });

  it('tells rows that no component allows, and weights of 0', () => {
    const zero = { weights: Float64Array.of(0, 1), components: [{ rate: 2 }, { rate: 8 }] };
    expect(Array.from(responsibilitiesOf(poisson, zero, [3]).responsibilities)).toEqual([0, 1]);
    const none = { weights: Float64Array.of(1), components: [{ rate: 0 }] };
    expect(thrownBy<ZeroDensityError>(() => responsibilitiesOf(poisson, none, [1])).row).toBe(0);
  });
});
