/** The starts, and when EM stops. */
import { describe, expect, it } from 'vitest';
import { createDataset, type Dataset } from '../src/data/dataset.js';
import { createRandom } from '../src/data/random.js';
import { K_MEANS_KERNELS } from '../src/families/cluster-kernels.js';
import { GaussianMixture, type GaussianMixtureOptions } from '../src/index.js';
import { clusterLabels } from '../src/init/cluster-labels.js';
import { greedyTrials, kmeansPlusPlus } from '../src/init/kmeans-plus-plus.js';
import { withBackend } from '../src/lease.js';
import { clusters, matrixOf } from './helpers/data.js';
import { BACKENDS, bits, relativeToMax, sum, TYPES } from './helpers/numbers.js';
import { load, type ReferenceCase } from './helpers/reference.js';

const [N, D, K] = [240, 3, 3];
const values = clusters(N, D, K, 11, 6);
const X = matrixOf(values, D);
const INITS = ['kmeans++', 'kmeans', 'random', 'randomPoints'] as const;
/** `clusters` deals the rows out in turn */
const truth = Array.from({ length: N }, (_, i) => i % K);

function fit(options: Partial<GaussianMixtureOptions>): GaussianMixture {
  return GaussianMixture.fit(X, { nComponents: K, ...options });
}

/** Whether two labelings are the same partition. */
function samePartition(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  const pairs = new Set(Array.from({ length: a.length }, (_, i) => `${a[i]},${b[i]}`));
  return pairs.size === new Set(Array.from(a)).size && pairs.size === new Set(Array.from(b)).size;
}

describe.each(BACKENDS)('on %s', (backend) => {
  describe.each(INITS)('%s', (init) => {
    it.each(TYPES)('starts soundly and reproducibly, %s', (covarianceType) => {
      const start = fit({ init, covarianceType, backend, maxIter: 0, seed: 5 });
      expect([start.nIter, start.stopReason, start.converged]).toEqual([0, 'maxIter', false]);
      expect(start.trace.logLikelihood.length).toBe(1);
      // the log-likelihood is that of these very parameters
      expect(relativeToMax(start.score(X) * N, start.logLikelihood)).toBeLessThanOrEqual(1e-13);
      expect(Math.abs(sum(start.weights) - 1)).toBeLessThanOrEqual(1e-15);
      expect(start.variances.every((v) => v > 0 && v < Infinity)).toBe(true);
      expect(bits(fit({ init, covarianceType, backend, maxIter: 0, seed: 5 }).covariances)).toEqual(
        bits(start.covariances),
      );
      // it is where the fit starts
      const fitted = fit({ init, covarianceType, backend, maxIter: 3, seed: 5 });
      expect(fitted.trace.logLikelihood[0]).toBe(start.logLikelihood);
      expect(fitted.logLikelihood).toBeGreaterThan(start.logLikelihood);
    });

    it('does not care about units', () => {
      const scaled = values.map((v, at) => (at % D === 1 ? v * 1e6 : v));
      const options = { nComponents: K, init, backend, maxIter: 0, seed: 3 } as const;
      const [a, b] = [values, scaled].map((x) => GaussianMixture.fit(matrixOf(x, D), { ...options, regCovar: 0 }));
      expect(Array.from(b!.labels)).toEqual(Array.from(a!.labels));
    });

    it('may differ from seed to seed', () => {
      const starts = [1, 2, 3, 4, 5].map((seed) => fit({ init, backend, maxIter: 0, seed }).means.join());
      expect(new Set(starts).size).toBeGreaterThan(1);
    });
  });

  it.each(['kmeans++', 'kmeans'] as const)('%s finds clusters that are apart', (init) => {
    expect(samePartition(fit({ init, backend, nInit: 3 }).labels, truth)).toBe(true);
  });

  it('takes given labels', () => {
    const model = fit({ init: { labels: truth }, backend, maxIter: 0, regCovar: 0 });
    for (let k = 0; k < K; k++) {
      const rows = truth.flatMap((label, i) => (label === k ? [i] : []));
      expect(model.weights[k]).toBeCloseTo(rows.length / N, 14);
      for (let j = 0; j < D; j++) {
        const mean = sum(rows.map((i) => values[i * D + j]!)) / rows.length;
        expect(model.means[k * D + j]).toBeCloseTo(mean, 12);
        const variance = sum(rows.map((i) => (values[i * D + j]! - mean) ** 2)) / rows.length;
        expect(model.variances[k * D + j]).toBeCloseTo(variance, 11);
      }
    }
    for (const labels of [Int32Array.from(truth), Uint8Array.from(truth)]) {
      expect(bits(fit({ init: { labels }, backend, maxIter: 0, regCovar: 0 }).means)).toEqual(bits(model.means));
    }
  });

  it('takes given responsibilities, of which labels are a special case', () => {
    const hard = truth.map((label) => Array.from({ length: K }, (_, k) => (k === label ? 1 : 0)));
    const want = fit({ init: { labels: truth }, backend, maxIter: 2 });
    for (const responsibilities of [hard, hard.flat(), Float64Array.from(hard.flat())]) {
      expect(bits(fit({ init: { responsibilities }, backend, maxIter: 2 }).means)).toEqual(bits(want.means));
    }
    // the posteriors of a model are the M-step it would have made next
    const model = fit({ init: { labels: truth }, backend, maxIter: 2, tol: 0, regCovar: 0 });
    const next = fit({ init: { labels: truth }, backend, maxIter: 3, tol: 0, regCovar: 0 });
    const resumed = fit({ init: { responsibilities: model.predictProba(X) }, backend, maxIter: 0, regCovar: 0 });
    expect(relativeToMax(resumed.means, next.means)).toBeLessThanOrEqual(1e-11);
    expect(relativeToMax(resumed.covariances, next.covariances)).toBeLessThanOrEqual(1e-11);
  });

  it.each(TYPES)('takes given parameters, nested or flat, as they are (%s)', (covarianceType) => {
    const from = fit({ covarianceType, backend, maxIter: 1 }).toJSON();
    const { weights, means, covariances } = from;
    const flatMeans = means.flat();
    const flatCovariances = (covariances as number[]).flat(2);
    for (const initialParameters of [
      { weights, means, covariances },
      { weights, means: flatMeans, covariances: flatCovariances },
      {
        weights: Float64Array.from(weights),
        means: Float64Array.from(flatMeans),
        covariances: Float64Array.from(flatCovariances),
      },
    ]) {
      const model = fit({ covarianceType, initialParameters, backend, maxIter: 0 });
      expect(Array.from(model.weights)).toEqual(weights);
      expect(Array.from(model.means)).toEqual(flatMeans);
      expect(Array.from(model.covariances)).toEqual(flatCovariances);
    }
  });

  it.each(TYPES)('fills in what is omitted: equal weights, the covariance of the data (%s)', (covarianceType) => {
    const means = [0, 1, 2].map((k) => Array.from(values.subarray(k * D, (k + 1) * D)));
    const model = fit({ covarianceType, initialParameters: { means }, backend, maxIter: 0, regCovar: 0 });
    const whole = GaussianMixture.fit(X, { nComponents: 1, covarianceType, regCovar: 0, backend });
    expect(Array.from(model.weights)).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expect(Array.from(model.means)).toEqual(means.flat());
    const copies = covarianceType === 'tied' ? 1 : K;
    expect(
      relativeToMax(model.covariances, Array.from({ length: copies }, () => Array.from(whole.covariances)).flat()),
    ).toBeLessThanOrEqual(1e-12);
  });
});

describe('stopping', () => {
  const faithful = load<ReferenceCase>('gmm_faithful_k2_full.json').dataset.rows;
  const run = (options: Partial<GaussianMixtureOptions>) =>
    GaussianMixture.fit(faithful, { nComponents: 2, regCovar: 0, ...options });

  it('tol: 0 runs exactly maxIter, even at the fixed point', () => {
    for (const maxIter of [0, 1, 2, 150]) {
      const model = run({ tol: 0, maxIter });
      expect([model.nIter, model.trace.logLikelihood.length, model.stopReason, model.converged]).toEqual([
        maxIter,
        maxIter + 1,
        'maxIter',
        false,
      ]);
    }
  });

  it('tol is on the rise of the mean log-likelihood per point', () => {
    for (const tol of [1e-2, 1e-4, 1e-8]) {
      const { trace, stopReason, converged, nIter } = run({ tol });
      expect([stopReason, converged]).toEqual(['tol', true]);
      const rises = Array.from(trace.logLikelihood.slice(1), (v, t) => (v - trace.logLikelihood[t]!) / 272);
      expect(rises.at(-1)).toBeLessThan(tol);
      for (const rise of rises.slice(0, -1)) expect(rise).toBeGreaterThanOrEqual(tol);
      expect(nIter).toBe(rises.length);
    }
    // per unit of weight: weights of 5 do not change when it stops
    expect(run({ tol: 1e-4, sampleWeights: new Array(272).fill(5) }).nIter).toBe(run({ tol: 1e-4 }).nIter);
  });

  it.each(TYPES)('paramTol is on the largest scaled change of a parameter (%s)', (covarianceType) => {
    const paramTol = 1e-5;
    const model = run({ tol: 0, paramTol, covarianceType });
    expect([model.stopReason, model.converged]).toEqual(['paramTol', true]);
    const steps = [
      ...GaussianMixture.steps(faithful, { nComponents: 2, regCovar: 0, tol: 0, paramTol, covarianceType }),
    ];
    const moved = steps.slice(1).map(({ means, weights }, t) => {
      const before = steps[t]!;
      const ofWeights = weights.map((w, k) => Math.abs(w / before.weights[k]! - 1));
      const ofMeans = means.map((m, at) => Math.abs(m - before.means[at]!) / Math.sqrt(variance(before, at)));
      return Math.max(...ofWeights, ...ofMeans);
    });
    expect(moved.at(-1)).toBeLessThan(paramTol);
    expect(moved.length).toBe(model.nIter);
    // unitless: a scale of 1000 stops at the same iteration
    const scaled = faithful.map((row) => row.map((v) => v * 1024));
    expect(GaussianMixture.fit(scaled, { nComponents: 2, regCovar: 0, tol: 0, paramTol, covarianceType }).nIter).toBe(
      model.nIter,
    );
  });

  it('either suffices, and the reason says which', () => {
    expect(run({ tol: 1e-2, paramTol: 1e-12 }).stopReason).toBe('tol');
    expect(run({ tol: 1e-15, paramTol: 1e-1 }).stopReason).toBe('paramTol');
    expect(run({ tol: 1e-15, paramTol: 1e-15, maxIter: 3 }).stopReason).toBe('maxIter');
  });

  function variance(
    { covarianceType, covariances }: { covarianceType: string; covariances: Float64Array },
    at: number,
  ): number {
    const [k, j] = [Math.floor(at / 2), at % 2];
    if (covarianceType === 'full') return covariances[k * 4 + j * 3]!;
    if (covarianceType === 'tied') return covariances[j * 3]!;
    return covariances[covarianceType === 'diag' ? at : k]!;
  }
});

describe('k-means', () => {
  const seedsOf = (data: Dataset, nClusters: number, seed: number) =>
    withBackend('wasm', (backend) =>
      kmeansPlusPlus(
        backend.open(K_MEANS_KERNELS, { data, nClusters, rows: 100 }),
        data,
        nClusters,
        createRandom(seed, Math.log),
        { trials: greedyTrials(nClusters), rows: 100 },
      ),
    );
  const keysOf = (centers: ArrayLike<number>) => matrixRows(centers).map((row) => row.join());
  const matrixRows = (x: ArrayLike<number>) =>
    Array.from({ length: x.length / D }, (_, i) => Array.from({ length: D }, (_, j) => x[i * D + j]!));

  it.each(BACKENDS)('ends where no row is nearer to another centre, on %s', (backend) => {
    const data = createDataset({ x: values, nSamples: N, nFeatures: D });
    const labels = withBackend(backend, (leased) => clusterLabels(data, K, createRandom(1, Math.log), leased, 'lloyd'));
    const rows = matrixRows(values);
    const means = Array.from({ length: K }, (_, k) => {
      const own = rows.filter((_, i) => labels[i] === k);
      return Array.from({ length: D }, (_, j) => sum(own.map((row) => row[j]!)) / own.length);
    });
    rows.forEach((row, i) => {
      const distances = means.map((mean) => sum(mean.map((m, j) => (row[j]! - m) ** 2 / data.variance[j]!)));
      expect(distances.indexOf(Math.min(...distances))).toBe(labels[i]);
    });
    expect(samePartition(labels, truth)).toBe(true);
  });

  it('seeds no row of weight 0, and different rows as long as there are any', () => {
    const sampleWeights = Float64Array.from({ length: N }, (_, i) => (i % 2 === 0 ? 0 : 1));
    const data = createDataset({ x: values, nSamples: N, nFeatures: D }, sampleWeights);
    const odd = new Set(keysOf(values).filter((_, i) => i % 2 === 1));
    for (let seed = 0; seed < 20; seed++) {
      const seeds = keysOf(seedsOf(data, 6, seed * 2 ** 33));
      expect(seeds.every((row) => odd.has(row))).toBe(true);
      expect(new Set(seeds).size).toBe(6);
    }
  });

  it('survives fewer different rows than components', () => {
    for (const init of INITS) {
      const model = GaussianMixture.fit([1, 1, 1, 2, 2, 2], { nComponents: 4, init, regCovar: 1e-3, maxIter: 5 });
      expect(model.means.every(Number.isFinite)).toBe(true);
    }
    // N = K, and a constant column
    expect(
      GaussianMixture.fit(
        [
          [1, 5],
          [2, 5],
          [4, 5],
        ],
        { nComponents: 3, covarianceType: 'diag', maxIter: 5 },
      ).means.length,
    ).toBe(6);
  });
});
