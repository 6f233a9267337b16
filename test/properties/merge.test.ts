/** Statistics add up, however the rows are cut and whatever centres the moments are about. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockRows, blocksOf, expectationOver, TreeSum } from '../../src/em/blocks.js';
import { mixture } from '../../src/em/mixture.js';
import {
  accumulateMoments,
  emptyMoments,
  type Moments,
  mergeMoments,
  packedLength,
} from '../../src/families/gaussian.js';
import { GAUSSIAN_KERNELS } from '../../src/families/gaussian-kernels.js';
import { familyFor } from '../../src/families/gaussian-parameters.js';
import { GaussianMixture } from '../../src/index.js';
import { withBackend } from '../../src/lease.js';
import { problems, RUNS } from '../helpers/arbitraries.js';
import { clusters, componentsFor, dataset, generator, matrixOf, randomParameters } from '../helpers/data.js';
import { BACKENDS, bits, relativeEach, relativeToMax, TYPES } from '../helpers/numbers.js';

describe('TreeSum', () => {
  it('adds everything once, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 0, maxLength: 70 }), (parts) => {
        const tree = new TreeSum<string>((a, b) => a + b);
        for (const part of parts) tree.add(part);
        expect(tree.total()).toBe(parts.length === 0 ? undefined : parts.join(''));
      }),
      RUNS,
    );
  });

  it('is a balanced tree over the index, whatever came before', () => {
    const shape = (n: number) => {
      const tree = new TreeSum<string>((a, b) => `(${a}${b})`);
      for (let i = 0; i < n; i++) tree.add(String(i));
      return tree.total();
    };
    expect(shape(4)).toBe('((01)(23))');
    expect(shape(7)).toBe('(((01)(23))((45)6))');
    expect(shape(5)).toBe('(((01)(23))4)');
  });

  it('keeps no more than log₂ of the parts', () => {
    let alive = 0;
    let most = 0;
    const tree = new TreeSum<number>((a, b) => {
      alive--;
      return a + b;
    });
    for (let i = 0; i < 1000; i++) {
      alive++;
      tree.add(1);
      most = Math.max(most, alive);
    }
    expect(tree.total()).toBe(1000);
    expect(most).toBeLessThanOrEqual(10);
  });

  it('loses less than a running sum', () => {
    const tree = new TreeSum<number>((a, b) => a + b);
    let running = 0;
    for (let i = 0; i < 2 ** 16; i++) {
      tree.add(0.1);
      running += 0.1;
    }
    const want = 2 ** 16 * 0.1;
    expect(tree.total()).toBe(want);
    expect(running).not.toBe(want);
  });
});

it('blocks cover the rows once, in order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 700 }), (n, rows) => {
      const data = dataset(n, 1, 1);
      let next = 0;
      for (const { start, nRows } of blocksOf(data, rows)) {
        expect(start).toBe(next);
        expect(nRows).toBe(Math.min(rows, n - start));
        next += nRows;
      }
      expect(next).toBe(n);
    }),
    RUNS,
  );
});

describe('moments', () => {
  it('about different centres merge to those about one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.boolean(), fc.integer(), (d, packed, seed) => {
        const g = generator(seed);
        const length = packed ? packedLength(d) : d;
        const about = (): Moments => ({
          ...emptyMoments(d, length),
          center: Float64Array.from({ length: d }, () => g.normal()),
        });
        const [into, from] = [about(), about()];
        const direct: Moments = { ...emptyMoments(d, length), center: into.center };
        for (let i = 0; i < 40; i++) {
          const x = Float64Array.from({ length: d }, () => 2 * g.normal());
          const weight = i % 5 === 0 ? 0 : g.uniform();
          accumulateMoments(i < 15 ? into : from, x, weight, packed);
          accumulateMoments(direct, x, weight, packed);
        }
        mergeMoments(into, from, packed);
        expect(relativeToMax(into.values, direct.values)).toBeLessThanOrEqual(1e-13);
      }),
      RUNS,
    );
  });

  it('of nothing change nothing', () => {
    const into: Moments = { center: Float64Array.of(3), values: Float64Array.of(2, 1, 5) };
    mergeMoments(into, { center: Float64Array.of(-9), values: new Float64Array(3) }, false);
    expect(Array.from(into.values)).toEqual([2, 1, 5]);
  });
});

describe.each(BACKENDS)('the E-step on %s', (name) => {
  it('is the same however the rows are cut', () => {
    fc.assert(
      fc.property(
        problems({ n: 400 }),
        fc.integer({ min: 1, max: 150 }),
        fc.boolean(),
        ({ n, d, k, type }, rows, weighted) => {
          const data = dataset(n, d, k, { weighted });
          const parameters = componentsFor(randomParameters(type, k, d), data);
          withBackend(name, (backend) => {
            const kernels = backend.open(GAUSSIAN_KERNELS, { data, covarianceType: type, nComponents: k, rows: n });
            const family = familyFor(type, backend, data, 0);
            const model = mixture(family, { nComponents: k, kernels, initialize: () => parameters });
            const whole = expectationOver(model, parameters, data, n);
            const cut = expectationOver(model, parameters, data, rows);
            expect(relativeEach(cut.weight, whole.weight)).toBeLessThanOrEqual(1e-14);
            expect(Math.abs(cut.logLikelihood - whole.logLikelihood)).toBeLessThanOrEqual(
              1e-13 * Math.max(n, Math.abs(whole.logLikelihood)),
            );
            expect(relativeToMax(cut.counts, whole.counts)).toBeLessThanOrEqual(1e-13);
            cut.components.forEach(({ values }, at) => {
              expect(relativeToMax(values, whole.components[at]!.values)).toBeLessThanOrEqual(1e-12);
            });
          });
        },
      ),
      RUNS,
    );
  });
});

describe.each(TYPES)('a fit over several blocks, %s', (covarianceType) => {
  it.each([
    [1, 1, 1],
    [1, 3, 1],
    [9, 2, 0],
    [33, 8, 1],
  ])('with %i features and %i components and %i row over: wasm and js agree', (d, k, over) => {
    const n = blockRows(d, k) * (over === 0 ? 1 : 2) + over;
    const { weights, means, covariances } = randomParameters(covarianceType, k, d);
    const options = {
      nComponents: k,
      covarianceType,
      regCovar: 0,
      tol: 0,
      maxIter: 1,
      initialParameters: { weights, means, covariances },
    };
    const X = matrixOf(clusters(n, d, k, 3, 2), d);
    const [wasm, js] = BACKENDS.map((backend) => GaussianMixture.fit(X, { ...options, backend }));
    expect(relativeToMax(wasm!.trace.logLikelihood, js!.trace.logLikelihood)).toBeLessThanOrEqual(1e-12);
    for (const part of ['weights', 'means', 'covariances', 'componentCounts'] as const) {
      expect(relativeToMax(wasm![part], js![part])).toBeLessThanOrEqual(1e-11);
    }
    expect(Array.from(wasm!.labels)).toEqual(Array.from(js!.labels));
    // the rows of the last block are scored as by themselves
    const tail = matrixOf(X.data.subarray((n - 3) * d), d);
    expect(bits(wasm!.scoreSamples(X).subarray(n - 3))).toEqual(bits(wasm!.scoreSamples(tail)));
    expect(bits(wasm!.predictProba(X).subarray((n - 3) * k))).toEqual(bits(wasm!.predictProba(tail)));
  });
});
