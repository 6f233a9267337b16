/** What EM promises for bits: monotone, equivariant, weights as repetitions, the same by every way in. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BernoulliMixture, type BernoulliMixtureOptions } from '../../src/index.js';
import { both, RUNS, soundly } from '../helpers/arbitraries.js';
import { generator } from '../helpers/data.js';
import { bits, largestDifference, relativeEach, relativeToMax, sum } from '../helpers/numbers.js';
import { dataOf, fitProblem, matrix, type Problem, problems, startOf } from './helpers.js';

const check = (property: (problem: Problem) => void, limits = {}) => {
  fc.assert(fc.property(problems(limits), property), RUNS);
};

function close(
  got: BernoulliMixture,
  want: { weights: ArrayLike<number>; probs: ArrayLike<number> },
  tolerance: number,
): void {
  expect(largestDifference(got.weights, want.weights)).toBeLessThanOrEqual(tolerance);
  expect(largestDifference(got.probs, want.probs)).toBeLessThanOrEqual(tolerance);
}

function rises(trace: ArrayLike<number>): void {
  for (let t = 1; t < trace.length; t++) {
    expect(trace[t]! - trace[t - 1]!).toBeGreaterThanOrEqual(-1e-12 * Math.abs(trace[t]!));
  }
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

/** Rows of `width` values in another order. */
function reorder<T extends Uint8Array | Float64Array>(x: T, width: number, order: readonly number[]): T {
  const Type = x.constructor as new (length: number) => T;
  const out = new Type(order.length * width);
  order.forEach((from, to) => out.set(x.subarray(from * width, (from + 1) * width), to * width));
  return out;
}

function bitsOf(model: BernoulliMixture): bigint[][] {
  const { weights, probs, complements, trace, labels, componentCounts } = model;
  return [weights, probs, complements, trace.logLikelihood, labels, componentCounts].map(bits);
}

const starts = fc.constantFrom<Partial<BernoulliMixtureOptions>>({ init: 'kmeans++' }, { init: 'random' }, {});
const priors = fc.constantFrom({ a: 2, b: 2 }, { a: 1, b: 3 }, { a: 1.5, b: 1 }, { a: 1 + 2 ** -30, b: 40 });

describe('the objective', () => {
  it('never falls: the log-likelihood, from any start', () => {
    fc.assert(
      fc.property(problems(), starts, fc.boolean(), (problem, init, weighted) => {
        const g = generator(problem.seed);
        const sampleWeights = weighted ? Array.from({ length: problem.n }, () => 3 * g.uniform()) : undefined;
        const { trace } = soundly(() =>
          fitProblem(problem, dataOf(problem), {
            maxIter: 40,
            ...init,
            ...(sampleWeights === undefined ? {} : { sampleWeights }),
          }),
        );
        expect(trace.logLikelihood.length).toBe(41);
        expect(trace.logPosterior).toBeUndefined();
        rises(trace.logLikelihood);
      }),
      RUNS,
    );
  });

  it('never falls: the log-posterior, with a prior', () => {
    fc.assert(
      fc.property(problems(), starts, priors, (problem, init, prior) => {
        const model = soundly(() =>
          fitProblem(problem, dataOf(problem), {
            maxIter: 40,
            prior,
            ...init,
          }),
        );
        const { logLikelihood, logPosterior } = model.trace;
        expect(logPosterior!.length).toBe(41);
        rises(logPosterior!);
        const { a, b } = prior;
        const { probs, complements } = model;
        const part = (excess: number, p: number) => (excess === 0 ? 0 : excess * Math.log(p));
        const logPrior = sum(probs.map((p, i) => part(a - 1, p) + part(b - 1, complements[i]!)));
        expect(Math.abs(logPosterior![40]! - logLikelihood[40]! - logPrior)).toBeLessThanOrEqual(
          1e-11 * Math.abs(logPosterior![40]!),
        );
        expect(model.logLikelihood).toBe(logLikelihood[40]);
      }),
      RUNS,
    );
  });
});

describe('EM does not depend on', () => {
  it('the order of the rows', () =>
    check((problem) => {
      const x = dataOf(problem);
      const order = permutation(problem.n, problem.seed);
      const [a, b] = both(
        () => fitProblem(problem, x),
        () => fitProblem(problem, reorder(x, problem.d, order)),
      );
      expect(relativeEach(b.trace.logLikelihood, a.trace.logLikelihood)).toBeLessThanOrEqual(1e-12);
      close(b, a, 1e-11);
      expect(Array.from(b.labels)).toEqual(order.map((i) => a.labels[i]));
    }));

  it('the order of the components', () =>
    check((problem) => {
      const { d, k } = problem;
      const x = dataOf(problem);
      const start = startOf(problem);
      const order = permutation(k, problem.seed);
      const move = (p: { weights?: Float64Array; probs: Float64Array }) => ({
        ...('weights' in p && p.weights ? { weights: reorder(p.weights, 1, order) } : {}),
        probs: reorder(p.probs, d, order),
      });
      const [a, b] = both(
        () => fitProblem(problem, x),
        () => fitProblem(problem, x, { initialParameters: move(start) }),
      );
      expect(relativeEach(b.trace.logLikelihood, a.trace.logLikelihood)).toBeLessThanOrEqual(1e-12);
      close(b, { weights: reorder(a.weights, 1, order), probs: reorder(a.probs, d, order) }, 1e-11);
    }));

  it('the order of the features', () =>
    check((problem) => {
      const { d, k } = problem;
      const order = permutation(d, problem.seed);
      const columns = <T extends Uint8Array | Float64Array>(x: T): T =>
        x.map((_, at) => x[Math.floor(at / d) * d + order[at % d]!]!) as T;
      const x = dataOf(problem);
      const start = startOf(problem);
      const [a, b] = both(
        () => fitProblem(problem, x),
        () => fitProblem(problem, columns(x), { initialParameters: { ...start, probs: columns(start.probs) } }),
      );
      expect(relativeEach(b.trace.logLikelihood, a.trace.logLikelihood)).toBeLessThanOrEqual(1e-12);
      close(b, { weights: a.weights, probs: columns(a.probs) }, 1e-11);
      expect(k).toBe(a.nComponents);
    }));

  it('which answer is called 1: probs and complements change places', () =>
    check((problem) => {
      const x = dataOf(problem);
      const start = startOf(problem);
      const flipped = {
        ...start,
        probs: start.probs.map((theta) => 1 - theta),
        complements: start.probs,
      };
      const [a, b] = both(
        () => fitProblem(problem, x),
        () =>
          fitProblem(
            problem,
            x.map((bit) => 1 - bit),
            { initialParameters: flipped },
          ),
      );
      expect(relativeEach(b.trace.logLikelihood, a.trace.logLikelihood)).toBeLessThanOrEqual(1e-12);
      close(b, { weights: a.weights, probs: a.complements }, 1e-11);
      expect(largestDifference(b.complements, a.probs)).toBeLessThanOrEqual(1e-11);
    }));

  it('the backend, to 1e-12', () =>
    check((problem) => {
      const [a, b] = both(
        () => fitProblem({ ...problem, backend: 'wasm' }),
        () => fitProblem({ ...problem, backend: 'js' }),
      );
      expect(relativeEach(b.trace.logLikelihood, a.trace.logLikelihood)).toBeLessThanOrEqual(1e-12);
      close(b, a, 1e-12);
      expect(relativeToMax(b.componentCounts, a.componentCounts)).toBeLessThanOrEqual(1e-12);
      expect(
        largestDifference(
          b.predictProba(matrix(dataOf(problem), problem.d)),
          a.predictProba(matrix(dataOf(problem), problem.d)),
        ),
      ).toBeLessThanOrEqual(1e-10);
    }));
});

describe('sample weights', () => {
  it('that are whole numbers equal repeated rows', () => {
    fc.assert(
      fc.property(problems(), fc.constantFrom('labels', 'given'), (problem, init) => {
        const x = dataOf(problem);
        const sampleWeights = Array.from({ length: problem.n }, (_, i) => (i * 7 + problem.seed) % 4);
        const order = sampleWeights.flatMap((w, i) => new Array<number>(w).fill(i));
        const repeated = reorder(x, problem.d, order);
        const labels = Array.from({ length: problem.n }, (_, i) => (i * 5 + (problem.seed % 3)) % problem.k);
        const begin = (of: number[]): Partial<BernoulliMixtureOptions> =>
          init === 'given' ? {} : { init: { labels: of } };
        const [weighted, plain] = both(
          () => fitProblem(problem, x, { sampleWeights, ...begin(labels) }),
          () => fitProblem(problem, repeated, begin(order.map((i) => labels[i]!))),
        );
        expect(relativeEach(weighted.trace.logLikelihood, plain.trace.logLikelihood)).toBeLessThanOrEqual(1e-12);
        close(weighted, plain, 1e-11);
        expect(relativeToMax(weighted.componentCounts, plain.componentCounts)).toBeLessThanOrEqual(1e-11);
        const [X, R] = [matrix(x, problem.d), matrix(repeated, problem.d)];
        for (const what of ['bic', 'aic', 'icl', 'score'] as const) {
          expect(relativeEach(weighted[what](X, { sampleWeights }), plain[what](R))).toBeLessThanOrEqual(1e-10);
        }
      }),
      RUNS,
    );
  });

  it('of 0 equal rows left out, but for their labels', () =>
    check((problem) => {
      const { n, d } = problem;
      const x = dataOf(problem);
      const sampleWeights = Array.from({ length: n }, (_, i) => (i % 5 === problem.seed % 5 ? 0 : 1));
      const order = sampleWeights.flatMap((w, i) => (w === 0 ? [] : [i]));
      const [b, a] = both(
        () => fitProblem(problem, reorder(x, d, order)),
        () => fitProblem(problem, x, { sampleWeights }),
      );
      expect(relativeEach(a.trace.logLikelihood, b.trace.logLikelihood)).toBeLessThanOrEqual(1e-12);
      close(a, b, 1e-11);
      expect(a.labels.length).toBe(n);
      expect(order.map((i) => a.labels[i])).toEqual(Array.from(b.labels));
    }));

  it('all alike scale the log-likelihood and leave the parameters', () =>
    check((problem) => {
      const [a, b] = both(
        () => fitProblem(problem),
        () => fitProblem(problem, dataOf(problem), { sampleWeights: new Float64Array(problem.n).fill(0.125) }),
      );
      expect(relativeEach(b.logLikelihood * 8, a.logLikelihood)).toBeLessThanOrEqual(1e-12);
      close(b, a, 1e-11);
    }));
});

describe('closed forms', () => {
  it('one component has the column means, from any start', () => {
    fc.assert(
      fc.property(problems({ k: 1 }), starts, (problem, init) => {
        const { n, d } = problem;
        const x = dataOf(problem);
        const model = fitProblem(problem, x, {
          maxIter: 1,
          ...init,
        });
        for (let j = 0; j < d; j++) {
          let ones = 0;
          for (let i = 0; i < n; i++) ones += x[i * d + j]!;
          expect(relativeEach(model.probs[j]!, ones / n)).toBeLessThanOrEqual(1e-14);
          expect(relativeEach(model.complements[j]!, (n - ones) / n)).toBeLessThanOrEqual(1e-14);
        }
        expect(Array.from(model.weights)).toEqual([1]);
      }),
      RUNS,
    );
  });

  it('one component with a Beta(a, b) prior counts a − 1 rows of ones and b − 1 of zeros more', () => {
    fc.assert(
      fc.property(
        problems({ k: 1 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        (problem, a, b) => {
          const { n, d } = problem;
          const x = dataOf(problem);
          const more = new Uint8Array((n + a - 1 + b - 1) * d).fill(1, n * d, (n + a - 1) * d);
          more.set(x);
          const [posterior, likelihood] = [
            fitProblem(problem, x, { prior: { a, b }, maxIter: 1 }),
            fitProblem(problem, more, { maxIter: 1 }),
          ];
          close(posterior, likelihood, 1e-14);
          for (let j = 0; j < d; j++) {
            let ones = 0;
            for (let i = 0; i < n; i++) ones += x[i * d + j]!;
            expect(relativeEach(posterior.probs[j]!, (ones + a - 1) / (n + a + b - 2))).toBeLessThanOrEqual(1e-14);
          }
        },
      ),
      RUNS,
    );
  });

  it('uniform weights stay 1/K, learned ones are N_k / N', () =>
    check((problem) => {
      const model = soundly(() => fitProblem(problem));
      if (problem.weights === 'uniform') {
        expect(Array.from(model.weights)).toEqual(new Array(problem.k).fill(1 / problem.k));
      } else expect(Math.abs(sum(model.weights) - 1)).toBeLessThanOrEqual(1e-15 * problem.k);
      expect(model.nParameters).toBe(problem.k * problem.d + (problem.weights === 'uniform' ? 0 : problem.k - 1));
      expect(relativeToMax(sum(model.componentCounts), problem.n)).toBeLessThanOrEqual(1e-13);
    }));
});

describe('a fitted model', () => {
  it('gives posteriors that sum to 1, whose largest is the label, and scores that agree', () =>
    check((problem) => {
      const { n, d, k } = problem;
      const model = soundly(() => fitProblem(problem));
      const X = matrix(dataOf(problem), d);
      const proba = model.predictProba(X);
      const joint = model.weightedLogProb(X);
      const scores = model.scoreSamples(X);
      const labels = model.predict(X);
      expect(Array.from(labels)).toEqual(Array.from(model.labels));
      for (let i = 0; i < n; i++) {
        const row = Array.from(proba.subarray(i * k, (i + 1) * k));
        expect(Math.abs(sum(row) - 1)).toBeLessThanOrEqual(k * 2 ** -52);
        expect(row[labels[i]!]).toBe(Math.max(...row));
        const total = Math.log(sum(joint.subarray(i * k, (i + 1) * k).map(Math.exp)));
        expect(relativeEach(scores[i]!, total)).toBeLessThanOrEqual(1e-12);
      }
      expect(relativeEach(sum(scores), model.logLikelihood)).toBeLessThanOrEqual(1e-12);
      expect(relativeEach(model.score(X) * n, model.logLikelihood)).toBeLessThanOrEqual(1e-12);
    }));

  it('is the same after JSON, to the bit', () =>
    check((problem) => {
      const model = soundly(() => fitProblem(problem, dataOf(problem), { maxIter: 60 }));
      const X = matrix(dataOf(problem), problem.d);
      for (const saved of [JSON.stringify(model), JSON.parse(JSON.stringify(model)), model.toJSON()]) {
        const back = BernoulliMixture.fromJSON(saved);
        for (const key of ['weights', 'probs', 'complements', 'componentCounts'] as const) {
          expect(bits(back[key])).toEqual(bits(model[key]));
        }
        expect(bits(back.trace.logLikelihood)).toEqual(bits(model.trace.logLikelihood));
        expect(back.nParameters).toBe(model.nParameters);
        expect(bits(back.weightedLogProb(X))).toEqual(bits(model.weightedLogProb(X)));
        expect(Array.from(back.sample(20, { seed: 3 }).X)).toEqual(Array.from(model.sample(20, { seed: 3 }).X));
        expect(JSON.stringify(back)).toBe(JSON.stringify(model));
      }
    }));

  it('can go on from its own parameters, complements included', () =>
    check((problem) => {
      const x = dataOf(problem);
      const once = soundly(() => fitProblem(problem, x, { maxIter: 12 }));
      const half = fitProblem(problem, x, { maxIter: 5 });
      const { probs, complements } = half;
      const weights = problem.weights === 'uniform' ? {} : { weights: half.weights };
      const resumed = fitProblem(problem, x, { maxIter: 7, initialParameters: { ...weights, probs, complements } });
      // a sum of weights off by more than 1e-12 would be divided out
      expect(bits(resumed.probs)).toEqual(bits(once.probs));
      expect(bits(resumed.trace.logLikelihood)).toEqual(bits(once.trace.logLikelihood.slice(5)));
    }));

  it('of several starts is the best', () =>
    check(
      (problem) => {
        const { d, k, weights, backend, seed } = problem;
        const options = { nComponents: k, weights, backend, seed, maxIter: 20, init: 'random', nInit: 4 } as const;
        const model = soundly(() => BernoulliMixture.fit(matrix(dataOf(problem), d), options));
        expect(model.restarts.length).toBe(4);
        expect(model.logLikelihood).toBe(Math.max(...model.restarts.map(({ logLikelihood }) => logLikelihood!)));
      },
      { n: 80 },
    ));

  it('samples what it is', () => {
    const model = BernoulliMixture.fromParameters({ weights: [0.3, 0.7], probs: [0, 0.2, 1, 1, 0.6, 0.5] });
    const { X, labels } = model.sample(20000, { seed: 4 });
    expect(X).toBeInstanceOf(Uint8Array);
    const means = new Float64Array(6);
    const counts = new Float64Array(2);
    labels.forEach((k, i) => {
      counts[k]!++;
      for (let j = 0; j < 3; j++) means[k * 3 + j] += X[i * 3 + j]!;
    });
    expect(largestDifference(counts, [6000, 14000])).toBeLessThanOrEqual(300);
    const got = means.map((ones, at) => ones / counts[Math.floor(at / 3)]!);
    expect([got[0], got[2], got[3]]).toEqual([0, 1, 1]);
    expect(largestDifference(got, model.probs)).toBeLessThanOrEqual(0.03);
  });
});

describe('the bits are those of fit', () => {
  const variants: Partial<BernoulliMixtureOptions>[] = [
    {},
    { prior: { a: 2, b: 3 } },
    { init: 'random', seed: 11 },
    { weights: 'uniform' },
  ];

  it('repeated, and by steps', () => {
    fc.assert(
      fc.property(problems(), fc.constantFrom(...variants), (problem, variant) => {
        const X = matrix(dataOf(problem), problem.d);
        const options = { nComponents: problem.k, backend: problem.backend, maxIter: 10, ...variant };
        const [want, again] = both(
          () => BernoulliMixture.fit(X, options),
          () => BernoulliMixture.fit(X, options),
        );
        expect(bitsOf(again)).toEqual(bitsOf(want));
        const steps = BernoulliMixture.steps(X, options);
        for (let t = 0; ; t++) {
          const { done, value } = steps.next();
          if (done) {
            expect(bitsOf(value)).toEqual(bitsOf(want));
            expect(t).toBe(want.nIter + 1);
            break;
          }
          expect(value.iteration).toBe(t);
          expect(bits([value.logLikelihood])).toEqual(bits([want.trace.logLikelihood[t]!]));
          const { weights, probs, complements } = value;
          const model = BernoulliMixture.fromParameters({ weights, probs, complements, backend: problem.backend });
          expect(relativeEach(model.score(X) * problem.n, value.logLikelihood)).toBeLessThanOrEqual(1e-12);
        }
      }),
      { ...RUNS, numRuns: 30 },
    );
  });

  it.each(['wasm', 'js'] as const)('in a worker, on %s', async (backend) => {
    for (const [at, variant] of variants.entries()) {
      const problem: Problem = { n: 90, d: 5 + at, k: 3, weights: 'learned', backend, seed: 3 + at };
      const X = matrix(dataOf(problem), problem.d);
      const sampleWeights = Array.from({ length: 90 }, (_, i) => i % 4);
      const seen: number[] = [];
      const options = { nComponents: 3, backend, maxIter: 10, tol: 0, nInit: 2, sampleWeights, ...variant };
      const want = BernoulliMixture.fit(X, options);
      const got = await BernoulliMixture.fitAsync(X, {
        ...options,
        onProgress: ({ logLikelihood }) => seen.push(logLikelihood),
      });
      expect(bitsOf(got)).toEqual(bitsOf(want));
      expect(JSON.stringify(got)).toBe(JSON.stringify(want));
      expect(bits(got.trace.logPosterior ?? [])).toEqual(bits(want.trace.logPosterior ?? []));
      expect(seen.length).toBeGreaterThan(0);
    }
  });
});
