/** Starts on large data are improved on a sample before EM sees all rows. */
import { describe, expect, it } from 'vitest';
import { createDataset, type Dataset } from '../src/data/dataset.js';
import type { EMModel } from '../src/em/model.js';
import { DegenerateComponentError } from '../src/errors.js';
import { GaussianMixture } from '../src/index.js';
import { refine } from '../src/init/refine.js';
import { clusters, matrixOf } from './helpers/data.js';
import { BACKENDS, bits } from './helpers/numbers.js';

const rowsOf = (nSamples: number): Dataset =>
  createDataset({ x: Float64Array.from({ length: nSamples }, (_, i) => i % 7), nSamples, nFeatures: 1 });

/** A model whose objective after t M-steps is `objectives[t]` per row, and that counts its E-steps. */
function scripted(objectives: (t: number) => number) {
  const seen: number[] = [];
  const model: EMModel<number, number> = {
    initialize: () => 0,
    expectation: (t, { nRows }) => {
      seen.push(t);
      return objectives(t) * nRows;
    },
    merge: (a, b) => a + b,
    maximization: (_, t) => t + 1,
    objective: (total) => total,
  };
  return { model, seen };
}

describe('refine', () => {
  const sample = rowsOf(1000);
  const context = { data: rowsOf(5000), sample, nParameters: 10, rows: 1024 };

  it('ends when what is gained would fit the sample: nParameters / (100 nSamples) a row', () => {
    // iteration t gains 1/(t (t + 1)) a row
    for (const [nParameters, last] of [
      [40, 50],
      [250, 20],
    ] as const) {
      const { model, seen } = scripted((t) => -1 / (t + 1));
      expect(refine(model, 0, { ...context, data: rowsOf(100_000), nParameters })).toBe(last);
      expect(seen.length).toBe(last + 1);
    }
  });

  it('takes no longer than two E-steps on all rows', () => {
    const { model, seen } = scripted((t) => t);
    expect(refine(model, 0, context)).toBe(10);
    // the first one comes on top, as that of every fit
    expect(seen.length).toBe(11);
  });

  it.each([
    ['the sample is more than a quarter of the rows', { data: rowsOf(3999) }],
    ['the sample has fewer than four rows for each parameter', { nParameters: 251 }],
  ])('does nothing where %s', (_, other) => {
    const { model, seen } = scripted((t) => t);
    expect(refine(model, 7, { ...context, ...other })).toBe(7);
    expect(seen).toEqual([]);
  });

  it('keeps the last sound parameters where the sample collapses or has no density', () => {
    const { model } = scripted((t) => t);
    const collapsing: EMModel<number, number> = {
      ...model,
      maximization(_, t) {
        if (t === 3) throw new DegenerateComponentError(0, undefined, 'collapsed');
        return t + 1;
      },
    };
    expect(refine(collapsing, 0, context)).toBe(3);
    expect(refine(scripted((t) => (t < 5 ? t : Number.NaN)).model, 0, context)).toBe(4);
    const broken: EMModel<number, number> = {
      ...model,
      maximization() {
        throw new TypeError('a bug');
      },
    };
    expect(() => refine(broken, 0, context)).toThrow(TypeError);
  });
});

describe.each(BACKENDS)('fits of many rows, %s', (backend) => {
  const [n, d, nComponents] = [4 * 16384, 2, 3];
  const X = matrixOf(clusters(n, d, nComponents, 4, 3), d);
  const options = { nComponents, backend, tol: 1e-6 } as const;

  it('start so near their end that the sample alone is what keeps them from it', () => {
    const { logLikelihood, trace, nParameters } = GaussianMixture.fit(X, options);
    const expected = nParameters / (2 * 16384);
    const off = (logLikelihood - trace.logLikelihood[0]!) / n;
    expect(off).toBeGreaterThan(0);
    expect(off).toBeLessThan(4 * expected);
    // one row less, and the same start is not improved
    const less = { ...X, data: X.data.subarray(0, X.data.length - d), rows: n - 1 };
    const plain = GaussianMixture.fit(less, options);
    expect((plain.logLikelihood - plain.trace.logLikelihood[0]!) / n).toBeGreaterThan(4 * expected);
  });

  it('start alike from both inits', () => {
    const start = (init: 'kmeans' | 'kmeans++') => GaussianMixture.fit(X, { ...options, init, maxIter: 0, seed: 3 });
    expect(bits(start('kmeans').means)).toEqual(bits(start('kmeans++').means));
  });

  it('climb from there, and take weights into account', () => {
    const sampleWeights = Float64Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 0 : 2));
    const { trace } = GaussianMixture.fit(X, { ...options, sampleWeights, regCovar: 0, maxIter: 20 });
    for (let t = 1; t < trace.logLikelihood.length; t++) {
      expect(trace.logLikelihood[t]! - trace.logLikelihood[t - 1]!).toBeGreaterThanOrEqual(-1e-9);
    }
  });
});
