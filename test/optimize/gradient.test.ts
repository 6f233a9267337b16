/** Fisher's identity: the gradient of the log-likelihood from the statistics of an E-step, and what is 0 after an M-step. */
import { describe, expect, it } from 'vitest';
import { createDataset, type Dataset } from '../../src/data/dataset.js';
import { expectationOver } from '../../src/em/blocks.js';
import { mixture } from '../../src/em/mixture.js';
import type { BlockKernels, EMModel, MixtureParameters, MixtureStatistics } from '../../src/em/model.js';
import { bernoulli, NO_PRIOR } from '../../src/families/bernoulli.js';
import { BERNOULLI_KERNELS } from '../../src/families/bernoulli-kernels.js';
import { GAUSSIAN_KERNELS } from '../../src/families/gaussian-kernels.js';
import { familyFor } from '../../src/families/gaussian-parameters.js';
import { leaseBackend } from '../../src/lease.js';
import { bernoulliChart } from '../../src/optimize/bernoulli-chart.js';
import { type MixtureChart, mixtureChart } from '../../src/optimize/chart.js';
import { gaussianChart } from '../../src/optimize/gaussian-chart.js';
import { componentsFor, dataset, generator, randomParameters } from '../helpers/data.js';
import { BACKENDS, largestDifference, sum, TYPES } from '../helpers/numbers.js';

// biome-ignore lint/suspicious/noExplicitAny: components and statistics are the family's own business
interface Subject<C = any, T = any> {
  data: Dataset;
  kernels: BlockKernels<C, T>;
  model: EMModel<MixtureParameters<C>, MixtureStatistics<T>>;
  chart: MixtureChart<C, T>;
  parameters: MixtureParameters<C>;
  /** numbers of one component */
  numbers(component: C): number[];
}

const [N, D, K] = [120, 3, 2];
const initialize = () => {
  throw new Error('not asked for');
};

function gaussian(type: (typeof TYPES)[number], name: 'wasm' | 'js'): Subject {
  const backend = leaseBackend(name);
  const data = dataset(N, D, K, { weighted: true, offset: 100 });
  const kernels = backend.open(GAUSSIAN_KERNELS, { data, covarianceType: type, nComponents: K, rows: N });
  return {
    data,
    kernels,
    model: mixture(familyFor(type, backend, data, 0), { nComponents: K, kernels, initialize }),
    chart: mixtureChart(gaussianChart(type, data, backend), K, backend),
    parameters: componentsFor(randomParameters(type, K, D), data),
    numbers: ({ mean, covariance, precisionCholesky, logDeterminant }) => [
      ...mean,
      ...covariance,
      ...precisionCholesky,
      logDeterminant,
    ],
  };
}

function coins(prior: { a: number; b: number }, weights: 'learned' | 'uniform', name: 'wasm' | 'js'): Subject {
  const backend = leaseBackend(name);
  const g = generator(3);
  const x = Uint8Array.from({ length: N * D }, () => (g.uniform() < 0.4 ? 1 : 0));
  const sampleWeights = Float64Array.from({ length: N }, (_, i) => (i % 3) * 0.75);
  const data = createDataset({ x, nSamples: N, nFeatures: D }, sampleWeights, false);
  const kernels = backend.open(BERNOULLI_KERNELS, { data, nComponents: K, rows: N });
  const proportions = weights === 'uniform' ? Float64Array.of(0.5, 0.5) : Float64Array.of(0.3, 0.7);
  const probs = Array.from({ length: K }, () => Float64Array.from({ length: D }, () => 0.2 + 0.6 * g.uniform()));
  return {
    data,
    kernels,
    model: mixture(bernoulli(prior, backend.log), { nComponents: K, kernels, initialize, weights }),
    chart: mixtureChart(bernoulliChart(D, prior, backend), K, backend, weights === 'uniform' ? proportions : undefined),
    parameters: {
      weights: proportions,
      components: probs.map((p) => ({ probs: p, complements: p.map((theta) => 1 - theta) })),
    },
    numbers: (component) => [...component.probs, ...component.complements],
  };
}

const SUBJECTS = BACKENDS.flatMap((name) => [
  ...TYPES.map((type) => [`gaussian ${type}, ${name}`, () => gaussian(type, name)] as const),
  [`bernoulli, ${name}`, () => coins(NO_PRIOR, 'learned', name)] as const,
  [`bernoulli with a prior and fixed weights, ${name}`, () => coins({ a: 2, b: 3.5 }, 'uniform', name)] as const,
]);

describe.each(SUBJECTS)('%s', (subject, make) => {
  const { data, kernels, model, chart, parameters: start, numbers } = make();
  const all = ({ weights, components }: MixtureParameters<unknown>) => [...weights, ...components.flatMap(numbers)];
  const evaluate = (free: Float64Array) => {
    const parameters = chart.fromFree(free);
    const statistics = expectationOver(model, parameters, data, N);
    return { parameters, statistics, objective: model.objective(statistics, parameters) };
  };

  it('free numbers and parameters are the same thing twice', () => {
    const back = chart.fromFree(chart.toFree(start));
    expect(largestDifference(all(back), all(start))).toBeLessThanOrEqual(1e-13);
  });

  it('the analytic gradient equals finite differences of the log-likelihood', () => {
    const free = chart.toFree(start);
    const { parameters, statistics } = evaluate(free);
    const gradient = chart.gradient(parameters, statistics);
    const scale = Math.max(...gradient.map(Math.abs));
    free.forEach((value, at) => {
      // fourth order: the error of h⁴ and that of rounding are both near 1e-11
      const moved = (by: number) => evaluate(free.with(at, value + by)).objective;
      const h = 1e-3;
      const numeric = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h);
      expect(Math.abs(numeric - gradient[at])).toBeLessThanOrEqual(1e-7 * scale);
    });
  });

  it('the metric is the information of the complete data: minus the slope of ∂Q where that is 0', () => {
    const { parameters, statistics } = evaluate(chart.toFree(start));
    const next = model.maximization(statistics, parameters);
    const block = { data, start: 0, nRows: N };
    const responsibilities = new Float64Array(N * K);
    kernels.score(parameters, block, { responsibilities });
    const free = chart.toFree(next);
    const g = generator(11);
    const step = free.map(() => 2 * g.uniform() - 1);
    const slopeAt = (h: number) => {
      const there = chart.fromFree(free.map((value, i) => value + h * step[i]));
      return chart.gradient(there, kernels.moments(there, responsibilities, block));
    };
    const h = 1e-4;
    const [above, below] = [slopeAt(h), slopeAt(-h)];
    const product = chart.metric!(next, step);
    const scale = Math.max(...product.map(Math.abs));
    // a prior adds its own curvature, which the metric leaves out
    const own = subject.includes('prior') ? 0.2 : 1e-6;
    product.forEach((value, i) => {
      const numeric = (below[i] - above[i]) / (2 * h) / statistics.weight;
      expect(Math.abs(numeric - value)).toBeLessThanOrEqual(own * scale);
    });
  });

  it('after an M-step the gradient of Q is 0, and Σ_n r_nk / w_k = N for every learned weight', () => {
    const { parameters, statistics } = evaluate(chart.toFree(start));
    const { counts, weight } = statistics;
    const next = model.maximization(statistics, parameters);
    // the old responsibilities under the new parameters
    const block = { data, start: 0, nRows: N };
    const responsibilities = new Float64Array(N * K);
    kernels.score(parameters, block, { responsibilities });
    const moved = kernels.moments(next, responsibilities, block);
    const gradient = chart.gradient(next, moved);
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThanOrEqual(1e-11 * weight);
    expect(sum(counts)).toBeCloseTo(weight, 10);
    if (next.weights === parameters.weights) return;
    counts.forEach((count, k) =>
      expect(Math.abs(count / next.weights[k] - weight)).toBeLessThanOrEqual(1e-12 * weight),
    );
  });
});
