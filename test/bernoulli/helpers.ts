/** Bits for the Bernoulli tests: seeded latent classes, starts, reference cases. */
import fc from 'fast-check';
import { createDataset, type Dataset } from '../../src/data/dataset.js';
import type { MixtureParameters } from '../../src/em/model.js';
import type { BernoulliComponent } from '../../src/families/bernoulli.js';
import { BernoulliMixture, type BernoulliMixtureOptions } from '../../src/index.js';
import { generator } from '../helpers/data.js';
import { load } from '../helpers/reference.js';

/** Rows of `k` latent classes, each feature 1 with a probability of the class's own (nSamples × nFeatures). */
export function bitsOfClasses(n: number, d: number, k: number, seed = 1): Uint8Array {
  const g = generator(seed);
  const probs = Array.from({ length: k * d }, () => 0.1 + 0.8 * g.uniform());
  return Uint8Array.from({ length: n * d }, (_, at) =>
    g.uniform() < probs[(Math.floor(at / d) % k) * d + (at % d)] ? 1 : 0,
  );
}

export function matrix(data: Uint8Array, d: number) {
  return { data, rows: data.length / d, columns: d };
}

/** A data set as the kernels see it. Every third weight is 0. */
export function binaryDataset(n: number, d: number, k: number, weighted = false, seed = 1): Dataset {
  const x = bitsOfClasses(n, d, k, seed);
  const weights = weighted ? Float64Array.from({ length: n }, (_, i) => ((i + 1) % 3) * 0.75) : undefined;
  return createDataset({ x, nSamples: n, nFeatures: d }, weights, false);
}

export function randomProbs(k: number, d: number, seed = 7): { weights: Float64Array; probs: Float64Array } {
  const g = generator(seed);
  const raw = Float64Array.from({ length: k }, () => 0.5 + g.uniform());
  const total = raw.reduce((a, b) => a + b, 0);
  return {
    weights: raw.map((w) => w / total),
    probs: Float64Array.from({ length: k * d }, () => 0.05 + 0.9 * g.uniform()),
  };
}

export function toParameters(
  { weights, probs }: { weights: Float64Array; probs: Float64Array },
  d: number,
): MixtureParameters<BernoulliComponent> {
  return {
    weights,
    components: Array.from(weights, (_, k) => {
      const theta = probs.slice(k * d, (k + 1) * d);
      return { probs: theta, complements: theta.map((p) => 1 - p) };
    }),
  };
}

export interface BernoulliAnswer {
  weights: number[];
  means: number[][];
}

export interface BernoulliCase {
  id: string;
  dataset: { n: number; d: number; rows: number[][] };
  k: number;
  weightsMode: 'learned' | 'fixed';
  init: BernoulliAnswer;
  iterations: number;
  expected: BernoulliAnswer & {
    logLikelihood: number[];
    labels: number[];
    posteriors: { row: number; p: number[] }[];
    parameterCount: number;
    aic: number;
    bic: number;
    afterIteration1?: BernoulliAnswer;
  };
  fixedPoint?: BernoulliAnswer & { emIterations: number; logLikelihood: number };
  published?: { logLik: number };
}

export const BERNOULLI_FILES = [
  'bernoulli_carcinoma_k2.json',
  'bernoulli_digits_k10_uniform_weights.json',
  'bernoulli_values_k2.json',
];

export const loadCase = (file: string) => load<BernoulliCase>(file);

/** Fits a case from its own start: exactly `iterations` M-steps unless told otherwise. */
export function fitBernoulli(
  c: BernoulliCase,
  options: Partial<BernoulliMixtureOptions> = {},
  rows: number[][] = c.dataset.rows,
): BernoulliMixture {
  return BernoulliMixture.fit(rows, {
    nComponents: c.k,
    weights: c.weightsMode === 'fixed' ? 'uniform' : 'learned',
    initialParameters: { weights: c.init.weights, probs: c.init.means },
    maxIter: c.iterations,
    tol: 0,
    ...options,
  });
}

/** Different rows in order of appearance, and how often each is there. */
export function patternsOf(rows: number[][]): { patterns: number[][]; counts: number[] } {
  const seen = new Map<string, number>();
  const patterns: number[][] = [];
  const counts: number[] = [];
  for (const row of rows) {
    const at = seen.get(row.join());
    if (at === undefined) {
      seen.set(row.join(), patterns.push(row) - 1);
      counts.push(1);
    } else counts[at]++;
  }
  return { patterns, counts };
}

export interface Problem {
  n: number;
  d: number;
  k: number;
  weights: 'learned' | 'uniform';
  backend: 'wasm' | 'js';
  seed: number;
}

export function problems(limits: Partial<Record<'n' | 'd' | 'k', number>> = {}): fc.Arbitrary<Problem> {
  return fc.record({
    n: fc.integer({ min: 30, max: limits.n ?? 200 }),
    d: fc.integer({ min: 1, max: limits.d ?? 11 }),
    k: fc.integer({ min: 1, max: limits.k ?? 9 }),
    weights: fc.constantFrom('learned' as const, 'uniform' as const),
    backend: fc.constantFrom('wasm' as const, 'js' as const),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
  });
}

export function dataOf({ n, d, seed }: Problem): Uint8Array {
  return bitsOfClasses(n, d, 3, seed);
}

/** Starts well inside (0, 1); with uniform weights the weights are left out. */
export function startOf({ k, d, weights, seed }: Problem) {
  const start = randomProbs(k, d, seed + 1);
  return weights === 'uniform' ? { probs: start.probs } : start;
}

/** Fifteen M-steps: from the start above, or from an `init`. */
export function fitProblem(
  problem: Problem,
  x: Uint8Array = dataOf(problem),
  options: Partial<BernoulliMixtureOptions> = {},
): BernoulliMixture {
  const { d, k, weights, backend } = problem;
  return BernoulliMixture.fit(matrix(x, d), {
    nComponents: k,
    weights,
    backend,
    ...(options.init === undefined ? { initialParameters: startOf(problem) } : {}),
    tol: 0,
    maxIter: 15,
    ...options,
  });
}
