/**
 * Times Lloyd iterations (assignment + update) of `KMeans` on both backends against plain JavaScript (lloyd.mjs), all
 * from the same start. As in the mixture benchmark every contestant of every round runs in a process of its own, in turns,
 * and an iteration is the time between two calls of `onProgress`; a fit's time is the median of its iterations.
 *
 * usage: node bench/k-means.mjs [--rounds n] [--only n,d,k] [--json file]
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generate } from './data.mjs';
import { lloydSteps, simpleLloydSteps } from './lloyd.mjs';
import { machine } from './machine.mjs';
import { largestDifference, median, summary } from './statistics.mjs';

const SHAPES = [
  { n: 100000, d: 2, k: 8 },
  { n: 100000, d: 8, k: 16 },
  { n: 100000, d: 16, k: 10 },
  { n: 20000, d: 64, k: 32 },
].map((shape) => ({ ...shape, iterations: 20 }));

const NAMES = ['wasm', 'js', 'lloyd', 'simple'];
/** Costs that differ by more are a bug, and no time of it is worth printing. */
const AGREEMENT = 1e-12;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
    contestant: { type: 'string' },
    shape: { type: 'string' },
  },
});
if (options.contestant === undefined) main();
else console.log(JSON.stringify(await contestant(options.contestant, JSON.parse(options.shape))));

function main() {
  const results = SHAPES.filter(({ n, d, k }) => `${n},${d},${k}`.includes(options.only)).map(measure);
  console.log(
    'Nanoseconds per point × center of one Lloyd iteration, one thread: median of rounds (least–greatest).\n',
  );
  console.log('| N, D, K | wasm | JS backend | plain JS | one center at a time | plain / wasm |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const { shape, ns, ratio } of results) {
    const cells = [...NAMES.map((name) => cell(ns[name])), `${cell(ratio)}×`];
    console.log(`| ${shape.n}, ${shape.d}, ${shape.k} | ${cells.join(' | ')} |`);
  }
  const report = { machine: machine(), results };
  console.log(`\n${report.machine.cpu}, Node ${report.machine.node}, load ${report.machine.load.toFixed(1)}`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
}

function measure(shape) {
  const records = Object.fromEntries(NAMES.map((name) => [name, []]));
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const name of round % 2 === 0 ? NAMES : NAMES.toReversed()) records[name].push(run(name, shape));
  }
  const costs = Object.fromEntries(NAMES.map((name) => [name, records[name][0].costs]));
  for (const name of NAMES) {
    const difference = largestDifference(costs[name], costs.wasm);
    if (difference > AGREEMENT) throw new Error(`costs of ${name} and wasm differ by ${difference} (relative)`);
  }
  const times = (name) => records[name].map(({ ns }) => ns);
  // the yardstick is the faster of the two plain forms
  const plain = times('lloyd').map((t, round) => Math.min(t, times('simple')[round]));
  return {
    shape,
    ns: Object.fromEntries(NAMES.map((name) => [name, summary(times(name))])),
    ratio: summary(plain.map((t, round) => t / times('wasm')[round])),
  };
}

function run(name, shape) {
  const script = fileURLToPath(import.meta.url);
  const output = execFileSync(process.execPath, [script, '--contestant', name, '--shape', JSON.stringify(shape)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output);
}

async function contestant(name, { n, d, k, iterations }) {
  const { X, initialParameters } = generate({ n, d, k, covarianceType: 'diag' });
  const centers = initialParameters.means;
  const fitOnce =
    name === 'wasm' || name === 'js' ? await ours(name) : plain(name === 'lloyd' ? lloydSteps : simpleLloydSteps);
  // the faster of a first and a later fit
  const fits = [fitOnce(), fitOnce()];
  return { ns: Math.min(...fits.map(({ ns }) => ns)), costs: fits[0].costs };

  async function ours(backend) {
    const { KMeans } = await import('../dist/index.js');
    return () => {
      const stamps = [];
      const { trace } = KMeans.fit(X, {
        nClusters: k,
        initialParameters: { centers },
        maxIter: iterations,
        backend,
        onProgress: () => stamps.push(performance.now()),
      });
      return { ns: perPointCenter(stamps), costs: Array.from(trace.cost) };
    };
  }

  function plain(steps) {
    return () => {
      const stamps = [];
      const costs = [];
      for (const cost of steps(X.data, n, d, centers)) {
        stamps.push(performance.now());
        costs.push(cost);
        if (costs.length > iterations) break;
      }
      return { ns: perPointCenter(stamps), costs };
    };
  }

  function perPointCenter(stamps) {
    return (median(stamps.slice(1).map((t, i) => t - stamps[i])) * 1e6) / (n * k);
  }
}

function cell({ median: middle, min, max }) {
  return `${short(middle)} (${short(min)}–${short(max)})`;
}

/** Three digits. */
function short(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
