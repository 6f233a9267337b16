/** Passes that leave work out give the bits of passes that do not: labels by the definition, sums, costs. */
import { describe, expect, it } from 'vitest';
import { createDataset, type Dataset } from '../../src/data/dataset.js';
import type { FloatArray } from '../../src/data/matrix.js';
import { blocksOf, expectationOver, TreeSum } from '../../src/em/blocks.js';
import { hardModel, holdLabels, joinLabels } from '../../src/em/hard.js';
import { K_MEANS_KERNELS } from '../../src/families/cluster-kernels.js';
import { type KMeansStatistics, kMeansMethod, meansOf, mergeKMeans } from '../../src/families/k-means-method.js';
import { withBackend } from '../../src/lease.js';
import { clusters, generator } from '../helpers/data.js';
import { bits, relativeEach } from '../helpers/numbers.js';

interface Case {
  n: number;
  d: number;
  k: number;
  rows: number;
  x: FloatArray;
  weights?: Float64Array;
  scales?: Float64Array;
}

/** Statistics of each set of centers, one after another, by kernels that may remember the passes before. */
function passes(data: Dataset, c: Case, centers: readonly Float64Array[], how: 'bounds' | 'plain' | 'fresh' | 'js') {
  const { k, rows, scales } = c;
  const backend = how === 'js' ? 'js' : 'wasm';
  const shape = { data, nClusters: k, rows, bounds: how === 'bounds', ...(scales && { scales }) };
  const pass = (list: readonly Float64Array[]) =>
    withBackend(backend, (leased) => {
      const kernels = leased.open(K_MEANS_KERNELS, shape);
      return list.map((one) => {
        const sum = new TreeSum(mergeKMeans);
        for (const block of blocksOf(data, rows)) sum.add(kernels.expectation({ centers: one }, block));
        const total = sum.total() as KMeansStatistics;
        holdLabels(total);
        return total;
      });
    });
  return how === 'fresh' ? centers.flatMap((one) => pass([one])) : pass(centers);
}

/** Statistics of all rows as a fit has them: costs from sums, no row read that need not be. */
function completed(data: Dataset, c: Case, centers: readonly Float64Array[], bounds: boolean) {
  const { k, rows, scales } = c;
  const shape = { data, nClusters: k, rows, bounds, ...(scales && { scales }) };
  return withBackend('wasm', (leased) => {
    const model = hardModel(kMeansMethod, leased.open(K_MEANS_KERNELS, shape), data, () => ({ centers: centers[0]! }));
    return centers.map((one) => {
      const all = expectationOver(model, { centers: one }, data, rows);
      holdLabels(all);
      return all;
    });
  });
}

/** Centers of a fit, of another from elsewhere, and of leaps in between. */
function path(data: Dataset, c: Case): Float64Array<ArrayBufferLike>[] {
  const { n, d, k } = c;
  const g = generator(n + 31 * d + k);
  const at = (row: number) =>
    Float64Array.from(
      { length: d },
      (_, j) => ((data.x[row * d + j] as number) - data.origin[j]!) * (c.scales?.[j] ?? 1),
    );
  const start = () => {
    const out = new Float64Array(k * d);
    for (let i = 0; i < k; i++) out.set(at(Math.floor(g.uniform() * n)), i * d);
    return out;
  };
  const list: Float64Array<ArrayBufferLike>[] = [];
  for (let run = 0; run < 2; run++) {
    let centers: Float64Array<ArrayBufferLike> = start();
    for (let t = 0; t < 7; t++) {
      list.push(centers);
      const [statistics] = passes(data, c, [centers], 'js');
      centers = meansOf(statistics!, d, centers);
    }
  }
  list.push(start(), list[0]!, list[1]!);
  return list;
}

function check(c: Case) {
  const { n, d, k, x, weights, scales } = c;
  const data = createDataset({ x, nSamples: n, nFeatures: d }, weights);
  const list = path(data, c);
  const bounded = passes(data, c, list, 'bounds');
  const withBounds = completed(data, c, list, true);
  completed(data, c, list, false).forEach((want, t) => {
    const got = withBounds[t]!;
    expect([bits([got.cost, got.weight]), got.farthest]).toEqual([bits([want.cost, want.weight]), want.farthest]);
    for (const all of [got, want]) {
      expect(Array.from(joinLabels(all))).toEqual(Array.from(joinLabels(bounded[t]!)));
      expect([bits(all.sums), bits(all.errors), bits(all.counts), all.weight]).toEqual([
        bits(bounded[t]!.sums),
        bits(bounded[t]!.errors),
        bits(bounded[t]!.counts),
        bounded[t]!.weight,
      ]);
    }
    expect(relativeEach(got.cost, bounded[t]!.cost)).toBeLessThanOrEqual(2e-15);
    if (got.farthest.distance !== 0) expect(got.farthest).toEqual(bounded[t]!.farthest);
  });
  for (const how of ['plain', 'fresh', 'js'] as const) {
    passes(data, c, list, how).forEach((want, t) => {
      const got = bounded[t]!;
      expect(Array.from(joinLabels(got))).toEqual(Array.from(joinLabels(want)));
      expect([bits(got.sums), bits(got.errors), bits(got.counts)]).toEqual([
        bits(want.sums),
        bits(want.errors),
        bits(want.counts),
      ]);
      expect([got.weight, got.farthest]).toEqual([want.weight, want.farthest]);
      // the backends add costs up in another order
      if (how === 'js') expect(relativeEach(got.cost, want.cost)).toBeLessThanOrEqual(1e-13);
      else expect(bits([got.cost])).toEqual(bits([want.cost]));
    });
  }
  bounded.forEach((statistics, t) => {
    const centers = list[t]!;
    const labels = joinLabels(statistics);
    const nearest = Array.from(labels, (_, i) => {
      let best = Infinity;
      let own = 0;
      for (let m = 0; m < k; m++) {
        let sum = 0;
        for (let j = 0; j < d; j++) {
          const u = ((x[i * d + j] as number) - data.origin[j]!) * (scales?.[j] ?? 1) - centers[m * d + j]!;
          sum += u * u;
        }
        if (sum < best) [best, own] = [sum, m];
      }
      return own;
    });
    expect(Array.from(labels)).toEqual(nearest);
  });
}

const lattice = (n: number, d: number, sides: number, seed: number) => {
  const g = generator(seed);
  return Float64Array.from({ length: n * d }, () => Math.floor(g.uniform() * sides));
};

describe('bounds, filter and sums of changes leave no trace', () => {
  it.each([1, 2, 3, 4, 5, 7, 8, 9, 16, 33])('%i clusters, any number of features', (k) => {
    for (const d of [1, 2, 3, 8, 17]) {
      check({ n: 203, d, k, rows: 1024, x: clusters(203, d, 5, d + k, 1.5) });
    }
  });

  it.each([1, 3, 31, 32, 33, 63, 64, 65, 127, 130, 257])('%i rows, in blocks and as one', (n) => {
    for (const rows of [1024, 100, 64, 37]) {
      check({ n, d: 3, k: 4, rows, x: clusters(n, 3, 4, n, 3) });
    }
  });

  it.each([
    ['apart', () => ({ x: clusters(400, 4, 6, 3, 40) })],
    ['overlapping', () => ({ x: clusters(400, 4, 6, 4, 0.2) })],
    ['duplicated rows', () => ({ x: clusters(400, 4, 6, 5).map((_, at, all) => all[at % 80]!) })],
    ['on a lattice, full of ties', () => ({ x: lattice(400, 4, 3, 6) })],
    ['all equal', () => ({ x: new Float64Array(1600).fill(0.1) })],
    ['floats', () => ({ x: Float32Array.from(clusters(400, 4, 6, 7)) })],
    ['far from 0', () => ({ x: clusters(400, 4, 6, 8).map((v) => v + 1e8) })],
    ['of very different sizes', () => ({ x: clusters(400, 4, 6, 9).map((v, at) => v * 10 ** ((at % 23) - 11)) })],
    ['tiny', () => ({ x: clusters(400, 4, 6, 10).map((v) => v * 1e-160) })],
    ['subnormal', () => ({ x: clusters(400, 4, 6, 10).map((v) => v * 1e-310) })],
    ['large', () => ({ x: clusters(400, 4, 6, 11).map((v) => v * 1e150) })],
    ['scaled', () => ({ x: clusters(400, 4, 6, 12), scales: Float64Array.of(0.3, 1, 0, 7.7) })],
  ] as [string, () => Partial<Case> & Pick<Case, 'x'>][])('rows %s, weighted or not', (_, make) => {
    const weights = Float64Array.from({ length: 400 }, (_value, i) => (i % 5) / 4);
    for (const rows of [1024, 128]) {
      check({ n: 400, d: 4, k: 7, rows, ...make() });
      check({ n: 400, d: 4, k: 7, rows, ...make(), weights });
    }
  });

  it('where centers are too far from 0 for single precision to tell them apart', () => {
    for (const d of [1, 2, 3, 33]) {
      const heaps = clusters(500, d, 6, 14, 0.5).map((v, at) => v + (Math.floor(at / d) % 2 === 0 ? 1e6 : -1e6));
      for (const rows of [1024, 128]) check({ n: 500, d, k: 7, rows, x: heaps });
      check({ n: 500, d, k: 7, rows: 512, x: heaps.map((v) => v * 1e20) });
    }
  });

  it('where squares underflow in single precision, or overflow', () => {
    for (const scale of [1e-12, 1e-16, 1e-24, 1e14, 1e20, 1e40]) {
      check({ n: 300, d: 3, k: 5, rows: 1024, x: clusters(300, 3, 5, 15).map((v) => v * scale) });
    }
  });

  it('and seeds that are tried between passes leave none either', () => {
    const data = createDataset({ x: Float64Array.of(0, 1, 2, 10, 11, 12), nSamples: 6, nFeatures: 1 });
    withBackend('wasm', (leased) => {
      const kernels = leased.open(K_MEANS_KERNELS, { data, nClusters: 2, rows: 1024 });
      const [block] = blocksOf(data, 1024);
      const parameters = { centers: Float64Array.of(1 - data.origin[0]!, 11 - data.origin[0]!) };
      const distances = () => {
        const out = new Float64Array(12);
        kernels.distances(parameters, block!, out);
        return Array.from(out);
      };
      kernels.expectation(parameters, block!);
      const before = distances();
      expect(before.slice(0, 2)).toEqual([1, 11]);
      kernels.trySeeds(Float64Array.of(500, 900), block!, true);
      expect(distances()).toEqual(before);
    });
  });

  it('with more sums than are worth keeping', () => {
    check({ n: 300, d: 2, k: 100, rows: 100, x: clusters(300, 2, 9, 13) });
  });
});
