/** The rules for what the algorithm leaves open: ties, empty clusters, medians of an even number, norms that do not fit. */
import { describe, expect, it } from 'vitest';
import type { ClusterShape, KernelPair } from '../../src/backend.js';
import { createDataset } from '../../src/data/dataset.js';
import { type ClusterKernels, type HardStatistics, hardModel, joinLabels } from '../../src/em/hard.js';
import { iterate } from '../../src/em/loop.js';
import { K_MEANS_KERNELS, K_MEDIANS_KERNELS } from '../../src/families/cluster-kernels.js';
import { kMeansMethod } from '../../src/families/k-means-method.js';
import { kMediansMethod } from '../../src/families/k-medians-method.js';
import { weightedMedian } from '../../src/families/median.js';
import { KMeans, KMedians } from '../../src/index.js';
import { withBackend } from '../../src/lease.js';
import { KINDS } from '../helpers/clusterings.js';
import { clusters, generator, matrixOf } from '../helpers/data.js';
import { BACKENDS, relativeToMax } from '../helpers/numbers.js';

const table = KINDS.flatMap((kind) => BACKENDS.map((backend) => ({ ...kind, backend })));

describe.each(table)('$name on $backend', ({ Model, name, backend }) => {
  it('gives ties to the lowest cluster', () => {
    const model = Model.fromParameters({ centers: [[0], [4], [4], [2]], backend });
    expect(Array.from(model.predict([2, 1, 3, 5, 4]))).toEqual([3, 0, 1, 1, 1]);
  });

  it('moves an empty cluster to the farthest row, the first of equals', () => {
    const rows = [0, 1, 10, -10, 2];
    const steps = [...Model.steps(rows, { nClusters: 2, initialParameters: { centers: [[0], [100]] }, backend })];
    expect(Array.from(steps[0]!.clusterCounts)).toEqual([5, 0]);
    // rows 2 and 3 are equally far from 0
    expect(steps[1]!.centers[1]).toBe(10);
    expect(Array.from(steps.at(-1)!.clusterCounts).every((count) => count > 0)).toBe(true);
    const costs = steps.map(({ totalCost }) => totalCost);
    costs.slice(1).forEach((cost, t) => expect(cost).toBeLessThanOrEqual(costs[t]!));
  });

  it('fills several empty clusters one after another', () => {
    const x = clusters(200, 2, 4, 3, 20);
    const far = Array.from({ length: 8 }, (_, i) => [1e4 + i, 1e4]);
    const model = Model.fit(matrixOf(x, 2), {
      nClusters: 9,
      initialParameters: { centers: [[0, 0], ...far] },
      backend,
    });
    expect(model.clusterCounts.every((count) => count > 0)).toBe(true);
    expect(model.stopReason).toBe('stable');
    for (let t = 1; t < model.trace.cost.length; t++) {
      expect(model.trace.cost[t]!).toBeLessThanOrEqual(model.trace.cost[t - 1]!);
    }
  });

  it('does not count rows of weight 0, however far they lie', () => {
    const rows = [0, 1, 2, 1e6];
    const options = { nClusters: 2, initialParameters: { centers: [[0], [1e9]] }, backend };
    const weighted = Model.fit(rows, { ...options, sampleWeights: [1, 1, 1, 0] });
    const without = Model.fit(rows.slice(0, 3), options);
    expect(Array.from(weighted.centers)).toEqual(Array.from(without.centers));
    expect(weighted.totalCost).toBe(without.totalCost);
    expect(weighted.nIter).toBe(without.nIter);
  });

  it.each(['kmeans++', 'greedyKmeans++', 'random'] as const)(
    'has an answer for fewer distinct rows than clusters, by %s',
    (init) => {
      const rows = [1, 1, 5, 5, 5, 1].map((value) => [value, -value]);
      const model = Model.fit(rows, { nClusters: 4, init, backend });
      expect(model.totalCost).toBe(0);
      expect(model.stopReason).toBe('stable');
      expect(model.centers.every(Number.isFinite)).toBe(true);
      expect(Array.from(model.clusterCounts).sort()).toEqual([0, 0, 3, 3]);
      expect(model.score(rows)).toBe(0);
      expect(model.summary()).toMatch(/empty clusters +2/);
    },
  );

  it('takes one cluster, one row, one feature', () => {
    const model = Model.fit([3], { nClusters: 1, backend });
    expect(Array.from(model.centers)).toEqual([3]);
    expect(model.totalCost).toBe(0);
    const two = Model.fit([1, 2], { nClusters: 1, backend });
    expect(two.centers[0]).toBe(1.5);
    expect(two.totalCost).toBe(name === 'KMeans' ? 0.5 : 1);
  });

  it('keeps its digits at an offset of 1e8', () => {
    // steps of 1/64 at 1e8 are exact
    const near = clusters(500, 3, 3, 5, 3).map((value) => Math.round(value * 64) / 64);
    const far = near.map((value) => value + 1e8);
    const [a, b] = [near, far].map((x) =>
      Model.fit(matrixOf(x, 3), { nClusters: 3, init: 'random', seed: 4, backend }),
    );
    expect(Array.from(b!.labels)).toEqual(Array.from(a!.labels));
    expect(Math.abs(b!.totalCost / a!.totalCost - 1)).toBeLessThanOrEqual(1e-13);
    expect(
      relativeToMax(
        b!.centers.map((value) => value - 1e8),
        a!.centers,
      ),
    ).toBeLessThanOrEqual(1e-8);
    const same = Model.fromJSON(JSON.stringify(b));
    expect(Array.from(same.predict(matrixOf(far, 3)))).toEqual(Array.from(b!.labels));
    expect(same.score(matrixOf(far, 3))).toBeCloseTo(-a!.totalCost / 500, 12);
  });

  it('has centers that do not depend on how far the start was', () => {
    const x = Float64Array.from({ length: 3000 }, (_, i) => 0.1 * (i % 7));
    const start = (value: number) => Model.fit(x, { nClusters: 1, initialParameters: { centers: [[value]] }, backend });
    expect(start(1e9).centers[0]).toBe(start(0).centers[0]);
    expect(start(-1e15).totalCost).toBe(start(0).totalCost);
  });
});

describe('medians', () => {
  const sorted = (values: Float64Array) => Array.from(values).sort((a, b) => a - b);

  it('are those of the sorted values', () => {
    const g = generator(11);
    for (let n = 1; n < 80; n++) {
      // few different values: many ties
      const values = Float64Array.from({ length: n }, () => Math.floor(g.uniform() * (1 + (n % 30))));
      const s = sorted(values);
      const lower = s[(n - 1) >> 1]!;
      expect(weightedMedian(values.slice(), undefined, 'lower')).toBe(lower);
      expect(weightedMedian(values.slice(), undefined, 'mid')).toBe((lower + s[n >> 1]!) / 2);
    }
  });

  it('take integer weights as repeated values', () => {
    const g = generator(12);
    for (let n = 1; n < 60; n++) {
      const values = Float64Array.from({ length: n }, () => Math.floor(g.uniform() * 20) / 4);
      const weights = Float64Array.from({ length: n }, () => 1 + Math.floor(g.uniform() * 4));
      const repeated = Float64Array.from(
        Array.from(values).flatMap((v, i) => Array.from({ length: weights[i]! }, () => v)),
      );
      for (const tie of ['mid', 'lower'] as const) {
        expect(weightedMedian(values.slice(), weights.slice(), tie)).toBe(
          weightedMedian(repeated.slice(), undefined, tie),
        );
      }
    }
  });

  it.each([
    ['sorted', (i: number) => i],
    ['reversed', (i: number) => -i],
    ['equal', () => 7],
    ['organ pipes', (i: number) => Math.min(i, 100000 - i)],
    ['sawtooth', (i: number) => i % 317],
  ])('of many values, %s, are found in linear time', (_, value) => {
    const values = Float64Array.from({ length: 100001 }, (_, i) => value(i));
    expect(weightedMedian(values.slice(), undefined, 'mid')).toBe(sorted(values)[50000]);
  });

  it('have a middle that does not overflow', () => {
    expect(weightedMedian(Float64Array.of(1.5e308, 1.7e308), undefined, 'mid')).toBe(1.6e308);
    expect(weightedMedian(Float64Array.of(-1.5e308, 1.5e308), undefined, 'mid')).toBe(0);
    expect(weightedMedian(Float64Array.of(1, 2, 3), Float64Array.of(0.25, 0.25, 0.5), 'mid')).toBe(2.5);
    expect(weightedMedian(Float64Array.of(1, 2, 3), Float64Array.of(0.25, 0.25, 0.5), 'lower')).toBe(2);
  });
});

describe.each(BACKENDS)('mixing the norms, on %s', (backend) => {
  /** Costs of alternating between the assignment of one method and the update of the other. */
  function costs(rows: number[][], assignment: 'kMeans' | 'kMedians', norm: 1 | 2): number[] {
    const n = rows.length;
    const data = createDataset({ x: Float64Array.from(rows.flat()), nSamples: n, nFeatures: 2 }, undefined, false);
    const start = { centers: Float64Array.from(rows.slice(0, 2).flat()) };
    return withBackend(backend, (leased) => {
      const pair: KernelPair<ClusterShape, ClusterKernels<HardStatistics>> = assignment === 'kMeans'
        ? K_MEANS_KERNELS
        : K_MEDIANS_KERNELS;
      const kernels = leased.open(pair, { data, nClusters: 2, rows: n });
      const median = kMediansMethod('mid');
      const mean = {
        ...median,
        update: (statistics: HardStatistics) =>
          kMeansMethod.update(kMeansMethod.fromLabels(joinLabels(statistics), 2, data), data),
      };
      const model = hardModel(assignment === 'kMeans' ? median : mean, kernels, data, () => start);
      const options = { tol: 0, paramTol: 0, maxIter: 10, rows: n };
      return Array.from(iterate(model, data, start, options), ({ parameters: { centers }, statistics }) => {
        let cost = 0;
        joinLabels(statistics).forEach((k, i) => {
          for (let j = 0; j < 2; j++) cost += Math.abs(rows[i]![j]! - centers[k * 2 + j]!) ** norm;
        });
        return cost;
      });
    });
  }

  it('nearest in L2, moved to medians: the squared cost rises, and in another case the L1 cost', () => {
    const rows = [
      [7, 1],
      [2, 7],
      [6, 7],
      [3, 0],
      [6, 5],
    ];
    expect(costs(rows, 'kMeans', 2).slice(0, 3)).toEqual([50, 27, 28.5]);
    expect(
      costs(
        [
          [5, 5],
          [3, 5],
          [3, 0],
          [4, 1],
        ],
        'kMeans',
        1,
      ).slice(0, 2),
    ).toEqual([10, 11]);
    // each method by itself goes down on the same rows
    for (const Model of [KMeans, KMedians]) {
      const { cost } = Model.fit(rows, {
        nClusters: 2,
        initialParameters: { centers: rows.slice(0, 2) },
        backend,
      }).trace;
      for (let t = 1; t < cost.length; t++) expect(cost[t]!).toBeLessThanOrEqual(cost[t - 1]!);
    }
  });

  it('nearest in L1, moved to means: the L1 cost rises, and in another case the squared cost', () => {
    const [before, after] = costs(
      [
        [7, 2],
        [5, 7],
        [7, 7],
        [0, 5],
      ],
      'kMedians',
      1,
    );
    expect(before).toBe(9);
    expect(after).toBeCloseTo(32 / 3, 12);
    const squared = costs(
      [
        [3, 4],
        [2, 5],
        [2, 1],
        [4, 6],
        [3, 7],
      ],
      'kMedians',
      2,
    );
    expect(squared[0]).toBe(24);
    expect(squared[1]).toBeCloseTo(25.75, 12);
  });
});

describe('rows that differ by less than squares can tell', () => {
  const tiny = [[1e-200], [2e-200], [9e-200]];

  it.each(BACKENDS)('are refused by KMeans, with the rows named (%s)', (backend) => {
    expect(() => KMeans.fit(tiny, { nClusters: 2, backend })).toThrow(/row 1 and row 0 in column 0: 2e-200 and 1e-200/);
    expect(KMeans.fit([[1e-200], [1e-200]], { nClusters: 1, backend }).totalCost).toBe(0);
  });

  it.each(BACKENDS)('are no trouble to KMedians (%s)', (backend) => {
    const { labels, totalCost } = KMedians.fit(tiny, { nClusters: 2, backend });
    expect(labels[0]).toBe(labels[1]);
    expect(labels[2]).not.toBe(labels[0]);
    expect(totalCost).toBe(1e-200);
  });
});
