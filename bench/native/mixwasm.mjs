/** One fit of ours, timed as in ../contestant.mjs. usage: node mixwasm.mjs wasm|js '{"n":…}'; prints one line of JSON. */
import { performance } from 'node:perf_hooks';
import { GaussianMixture } from '../../dist/index.js';
import { generate } from '../data.mjs';
import { median } from '../statistics.mjs';

const [backend, shapeText] = process.argv.slice(2);
const shape = JSON.parse(shapeText);
const { n, k, covarianceType, iterations } = shape;
const { X, initialParameters } = generate(shape);
const timed = () => {
  const stamps = [];
  const { trace } = GaussianMixture.fit(X, {
    nComponents: k,
    covarianceType,
    initialParameters,
    regCovar: 0,
    tol: 0,
    // peers count their steps in their own way: two more, to have something to compare with
    maxIter: iterations + 2,
    backend,
    onProgress: () => stamps.push(performance.now()),
  });
  const times = stamps.slice(1).map((stamp, t) => stamp - stamps[t]);
  return { ns: (median(times) * 1e6) / n / k, trace: Array.from(trace.logLikelihood) };
};
const fits = [timed(), timed()];
console.log(JSON.stringify({ ...fits[0], ns: Math.min(...fits.map(({ ns }) => ns)) }));
