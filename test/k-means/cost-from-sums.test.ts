/** Costs that are made of sums of rows instead of the rows, against exact ones. */
import { describe, expect, it } from 'vitest';
import { createDataset } from '../../src/data/dataset.js';
import { clusterRows } from '../../src/em/blocks.js';
import { type HardStatistics, hardModel, holdLabels, joinLabels } from '../../src/em/hard.js';
import { iterate } from '../../src/em/loop.js';
import { K_MEANS_KERNELS } from '../../src/families/cluster-kernels.js';
import { kMeansMethod } from '../../src/families/k-means-method.js';
import { KMeans } from '../../src/index.js';
import { withBackend } from '../../src/lease.js';
import { CostFromSums } from '../../src/wasm/cost-from-sums.js';
import { clusters } from '../helpers/data.js';

const BITS = 200;

/** A double as an integer, in units of 2^−200; none here has digits below. */
function exact(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const all = view.getBigUint64(0);
  const exponent = Number((all >> 52n) & 2047n);
  const fraction = (all & ((1n << 52n) - 1n)) | (1n << 52n);
  if (value === 0) return 0n;
  const magnitude = fraction << BigInt(exponent - 1075 + BITS);
  return all >> 63n ? -magnitude : magnitude;
}

/** Σ s·|x − c|² of rows and centres as they are, to the last digit of a double. */
function exactCost(x: Float64Array, weights: Float64Array | undefined, centers: Float64Array, labels: Int32Array) {
  const d = x.length / labels.length;
  let sum = 0n;
  labels.forEach((k, i) => {
    let row = 0n;
    for (let j = 0; j < d; j++) {
      const u = exact(x[i * d + j]!) - exact(centers[k * d + j]!);
      row += u * u;
    }
    sum += exact(weights?.[i] ?? 1) * row;
  });
  return Number(sum >> BigInt(3 * BITS - 300)) * 2 ** -300;
}

/** The states of a fit from the first K rows. */
function states(x: Float64Array, d: number, k: number, weights?: Float64Array) {
  const data = createDataset({ x, nSamples: x.length / d, nFeatures: d }, weights, false);
  const rows = clusterRows(d, k);
  return withBackend('wasm', (leased) => {
    const kernels = leased.open(K_MEANS_KERNELS, { data, nClusters: k, rows });
    const model = hardModel(kMeansMethod, kernels, data, () => ({ centers: x.slice(0, k * d) }));
    const start = model.initialize(data, undefined as never);
    const all = [];
    for (const state of iterate(model, data, start, { tol: 0, paramTol: 0, maxIter: 60, rows })) {
      const { parameters, statistics, stopReason } = state;
      holdLabels(statistics);
      all.push({ ...parameters, statistics, stopReason });
    }
    return all;
  });
}

const bySums = ({ farthest }: HardStatistics) => farthest.distance === 0;

describe('the cost of a pass that does not read all rows', () => {
  it.each([
    [1, 2],
    [2, 3],
    [3, 8],
    [8, 8],
    [17, 5],
  ])('is right to the last digits: %i features, %i clusters', (d, k) => {
    for (const weights of [undefined, Float64Array.from({ length: 1200 }, (_, i) => 0.1 + (i % 7) / 3)]) {
      const x = clusters(1200, d, k, d + k, 1);
      const all = states(x, d, k, weights);
      for (const { centers, statistics } of all.filter((_, t) => t < 5 || t % 4 === 0)) {
        const want = exactCost(x, weights, centers, joinLabels(statistics));
        expect(Math.abs(statistics.cost / want - 1)).toBeLessThan(8e-16);
      }
      // else nothing was tested
      expect(all.filter(({ statistics }) => bySums(statistics)).length).toBeGreaterThan(all.length / 2);
    }
  });

  it.each([1e3, 1e6])('is right where clusters lie %f of their widths apart', (far) => {
    const d = 3;
    const centersOf = [0, far, -far, 2 * far];
    const noise = clusters(2000, d, 1, 5, 0);
    // wrong starts, so that there are passes to do: two in one cluster
    const x = noise.map((v, at) => v + centersOf[Math.floor(at / d) % 4]! * (at < 4 * d ? 0 : 1));
    for (const { centers, statistics } of states(x, d, 4)) {
      const want = exactCost(x, undefined, centers, joinLabels(statistics));
      expect(Math.abs(statistics.cost / want - 1)).toBeLessThan(8e-16);
    }
  });

  it('is by its definition in the end, where no label changes any more', () => {
    const all = states(clusters(3000, 4, 6, 3, 1), 4, 6);
    expect(all.at(-1)!.stopReason).toBe('stable');
    expect(bySums(all.at(-1)!.statistics)).toBe(false);
    expect(bySums(all.at(-2)!.statistics)).toBe(true);
  });
});

it('of equal starts the first is the best one, whatever ended them', () => {
  // five points forty times each: many starts are permutations of one another
  for (let seed = 0; seed < 40; seed++) {
    const points = clusters(5, 2, 5, seed + 1, 1);
    const data = { data: Float64Array.from({ length: 400 }, (_, at) => points[at % 10]!), rows: 200, columns: 2 };
    for (const maxIter of [0, 1, 2]) {
      const options = { nClusters: 3, nInit: 12, init: 'random', maxIter, seed } as const;
      const [wasm, js] = (['wasm', 'js'] as const).map((backend) => KMeans.fit(data, { ...options, backend }));
      expect(Array.from(wasm!.labels!)).toEqual(Array.from(js!.labels!));
      expect(wasm!.totalCost).toBe(wasm!.trace.cost.at(-1));
    }
  }
});

describe('CostFromSums', () => {
  const center = Float64Array.of(1, 1);
  const statistics = (cost: number, counts: number[], sums: number[], changes = 1) => ({
    cost,
    changes,
    weight: 7,
    counts: Float64Array.from(counts),
    countErrors: new Float64Array(2),
    sums: Float64Array.from(sums),
    errors: new Float64Array(2),
    farthest: { distance: 0, row: 0 },
    runs: [],
  });

  function continued(first: ReturnType<typeof statistics>) {
    const costs = new CostFromSums(0);
    expect(costs.needsDirect).toBe(true);
    expect(costs.complete(first, center)).toEqual(first);
    expect(costs.needsDirect).toBe(false);
    return costs;
  }

  it('adds the difference of Σ (n·|c|² − 2·c·S)', () => {
    const costs = continued(statistics(10, [3, 4], [1, 2]));
    // 7 − 2·3 and 7 − 2·4
    expect(costs.complete(statistics(0, [3, 4], [2, 2]), center)).toMatchObject({ cost: 8, weight: 7 });
  });

  it.each([
    ['a cluster is empty', statistics(0, [7, 0], [2, 2])],
    ['the cost fell below a quarter', statistics(0, [3, 4], [5, 2])],
    ['no label changed', statistics(0, [3, 4], [1, 2], 0)],
    ['it is no number', statistics(0, [3, 4], [Number.POSITIVE_INFINITY, 2])],
    ['nothing is left of the digits', statistics(0, [1e17, 4], [1e17, 2])],
  ])('wants every row read where %s', (_, next) => {
    const costs = continued(statistics(10, [3, 4], [1, 2]));
    expect(costs.complete(next, center)).toBeUndefined();
    expect(costs.needsDirect).toBe(true);
    // the changes of the pass before still count
    const again = { ...next, changes: 0 };
    expect(costs.complete(again, center)).toEqual(next);
  });

  it('wants every row read where the grids of the sums drop digits of the cost', () => {
    const costs = new CostFromSums(1e-14);
    costs.complete(statistics(10, [3, 4], [1, 2]), center);
    expect(costs.complete(statistics(0, [3, 4], [2, 2]), center)).toBeUndefined();
  });

  it('stops trying after three refusals in a row, and never begins where sums are not kept', () => {
    const costs = continued(statistics(10, [3, 4], [1, 2]));
    for (let t = 0; t < 3; t++) {
      expect(costs.complete(statistics(0, [7, 0], [2, 2]), center)).toBeUndefined();
      costs.complete(statistics(10, [3, 4], [1, 2]), center);
    }
    expect(costs.needsDirect).toBe(true);
    const never = new CostFromSums(Number.POSITIVE_INFINITY);
    never.complete(statistics(10, [3, 4], [1, 2]), center);
    expect(never.needsDirect).toBe(true);
  });
});
