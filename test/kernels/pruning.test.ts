/** Pruned and unpruned passes agree to the bit: what is dropped would have been 0, and nothing else feels it. */
import { describe, expect, it } from 'vitest';
import { createDataset, type Dataset } from '../../src/data/dataset.js';
import { Arena } from '../../src/wasm/arena.js';
import { wasmGaussianKernels } from '../../src/wasm/gaussian-kernels.js';
import type { Kernels as ABI } from '../../src/wasm/kernels.js';
import { clusters, componentsFor, randomParameters } from '../helpers/data.js';
import { loadKernels } from '../helpers/kernels.js';
import { TYPES } from '../helpers/numbers.js';

type Covariance = (typeof TYPES)[number];

/** The library's own kernels over the testing module, and a switch. */
function open(data: Dataset, covarianceType: Covariance, nComponents: number) {
  const { exports, memory } = loadKernels();
  let panel = 0;
  const kernels = {
    ...exports,
    layPanel(at: number, d: number, k: number) {
      panel = at;
      exports.layPanel!(at, d, k);
    },
  } as unknown as ABI;
  const arena = new Arena(memory);
  const shape = { data, covarianceType, nComponents, rows: data.nSamples };
  return {
    ...wasmGaussianKernels({ kernels, arena, module: undefined as unknown as WebAssembly.Module }, shape),
    setPruning: (prunes: boolean) => exports.setPruning!(panel, prunes ? 1 : 0),
    prunes: () => exports.pruningOf!(panel) !== 0,
  };
}

interface Case {
  covarianceType: Covariance;
  n: number;
  d: number;
  k: number;
  spread: number;
  weighted: boolean;
  float32: boolean;
}

/** Clusters with the parameters they were drawn around, `spread` apart; with some rows far from all. */
function prepare({ covarianceType, n, d, k, spread, weighted, float32 }: Case) {
  const values = clusters(n, d, k, 5, spread);
  // far from all, and so far that every density is 0
  if (n > 40) values.fill(1e4, 17 * d, 18 * d);
  if (n > 40 && weighted) values.fill(1e160, 33 * d, 34 * d);
  const weights = weighted
    ? Float64Array.from({ length: n }, (_, i) => (i === 33 ? 0 : ((i + 1) % 3) * 0.7))
    : undefined;
  const x = float32 && !weighted ? Float32Array.from(values) : values;
  const data = { ...createDataset({ x, nSamples: n, nFeatures: d }, weights), origin: new Float64Array(d) };
  // `clusters` draws its centres first, from the same generator: rows 0 … k − 1 lie around them in order
  const random = randomParameters(covarianceType, k, d);
  const means = Float64Array.from(values.subarray(0, k * d));
  for (let i = means.length; i < k * d; i++) means[i] = random.means[i] as number;
  return { data, parameters: componentsFor({ ...random, means }, data) };
}

function everything(
  kernels: ReturnType<typeof open>,
  data: Dataset,
  parameters: never,
  k: number,
  blockRows: number,
  prunes: boolean,
) {
  const got: number[][] = [];
  for (let start = 0; start < data.nSamples; start += blockRows) {
    const block = { data, start, nRows: Math.min(blockRows, data.nSamples - start) };
    kernels.setPruning(prunes);
    const statistics = kernels.expectation(parameters, block);
    got.push([statistics.logLikelihood, statistics.weight, ...statistics.counts]);
    for (const { values } of statistics.components) got.push(Array.from(values));
    const out = {
      logProbNorm: new Float64Array(block.nRows),
      labels: new Int32Array(block.nRows),
      responsibilities: new Float64Array(block.nRows * k),
    };
    kernels.setPruning(prunes);
    kernels.score(parameters, block, out);
    got.push(Array.from(out.logProbNorm), Array.from(out.labels), Array.from(out.responsibilities));
  }
  return Buffer.from(Float64Array.from(got.flat()).buffer).toString('base64');
}

const SHAPES = [
  { n: 200, d: 12, k: 3 },
  { n: 131, d: 13, k: 5 },
  { n: 260, d: 16, k: 16 },
  { n: 97, d: 33, k: 7 },
  { n: 70, d: 64, k: 4 },
  { n: 65, d: 16, k: 1 },
];

describe.each(TYPES)('%s', (covarianceType) => {
  it.each(SHAPES)('the same bits with and without pruning ($n rows, $d features, $k components)', ({ n, d, k }) => {
    for (const spread of [1, 4, 12, 60]) {
      for (const [weighted, float32] of [
        [false, false],
        [true, false],
        [false, true],
      ] as const) {
        const { data, parameters } = prepare({ covarianceType, n, d, k, spread, weighted, float32 });
        // as a whole, where each panel decides for the next; and in blocks so small that every panel is pruned
        const kernels = open(data, covarianceType, k);
        for (const rows of [n, 27]) {
          const pruned = everything(kernels, data, parameters as never, k, rows, true);
          const plain = everything(kernels, data, parameters as never, k, rows, false);
          expect(pruned).toBe(plain);
        }
      }
    }
  });

  it('prunes separated clusters and leaves overlapping ones alone', () => {
    const [n, d, k] = [256, 32, 8];
    for (const [spread, expected] of [
      [40, true],
      [0.1, false],
    ] as const) {
      const shape = { covarianceType, n, d, k, spread, weighted: false, float32: false };
      const { data, parameters } = prepare(shape);
      const kernels = open(data, covarianceType, k);
      kernels.setPruning(true);
      kernels.expectation(parameters, { data, start: 0, nRows: n });
      expect(kernels.prunes()).toBe(expected);
    }
  });
});
