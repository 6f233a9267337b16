/**
 * One contract for every family on every backend. A new family is one more row of the table: its functions, how to make
 * components of it, and its kernels if it has any. The classes made of them: conformance-models.test.ts.
 */

import { describe, expect, it } from 'vitest';
import type { Backend } from '../src/backend.js';
import { createDataset, type Dataset } from '../src/data/dataset.js';
import { createRandom, type Random } from '../src/data/random.js';
import { expectationOver } from '../src/em/blocks.js';
import { iterate } from '../src/em/loop.js';
import { mixture } from '../src/em/mixture.js';
import type { BlockKernels, Family, MixtureParameters } from '../src/em/model.js';
import { bernoulli, NO_PRIOR } from '../src/families/bernoulli.js';
import { BERNOULLI_KERNELS } from '../src/families/bernoulli-kernels.js';
import { packedLength } from '../src/families/gaussian.js';
import { GAUSSIAN_KERNELS } from '../src/families/gaussian-kernels.js';
import { countParameters, familyFor } from '../src/families/gaussian-parameters.js';
import { leaseBackend } from '../src/lease.js';
import { pointwiseKernels } from '../src/reference/pointwise.js';
import { binaryDataset, randomProbs, toParameters } from './bernoulli/helpers.js';
import { componentsFor, dataset, generator, randomParameters } from './helpers/data.js';
import { poisson } from './helpers/families.js';
import { BACKENDS, largestDifference, relativeEach, relativeToMax, sum, TYPES } from './helpers/numbers.js';

/** A family with whatever the contract needs to exercise it. */
interface Row {
  name: string;
  make(backend: Backend): Subject;
}
// biome-ignore lint/suspicious/noExplicitAny: components and statistics are the family's own business
interface Subject<C = any, T = any> {
  family: Family<C, T>;
  data: Dataset;
  parameters: MixtureParameters<C>;
  kernels?: BlockKernels<C, T>;
  /** numbers of a component, to compare two */
  numbers(component: C): ArrayLike<number>;
  /** free parameters of the whole mixture, by hand */
  nParameters: number;
  /** of those, shared by all components */
  shared: number;
}

const [N, D, K] = [300, 3, 2];

const gaussians: Row[] = TYPES.map((type) => ({
  name: `gaussian-${type}`,
  make(backend) {
    const data = dataset(N, D, K, { weighted: true });
    return {
      family: familyFor(type, backend, data, 0),
      data,
      parameters: componentsFor(randomParameters(type, K, D), data),
      kernels: backend.open(GAUSSIAN_KERNELS, { data, covarianceType: type, nComponents: K, rows: N }),
      numbers: ({ mean, covariance }) => [...mean, ...covariance],
      nParameters: countParameters(type, K, D),
      shared: type === 'tied' ? packedLength(D) : 0,
    };
  },
}));

const bernoullis: Row[] = [
  { name: 'bernoulli', prior: NO_PRIOR },
  { name: 'bernoulli with a prior', prior: { a: 2, b: 3 } },
].map(({ name, prior }) => ({
  name,
  make(backend) {
    const data = binaryDataset(N, D, K, true);
    return {
      family: bernoulli(prior, backend.log),
      data,
      parameters: toParameters(randomProbs(K, D, 4), D),
      kernels: backend.open(BERNOULLI_KERNELS, { data, nComponents: K, rows: N }),
      numbers: ({ probs, complements }) => [...probs, ...complements],
      nParameters: K - 1 + K * D,
      shared: 0,
    };
  },
}));

/** A family as a user would write it: exponential waiting times. */
const exponential: Family<{ rate: number }, { count: number; total: number }> = {
  logDensity: ({ rate }, x) => Math.log(rate) - rate * x[0]!,
  emptyStatistics: () => ({ count: 0, total: 0 }),
  accumulate(statistics, x, weight) {
    statistics.count += weight;
    statistics.total += weight * x[0]!;
  },
  merge(into, from) {
    into.count += from.count;
    into.total += from.total;
  },
  maximize: ({ count, total }) => ({ rate: count / total }),
  nParameters: () => 1,
  sample: ({ rate }, random: Random) => Float64Array.of(-Math.log(1 - random.uniform()) / rate),
};

const users: Row[] = [
  {
    name: 'exponential, written by a user',
    make() {
      const g = generator(3);
      const x = Float64Array.from({ length: N }, (_, i) => -Math.log(1 - g.uniform()) * (i % 2 === 0 ? 1 : 12));
      return {
        family: exponential,
        data: createDataset({ x, nSamples: N, nFeatures: 1 }, undefined, false),
        parameters: { weights: Float64Array.of(0.3, 0.7), components: [{ rate: 2 }, { rate: 0.2 }] },
        numbers: ({ rate }) => [rate],
        nParameters: 3,
        shared: 0,
      };
    },
  },
  {
    name: 'poisson, written by a user',
    make() {
      const random = createRandom(5, Math.log);
      const x = Float64Array.from({ length: N }, (_, i) => poisson.sample({ rate: i % 3 === 0 ? 1 : 6 }, random)[0]!);
      return {
        family: poisson,
        data: createDataset({ x, nSamples: N, nFeatures: 1 }, undefined, false),
        parameters: { weights: Float64Array.of(0.5, 0.5), components: [{ rate: 2 }, { rate: 4 }] },
        numbers: ({ rate }) => [rate],
        nParameters: 3,
        shared: 0,
      };
    },
  },
];

const table = [...gaussians, ...bernoullis, ...users].flatMap((row) =>
  BACKENDS.map((backend) => ({ ...row, backend })),
);

describe.each(table)('$name on $backend', ({ make, backend: name }) => {
  const backend = leaseBackend(name);
  const { family, data, parameters, kernels, numbers, nParameters, shared } = make(backend);
  const { weights, components } = parameters;
  const block = { data, start: 0, nRows: N };
  const d = data.nFeatures;
  const initialize = () => parameters;
  const pointwise = mixture(family, { nComponents: K, initialize, kernels: pointwiseKernels(family) });
  const model = mixture(family, { nComponents: K, initialize, kernels: kernels ?? pointwiseKernels(family) });
  const weightOf = (i: number) => data.sampleWeights?.[i] ?? 1;
  const point = (i: number) => Float64Array.from({ length: d }, (_, j) => data.x[i * d + j]! - data.origin[j]!);

  it('counts its parameters', () => {
    expect(K - 1 + K * family.nParameters(d) + shared).toBe(nParameters);
  });

  it('has kernels that agree with its density', () => {
    const terms = new Float64Array(N * K);
    const norms = new Float64Array(N);
    kernels?.score(parameters, block, { weightedLogProb: terms, logProbNorm: norms });
    for (let i = 0; i < N; i++) {
      const want = components.map((component, k) => Math.log(weights[k]!) + family.logDensity(component, point(i)));
      expect(want.every(Number.isFinite)).toBe(true);
      if (kernels === undefined) continue;
      expect(largestDifference(terms.subarray(i * K, (i + 1) * K), want)).toBeLessThanOrEqual(
        1e-13 * Math.max(...want.map(Math.abs)),
      );
      const norm = Math.log(sum(want.map(Math.exp)));
      expect(Math.abs(norms[i]! - norm)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(norm)));
    }
  });

  it('has one E-step, point by point and by kernels', () => {
    const [got, want] = [model, pointwise].map((m) => m.expectation(parameters, block));
    expect(relativeEach(got!.logLikelihood, want!.logLikelihood)).toBeLessThanOrEqual(1e-13);
    expect(relativeEach(got!.weight, sum(Array.from({ length: N }, (_, i) => weightOf(i))))).toBeLessThanOrEqual(1e-14);
    expect(relativeToMax(got!.counts, want!.counts)).toBeLessThanOrEqual(1e-13);
    expect(relativeToMax(sum(got!.counts), got!.weight)).toBeLessThanOrEqual(1e-13);
    const [a, b] = [got!, want!].map((statistics) => model.maximization(statistics, parameters));
    expect(relativeToMax(a!.weights, b!.weights)).toBeLessThanOrEqual(1e-13);
    a!.components.forEach((component, k) => {
      expect(relativeToMax(numbers(component), numbers(b!.components[k]))).toBeLessThanOrEqual(1e-11);
    });
  });

  it('adds statistics up in any grouping', () => {
    const direct = model.maximization(expectationOver(model, parameters, data, N), parameters);
    for (const rows of [1, 7, 64, 100, 299]) {
      const cut = model.maximization(expectationOver(model, parameters, data, rows), parameters);
      expect(relativeToMax(cut.weights, direct.weights)).toBeLessThanOrEqual(1e-12);
      cut.components.forEach((component, k) => {
        expect(relativeToMax(numbers(component), numbers(direct.components[k]))).toBeLessThanOrEqual(1e-11);
      });
    }
    const empty = family.emptyStatistics(d);
    const one = family.emptyStatistics(d);
    family.accumulate(one, point(1), 2);
    family.merge(one, empty);
    const again = family.emptyStatistics(d);
    family.accumulate(again, point(1), 2);
    expect(one).toEqual(again);
  });

  it('maximises: no component near the M-step is more likely', () => {
    const statistics = pointwise.expectation(parameters, block);
    const next = pointwise.maximization(statistics, parameters);
    const expected = (candidates: readonly unknown[]) => {
      let total = 0;
      for (let i = 0; i < N; i++) {
        const terms = components.map((component, k) => Math.log(weights[k]!) + family.logDensity(component, point(i)));
        const norm = Math.log(sum(terms.map(Math.exp)));
        terms.forEach((term, k) => {
          total += weightOf(i) * Math.exp(term - norm) * family.logDensity(candidates[k], point(i));
        });
      }
      for (const candidate of candidates) total += family.logPrior?.(candidate) ?? 0;
      return total;
    };
    expect(expected(next.components)).toBeGreaterThan(expected(components));
    // the neighbours: what a few more points would have made of it
    for (let i = 0; i < 8; i++) {
      const disturbed = pointwise.expectation(parameters, block);
      disturbed.components.forEach((part) => family.accumulate(part, point(i), 3));
      const neighbours = pointwise.maximization(disturbed, parameters).components;
      expect(expected(next.components)).toBeGreaterThan(expected(neighbours));
    }
  });

  it('runs in the loop, monotone, the same by kernels and point by point', () => {
    const options = { tol: 0, paramTol: 0, maxIter: 20, rows: 128 };
    const [a, b] = [model, pointwise].map((m) =>
      [...iterate(m, data, parameters, options)].map(({ objective }) => objective),
    );
    expect(a!.length).toBe(21);
    expect(relativeEach(a!, b!)).toBeLessThanOrEqual(1e-12);
    for (let t = 1; t < 21; t++) expect(a![t]! - a![t - 1]!).toBeGreaterThanOrEqual(-1e-12 * Math.abs(a![t]!));
    expect(a![20]!).toBeGreaterThan(a![0]!);
  });

  it('keeps uniform weights at 1/K', () => {
    const start = { ...parameters, weights: new Float64Array(K).fill(1 / K) };
    const uniform = mixture(family, {
      nComponents: K,
      initialize,
      weights: 'uniform',
      kernels: kernels ?? pointwiseKernels(family),
    });
    const states = [...iterate(uniform, data, start, { tol: 0, paramTol: 0, maxIter: 5, rows: 128 })];
    for (const { parameters: reached } of states)
      expect(Array.from(reached.weights)).toEqual(Array.from(start.weights));
    for (let t = 1; t < states.length; t++)
      expect(states[t]!.objective).toBeGreaterThanOrEqual(states[t - 1]!.objective);
  });

  it('measures change: none from a component to itself, some to another', () => {
    if (family.change === undefined) return;
    const [first] = components;
    const next = pointwise.maximization(pointwise.expectation(parameters, block), parameters).components[0];
    expect(family.change(first, first)).toBe(0);
    expect(family.change(first, next)).toBeGreaterThan(0);
    expect(family.change(first, next)).toBeLessThan(Infinity);
  });

  it('samples what it is: the fit of many samples is near the component', () => {
    const random = createRandom(9, backend.log);
    components.forEach((component) => {
      const statistics = family.emptyStatistics(d);
      for (let i = 0; i < 20000; i++) family.accumulate(statistics, family.sample(component, random), 1);
      const fitted =
        family.maximizeAll === undefined ? family.maximize(statistics) : family.maximizeAll([statistics])[0];
      // 20000 points: a σ of every estimate is under 0.03 for variances up to 2
      expect(largestDifference(numbers(fitted), numbers(component))).toBeLessThanOrEqual(0.15);
    });
  });

  it('needs every component to have some responsibility', () => {
    const statistics = pointwise.expectation(parameters, block);
    statistics.counts[1] = 0;
    expect(() => pointwise.maximization(statistics, parameters)).toThrow(/component 1 has no responsibility/);
  });
});
