/**
 * One contestant, one shape, one round, in a process of its own: V8's type feedback and its assumption that no
 * ArrayBuffer is ever detached are per process, and a `memory.grow` or a fit of another kind slows all later typed-array
 * code of the process (README.md). So every contestant runs under the best conditions it can have.
 *
 * usage: node bench/contestant.mjs wasm|js|naive '{"n":20000,"d":2,…}' [library]     prints one line of JSON
 *
 * How an iteration is timed: `fit` calls `onProgress` after every E-step, and the times between these calls are exactly
 * the iterations: M-step, factorisations, E-step, merging. Loading X, its summary, the first E-step and the labels are
 * not iterations; `outsideMs` says how long they took. The naive form yields at the same points. The time of a fit is the
 * median of its iterations, so that compiling during the first of them does not count.
 */
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { generate, toRows } from './data.mjs';
import { naiveSteps } from './naive.mjs';
import { median } from './statistics.mjs';

const [name, shapeText, library] = process.argv.slice(2);
const shape = JSON.parse(shapeText);
const { n, d, k, covarianceType, iterations, naiveIterations, naiveRows } = shape;
const { X, initialParameters } = generate(shape);
console.log(JSON.stringify(name === 'naive' ? naive() : await ours(name)));

async function ours(backend) {
  const { GaussianMixture } = await import(
    library === undefined ? new URL('../dist/index.js', import.meta.url) : pathToFileURL(resolve(library))
  );
  const options = { nComponents: k, covarianceType, initialParameters, regCovar: 0, tol: 0, backend };
  const timed = () => {
    const stamps = [];
    const begin = performance.now();
    const onProgress = () => stamps.push(performance.now());
    const { trace } = GaussianMixture.fit(X, { ...options, maxIter: iterations, onProgress });
    const outsideMs = performance.now() - begin - (stamps[iterations] - stamps[0]);
    return { ns: nsPerPointComponent(stamps, n), outsideMs, trace: Array.from(trace.logLikelihood) };
  };
  const first = timed();
  const later = timed();
  const part = { data: X.data.subarray(0, naiveRows * d), rows: naiveRows, columns: d };
  const partTrace = GaussianMixture.fit(part, { ...options, maxIter: naiveIterations }).trace.logLikelihood;
  return {
    ns: { first: first.ns, later: later.ns },
    outsideMs: { first: first.outsideMs, later: later.outsideMs },
    trace: first.trace,
    // what the naive form is checked against
    partTrace: Array.from(partTrace),
  };
}

function naive() {
  const rows = toRows(X, naiveRows);
  const stamps = [];
  const partTrace = [];
  for (const logLikelihood of naiveSteps(rows, initialParameters, covarianceType)) {
    stamps.push(performance.now());
    partTrace.push(logLikelihood);
    if (partTrace.length > naiveIterations) break;
  }
  return { ns: { first: nsPerPointComponent(stamps, naiveRows) }, partTrace };
}

function nsPerPointComponent(stamps, points) {
  return (median(stamps.slice(1).map((t, i) => t - stamps[i])) * 1e6) / (points * k);
}
