/** The verbs of EM one by one: E-steps anywhere, merged in any way, give the M-step of a fit. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockRows } from '../../src/em/blocks.js';
import {
  BernoulliMixture,
  DegenerateComponentError,
  ExpectedStatistics,
  expectation,
  GaussianMixture,
  InvalidDataError,
  InvalidOptionError,
  InvalidParametersError,
  maximization,
  mergeStatistics,
  type ZeroDensityError,
} from '../../src/index.js';
import { clusters, generator, matrixOf, randomParameters } from '../helpers/data.js';
import { BACKENDS, bits, relativeToMax, TYPES, thrownBy } from '../helpers/numbers.js';

const d = 3;
const k = 3;

function start(covarianceType: (typeof TYPES)[number], backend: 'wasm' | 'js' = 'wasm') {
  const { weights, means, covariances } = randomParameters(covarianceType, k, d);
  return GaussianMixture.fromParameters({ weights, means, covariances, covarianceType, backend });
}

function slice(x: Float64Array, from: number, to: number) {
  return matrixOf(x.subarray(from * d, to * d), d);
}

describe('one M-step equals that of a fit', () => {
  for (const backend of BACKENDS) {
    for (const covarianceType of TYPES) {
      it(`${covarianceType}, ${backend}: to the bit, in one piece or in equal chunks merged in order`, () => {
        const n = 40_000;
        const x = clusters(n, d, k);
        const model = start(covarianceType, backend);
        const { weights, means, covariances } = model;
        const want = GaussianMixture.fit(matrixOf(x, d), {
          nComponents: k,
          covarianceType,
          backend,
          initialParameters: { weights, means, covariances },
          maxIter: 1,
          tol: 0,
          regCovar: 0,
        });
        const whole = expectation(model, matrixOf(x, d));
        const parts = [0, 16384, 32768].map((from) => expectation(model, slice(x, from, Math.min(n, from + 16384))));
        const [first, ...rest] = parts as [ExpectedStatistics<GaussianMixture>];
        for (const statistics of [whole, mergeStatistics(first, ...rest)]) {
          expect(bits([statistics.logLikelihood])).toEqual(bits([want.trace.logLikelihood[0]!]));
          expect([statistics.nSamples, statistics.weight]).toEqual([n, n]);
          const next = maximization(statistics, { regCovar: 0 });
          expect(bits(next.weights)).toEqual(bits(want.weights));
          expect(bits(next.means)).toEqual(bits(want.means));
          expect(bits(next.covariances)).toEqual(bits(want.covariances));
          expect(next.toJSON().backend).toBe(backend);
        }
      });

      it(`${covarianceType}, ${backend}: relative regularisation to 1e-12`, () => {
        const x = clusters(2000, d, k).map((value) => value * 3);
        const model = start(covarianceType, backend);
        const { weights, means, covariances } = model;
        const regCovar = { relative: 0.01 };
        const options = { nComponents: k, covarianceType, backend, regCovar, maxIter: 1, tol: 0 } as const;
        const initialParameters = { weights, means, covariances };
        const want = GaussianMixture.fit(matrixOf(x, d), { ...options, initialParameters });
        const got = maximization(expectation(model, matrixOf(x, d)), { regCovar });
        expect(relativeToMax(got.covariances, want.covariances)).toBeLessThan(1e-12);
      });
    }
  }

  it('to the bit where a chunk has many blocks and the last one is short', () => {
    const columns = 16;
    const nComponents = 8;
    const n = 3 * 16384 + 5000;
    expect(blockRows(columns, nComponents)).toBeLessThanOrEqual(16384 / 4);
    const x = clusters(n, columns, nComponents);
    const model = GaussianMixture.fit(matrixOf(x.subarray(0, 2000 * columns), columns), { nComponents, maxIter: 1 });
    const part = (from: number, to: number) =>
      expectation(model, matrixOf(x.subarray(from * columns, Math.min(n, to) * columns), columns));
    const parts = [0, 1, 2, 3].map((i) => part(i * 16384, (i + 1) * 16384));
    const [first, ...rest] = parts as [ExpectedStatistics<GaussianMixture>];
    expect(JSON.stringify(mergeStatistics(first, ...rest))).toBe(JSON.stringify(part(0, n)));
    // another tree is not the same bits, or this test would show nothing
    const reversed = parts.reduceRight((a, b) => mergeStatistics(a, b));
    expect(JSON.stringify(reversed)).not.toBe(JSON.stringify(part(0, n)));
  });

  it('Bernoulli, weighted, with a prior: to the bit, uniform weights kept', () => {
    const g = generator(3);
    const columns = 9;
    const n = 3000;
    const X = { data: Uint8Array.from({ length: n * columns }, () => (g.uniform() < 0.4 ? 1 : 0)), rows: n, columns };
    const sampleWeights = Float64Array.from({ length: n }, (_, i) => i % 4);
    const probs = Array.from({ length: 2 }, () => Array.from({ length: columns }, () => 0.2 + 0.6 * g.uniform()));
    const prior = { a: 2, b: 3 };
    for (const backend of BACKENDS) {
      for (const weights of ['learned', 'uniform'] as const) {
        const options = {
          nComponents: 2,
          weights,
          prior,
          backend,
          sampleWeights,
          tol: 0,
          initialParameters: { probs },
        };
        const model = BernoulliMixture.fit(X, { ...options, maxIter: 0 });
        const want = BernoulliMixture.fit(X, { ...options, maxIter: 1 });
        const got = maximization(expectation(model, X, { sampleWeights }), { prior });
        expect(bits(got.probs)).toEqual(bits(want.probs));
        expect(bits(got.complements)).toEqual(bits(want.complements));
        expect(bits(got.weights)).toEqual(bits(want.weights));
        expect(got.toJSON().weightsMode).toBe(weights);
      }
    }
  });

  it('whole fits come from repeated verbs', () => {
    const x = clusters(900, d, k, 2);
    const want = GaussianMixture.fit(matrixOf(x, d), { nComponents: k, maxIter: 12, tol: 0, regCovar: 0, seed: 4 });
    let model = GaussianMixture.fit(matrixOf(x, d), { nComponents: k, maxIter: 0, regCovar: 0, seed: 4 });
    const trace: number[] = [];
    for (let t = 0; t < 12; t++) {
      const all = mergeStatistics(expectation(model, slice(x, 0, 400)), expectation(model, slice(x, 400, 900)));
      trace.push(all.logLikelihood);
      model = maximization(all, { regCovar: 0 });
    }
    expect(relativeToMax(trace, want.trace.logLikelihood.subarray(0, 12))).toBeLessThan(1e-13);
    expect(relativeToMax(model.means, want.means)).toBeLessThan(1e-11);
    expect(relativeToMax(model.covariances, want.covariances)).toBeLessThan(1e-11);
  });

  it('far from 0 the origin of the first model keeps the digits', () => {
    const near = clusters(1500, d, k, 9);
    const offset = 1e8;
    const options = { nComponents: k, regCovar: 0, seed: 1, maxIter: 0 };
    // multiples of 2⁻²⁰ at 1e8 are doubles: the same data, moved exactly
    const exact = near.map((value) => Math.round(value * 2 ** 20) / 2 ** 20);
    const step = (x: Float64Array) => {
      const model = GaussianMixture.fit(matrixOf(x, d), options);
      return maximization(expectation(model, matrixOf(x, d)), { regCovar: 0 });
    };
    const want = step(exact);
    const got = step(exact.map((value) => value + offset));
    expect(relativeToMax(got.covariances, want.covariances)).toBeLessThan(1e-11);
    expect(got.toJSON().origin).toBeDefined();
  });
});

describe('merging', () => {
  it('is associative and commutative to 1e-12, whatever the cuts', () => {
    const n = 600;
    const x = clusters(n, d, k, 3);
    for (const covarianceType of TYPES) {
      const model = start(covarianceType);
      const whole = maximization(expectation(model, matrixOf(x, d)));
      fc.assert(
        fc.property(fc.uniqueArray(fc.integer({ min: 1, max: n - 1 }), { minLength: 2, maxLength: 5 }), (cuts) => {
          const edges = [0, ...cuts.sort((a, b) => a - b), n];
          const parts = edges.slice(1).map((to, i) => expectation(model, slice(x, edges[i]!, to)));
          const left = parts.reduce((a, b) => mergeStatistics(a, b));
          const right = parts.reduceRight((a, b) => mergeStatistics(b, a));
          const swapped = parts.reduce((a, b) => mergeStatistics(b, a));
          for (const statistics of [left, right, swapped]) {
            expect(statistics.nSamples).toBe(n);
            const got = maximization(statistics);
            expect(relativeToMax(got.means, whole.means)).toBeLessThan(1e-12);
            expect(relativeToMax(got.covariances, whole.covariances)).toBeLessThan(1e-12);
            expect(relativeToMax(got.weights, whole.weights)).toBeLessThan(1e-12);
          }
        }),
        { numRuns: 20 },
      );
    }
  });

  it('leaves its arguments as they were, and one alone as it is', () => {
    const x = clusters(300, d, k, 4);
    const a = expectation(start('full'), slice(x, 0, 100));
    const other = GaussianMixture.fromParameters({
      means: randomParameters('full', k, d, 99).means,
      covariances: randomParameters('full', k, d, 99).covariances,
      nComponents: k,
    });
    const b = expectation(other, slice(x, 100, 300));
    const before = [a, b].map((statistics) => JSON.stringify(statistics));
    mergeStatistics(a, b, a);
    expect([a, b].map((statistics) => JSON.stringify(statistics))).toEqual(before);
    expect(JSON.stringify(mergeStatistics(a))).toBe(before[0]);
  });

  it('moves moments of other models to a common centre', () => {
    // all weight on one component: the M-step is the covariance of all rows, whatever the centres were
    const x = clusters(400, d, 1, 6);
    const at = (mean: number[]) =>
      GaussianMixture.fromParameters({
        means: [mean],
        covariances: [
          [
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
          ],
        ],
      });
    const parts = mergeStatistics(
      expectation(at([0, 0, 0]), slice(x, 0, 150)),
      expectation(at([3, -2, 1]), slice(x, 150, 400)),
    );
    const want = maximization(expectation(at([0, 0, 0]), matrixOf(x, d)));
    const got = maximization(parts);
    expect(relativeToMax(got.means, want.means)).toBeLessThan(1e-13);
    expect(relativeToMax(got.covariances, want.covariances)).toBeLessThan(1e-13);
  });

  it('refuses what does not fit together', () => {
    const x = matrixOf(clusters(50, d, k), d);
    const a = expectation(start('full'), x);
    expect(() => mergeStatistics(a, expectation(start('diag'), x))).toThrow(
      /of one family and shape.*full gaussian.*diag/,
    );
    const two = GaussianMixture.fit(x, { nComponents: 2 });
    expect(() => mergeStatistics(a, expectation(two, x))).toThrow(InvalidParametersError);
    const far = GaussianMixture.fit(
      matrixOf(
        clusters(50, d, k).map((v) => v + 1e6),
        d,
      ),
      { nComponents: k },
    );
    const moved = { ...x, data: x.data.map((v) => v + 1e6) };
    expect(() => mergeStatistics(a, expectation(far, moved))).toThrow(/one origin/);
    expect(() => mergeStatistics(a, {} as never)).toThrow(/argument 1 is Object object/);
    expect(() => maximization({} as never)).toThrow(InvalidParametersError);
  });
});

describe('errors', () => {
  const x = matrixOf(clusters(50, d, k), d);
  it('name the row, the option, the component', () => {
    expect(
      thrownBy<ZeroDensityError>(() =>
        expectation(start('full'), [
          [0, 0, 0],
          [1e200, 0, 0],
        ]),
      ).row,
    ).toBe(1);
    expect(() => expectation(start('full'), [[1, 2]])).toThrow(InvalidDataError);
    expect(() => expectation({} as never, x)).toThrow(InvalidOptionError);
    expect(() => expectation(start('full'), x, { weights: [1] } as never)).toThrow(/no option "weights"/);
    expect(() => maximization(expectation(start('full'), x), { prior: { a: 1, b: 1 } })).toThrow(/no option "prior"/);
    expect(() => maximization(expectation(start('full'), x), { regCovar: -1 })).toThrow(InvalidOptionError);
    const point = GaussianMixture.fromParameters({
      means: [[0], [50]],
      covariances: [1, 1],
      covarianceType: 'spherical',
    });
    const error = thrownBy<DegenerateComponentError>(() =>
      maximization(expectation(point, [0, 0.5, 1]), { regCovar: 0 }),
    );
    expect(error).toBeInstanceOf(DegenerateComponentError);
    expect(error.component).toBe(1);
  });
});

describe('JSON', () => {
  const x = clusters(200, d, k).map((value) => value + 1000);
  const gaussian = TYPES.map((covarianceType) => {
    const model = GaussianMixture.fit(matrixOf(x, d), { nComponents: k, covarianceType, maxIter: 2 });
    return expectation(model, matrixOf(x, d));
  });
  const bits01 = { data: Uint8Array.from({ length: 60 }, (_, i) => ((i * 7) % 5) & 1), rows: 20, columns: 3 };
  const binary = expectation(BernoulliMixture.fit(bits01, { nComponents: 2, maxIter: 2 }), bits01);

  it.each([...gaussian, binary].map((statistics, i) => [[...TYPES, 'bernoulli'][i], statistics] as const))(
    '%s: comes back to the bit',
    (_, statistics) => {
      const text = JSON.stringify(statistics);
      const same = ExpectedStatistics.fromJSON(text);
      expect(JSON.stringify(same)).toBe(text);
      expect(JSON.stringify(ExpectedStatistics.fromJSON(JSON.parse(text)))).toBe(text);
      expect(same.family).toBe(statistics.family);
      expect(bits(same.componentCounts)).toEqual(bits(statistics.componentCounts));
      const next = JSON.stringify(maximization(statistics as ExpectedStatistics));
      expect(JSON.stringify(maximization(same))).toBe(next);
      // and merges as if it had never been away
      const twice = JSON.stringify(mergeStatistics(statistics as ExpectedStatistics, statistics as ExpectedStatistics));
      expect(JSON.stringify(mergeStatistics(same, ExpectedStatistics.fromJSON(text)))).toBe(twice);
    },
  );

  const text = JSON.stringify(gaussian[0]);
  const withField = (name: string, value: unknown) => JSON.stringify({ ...JSON.parse(text), [name]: value });

  it('of another format or version says so', () => {
    expect(() => ExpectedStatistics.fromJSON(withField('version', 2))).toThrow(
      /version must be 1; got 2; .*another release/,
    );
    expect(() => ExpectedStatistics.fromJSON(withField('format', 'mixwasm/gaussian-mixture'))).toThrow(
      /format must be/,
    );
    expect(() => ExpectedStatistics.fromJSON('{')).toThrow(/not valid JSON/);
    expect(() => ExpectedStatistics.fromJSON(null)).toThrow(InvalidParametersError);
  });

  it('by way of __proto__ changes nothing', () => {
    const poisoned = text.replace(/^\{/, '{"__proto__":{"polluted":true},"extra":{"a":1},');
    expect(JSON.stringify(ExpectedStatistics.fromJSON(poisoned))).toBe(text);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const { counts, ...rest } = JSON.parse(text);
    expect(() => ExpectedStatistics.fromJSON(Object.assign(Object.create({ counts }), rest))).toThrow(/counts must be/);
  });

  it.each([
    ['family', 'poisson'],
    ['family', 'constructor'],
    ['covarianceType', '__proto__'],
    ['covarianceType', 'diag'],
    ['backend', 'gpu'],
    ['nSamples', -1],
    ['nSamples', 1.5],
    ['weight', 0],
    ['weight', 1],
    ['weight', '200'],
    ['logLikelihood', null],
    ['largest', []],
    ['largest', [1, 2]],
    ['largest', [1, 2, -3]],
    ['counts', []],
    ['counts', { length: 3 }],
    ['counts', [300, -50, -50]],
    ['origin', [0]],
    ['centers', [[0, 0, 0]]],
    ['first', 'x'],
    ['second', [[1], [2], [3]]],
    ['second', undefined],
  ])('with %s = %j is refused', (name, value) => {
    expect(() => ExpectedStatistics.fromJSON(withField(name, value))).toThrow(InvalidParametersError);
  });
});
