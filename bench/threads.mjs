/**
 * Times fits by one thread and by several, in turns: iterations of a fit that starts from the same parameters and does as
 * many every time, so that the difference of two lengths leaves out what is not an iteration. Results are compared bit by bit.
 *
 * usage: node bench/threads.mjs [--rounds n] [--threads n] [--only text] [--json file]
 *
 * On a busy machine the ratio of times says little about the program: two threads get less than two cores. So the processor
 * time of the whole process is compared too: threads × that of one thread / that of several is the ratio that free cores
 * would give if no thread ever waited parked. (Waiting by spinning is counted as work.)
 */
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { BernoulliMixture, GaussianMixture } from '../dist/index.js';
import { generate, mulberry32 } from './data.mjs';
import { machine } from './machine.mjs';
import { median } from './statistics.mjs';

const SHAPES = [
  { model: 'gaussian', n: 100000, d: 8, k: 8, iterations: 20 },
  { model: 'gaussian', n: 100000, d: 32, k: 16, iterations: 4 },
  { model: 'gaussian', n: 50000, d: 64, k: 16, iterations: 3 },
  { model: 'diag', n: 100000, d: 16, k: 16, iterations: 12 },
  { model: 'bernoulli', n: 100000, d: 64, k: 16, iterations: 12 },
  // small work, where a thread more may cost more than it gives
  { model: 'gaussian', n: 1000, d: 2, k: 3, iterations: 200 },
  { model: 'gaussian', n: 5000, d: 8, k: 8, iterations: 100 },
  { model: 'gaussian', n: 20000, d: 2, k: 3, iterations: 200 },
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
  '| model, N, D, K | one | threads | one / threads | of least | by processor time | auto took | one / auto | by processor time |',
);
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const shape of SHAPES) {
  const name = `${shape.model}, ${shape.n}, ${shape.d}, ${shape.k}`;
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
    took,
    (median(one) / median(auto)).toFixed(2),
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
      for (const iterations of [1, 1 + shape.iterations]) {
        const before = process.cpuUsage();
        const began = performance.now();
        const model = await run(contestants[name], iterations);
        ms.push(performance.now() - began);
        const { user, system } = process.cpuUsage(before);
        ran.push(user + system);
        const reached = model.logLikelihood;
        if (iterations > 1) {
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
    return (threads, maxIter) =>
      BernoulliMixture.fitAsync(X, { nComponents: k, init: 'random', tol: 0, maxIter, threads });
  }
  const covarianceType = model === 'gaussian' ? 'full' : 'diag';
  const { X, initialParameters } = generate({ n, d, k, covarianceType });
  // in shared memory it is not copied for every fit
  const shared = new Float64Array(new SharedArrayBuffer(X.data.byteLength));
  shared.set(X.data);
  const data = { ...X, data: shared };
  return (threads, maxIter) =>
    GaussianMixture.fitAsync(data, { nComponents: k, covarianceType, initialParameters, tol: 0, maxIter, threads });
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
