/**
 * Times fits by one thread and by several, in turns: iterations of a fit that starts from the same parameters and does as
 * many every time, so that the difference of two lengths leaves out what is not an iteration. Results are compared bit by bit.
 *
 * usage: node bench/threads.mjs [--rounds n] [--threads n] [--only text] [--json file]
 *
 * Two columns are for the constants in src/threads/choose-threads.ts, both of least times: nanoseconds of an iteration by one
 * thread per row × component, and what several threads take more than their share of it, which is the cost of fork and join
 * where the blocks divide evenly.
 *
 * On a busy machine the ratio of times says little about the program: two threads get less than two cores. So the processor
 * time of the whole process is compared too: threads × that of one thread / that of several is the ratio that free cores
 * would give if no thread ever waited parked. (Waiting by spinning is counted as work.)
 */
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { BernoulliMixture, GaussianMixture, KMeans, KMedians } from '../dist/index.js';
import { generate, mulberry32 } from './data.mjs';
import { machine } from './machine.mjs';
import { median } from './statistics.mjs';

const SHAPES = [
  { model: 'gaussian', n: 100000, d: 8, k: 8, iterations: 20 },
  { model: 'gaussian', n: 100000, d: 32, k: 16, iterations: 4 },
  { model: 'gaussian', n: 50000, d: 64, k: 16, iterations: 3 },
  { model: 'diag', n: 100000, d: 16, k: 16, iterations: 12 },
  { model: 'bernoulli', n: 100000, d: 64, k: 16, iterations: 12 },
  // k-means: iterations in which most rows are compared with all centers, and later ones, in which bounds settle most
  { model: 'k-means', n: 100000, d: 8, k: 8, iterations: 10 },
  { model: 'k-means', n: 100000, d: 8, k: 8, after: 30, iterations: 30 },
  { model: 'k-means', n: 100000, d: 32, k: 16, iterations: 10 },
  { model: 'k-means', n: 100000, d: 32, k: 16, after: 20, iterations: 30 },
  // medians are shared by features
  { model: 'k-medians', n: 100000, d: 8, k: 8, iterations: 4 },
  { model: 'k-medians', n: 100000, d: 8, k: 64, iterations: 4 },
  // small work, where a thread more may cost more than it gives
  { model: 'gaussian', n: 1000, d: 2, k: 3, iterations: 200 },
  { model: 'gaussian', n: 5000, d: 8, k: 8, iterations: 100 },
  { model: 'gaussian', n: 20000, d: 2, k: 3, iterations: 200 },
  { model: 'k-means', n: 20000, d: 2, k: 3, iterations: 5 },
  // two blocks with next to nothing to do: what threads cost
  { model: 'diag', n: 32768, d: 1, k: 1, iterations: 1000 },
  { model: 'bernoulli', n: 32768, d: 4, k: 1, iterations: 1000 },
];

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
  },
});
const wanted = Number(options.threads);
const results = [];
console.log(
  `Milliseconds of an iteration: median (least) of ${options.rounds} rounds in turns. threads: ${wanted}, auto\n`,
);
console.log(
  '| model, N, D, K | one | threads | one / threads | of least | by processor time | ns | join, µs | auto took | one / auto | of least | by processor time |',
);
console.log(`| --- |${' ---: |'.repeat(11)}`);
for (const shape of SHAPES) {
  const late = shape.after === undefined ? '' : ` after ${shape.after}`;
  const name = `${shape.model}, ${shape.n}, ${shape.d}, ${shape.k}${late}`;
  if (!name.includes(options.only)) continue;
  const result = await measure(shape);
  results.push({ shape, ...result });
  const { one, several, auto, work, took } = result;
  const cells = [
    cell(one),
    cell(several),
    (median(one) / median(several)).toFixed(2),
    (Math.min(...one) / Math.min(...several)).toFixed(2),
    ((wanted * median(work.one)) / median(work.several)).toFixed(2),
    ((1e6 * Math.min(...one)) / (shape.n * shape.k)).toFixed(2),
    (1e3 * (Math.min(...several) - Math.min(...one) / wanted)).toFixed(0),
    took,
    (median(one) / median(auto)).toFixed(2),
    (Math.min(...one) / Math.min(...auto)).toFixed(2),
    ((took * median(work.one)) / median(work.auto)).toFixed(2),
  ];
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}
const report = { machine: machine(), threads: wanted, results };
console.log(`\n${report.machine.cpu}, Node ${report.machine.node}, load ${report.machine.load.toFixed(1)}`);
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);

async function measure(shape) {
  const run = fitOf(shape);
  const times = { one: [], several: [], auto: [] };
  const work = { one: [], several: [], auto: [] };
  const contestants = { one: 1, several: wanted, auto: 'auto' };
  let objective;
  let took;
  for (let round = 0; round <= Number(options.rounds); round++) {
    const order = Object.keys(contestants);
    for (const name of round % 2 === 0 ? order : order.toReversed()) {
      const ms = [];
      const ran = [];
      const { after = 1 } = shape;
      for (const iterations of [after, after + shape.iterations]) {
        const before = process.cpuUsage();
        // from the first state on: how long a worker takes to start varies by more than an iteration
        let began;
        const onProgress = () => {
          began ??= performance.now();
        };
        const model = await run(contestants[name], iterations, onProgress);
        ms.push(performance.now() - began);
        const { user, system } = process.cpuUsage(before);
        ran.push(user + system);
        const reached = model.logLikelihood ?? model.totalCost;
        if (model.nIter !== iterations) throw new Error(`converged after ${model.nIter} iterations`);
        if (iterations > after) {
          objective ??= reached;
          if (!Object.is(reached, objective)) throw new Error(`${name}: ${reached} instead of ${objective}`);
          if (name === 'auto') took = model.threads.count;
        }
      }
      // the first round compiles and starts the threads
      if (round === 0) continue;
      times[name].push((ms[1] - ms[0]) / shape.iterations);
      work[name].push((ran[1] - ran[0]) / 1e3 / shape.iterations);
    }
  }
  return { ...times, work, took };
}

/** A fit of so many iterations by so many threads. */
function fitOf({ model, n, d, k }) {
  if (model === 'bernoulli') {
    const X = { data: patterns(n, d, k), rows: n, columns: d };
    const plan = { nComponents: k, init: 'random', tol: 0 };
    return (threads, maxIter, onProgress) => BernoulliMixture.fitAsync(X, { ...plan, maxIter, threads, onProgress });
  }
  if (model === 'k-means' || model === 'k-medians') {
    const { X, initialParameters } = generate({ n, d, k, covarianceType: 'diag' });
    const start = { nClusters: k, initialParameters: { centers: initialParameters.means } };
    const data = inSharedMemory(X);
    const Model = model === 'k-means' ? KMeans : KMedians;
    return (threads, maxIter, onProgress) => Model.fitAsync(data, { ...start, maxIter, threads, onProgress });
  }
  const covarianceType = model === 'gaussian' ? 'full' : 'diag';
  const { X, initialParameters } = generate({ n, d, k, covarianceType });
  const data = inSharedMemory(X);
  const plan = { nComponents: k, covarianceType, initialParameters, tol: 0 };
  return (threads, maxIter, onProgress) => GaussianMixture.fitAsync(data, { ...plan, maxIter, threads, onProgress });
}

/** There it is not copied for every fit. */
function inSharedMemory(X) {
  const shared = new Float64Array(new SharedArrayBuffer(X.data.byteLength));
  shared.set(X.data);
  return { ...X, data: shared };
}

/** Bits of k latent classes. */
function patterns(n, d, k) {
  const uniform = mulberry32(1);
  const probs = Float64Array.from({ length: k * d }, () => 0.2 + 0.6 * uniform());
  return Uint8Array.from({ length: n * d }, (_, at) =>
    uniform() < probs[(Math.floor(at / d) % k) * d + (at % d)] ? 1 : 0,
  );
}

function cell(times) {
  return `${median(times).toFixed(2)} (${Math.min(...times).toFixed(2)})`;
}
