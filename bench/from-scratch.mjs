/**
 * Whole fits, start included, of mixwasm and of scikit-learn (where a Python has it), one thread each, in turns, in
 * processor time, which other processes disturb less than the clock's (and which counts what V8 compiles on other threads).
 * scikit-learn is compiled beforehand, mixwasm when it is called: the first fit of each shape (after those of the shapes above
 * it) is told apart, and the others are timed once V8 has settled, as in a process that fits more than once (bench/startup.mjs
 * is about those that do not):
 *
 * - `GaussianMixture`, full covariances: scikit-learn's defaults (one start by k-means, until the mean log-likelihood rises
 *   by less than 1e-3) against mixwasm with `init: 'kmeans'`, by plain EM and with `acceleration: 'anderson'`. The two stop at
 *   different places, so what counts is the time until mixwasm reaches scikit-learn's final log-likelihood (less one part in
 *   10⁶); "–" where it settles below.
 * - `KMeans` from the same centers until no label changes (`tol` 0), where both end at the same cost.
 *
 * A run of all shapes beside scikit-learn replaces bench/results/from-scratch.{json,md}.
 *
 * usage: node bench/from-scratch.mjs [--rounds n] [--only n,d,k] [--python path]
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generate } from './data.mjs';
import { machine } from './machine.mjs';
import { median } from './statistics.mjs';
import { machineLine, table } from './table.mjs';

const SHAPES = [
  { n: 20000, d: 2, k: 3 },
  { n: 100000, d: 2, k: 8 },
  { n: 100000, d: 8, k: 8 },
  { n: 100000, d: 16, k: 16 },
  { n: 100000, d: 32, k: 16 },
];
/** Milliseconds of fits of each shape before they are timed. */
const SETTLING = 1000;
/** Of the log-likelihood, relative. */
const AGREEMENT = 1e-6;
const SCRIPT = fileURLToPath(new URL('from-scratch.py', import.meta.url));
/** Where bench/native/setup.sh puts scikit-learn. */
const VENV = fileURLToPath(new URL('native/build/venv/bin/python', import.meta.url));
const RESULTS = fileURLToPath(new URL('results/from-scratch', import.meta.url));

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    python: { type: 'string', default: existsSync(VENV) ? VENV : 'python3' },
  },
});

const { GaussianMixture, KMeans } = await import('../dist/index.js');
const peer = findPeer();
const folder = mkdtempSync(join(tmpdir(), 'from-scratch-'));
try {
  main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function main() {
  if (peer === undefined) console.log(`${options.python} has no scikit-learn: mixwasm alone (--python path).`);
  else console.log(`scikit-learn ${peer.version}.`);
  const shapes = SHAPES.filter(({ n, d, k }) => `${n},${d},${k}`.includes(options.only));
  const results = shapes.map(measure);
  const report = { machine: machine(), scikitLearn: peer?.version, results };
  const text = tableOf(report);
  console.log(`\n${text}`);
  if (peer === undefined || shapes.length < SHAPES.length) return;
  writeFileSync(`${RESULTS}.json`, `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(`${RESULTS}.md`, text);
}

function tableOf({ machine, scikitLearn, results }) {
  const head = [
    'N, D, K',
    'mixture: mixwasm',
    'the first',
    "with `acceleration: 'anderson'`",
    'scikit-learn',
    'ratios',
    'k-means: mixwasm',
    'the first',
    'scikit-learn',
    'ratio',
  ];
  const rows = results.map(({ shape: { n, d, k }, mixture, kMeans }) => [
    `${n}, ${d}, ${k}`,
    `${ms(mixture.plain.ms)} (${mixture.plain.iterations ?? '–'})`,
    ms(mixture.first),
    `${ms(mixture.accelerated.ms)} (${mixture.accelerated.iterations ?? '–'})`,
    ms(mixture.peer),
    `${ratio(mixture.peer, mixture.plain.ms)}, ${ratio(mixture.peer, mixture.accelerated.ms)}`,
    ms(kMeans.fit),
    ms(kMeans.first),
    ms(kMeans.peer),
    ratio(kMeans.peer, kMeans.fit),
  ]);
  return [
    "Milliseconds of processor time of whole fits, start included, medians: a mixture (`init: 'kmeans'`; E-steps in brackets) until it reaches the log-likelihood at which scikit-learn stops, and k-means from the same centers until no label changes. “The first” of each shape, after the shapes above it, is told apart: V8 compiles during it, and most during the first of all.",
    '',
    table([head, ...rows]),
    '',
    `${machineLine(machine)} scikit-learn ${scikitLearn}, one thread each.`,
    '',
  ].join('\n');
}

function measure(shape) {
  const { n, d, k } = shape;
  const { X, initialParameters } = generate({ n, d, k });
  const centers = initialParameters.means;
  const files = { data: join(folder, 'x'), centers: join(folder, 'c') };
  writeFileSync(files.data, X.data);
  writeFileSync(files.centers, centers);
  const theirs = () => (peer === undefined ? undefined : askPeer(shape, files));
  const score = theirs()?.mixture.score;
  const target = score === undefined ? undefined : n * score * (1 + AGREEMENT);
  const ours = () => ({
    plain: reach(X, k, target, 'none'),
    accelerated: reach(X, k, target, 'anderson'),
    lloyd: fitKMeans(X, k, centers),
  });

  const first = ours();
  for (let begin = processorTime(); processorTime() - begin < SETTLING; ) ours();
  const rounds = Array.from({ length: Number(options.rounds) }, () => ({ theirs: theirs(), ...ours() }));
  const [{ theirs: they, plain, accelerated, lloyd }] = rounds;
  if (they !== undefined && Math.abs(they.kMeans.cost / lloyd.cost - 1) > 1e-9) {
    throw new Error(`costs of k-means differ: ${they.kMeans.cost} and ${lloyd.cost}`);
  }
  const middle = (take) => {
    const times = rounds.map(take);
    return times.some((t) => t === undefined) ? undefined : median(times);
  };
  return {
    shape,
    mixture: {
      first: first.plain?.ms,
      plain: { ms: middle((round) => round.plain?.ms), iterations: plain?.iterations },
      accelerated: { ms: middle((round) => round.accelerated?.ms), iterations: accelerated?.iterations },
      peer: middle((round) => round.theirs?.mixture.ms),
      peerLogLikelihood: score,
    },
    kMeans: {
      first: first.lloyd.ms,
      fit: middle((round) => round.lloyd.ms),
      peer: middle((round) => round.theirs?.kMeans.ms),
    },
  };
}

/** A fit until `target` is reached (undefined if it settles below; to its own end without a target). */
function reach(X, nComponents, target = Number.POSITIVE_INFINITY, acceleration) {
  const begin = processorTime();
  let iterations;
  let reached = false;
  const onProgress = ({ iteration, logLikelihood }) => {
    iterations = iteration;
    reached = logLikelihood >= target;
    return reached ? 'stop' : undefined;
  };
  GaussianMixture.fit(X, { nComponents, init: 'kmeans', regCovar: 1e-6, tol: 1e-6, acceleration, onProgress });
  return reached || target === Number.POSITIVE_INFINITY ? { ms: processorTime() - begin, iterations } : undefined;
}

function fitKMeans(X, nClusters, centers) {
  const begin = processorTime();
  const { totalCost } = KMeans.fit(X, { nClusters, initialParameters: { centers }, maxIter: 1000 });
  return { ms: processorTime() - begin, cost: totalCost };
}

/** Milliseconds, those of V8's own threads included. */
function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function findPeer() {
  try {
    return { version: python('--version').trim() };
  } catch {
    return undefined;
  }
}

function askPeer({ n, d, k }, { data, centers }) {
  return JSON.parse(python(data, centers, n, d, k));
}

/** Runs from-scratch.py on one thread. */
function python(...args) {
  return execFileSync(options.python, [SCRIPT, ...args.map(String)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
}

function ms(time) {
  return time === undefined ? '–' : time.toFixed(time < 100 ? 1 : 0);
}

function ratio(peerTime, time) {
  return peerTime === undefined || time === undefined ? '–' : `${(peerTime / time).toFixed(1)}×`;
}
