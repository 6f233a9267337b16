/** Seeds, and the sample they are drawn from. */
import { describe, expect, it } from 'vitest';
import { createDataset, type Dataset } from '../../src/data/dataset.js';
import { createRandom } from '../../src/data/random.js';
import { blocksOf } from '../../src/em/blocks.js';
import { K_MEANS_KERNELS, K_MEDIANS_KERNELS } from '../../src/families/cluster-kernels.js';
import { SQUARED_STARTS } from '../../src/families/nearest-kernels.js';
import { GaussianMixture, KMeans } from '../../src/index.js';
import { clusterLabels } from '../../src/init/cluster-labels.js';
import { kmeansPlusPlus } from '../../src/init/kmeans-plus-plus.js';
import { sampleRows } from '../../src/init/sample-rows.js';
import { withBackend } from '../../src/lease.js';
import { clusters, dataset, matrixOf } from '../helpers/data.js';
import { BACKENDS, bits, relativeEach, sum } from '../helpers/numbers.js';

describe.each([
  ['k-means', K_MEANS_KERNELS, (u: number) => u * u],
  ['k-medians', K_MEDIANS_KERNELS, Math.abs],
] as const)('seeds of %s', (_, pair, term) => {
  const seeds = (data: Dataset, backend: 'wasm' | 'js', seed: number, rows: number, trials: number) =>
    withBackend(backend, (leased) => {
      const kernels = leased.open(pair as typeof K_MEANS_KERNELS, { data, nClusters: 5, rows });
      return kmeansPlusPlus(kernels, data, 5, createRandom(seed, Math.log), { trials, rows });
    });

  it('are the same on both backends', () => {
    for (const variant of [{}, { weighted: true }, { float32: true, offset: 4096 }]) {
      for (const [n, d, rows] of [
        [5, 1, 8],
        [130, 3, 64],
        [333, 17, 100],
      ] as const) {
        const data = dataset(n, d, 3, variant, n);
        for (let seed = 0; seed < 5; seed++) {
          for (const trials of [1, 4]) {
            expect(bits(seeds(data, 'wasm', seed, rows, trials))).toEqual(bits(seeds(data, 'js', seed, rows, trials)));
          }
        }
      }
    }
  });

  it.each(BACKENDS)('have the costs of their definition, on %s', (backend) => {
    const data = dataset(203, 3, 3, { weighted: true }, 9);
    const at = (i: number) => Array.from({ length: 3 }, (_, j) => data.x[i * 3 + j]! - data.origin[j]!);
    const cost = (i: number, center: number[]) => sum(at(i).map((v, j) => term(v - center[j]!)));
    withBackend(backend, (leased) => {
      const kernels = leased.open(pair as typeof K_MEANS_KERNELS, { data, nClusters: 2, rows: 100 });
      for (const block of blocksOf(data, 100)) {
        kernels.trySeeds(Float64Array.from(at(7)), block, true);
        const got = kernels.trySeeds(Float64Array.from([...at(50), ...at(7)]), block, false);
        const rows = Array.from({ length: block.nRows }, (_, i) => block.start + i);
        const want = [50, 7].map((seed) =>
          sum(rows.map((i) => data.sampleWeights![i]! * Math.min(cost(i, at(7)), cost(i, at(seed))))),
        );
        got.forEach((value, t) => expect(relativeEach(value, want[t]!)).toBeLessThanOrEqual(1e-13));
        const costs = Array.from(kernels.seedCosts(block));
        costs.forEach((value, i) => expect(relativeEach(value, cost(rows[i]!, at(7)))).toBeLessThanOrEqual(1e-13));
      }
    });
  });
});

describe('rounds of Lloyd for starts', () => {
  it('give the same labels and sums on both backends', () => {
    for (const variant of [{}, { weighted: true }, { float32: true, offset: 4096 }]) {
      for (const n of [1, 2, 3, 7, 8, 9, 63, 64, 65, 333]) {
        for (const [d, k] of [
          [1, 1],
          [2, 3],
          [3, 5],
          [8, 4],
          [17, 9],
        ] as const) {
          const data = dataset(n, d, 3, variant, n);
          const scales = Float64Array.from({ length: d }, (_, j) => 1 / (1 + j));
          const centers = dataset(k, d, k, {}, 1).x as Float64Array;
          const [wasm, js] = (['wasm', 'js'] as const).map((name) =>
            withBackend(name, (leased) => {
              const kernels = leased.open(SQUARED_STARTS, { data, nClusters: k, rows: 50, scales });
              const sums = kernels.rowSums();
              const labels = [...blocksOf(data, 50)].flatMap((block) => [...kernels.nearest(centers, block, sums)]);
              const { values, stride } = sums;
              const rows = Array.from({ length: k }, (_, i) => values.slice(i * stride, i * stride + d + 1));
              return { labels, sums: rows.map(bits), total: sum(rows.map((row) => row[d]!)) };
            }),
          );
          expect(wasm).toEqual(js);
          expect(relativeEach(js!.total, data.totalWeight)).toBeLessThanOrEqual(1e-14);
        }
      }
    }
  });

  it.each(BACKENDS)('start a mixture near where it would end, on %s', (backend) => {
    const X = matrixOf(clusters(40_000, 2, 3, 4, 10), 2);
    const { logLikelihood } = GaussianMixture.fit(X, { nComponents: 3, backend });
    const start = GaussianMixture.fit(X, { nComponents: 3, init: 'kmeans', maxIter: 0, backend });
    // the start has seen 16,384 of the rows
    expect(logLikelihood).toBeGreaterThan(start.logLikelihood);
    expect((logLikelihood - start.logLikelihood) / 40_000).toBeLessThan(0.02);
  });
});

describe('samples', () => {
  const n = 40_000;
  const x = clusters(n, 2, 3, 4, 20);
  const random = (seed = 1) => createRandom(seed, Math.log);

  it('are all rows of small data', () => {
    const data = createDataset({ x: x.slice(0, 2 * 16384), nSamples: 16384, nFeatures: 2 });
    expect(sampleRows(data, 3, random())).toBe(data);
    const many = createDataset({ x, nSamples: n, nFeatures: 2 });
    expect(sampleRows(many, 40, random())).toBe(many);
  });

  it('of large data are rows at equal steps, by the seed', () => {
    const data = createDataset({ x: x.map((_, at) => Math.floor(at / 2)), nSamples: n, nFeatures: 2 });
    const sample = sampleRows(data, 3, random());
    expect([sample.nSamples, sample.totalWeight, sample.sampleWeights]).toEqual([16384, 16384, undefined]);
    for (let i = 1; i < sample.nSamples; i++) {
      expect([2, 3]).toContain(sample.x[2 * i]! - sample.x[2 * i - 2]!);
    }
    expect(sampleRows(data, 3, random()).x).toEqual(sample.x);
    const others = [2, 3, 4].map((seed) => sampleRows(data, 3, random(seed)).x.join());
    expect(new Set(others).size).toBeGreaterThan(1);
  });

  it('of weighted rows have them as often as they weigh', () => {
    const weights = Float64Array.from({ length: n }, (_, i) => (i < 20_000 ? 0 : i === 30_000 ? 20_000 : 1));
    const index = x.map((_, at) => Math.floor(at / 2));
    const sample = sampleRows(createDataset({ x: index, nSamples: n, nFeatures: 2 }, weights), 3, random());
    const counts = sample.sampleWeights as Float64Array;
    expect(sum(counts)).toBe(16384);
    const at = Array.from({ length: sample.nSamples }, (_, i) => sample.x[2 * i]!);
    expect(at.every((row) => row >= 20_000)).toBe(true);
    expect(Math.abs(counts[at.indexOf(30_000)]! - 8192)).toBeLessThanOrEqual(1);
    expect(counts.filter((count) => count !== 1).length).toBe(1);
  });

  it.each(BACKENDS)('start fits of all rows, on %s', (backend) => {
    const data = createDataset({ x, nSamples: n, nFeatures: 2 });
    const labelsOn = (name: 'wasm' | 'js') =>
      withBackend(name, (leased) => clusterLabels(data, 3, random(), leased, 'lloyd'));
    const labels = labelsOn(backend);
    // `clusters` deals the rows out in turn, 10 deviations apart
    const model = KMeans.fit(matrixOf(x, 2), { nClusters: 3, backend });
    for (const found of [labels, model.labels]) {
      // rows 0, 1 and 2 are of different clusters
      const agree = Array.from(found).filter((label, i) => label === found[i % 3]).length;
      expect(agree / n).toBeGreaterThan(0.99);
    }
    if (backend === 'js') expect(labels).toEqual(labelsOn('wasm'));
  });
});
