/**
 * Times EM iterations (E + M) of `BernoulliMixture` on both backends against plain JavaScript (bernoulli-plain.mjs), all
 * from the same start. As in the Gaussian benchmark every contestant of every round runs in a process of its own, in
 * turns, and an iteration is the time between two calls of `onProgress`; a fit's time is the median of its iterations.
 *
 * usage: node bench/bernoulli.mjs [--rounds n] [--only n,d,k] [--json file]
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { denseSteps, sparseSteps } from './bernoulli-plain.mjs';
import { mulberry32 } from './data.mjs';
import { machine } from './machine.mjs';
import { largestDifference, median, summary } from './statistics.mjs';

/** `spread`: probabilities of the classes lie within it of 1/2; 0.2 gives classes that overlap, 0.45 separate ones. */
const SHAPES = [
  { n: 50000, d: 64, k: 16, spread: 0.2, iterations: 15 },
  { n: 50000, d: 64, k: 16, spread: 0.45, iterations: 15 },
  { n: 100000, d: 16, k: 4, spread: 0.3, iterations: 30 },
  { n: 20000, d: 256, k: 10, spread: 0.1, iterations: 15 },
];

const NAMES = ['wasm', 'js', 'dense', 'sparse'];
/** Log-likelihoods that differ by more are a bug, and no time of it is worth printing. */
const AGREEMENT = { js: 1e-12, dense: 1e-11, sparse: 1e-11 };

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
    'Nanoseconds per point × component of one EM iteration, one thread: median of rounds (least–greatest). The last column is against the faster plain form of the round.\n',
  );
  console.log(
    '| N, D, K | classes | wasm | JS backend | plain JS, all features | plain JS, ones only | plain / wasm |',
  );
  console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: |');
  for (const { shape, ns, ratio } of results) {
    const { n, d, k, spread } = shape;
    const cells = [...NAMES.map((name) => cell(ns[name])), `${cell(ratio)}×`];
    console.log(`| ${n}, ${d}, ${k} | 0.5 ± ${spread} | ${cells.join(' | ')} |`);
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
  const traces = Object.fromEntries(NAMES.map((name) => [name, records[name][0].trace]));
  for (const [name, limit] of Object.entries(AGREEMENT)) {
    const difference = largestDifference(traces[name], traces.wasm);
    if (difference > limit) throw new Error(`log-likelihoods of ${name} and wasm differ by ${difference} (relative)`);
  }
  const times = (name) => records[name].map(({ ns }) => ns);
  const plain = times('dense').map((t, round) => Math.min(t, times('sparse')[round]));
  return {
    shape,
    logLikelihood: traces.wasm.at(-1),
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

async function contestant(name, shape) {
  const { n, d, k, iterations } = shape;
  const { X, initialParameters } = generateBits(shape);
  const once = name === 'wasm' || name === 'js' ? await ours(name) : plain(name === 'dense' ? denseSteps : sparseSteps);
  // the faster of a first and a later fit
  const fits = [once(), once()];
  return { ns: Math.min(...fits.map(({ ns }) => ns)), trace: fits[0].trace };

  async function ours(backend) {
    const { BernoulliMixture } = await import('../dist/index.js');
    return () => {
      const stamps = [];
      const { trace } = BernoulliMixture.fit(X, {
        nComponents: k,
        initialParameters,
        maxIter: iterations,
        tol: 0,
        backend,
        onProgress: () => stamps.push(performance.now()),
      });
      return { ns: perPointComponent(stamps), trace: Array.from(trace.logLikelihood) };
    };
  }

  function plain(steps) {
    return () => {
      const stamps = [];
      const trace = [];
      for (const logLikelihood of steps(X.data, n, d, initialParameters)) {
        stamps.push(performance.now());
        trace.push(logLikelihood);
        if (trace.length > iterations) break;
      }
      return { ns: perPointComponent(stamps), trace };
    };
  }

  function perPointComponent(stamps) {
    return (median(stamps.slice(1).map((t, i) => t - stamps[i])) * 1e6) / (n * k);
  }
}

/** Classes with probabilities uniform in 0.5 ± spread, rows of random classes; the start is half way to 0.5, disturbed. */
function generateBits({ n, d, k, spread }) {
  const uniform = mulberry32(1);
  const truth = Float64Array.from({ length: k * d }, () => 0.5 + spread * (2 * uniform() - 1));
  const data = new Uint8Array(n * d);
  for (let i = 0; i < n; i++) {
    const base = Math.floor(uniform() * k) * d;
    for (let j = 0; j < d; j++) data[i * d + j] = uniform() < truth[base + j] ? 1 : 0;
  }
  const probs = truth.map((theta) => 0.25 + theta / 2 + 0.05 * (2 * uniform() - 1));
  return {
    X: { data, rows: n, columns: d },
    initialParameters: { weights: new Float64Array(k).fill(1 / k), probs },
  };
}

function cell({ median: middle, min, max }) {
  return `${short(middle)} (${short(min)}–${short(max)})`;
}

/** Three digits. */
function short(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
