/** Seeded mixtures of both kinds with data to score: what the identities of the ELBO are checked on. */
import fc from 'fast-check';
import { BernoulliMixture, GaussianMixture } from '../../src/index.js';
import { clusters, generator, randomParameters, rowsOf } from './data.js';
import { BACKENDS, TYPES } from './numbers.js';

export const KINDS = [...TYPES, 'bernoulli'] as const;

export interface MixtureProblem {
  kind: (typeof KINDS)[number];
  backend: 'wasm' | 'js';
  n: number;
  d: number;
  k: number;
  seed: number;
}

export const mixtureProblems: fc.Arbitrary<MixtureProblem> = fc.record({
  kind: fc.constantFrom(...KINDS),
  backend: fc.constantFrom(...BACKENDS),
  n: fc.integer({ min: 1, max: 60 }),
  d: fc.integer({ min: 1, max: 4 }),
  k: fc.integer({ min: 1, max: 4 }),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});

export const RUNS = { seed: 20240611, numRuns: 60 } as const;

export interface AnyMixture {
  readonly nComponents: number;
  readonly nFeatures: number;
  readonly weights: Float64Array;
  weightedLogProb(X: number[][]): Float64Array;
  scoreSamples(X: number[][]): Float64Array;
  predictProba(X: number[][]): Float64Array;
  sample(n: number, options: { seed: number }): { X: ArrayLike<number>; labels: Int32Array };
}

/** A mixture of given parameters. */
export function mixtureOf({ kind, backend, d, k, seed }: MixtureProblem): AnyMixture {
  if (kind !== 'bernoulli') return GaussianMixture.fromParameters({ ...gaussian(kind, k, d, seed), backend });
  const g = generator(seed);
  const raw = Array.from({ length: k }, () => 0.5 + g.uniform());
  const total = raw.reduce((a, b) => a + b, 0);
  return BernoulliMixture.fromParameters({
    weights: raw.map((w) => w / total),
    probs: Array.from({ length: k }, () => Array.from({ length: d }, () => 0.05 + 0.9 * g.uniform())),
    backend,
  });
}

function gaussian(kind: Exclude<MixtureProblem['kind'], 'bernoulli'>, k: number, d: number, seed: number) {
  const { covarianceType, weights, means, covariances } = randomParameters(kind, k, d, seed);
  return { covarianceType, weights, means: rowsOf(means, d), covariances };
}

/** Rows that the mixture may well have drawn, some of them far out. */
export function dataFor({ kind, n, d, k, seed }: MixtureProblem): number[][] {
  const g = generator(seed + 1);
  if (kind === 'bernoulli') {
    return Array.from({ length: n }, () => Array.from({ length: d }, () => (g.uniform() < 0.5 ? 1 : 0)));
  }
  return rowsOf(clusters(n, d, k, seed + 1, 3), d);
}

/** Distributions over k components (n × k); some entries are exactly 0. */
export function randomTable(n: number, k: number, seed: number): number[][] {
  const g = generator(seed);
  return Array.from({ length: n }, () => {
    const raw = Array.from({ length: k }, () => (g.uniform() < 0.3 ? 0 : g.uniform()));
    raw[Math.floor(g.uniform() * k)] += 0.1;
    const total = raw.reduce((a, b) => a + b, 0);
    return raw.map((value) => value / total);
  });
}
