/**
 * One fit of ours, timed as in ../contestant.mjs. usage: node mixwasm.mjs wasm|js THREADS '{"n":…}'; prints one line of JSON.
 */
import { performance } from 'node:perf_hooks';
import { GaussianMixture } from '../../dist/index.js';
import { generate } from '../data.mjs';
import { pairedIteration } from '../paired.mjs';
import { median } from '../statistics.mjs';

const [backend, threads, shapeText] = process.argv.slice(2);
const shape = JSON.parse(shapeText);
const { n, k, covarianceType, iterations } = shape;
const { X, initialParameters } = generate(shape);
const options = { nComponents: k, covarianceType, initialParameters, regCovar: 0, tol: 0, backend };
const result = ({ trace }, ms) => ({ ns: (ms * 1e6) / n / k, trace: Array.from(trace.logLikelihood) });

function timed() {
  const stamps = [];
  // peers count their steps in their own way: two more, to have something to compare with
  const onProgress = () => stamps.push(performance.now());
  const model = GaussianMixture.fit(X, { ...options, maxIter: iterations + 2, onProgress });
  return result(model, median(stamps.slice(1).map((stamp, t) => stamp - stamps[t])));
}

async function timedTogether() {
  // in shared memory it is not copied for every fit
  const data = new Float64Array(new SharedArrayBuffer(X.data.byteLength));
  data.set(X.data);
  const start = (maxIter) =>
    GaussianMixture.fitAsync({ ...X, data }, { ...options, maxIter, threads: Number(threads) });
  // starts the threads and compiles
  await start(1);
  const { ms, model } = await pairedIteration(start, iterations + 1);
  return result(model, ms);
}

const fits = threads === '1' ? [timed(), timed()] : [await timedTogether()];
console.log(JSON.stringify({ ...fits[0], ns: Math.min(...fits.map(({ ns }) => ns)) }));
