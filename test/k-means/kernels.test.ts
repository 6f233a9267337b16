/** The SIMD kernels against the plain ones: distances, labels, counts and centers have the same bits. */

import { describe, expect, it } from 'vitest';
import type { ClusterShape } from '../../src/backend.js';
import { blocksOf } from '../../src/em/blocks.js';
import type { ClusterKernels, HardStatistics } from '../../src/em/hard.js';
import { joinLabels } from '../../src/em/hard.js';
import { K_MEANS_KERNELS, K_MEDIANS_KERNELS } from '../../src/families/cluster-kernels.js';
import type { KMeansStatistics } from '../../src/families/k-means-method.js';
import { withBackend } from '../../src/lease.js';
import { dataset, generator, type Variant } from '../helpers/data.js';
import { BACKENDS, bits, relativeEach } from '../helpers/numbers.js';

const KERNELS = { kMeans: K_MEANS_KERNELS, kMedians: K_MEDIANS_KERNELS };
const SIZES = [1, 2, 3, 7, 8, 9, 63, 64, 65, 1025];
const FEATURES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 33];
const VARIANTS: [string, Variant][] = [
  ['doubles', {}],
  ['floats', { float32: true }],
  ['weighted', { weighted: true }],
  ['floats, weighted, far from 0', { float32: true, weighted: true, offset: 4096 }],
  ['far from 0', { offset: 1e8 }],
];

type Part = KMeansStatistics | HardStatistics;

function compare(n: number, d: number, k: number, variant: Variant, rows: number, make: 'kMeans' | 'kMedians') {
  const data = dataset(n, d, Math.min(k, 4), variant, n + 31 * d);
  const g = generator(d * 100 + k);
  const parameters = { centers: Float64Array.from({ length: k * d }, () => 3 * g.normal()) };
  // two equal centers: the first must win
  if (k > 2) parameters.centers.copyWithin((k - 1) * d, 0, d);
  const [wasm, js] = BACKENDS.map((name) =>
    withBackend(name, (backend) => {
      const kernels = backend.open<ClusterShape, ClusterKernels<Part>>(KERNELS[make], { data, nClusters: k, rows });
      return [...blocksOf(data, rows)].map((block) => {
        const distances = new Float64Array(block.nRows * k);
        kernels.distances(parameters, block, distances);
        const statistics = kernels.expectation(parameters, block);
        const runs = statistics.runs.map(({ start, labels }) => ({ start, labels }));
        return { statistics: { ...statistics, runs }, distances };
      });
    }),
  );
  // at once, because there are many blocks: each expectation costs as much as a block of few rows
  expect(wasm!.map(exactly)).toEqual(js!.map(exactly));
  const costs = (blocks: typeof wasm) => blocks!.map(({ statistics }) => statistics.cost);
  expect(relativeEach(costs(wasm), costs(js))).toBeLessThanOrEqual(1e-14);
}

/** What both backends agree on to the bit. */
function exactly({ statistics, distances }: { statistics: Part; distances: Float64Array }) {
  const { runs, counts, weight, farthest } = statistics;
  return {
    distances: bits(distances),
    starts: runs.map(({ start }) => start),
    labels: Array.from(joinLabels({ ...statistics, runs: [{ ...runs[0]!, start: 0 }] })),
    counts: bits(counts),
    weight,
    farthest,
    ...('sums' in statistics && { sums: bits(statistics.sums), errors: bits(statistics.errors) }),
  };
}

describe.each(['kMeans', 'kMedians'] as const)('%s', (make) => {
  it.each(SIZES)('%i rows, any number of features', (n) => {
    for (const d of FEATURES) compare(n, d, 5, {}, n, make);
  });

  it.each([1, 2, 3, 4, 5, 7, 8, 9, 16, 33])('%i clusters', (k) => {
    for (const d of [1, 2, 5, 17]) compare(130, d, k, {}, 130, make);
  });

  it.each(VARIANTS)('%s, in blocks', (_, variant) => {
    for (const d of [1, 2, 3, 8, 17]) {
      for (const rows of [1, 64, 100, 333]) compare(333, d, 6, variant, rows, make);
    }
  });
});

describe.each(BACKENDS)('on %s', (backend) => {
  it('has the distances that their definition gives', () => {
    const data = dataset(40, 3, 2);
    const centers = Float64Array.of(1, 2, 3, -1, 0.5, 0);
    withBackend(backend, (leased) => {
      const block = { data, start: 0, nRows: 40 };
      const euclid = new Float64Array(80);
      const manhattan = new Float64Array(80);
      leased.open(K_MEANS_KERNELS, { data, nClusters: 2, rows: 40 }).distances({ centers }, block, euclid);
      leased.open(K_MEDIANS_KERNELS, { data, nClusters: 2, rows: 40 }).distances({ centers }, block, manhattan);
      for (let i = 0; i < 40; i++) {
        for (let k = 0; k < 2; k++) {
          const u = [0, 1, 2].map((j) => data.x[i * 3 + j]! - centers[k * 3 + j]!);
          expect(relativeEach(euclid[i * 2 + k]!, Math.hypot(...u))).toBeLessThanOrEqual(1e-15);
          expect(relativeEach(manhattan[i * 2 + k]!, Math.abs(u[0]!) + Math.abs(u[1]!) + Math.abs(u[2]!))).toBe(0);
        }
      }
    });
  });
});
