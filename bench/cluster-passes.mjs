/**
 * Nanoseconds a row of the passes of k-means and k-medians on one thread, least times of many, over blocks that stay in the
 * cache: what the model of costs in src/threads/choose-threads.ts stands on.
 *
 * - "settled": every row keeps its center by its bounds, unread, as most do late in a k-means fit; "compared": none does
 * - "plain": the faster of two forms of Lloyd's iteration in plain JavaScript (lloyd.mjs), and what part of it "compared" takes
 * - "assigned": the E-step of k-medians; "medians": its M-step
 *
 * usage: node bench/cluster-passes.mjs [--rounds n]      (after a build)
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createDataset } from '../build/js/data/dataset.js';
import { K_MEANS_KERNELS, K_MEDIANS_KERNELS } from '../build/js/families/cluster-kernels.js';
import { leaseBackend } from '../build/js/lease.js';
import { generate } from './data.mjs';
import { lloydSteps, simpleLloydSteps } from './lloyd.mjs';
import { machine } from './machine.mjs';

const N = 16384;
const SHAPES = [
  [2, 3],
  [2, 8],
  [8, 8],
  [8, 64],
  [16, 16],
  [32, 16],
];
/** Passes of one kind before the next one's turn. */
const RUN = 4;

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '40' } } });
console.log('| D, K | k-means: settled | compared | plain | compared / plain | k-medians: assigned | medians |');
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const [d, k] of SHAPES) {
  const { X, initialParameters } = generate({ n: N, d, k, covarianceType: 'diag' });
  const data = createDataset({ x: X.data, nSamples: N, nFeatures: d }, undefined, false);
  const block = { data, start: 0, nRows: N };
  const shape = { data, nClusters: k, rows: N };
  const open = (pair, bounds) => leaseBackend('wasm').open(pair, { ...shape, bounds });
  const [settled, compared, medians] = [open(K_MEANS_KERNELS), open(K_MEANS_KERNELS, false), open(K_MEDIANS_KERNELS)];
  // two objects, so that none is the one loaded already
  const centers = [0, 1].map(() => ({ centers: initialParameters.means }));
  const statistics = medians.expectation(centers[0], block);
  // as a fit's first pass does: from here on costs come from sums
  for (const kernels of [settled, compared]) kernels.complete(kernels.expectation(centers[1], block), centers[1]);
  const plain = [lloydSteps, simpleLloydSteps].map((steps) => steps(X.data, N, d, initialParameters.means));
  const passes = [
    (i) => settled.expectation(centers[i % 2], block),
    (i) => compared.expectation(centers[i % 2], block),
    (i) => medians.expectation(centers[i % 2], block),
    () => medians.medians(statistics, false),
    ...plain.map((steps) => () => steps.next()),
  ];
  const least = passes.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < Number(options.rounds); round++) {
    passes.forEach((pass, which) => {
      for (let i = 0; i < RUN; i++) {
        const began = performance.now();
        pass(i);
        least[which] = Math.min(least[which], (1e6 * (performance.now() - began)) / N);
      }
    });
  }
  const [kept, all, assigned, selected, ...plainly] = least;
  const fastest = Math.min(...plainly);
  const cells = [kept, all, fastest].map((ns) => ns.toFixed(1));
  cells.push((all / fastest).toFixed(3), assigned.toFixed(1), selected.toFixed(1));
  console.log(`| ${d}, ${k} | ${cells.join(' | ')} |`);
}
const { cpu, node, load } = machine();
console.log(`\n${cpu}, Node ${node}, load ${load.toFixed(1)}`);
