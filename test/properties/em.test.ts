/** What EM promises whatever the data: monotone, equivariant, weights as repetitions. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GaussianMixture } from '../../src/index.js';
import {
  both,
  dataOf,
  fitProblem,
  type Problem,
  problems,
  RUNS,
  type Start,
  soundly,
  startOf,
} from '../helpers/arbitraries.js';
import { generator } from '../helpers/data.js';
import { largestDifference, relativeToMax, sum } from '../helpers/numbers.js';

const check = (property: (problem: Problem) => void, limits = {}) => {
  fc.assert(fc.property(problems(limits), property), RUNS);
};

/** Numbers per component in the covariances. */
function covarianceLength({ type, d }: Problem): number {
  return { full: d * d, tied: d * d, diag: d, spherical: 1 }[type];
}

function close(
  got: GaussianMixture,
  want: { weights: ArrayLike<number>; means: ArrayLike<number>; covariances: ArrayLike<number> },
  tolerance: number,
) {
  expect(relativeToMax(got.weights, want.weights)).toBeLessThanOrEqual(tolerance);
  expect(relativeToMax(got.means, want.means)).toBeLessThanOrEqual(tolerance);
  expect(relativeToMax(got.covariances, want.covariances)).toBeLessThanOrEqual(tolerance);
}

function permutation(n: number, seed: number): number[] {
  const g = generator(seed);
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(g.uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Rows of `x` in another order. */
function reorder(x: ArrayLike<number>, width: number, order: readonly number[]): Float64Array {
  return Float64Array.from(
    { length: order.length * width },
    (_, at) => x[order[Math.floor(at / width)]! * width + (at % width)]!,
  );
}

describe('the log-likelihood', () => {
  it('never falls, from any start', () => {
    fc.assert(
      fc.property(
        problems(),
        fc.constantFrom('kmeans++', 'kmeans', 'random', 'randomPoints', 'given'),
        (problem, init) => {
          const x = dataOf(problem);
          const start = init === 'given' ? startOf(problem) : undefined;
          const model = soundly(() =>
            fitProblem(problem, x, startOf(problem), {
              initialParameters: start,
              ...(init === 'given' ? {} : { init: init as 'kmeans' }),
              maxIter: 40,
            } as never),
          );
          const { logLikelihood } = model.trace;
          expect(logLikelihood.length).toBe(41);
          for (let t = 1; t < logLikelihood.length; t++) {
            expect(logLikelihood[t]! - logLikelihood[t - 1]!).toBeGreaterThanOrEqual(
              -1e-12 * Math.abs(logLikelihood[t]!),
            );
          }
        },
      ),
      RUNS,
    );
  });

  it('never falls with sample weights', () =>
    check((problem) => {
      const g = generator(problem.seed);
      const sampleWeights = Array.from({ length: problem.n }, () => 3 * g.uniform());
      const { trace } = soundly(() =>
        fitProblem(problem, dataOf(problem), startOf(problem), { sampleWeights, maxIter: 30 }),
      );
      for (let t = 1; t < trace.logLikelihood.length; t++) {
        expect(trace.logLikelihood[t]! - trace.logLikelihood[t - 1]!).toBeGreaterThanOrEqual(
          -1e-12 * Math.abs(trace.logLikelihood[t]!),
        );
      }
    }));
});

describe('EM does not depend on', () => {
  it('the order of the rows', () =>
    check((problem) => {
      const x = dataOf(problem);
      const order = permutation(problem.n, problem.seed);
      const [a, b] = both(
        () => fitProblem(problem, x, startOf(problem)),
        () => fitProblem(problem, reorder(x, problem.d, order), startOf(problem)),
      );
      expect(relativeToMax(b!.logLikelihood, a!.logLikelihood)).toBeLessThanOrEqual(1e-11);
      close(b!, a!, 1e-10);
      expect(Array.from(b!.labels)).toEqual(order.map((i) => a!.labels[i]));
    }));

  it('the order of the components', () =>
    check((problem) => {
      const x = dataOf(problem);
      const start = startOf(problem);
      const order = permutation(problem.k, problem.seed);
      const tied = problem.type === 'tied';
      const move = (p: Start): Start => ({
        weights: reorder(p.weights, 1, order),
        means: reorder(p.means, problem.d, order),
        covariances: tied ? p.covariances : reorder(p.covariances, covarianceLength(problem), order),
      });
      const [a, b] = both(
        () => fitProblem(problem, x, start),
        () => fitProblem(problem, x, move(start)),
      );
      expect(relativeToMax(b!.trace.logLikelihood, a!.trace.logLikelihood)).toBeLessThanOrEqual(1e-12);
      close(b!, move(a!), 1e-10);
    }));

  it('where 0 is: a shift moves the means and nothing else', () =>
    check((problem) => {
      const x = dataOf(problem);
      const start = startOf(problem);
      // whole numbers, so that the shifted data are the same points; the start's means must be too
      const shift = Array.from({ length: problem.d }, (_, j) => [7, -123456, 2 ** 30, 0, 1000][j]!);
      const means = start.means.map((m) => Math.round(m * 1024) / 1024);
      const moved = (values: Float64Array) => values.map((value, at) => value + shift[at % problem.d]!);
      const [a, b] = both(
        () => fitProblem(problem, x, { ...start, means }),
        () => fitProblem(problem, moved(x), { ...start, means: moved(means) }),
      );
      expect(relativeToMax(b!.trace.logLikelihood, a!.trace.logLikelihood)).toBeLessThanOrEqual(1e-12);
      expect(relativeToMax(b!.weights, a!.weights)).toBeLessThanOrEqual(1e-10);
      expect(relativeToMax(b!.covariances, a!.covariances)).toBeLessThanOrEqual(1e-10);
      for (let at = 0; at < a!.means.length; at++) {
        const s = shift[at % problem.d]!;
        expect(Math.abs(b!.means[at]! - s - a!.means[at]!)).toBeLessThanOrEqual(1e-10 + 2 ** -52 * Math.abs(s));
      }
    }));
});

describe('units', () => {
  it('scale the parameters, and the log-likelihood changes by −N Σ log|s|', () =>
    check((problem) => {
      const { d, k, n, type } = problem;
      const x = dataOf(problem);
      const start = startOf(problem);
      // a sphere stays one only when all features scale alike
      const scale = Array.from({ length: d }, (_, j) =>
        type === 'spherical' ? -1000 : [3, -0.01, 1e6, 1e-7, 2.5][j]!,
      );
      const points = (values: ArrayLike<number>) => Float64Array.from(values, (v, at) => v * scale[at % d]!);
      const covariances = (values: ArrayLike<number>) =>
        Float64Array.from(values, (v, at) => {
          if (type === 'spherical') return v * scale[0]! ** 2;
          if (type === 'diag') return v * scale[at % d]! ** 2;
          return v * scale[at % d]! * scale[Math.floor(at / d) % d]!;
        });
      const rescale = (p: Start): Start => ({
        weights: p.weights,
        means: points(p.means),
        covariances: covariances(p.covariances),
      });
      const [a, b] = both(
        () => fitProblem(problem, x, start),
        () => fitProblem(problem, points(x), rescale(start)),
      );
      const change = -n * sum(scale.map((s) => Math.log(Math.abs(s))));
      const size = Math.abs(a!.logLikelihood) + Math.abs(change);
      a!.trace.logLikelihood.forEach((value, t) => {
        expect(Math.abs(b!.trace.logLikelihood[t]! - value - change) / size).toBeLessThanOrEqual(1e-11);
      });
      // compared in the first units, so that every feature counts
      const back = (p: GaussianMixture) => ({
        weights: p.weights,
        means: Float64Array.from(p.means, (v, at) => v / scale[at % d]!),
        covariances: Float64Array.from(
          p.covariances,
          (v, at) => v / (covariances(new Float64Array(p.covariances.length).fill(1))[at] as number),
        ),
      });
      const got = back(b!);
      expect(largestDifference(got.weights, a!.weights)).toBeLessThanOrEqual(1e-10);
      expect(relativeToMax(got.means, a!.means)).toBeLessThanOrEqual(1e-10);
      expect(relativeToMax(got.covariances, a!.covariances)).toBeLessThanOrEqual(1e-10);
      expect(k).toBe(a!.nComponents);
    }));

  it('rotate and shear with full and tied covariances: log-likelihood less N log|det A|', () =>
    check((problem) => {
      const p: Problem = { ...problem, type: problem.type === 'tied' ? 'tied' : 'full' };
      const { d, n } = p;
      const g = generator(p.seed);
      // lower triangular with a known determinant
      const a = Array.from({ length: d }, (_, i) =>
        Array.from({ length: d }, (_, j) => (i === j ? 0.5 + g.uniform() : j < i ? g.normal() : 0)),
      );
      const map = (values: ArrayLike<number>) =>
        Float64Array.from({ length: values.length }, (_, at) => {
          const row = Math.floor(at / d) * d;
          return sum(a[at % d]!.map((coefficient, j) => coefficient * values[row + j]!));
        });
      const conjugate = (values: ArrayLike<number>) =>
        Float64Array.from({ length: values.length }, (_, at) => {
          const base = Math.floor(at / (d * d)) * d * d;
          const [i, j] = [Math.floor((at - base) / d), at % d];
          return sum(a[i]!.map((u, r) => u * sum(a[j]!.map((v, s) => v * values[base + r * d + s]!))));
        });
      const start = startOf(p);
      const x = dataOf(p);
      const image = {
        weights: start.weights,
        means: map(start.means),
        covariances: symmetric(conjugate(start.covariances), d),
      };
      const [before, after] = both(
        () => fitProblem(p, x, start),
        () => fitProblem(p, map(x), image),
      );
      const change = -n * sum(a.map((row, i) => Math.log(row[i]!)));
      expect(Math.abs(after!.logLikelihood - before!.logLikelihood - change)).toBeLessThanOrEqual(
        1e-9 * Math.abs(before!.logLikelihood),
      );
      close(
        after!,
        { weights: before!.weights, means: map(before!.means), covariances: conjugate(before!.covariances) },
        1e-9,
      );
    }));
});

function symmetric(values: Float64Array, d: number): Float64Array {
  return values.map((value, at) => {
    const base = Math.floor(at / (d * d)) * d * d;
    const [i, j] = [Math.floor((at - base) / d), at % d];
    return (value + values[base + j * d + i]!) / 2;
  });
}

describe('sample weights', () => {
  it('that are whole numbers equal repeated rows', () => {
    fc.assert(
      fc.property(problems(), fc.constantFrom(0, { relative: 1e-3 }), (problem, regCovar) => {
        const x = dataOf(problem);
        const sampleWeights = Array.from({ length: problem.n }, (_, i) => (i * 7 + problem.seed) % 4);
        const order = sampleWeights.flatMap((w, i) => new Array<number>(w).fill(i));
        const repeated = reorder(x, problem.d, order);
        const [weighted, plain] = both(
          () => fitProblem(problem, x, startOf(problem), { sampleWeights, regCovar }),
          () => fitProblem(problem, repeated, startOf(problem), { regCovar }),
        );
        expect(relativeToMax(weighted!.trace.logLikelihood, plain!.trace.logLikelihood)).toBeLessThanOrEqual(1e-12);
        close(weighted!, plain!, 1e-10);
        expect(relativeToMax(weighted!.componentCounts, plain!.componentCounts)).toBeLessThanOrEqual(1e-10);
        const [X, R] = [x, repeated].map((data) => ({ data, rows: data.length / problem.d, columns: problem.d }));
        for (const what of ['bic', 'aic', 'icl', 'score'] as const) {
          const [got, want] = [weighted![what](X!, { sampleWeights }), plain![what](R!)];
          expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-9 * Math.abs(want));
        }
      }),
      RUNS,
    );
  });

  it('of 0 equal rows left out, but for their labels', () =>
    check((problem) => {
      const x = dataOf(problem);
      const sampleWeights = Array.from({ length: problem.n }, (_, i) => (i % 5 === problem.seed % 5 ? 0 : 1));
      const order = sampleWeights.flatMap((w, i) => (w === 0 ? [] : [i]));
      // a weightless row may lie anywhere, even where the density is 0
      const outlier = [0, 5e3, 1e20, 1e200][problem.seed % 4]!;
      const wild = x.map((value, at) => (sampleWeights[Math.floor(at / problem.d)] === 0 ? outlier : value));
      const [b, a] = both(
        () => fitProblem(problem, reorder(x, problem.d, order), startOf(problem)),
        () => fitProblem(problem, wild, startOf(problem), { sampleWeights }),
      );
      expect(relativeToMax(a!.trace.logLikelihood, b!.trace.logLikelihood)).toBeLessThanOrEqual(1e-12);
      close(a!, b!, 1e-10);
      expect(a!.labels.length).toBe(problem.n);
      expect(order.map((i) => a!.labels[i])).toEqual(Array.from(b!.labels));
    }));

  it('all alike scale the log-likelihood and leave the parameters', () =>
    check((problem) => {
      const x = dataOf(problem);
      const [a, b] = both(
        () => fitProblem(problem, x, startOf(problem)),
        () => fitProblem(problem, x, startOf(problem), { sampleWeights: new Float64Array(problem.n).fill(0.125) }),
      );
      expect(relativeToMax(b!.logLikelihood * 8, a!.logLikelihood)).toBeLessThanOrEqual(1e-12);
      close(b!, a!, 1e-11);
    }));
});
