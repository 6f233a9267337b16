/** Every assignment of the reference answers, which were computed in exact rational arithmetic. */
import { describe, expect, it } from 'vitest';
import { KMeans, KMedians, type MedianOptions, type SyncClusteringOptions } from '../../src/index.js';
import { BACKENDS, relativeEach, relativeToMax } from '../helpers/numbers.js';
import { load } from '../helpers/reference.js';

interface Expected {
  updates: number;
  costPerAssignment: number[];
  sizesPerAssignment: number[][];
  labelChangesPerAssignment: (number | null)[];
  centersPerAssignment: number[][][];
  labels: number[];
  centers: number[][];
  cost: number;
  sizes: number[];
}

interface ClusteringCase {
  family: 'k-means' | 'k-medians';
  dataset: { rows: number[][] };
  k: number;
  init: { centers: number[][] };
  expected: Expected;
  expectedLowerMedian?: Expected;
}

const table = (
  [
    ['kmeans_iris_k3.json', 'expected', undefined],
    ['kmedians_iris_k3.json', 'expected', 'mid'],
    ['kmedians_iris_x10_k3.json', 'expected', 'mid'],
    ['kmedians_iris_x10_k3.json', 'expectedLowerMedian', 'lower'],
  ] as const
).flatMap(([file, answer, tie]) => BACKENDS.map((backend) => ({ file, answer, tie, backend })));

describe.each(table)('$file $answer on $backend', ({ file, answer, tie, backend }) => {
  const c = load<ClusteringCase>(file);
  const want = c[answer]!;
  const rows = c.dataset.rows;
  const Model = c.family === 'k-means' ? KMeans : KMedians;
  const options: SyncClusteringOptions & MedianOptions = {
    nClusters: c.k,
    initialParameters: { centers: c.init.centers },
    backend,
    ...(tie === undefined ? {} : { tie }),
  };
  const steps = [...Model.steps(rows, options)];
  const model = Model.fit(rows, options);

  it('has every assignment', () => {
    expect(steps.length).toBe(want.updates + 1);
    steps.forEach((step, t) => {
      expect(step.iteration).toBe(t);
      expect(relativeToMax(step.centers, want.centersPerAssignment[t]!)).toBeLessThanOrEqual(1e-15);
      expect(relativeEach(step.totalCost, want.costPerAssignment[t]!)).toBeLessThanOrEqual(1e-14);
      expect(Array.from(step.clusterCounts)).toEqual(want.sizesPerAssignment[t]);
      expect(step.labelChanges ?? null).toBe(want.labelChangesPerAssignment[t]);
      expect(step.stopReason).toBe(t === want.updates ? 'stable' : undefined);
    });
    expect(Array.from(steps.at(-1)!.labels)).toEqual(want.labels);
  });

  it('has the centers, the labels and the cost', () => {
    expect(relativeToMax(model.centers, want.centers)).toBeLessThanOrEqual(1e-15);
    expect(Array.from(model.labels)).toEqual(want.labels);
    expect(Array.from(model.predict(rows))).toEqual(want.labels);
    expect(relativeEach(model.totalCost, want.cost)).toBeLessThanOrEqual(1e-15);
    expect(relativeEach(model.trace.cost, want.costPerAssignment)).toBeLessThanOrEqual(1e-14);
    expect(model.totalCost).toBe(model.trace.cost.at(-1));
    expect(Array.from(model.clusterCounts)).toEqual(want.sizes);
    expect(model.nIter).toBe(want.updates);
    expect(model.converged).toBe(true);
    expect(model.stopReason).toBe('stable');
    expect(relativeEach(model.score(rows), -want.cost / rows.length)).toBeLessThanOrEqual(1e-14);
  });

  it('finds the same with tol, which only matters above 0', () => {
    const exact = Model.fit(rows, { ...options, tol: 0, maxIter: 1000 });
    expect(Array.from(exact.centers)).toEqual(Array.from(model.centers));
    const early = Model.fit(rows, { ...options, tol: 1e9 });
    expect(early.stopReason).toBe('tol');
    expect(early.nIter).toBe(1);
    const none = Model.fit(rows, { ...options, maxIter: 0 });
    expect(none.stopReason).toBe('maxIter');
    expect(none.converged).toBe(false);
    expect(relativeEach(none.totalCost, want.costPerAssignment[0]!)).toBeLessThanOrEqual(1e-14);
  });
});

describe.each(BACKENDS)('published results on %s', (backend) => {
  const { dataset } = load<ClusteringCase>('kmeans_iris_k3.json');

  it.each(['kmeans++', 'greedyKmeans++', 'random'] as const)('iris, best of ten starts by %s', (init) => {
    const model = KMeans.fit(dataset.rows, { nClusters: 3, init, nInit: 10, backend });
    expect(model.totalCost).toBeCloseTo(78.85144, 5);
    expect(Array.from(model.clusterCounts).sort((a, b) => a - b)).toEqual([38, 50, 62]);
    expect(model.restarts.length).toBe(10);
    expect(model.totalCost).toBe(Math.min(...model.restarts.map(({ totalCost }) => totalCost)));
  });
});
