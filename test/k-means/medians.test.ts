/** Medians selected by the kernel against those of the plain method: the same bits, whatever the arrangement. */
import { describe, expect, it } from 'vitest';
import { createDataset } from '../../src/data/dataset.js';
import { blocksOf } from '../../src/em/blocks.js';
import { labelled } from '../../src/em/hard.js';
import { K_MEDIANS_KERNELS } from '../../src/families/cluster-kernels.js';
import { kMediansMethod } from '../../src/families/k-medians-method.js';
import { withBackend } from '../../src/lease.js';
import { clusters, generator } from '../helpers/data.js';
import { bits } from '../helpers/numbers.js';

const TIES = ['mid', 'lower'] as const;

/** Both ways, for labels drawn at random of which the last may be unused. */
function check(x: Float64Array, n: number, d: number, k: number, rows: number) {
  const data = createDataset({ x, nSamples: n, nFeatures: d }, undefined, false);
  const g = generator(n + 17 * d + k);
  const labels = Int32Array.from({ length: n }, () => Math.floor(g.uniform() * Math.max(1, k - 1)));
  withBackend('wasm', (backend) => {
    const kernels = backend.open(K_MEDIANS_KERNELS, { data, nClusters: k, rows });
    expect(kernels.medians).toBeDefined();
    for (const tie of TIES) {
      const method = kMediansMethod(tie);
      // as the passes over blocks leave it
      const runs = [...blocksOf(data, rows)].map(({ start, nRows }) => ({
        start,
        labels: labels.slice(start, start + nRows),
      }));
      const statistics = { ...labelled(labels, k, data), runs };
      expect(bits(method.update(statistics, data, kernels))).toEqual(bits(method.update(statistics, data)));
    }
  });
}

const values = (n: number, d: number, seed: number) => clusters(n, d, 3, seed, 2);

describe('medians of the kernel', () => {
  it.each([1, 2, 3, 7, 8, 9, 15, 16, 17, 18, 63, 64, 65, 127, 130, 1025])('of %i rows', (n) => {
    for (const d of [1, 2, 3, 5, 17, 33]) {
      for (const k of [1, 2, 5]) check(values(n, d, n + d), n, d, k, 1024);
    }
  });

  it('of rows in blocks', () => {
    for (const rows of [64, 128, 1024]) check(values(700, 4, 3), 700, 4, 6, rows);
  });

  it.each([
    ['equal', () => 0.1],
    ['rising', (i: number) => i],
    ['falling', (i: number) => -i],
    ['an organ pipe', (i: number) => Math.min(i, 2000 - i)],
    ['few different', (i: number) => i % 3],
    ['two different', (i: number) => (i * 7) % 2],
    ['subnormal', (i: number) => ((i * 7919) % 2000) * 5e-324],
    ['so great that their sums overflow', (i: number) => 1.7e308 - ((i * 7919) % 2000) * 1e300],
  ] as [string, (i: number) => number][])('of values that are %s', (_, value) => {
    const n = 2000;
    for (const k of [1, 2, 4]) {
      check(
        Float64Array.from({ length: n * 2 }, (_value, at) => value(Math.floor(at / 2)) * (at % 2 === 0 ? 1 : -1)),
        n,
        2,
        k,
        1024,
      );
    }
  });

  it('are left to the plain method for rows that are weighted, floats, or in blocks of parts of panels', () => {
    const n = 100;
    const x = values(n, 2, 1);
    const matrix = { x, nSamples: n, nFeatures: 2 };
    const weighted = createDataset(matrix, new Float64Array(n).fill(2), false);
    const floats = createDataset({ ...matrix, x: Float32Array.from(x) }, undefined, false);
    const plain = createDataset(matrix, undefined, false);
    for (const [data, rows] of [
      [weighted, 1024],
      [floats, 1024],
      [plain, 37],
    ] as const) {
      withBackend('wasm', (backend) => {
        expect(backend.open(K_MEDIANS_KERNELS, { data, nClusters: 2, rows }).medians).toBeUndefined();
      });
    }
  });
});
