/** What clusterings promise whatever the data. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNS } from '../helpers/arbitraries.js';
import { dataOf, fitProblem, type Problem, permutation, problems, reorder, startOf } from '../helpers/clusterings.js';
import { bits, relativeEach, relativeToMax, sum } from '../helpers/numbers.js';

const check = (property: (problem: Problem) => void, limits = {}) => {
  fc.assert(fc.property(problems(limits), property), RUNS);
};

const STARTS = ['kmeans++', 'greedyKmeans++', 'random'] as const;

describe('the cost', () => {
  it('never rises, from any start', () => {
    check((problem) => {
      const x = dataOf(problem);
      const model = fitProblem(problem, x, { initialParameters: { centers: startOf(problem, x) } });
      const { cost } = model.trace;
      for (let t = 1; t < cost.length; t++) expect(cost[t]! - cost[t - 1]!).toBeLessThanOrEqual(1e-14 * cost[0]!);
      expect(model.stopReason).toBe('stable');
      expect(model.totalCost).toBe(cost.at(-1));
    });
  });

  it('belongs to the centers and labels: each row has its nearest center', () => {
    check((problem) => {
      const x = dataOf(problem);
      const { d, k, n, kind } = problem;
      const model = fitProblem(problem, x);
      const distances = model.transform({ data: x, rows: n, columns: d });
      let cost = 0;
      model.labels.forEach((label, i) => {
        const own = Array.from(distances.subarray(i * k, (i + 1) * k));
        expect(own.indexOf(Math.min(...own))).toBe(label);
        cost += kind.name === 'KMeans' ? own[label]! ** 2 : own[label]!;
      });
      if (model.totalCost > 0) expect(relativeEach(model.totalCost, cost)).toBeLessThanOrEqual(1e-13);
      expect(sum(model.clusterCounts)).toBe(n);
    });
  });
});

describe('a fit', () => {
  it('has the same centers, counts and labels on both backends', () => {
    check((problem) => {
      const x = dataOf(problem);
      const [wasm, js] = (['wasm', 'js'] as const).map((backend) =>
        fitProblem({ ...problem, backend }, x, { seed: problem.seed }),
      );
      expect(bits(wasm!.centers)).toEqual(bits(js!.centers));
      expect(Array.from(wasm!.labels)).toEqual(Array.from(js!.labels));
      expect(wasm!.nIter).toBe(js!.nIter);
    });
  });

  it('does not depend on the order of the rows', () => {
    check((problem) => {
      const x = dataOf(problem);
      const centers = startOf(problem, x);
      const order = permutation(problem.n, problem.seed);
      const model = fitProblem(problem, x, { initialParameters: { centers } });
      const other = fitProblem(problem, reorder(x, problem.d, order), { initialParameters: { centers } });
      expect(other.nIter).toBe(model.nIter);
      expect(relativeToMax(other.centers, model.centers)).toBeLessThanOrEqual(1e-15);
      expect(Array.from(other.labels)).toEqual(order.map((i) => model.labels[i]));
    });
  });

  it('moves and grows with the data', () => {
    check((problem) => {
      const x = dataOf(problem);
      const centers = startOf(problem, x);
      const model = fitProblem(problem, x, { initialParameters: { centers } });
      const move = (value: number) => value * 8 + 4096;
      const moved = fitProblem(problem, x.map(move), { initialParameters: { centers: centers.map(move) } });
      expect(Array.from(moved.labels)).toEqual(Array.from(model.labels));
      expect(relativeToMax(moved.centers, model.centers.map(move))).toBeLessThanOrEqual(1e-15);
      const scale = problem.kind.name === 'KMeans' ? 64 : 8;
      expect(
        relativeToMax(
          moved.trace.cost,
          model.trace.cost.map((cost) => cost * scale),
        ),
      ).toBeLessThanOrEqual(1e-12);
    });
  });

  it('takes integer weights as repeated rows', () => {
    check((problem) => {
      const x = dataOf(problem);
      const { n, d } = problem;
      const centers = startOf(problem, x);
      const weights = Array.from({ length: n }, (_, i) => (i * 7 + problem.seed) % 4);
      fc.pre(weights.filter((w) => w > 0).length >= problem.k);
      const repeated = reorder(
        x,
        d,
        weights.flatMap((w, i) => Array.from({ length: w }, () => i)),
      );
      const a = fitProblem(problem, x, { initialParameters: { centers }, sampleWeights: weights });
      const b = fitProblem(problem, repeated, { initialParameters: { centers } });
      expect(a.nIter).toBe(b.nIter);
      expect(relativeToMax(a.trace.cost, b.trace.cost)).toBeLessThanOrEqual(1e-14);
      expect(relativeToMax(a.centers, b.centers)).toBeLessThanOrEqual(1e-15);
      expect(Array.from(a.clusterCounts)).toEqual(Array.from(b.clusterCounts));
    });
  });
});

describe('starts', () => {
  it.each(STARTS)('%s: the same seed gives the same fit, another may not', (init) => {
    check((problem) => {
      const x = dataOf(problem);
      const [a, b] = [1, 2].map(() => fitProblem(problem, x, { init, seed: problem.seed }));
      expect(bits(a!.centers)).toEqual(bits(b!.centers));
      expect(bits(a!.trace.cost)).toEqual(bits(b!.trace.cost));
    });
  });

  it('keep the best of nInit', () => {
    check((problem) => {
      const x = dataOf(problem);
      const model = fitProblem(problem, x, { nInit: 5, init: 'random', seed: problem.seed });
      expect(model.restarts.length).toBe(5);
      const costs = model.restarts.map(({ totalCost }) => totalCost);
      expect(model.totalCost).toBe(Math.min(...costs));
      const one = fitProblem(problem, x, { init: 'random', seed: problem.seed });
      expect(one.totalCost).toBe(costs[0]);
    });
  });

  it('from labels are the centers of these labels', () => {
    check((problem) => {
      const x = dataOf(problem);
      const labels = Array.from({ length: problem.n }, (_, i) => i % problem.k);
      const model = fitProblem(problem, x, { init: { labels }, maxIter: 0 });
      for (let k = 0; k < problem.k; k++) {
        for (let j = 0; j < problem.d; j++) {
          const values = labels
            .flatMap((label, i) => (label === k ? [x[i * problem.d + j]!] : []))
            .sort((a, b) => a - b);
          const m = values.length;
          const want = problem.kind.name === 'KMeans' ? sum(values) / m : (values[(m - 1) >> 1]! + values[m >> 1]!) / 2;
          expect(Math.abs(model.centers[k * problem.d + j]! - want)).toBeLessThanOrEqual(2e-16 * Math.abs(want));
        }
      }
    });
  });
});
