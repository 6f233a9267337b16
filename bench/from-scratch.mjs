/**
 * Whole fits, start included, of mixwasm and of scikit-learn (where a Python has it), one thread each, in turns, in
 * processor time, which other processes disturb less than the clock's:
 *
 * - `GaussianMixture`, full covariances: scikit-learn's defaults (one start by k-means, until the mean log-likelihood rises
 *   by less than 1e-3) against mixwasm with `init: 'kmeans'`. The two stop at different places, so what counts is the time
 *   until mixwasm reaches scikit-learn's final log-likelihood (less one part in 10⁶); "–" where it settles below.
 * - `KMeans` from the same centers until no label changes (`tol` 0), where both end at the same cost.
 *
 * usage: node bench/from-scratch.mjs [--rounds n] [--only n,d,k] [--python path] [--json file]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generate } from './data.mjs';
import { machine } from './machine.mjs';
import { median } from './statistics.mjs';

const SHAPES = [
  { n: 20000, d: 2, k: 3 },
  { n: 100000, d: 2, k: 8 },
  { n: 100000, d: 8, k: 8 },
  { n: 100000, d: 16, k: 16 },
  { n: 100000, d: 32, k: 16 },
];
/** Of the log-likelihood, relative. */
const AGREEMENT = 1e-6;
const SCRIPT = fileURLToPath(new URL('from-scratch.py', import.meta.url));

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    python: { type: 'string', default: 'python3' },
    json: { type: 'string' },
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
  console.log('\nMilliseconds of processor time of a whole fit, start included: median of rounds.\n');
  console.log(
    '| N, D, K | mixture: mixwasm (iterations) | to the same log-likelihood | scikit-learn | ratio | k-means: mixwasm | scikit-learn | ratio |',
  );
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const { shape, mixture, kMeans } of results) {
    const cells = [
      `${ms(mixture.fit)} (${mixture.iterations})`,
      ms(mixture.reached),
      ms(mixture.peer),
      ratio(mixture.peer, mixture.reached),
      ms(kMeans.fit),
      ms(kMeans.peer),
      ratio(kMeans.peer, kMeans.fit),
    ];
    console.log(`| ${shape.n}, ${shape.d}, ${shape.k} | ${cells.join(' | ')} |`);
  }
  const report = { machine: machine(), scikitLearn: peer?.version, results };
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
}

function measure(shape) {
  const { n, d, k } = shape;
  const { X, initialParameters } = generate({ n, d, k });
  const centers = initialParameters.means;
  const files = { data: join(folder, 'x'), centers: join(folder, 'c') };
  writeFileSync(files.data, X.data);
  writeFileSync(files.centers, centers);
  const rounds = Array.from({ length: Number(options.rounds) }, () => {
    const theirs = peer === undefined ? undefined : askPeer(shape, files);
    const target = theirs === undefined ? undefined : n * theirs.mixture.score * (1 + AGREEMENT);
    return { theirs, fitted: fitMixture(X, k), reached: fitMixture(X, k, target), lloyd: fitKMeans(X, k, centers) };
  });
  const { theirs, lloyd } = rounds[0];
  if (theirs !== undefined && Math.abs(theirs.kMeans.cost / lloyd.cost - 1) > 1e-9) {
    throw new Error(`costs of k-means differ: ${theirs.kMeans.cost} and ${lloyd.cost}`);
  }
  const middle = (take) => {
    const times = rounds.map(take);
    return times.some((t) => t === undefined) ? undefined : median(times);
  };
  return {
    shape,
    mixture: {
      fit: middle(({ fitted }) => fitted.ms),
      iterations: rounds[0].fitted.iterations,
      logLikelihood: rounds[0].fitted.logLikelihood / n,
      reached: middle(({ reached }) => reached?.ms),
      peer: middle((round) => round.theirs?.mixture.ms),
      peerLogLikelihood: theirs?.mixture.score,
    },
    kMeans: { fit: middle((round) => round.lloyd.ms), peer: middle((round) => round.theirs?.kMeans.ms) },
  };
}

/** A fit as scikit-learn's defaults, or until `target` is reached (undefined if it settles below). */
function fitMixture(X, nComponents, target) {
  const begin = processorTime();
  const common = { nComponents, init: 'kmeans', regCovar: 1e-6 };
  if (target === undefined) {
    const { nIter, logLikelihood } = GaussianMixture.fit(X, { ...common, tol: 1e-3 });
    return { ms: processorTime() - begin, iterations: nIter, logLikelihood };
  }
  const done = new Error('reached');
  let iterations;
  const onProgress = ({ iteration, logLikelihood }) => {
    iterations = iteration;
    if (logLikelihood >= target) throw done;
  };
  try {
    GaussianMixture.fit(X, { ...common, tol: 1e-6, onProgress });
  } catch (error) {
    if (error !== done) throw error;
    return { ms: processorTime() - begin, iterations };
  }
  return undefined;
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
