/**
 * One shape of the Gaussian mixture benchmark: nanoseconds per point × component of one EM iteration (E + M), all
 * contestants from the same start. run.mjs starts this file as a process of its own for every shape, because V8's type
 * feedback is per process: after a diagonal fit the JS backend's full one is slower, and no user fits all shapes in a row.
 *
 * usage: node bench/gaussian.mjs '{"n":20000,"d":2,…}' rounds [library]     prints one line of JSON
 *
 * How an iteration is timed: `fit` calls `onProgress` after every E-step, and the times between these calls are exactly
 * the iterations: M-step, factorisations, E-step, merging. Loading X, its summary, the first E-step and the labels are
 * not iterations and lie outside; `outside` says how long they took. The naive form yields at the same point.
 *
 * In every round each contestant does the same iterations from the same start; the order is reversed every other round.
 * A round's time is the median of its iterations; the first round warms up and is dropped. The ratios are taken round by
 * round, so that a slow spell of the machine hits both sides.
 */
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { generate, toRows } from './data.mjs';
import { naiveSteps } from './naive.mjs';
import { median, summary } from './statistics.mjs';

/** Relative differences of log-likelihoods that are rounding; more is a bug, and no time of it is worth printing. */
const AGREEMENT = { js: 1e-12, naive: 1e-9 };

function measure(GaussianMixture, shape, rounds) {
  const { n, d, k, covarianceType, iterations, naiveIterations, naiveRows } = shape;
  const { X, initialParameters } = generate(shape);
  const rows = toRows(X, naiveRows);
  const options = { nComponents: k, covarianceType, initialParameters, regCovar: 0, tol: 0 };

  const library = (backend) => () => {
    const stamps = [];
    const begin = performance.now();
    const { trace } = GaussianMixture.fit(X, {
      ...options,
      backend,
      maxIter: iterations,
      onProgress: () => stamps.push(performance.now()),
    });
    const outside = performance.now() - begin - (stamps[iterations] - stamps[0]);
    return { stamps, trace: trace.logLikelihood, outside, points: n };
  };
  const naive = () => {
    const stamps = [];
    const trace = [];
    for (const logLikelihood of naiveSteps(rows, initialParameters, covarianceType)) {
      stamps.push(performance.now());
      trace.push(logLikelihood);
      if (trace.length > naiveIterations) break;
    }
    return { stamps, trace, points: naiveRows };
  };

  const contestants = Object.entries({ wasm: library('wasm'), js: library('js'), naive });
  const times = { wasm: [], js: [], naive: [] };
  const outside = { wasm: [], js: [] };
  const traces = {};
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of round % 2 === 0 ? contestants : contestants.toReversed()) {
      const { stamps, trace, outside: rest, points } = run();
      traces[name] = trace;
      if (round === 0) continue;
      times[name].push((median(differences(stamps)) * 1e6) / (points * k));
      outside[name]?.push(rest);
    }
  }

  const part = { data: X.data.subarray(0, naiveRows * d), rows: naiveRows, columns: d };
  const wasmOnPart = GaussianMixture.fit(part, { ...options, maxIter: naiveIterations }).trace.logLikelihood;
  const disagreement = { js: largestDifference(traces.js, traces.wasm), naive: largestDifference(traces.naive, wasmOnPart) };
  for (const [name, limit] of Object.entries(AGREEMENT)) {
    if (disagreement[name] <= limit) continue;
    throw new Error(`log-likelihoods of ${name} and wasm differ by ${disagreement[name]} (relative; at most ${limit})`);
  }
  return {
    shape,
    rounds,
    logLikelihood: traces.wasm.at(-1),
    disagreement,
    nsPerPointComponent: mapValues(times, summary),
    ratio: {
      jsToWasm: summary(times.js.map((t, round) => t / times.wasm[round])),
      naiveToWasm: summary(times.naive.map((t, round) => t / times.wasm[round])),
    },
    outsideMs: mapValues(outside, summary),
  };
}

function differences(stamps) {
  return stamps.slice(1).map((t, i) => t - stamps[i]);
}

/** Largest relative difference, NaN counting as infinite. */
function largestDifference(a, b) {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let t = 0; t < a.length; t++) {
    const difference = Math.abs(a[t] - b[t]) / Math.abs(b[t]);
    if (!(difference <= largest)) largest = Number.isFinite(difference) ? difference : Infinity;
  }
  return largest;
}

function mapValues(object, f) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, f(value)]));
}

const [shape, rounds, library] = process.argv.slice(2);
const { GaussianMixture } = await import(
  library === undefined ? new URL('../dist/index.js', import.meta.url) : pathToFileURL(resolve(library))
);
console.log(JSON.stringify(measure(GaussianMixture, JSON.parse(shape), Number(rounds))));
