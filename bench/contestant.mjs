/**
 * One contestant, one shape, one round, in a process of its own: V8's type feedback and its assumption that no
 * ArrayBuffer is ever detached are per process, and a `memory.grow` or a fit of another kind slows all later typed-array
 * code of the process (README.md). So every contestant runs under the best conditions it can have.
 *
 * usage: node bench/contestant.mjs RACE NAME FILE [library]     FILE: as rounds.mjs writes it; prints one line of JSON
 *
 * How an iteration is timed: `fit` calls `onProgress` after every E-step, and the times between these calls are exactly
 * the iterations: M-step, factorisations, E-step, merging. Loading X, its summary, the first E-step and the labels are
 * not iterations. Plain forms yield at the same points. The time of a fit is the median of its iterations, so that compiling
 * during the first of them does not count. With threads the fit runs in a worker, whose messages arrive when they may: there
 * the difference of two fits, one m iterations longer than the other, is taken, and of several such pairs the median.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { deserialize } from 'node:v8';
import { pairedIteration } from './paired.mjs';
import { RACES } from './races.mjs';
import { median } from './statistics.mjs';

const [raceName, name, file, libraryPath] = process.argv.slice(2);
const race = RACES.find((one) => one.name === raceName);
const whole = deserialize(readFileSync(file));
// what was deserialised may lie at an odd place of a larger buffer
whole.X.data = whole.X.data.slice();

const OURS = {
  wasm: async () => {
    const fitOnce = await ours(whole, 'wasm');
    const fits = [fitOnce(), fitOnce()];
    // what the forms that get fewer rows are checked against
    const partTraces = {};
    for (const part of Object.keys(whole.shape.parts ?? {})) {
      partTraces[part] = (await ours(partOf(whole, part), 'wasm'))().trace;
    }
    return { ns: fits.map(({ ns }) => ns), trace: fits[0].trace, partTraces };
  },
  js: async () => twice(await ours(partOf(whole, race.js.part), 'js')),
  threads,
};
const run = OURS[name] ?? (() => twice(plain(partOf(whole, race.others[name].part), race.others[name].steps)));
console.log(JSON.stringify(await run()));

/** The first rows, and as many iterations as go with them. */
function partOf(given, part) {
  if (part === undefined) return given;
  const { shape, X, initialParameters } = given;
  const { rows, iterations } = shape.parts[part];
  return {
    shape: { ...shape, n: rows, iterations },
    X: { ...X, data: X.data.slice(0, rows * X.columns), rows },
    initialParameters,
  };
}

/** A first and a later fit: the faster one counts. */
function twice(fitOnce) {
  const fits = [fitOnce(), fitOnce()];
  return { ns: fits.map(({ ns }) => ns), trace: fits[0].trace };
}

async function open({ shape, initialParameters }) {
  const library =
    libraryPath === undefined ? new URL('../dist/index.js', import.meta.url) : pathToFileURL(resolve(libraryPath));
  return race.library(await import(library), shape, initialParameters);
}

async function ours(given, backend) {
  const { Model, options, objectives } = await open(given);
  return () => {
    const stamps = [];
    const onProgress = () => stamps.push(performance.now());
    const model = Model.fit(given.X, { ...options, backend, maxIter: given.shape.iterations, onProgress });
    return { ns: medianStep(stamps, given.shape), trace: Array.from(objectives(model)) };
  };
}

function plain(given, steps) {
  return () => {
    const stamps = [];
    const trace = [];
    for (const objective of steps(given)) {
      stamps.push(performance.now());
      trace.push(objective);
      if (trace.length > given.shape.iterations) break;
    }
    return { ns: medianStep(stamps, given.shape), trace };
  };
}

function medianStep(stamps, { n, k }) {
  return (median(stamps.slice(1).map((t, i) => t - stamps[i])) * 1e6) / (n * k);
}

/** Two threads; nothing if the model runs on one only. */
async function threads() {
  const { shape, X } = whole;
  const { Model, options, objectives } = await open(whole);
  const { n, k, iterations } = shape;
  // in shared memory it is not copied for every fit
  const data = new X.data.constructor(new SharedArrayBuffer(X.data.byteLength));
  data.set(X.data);
  const start = (maxIter) => Model.fitAsync({ ...X, data }, { ...options, maxIter, threads: 2 });
  // starts the threads and compiles
  const first = await start(1);
  if (first.threads?.count !== 2) return { absent: first.threads?.reason ?? 'one thread' };
  const { ms } = await pairedIteration(start, iterations);
  // k-means takes the cost of its last state in another way than the others', so what is compared ends where the others end
  const model = await start(iterations);
  return { ns: [(ms * 1e6) / (n * k)], trace: Array.from(objectives(model)) };
}
