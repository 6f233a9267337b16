/** K-means and k-medians side by side: most of what is promised holds for both. */
import fc from 'fast-check';
import { type ClusteringOptions, KMeans, KMedians } from '../../src/index.js';
import { clusters, generator } from './data.js';

export const KINDS = [
  { name: 'KMeans', Model: KMeans },
  { name: 'KMedians', Model: KMedians },
] as const;

export interface Problem {
  kind: (typeof KINDS)[number];
  n: number;
  d: number;
  k: number;
  backend: 'wasm' | 'js';
  seed: number;
}

export function problems(limits: Partial<Record<'n' | 'd' | 'k', number>> = {}): fc.Arbitrary<Problem> {
  return fc.record({
    kind: fc.constantFrom(...KINDS),
    n: fc.integer({ min: 12, max: limits.n ?? 150 }),
    d: fc.integer({ min: 1, max: limits.d ?? 6 }),
    k: fc.integer({ min: 1, max: limits.k ?? 9 }),
    backend: fc.constantFrom('wasm' as const, 'js' as const),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
  });
}

/** Data quantised to 1/1024: shifts by integers, scales by powers of two and sums are exact. */
export function dataOf({ n, d, seed }: Problem): Float64Array {
  return clusters(n, d, 4, seed, 2).map((value) => Math.round(value * 1024) / 1024);
}

/** Centers at rows of the data, not all different. */
export function startOf({ k, d, n, seed }: Problem, x: Float64Array): Float64Array {
  const g = generator(seed + 5);
  const rows = Array.from({ length: k }, () => Math.floor(g.uniform() * n));
  return Float64Array.from({ length: k * d }, (_, i) => x[rows[Math.floor(i / d)] * d + (i % d)]);
}

export function fitProblem(
  { kind, d, k, backend }: Problem,
  x: ArrayLike<number>,
  options: Partial<ClusteringOptions> = {},
): KMeans | KMedians {
  return kind.Model.fit({ data: x, rows: x.length / d, columns: d }, { nClusters: k, backend, ...options });
}

/** Rows of `x` in another order. */
export function reorder(x: ArrayLike<number>, width: number, order: readonly number[]): Float64Array {
  return Float64Array.from(
    { length: order.length * width },
    (_, at) => x[order[Math.floor(at / width)] * width + (at % width)],
  );
}

export function permutation(n: number, seed: number): number[] {
  const g = generator(seed);
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(g.uniform() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
