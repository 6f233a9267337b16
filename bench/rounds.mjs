/**
 * Rounds of contestants for the benchmarks of one family: every contestant of every round runs in a process of its own, in
 * turns (README.md says why), and an iteration is the time between two calls of `onProgress` or two yields of a generator.
 * A fit's time is the median of its iterations.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine } from './machine.mjs';
import { largestDifference, median, summary } from './statistics.mjs';

/**
 * Runs a benchmark script: as a whole, or as the one contestant that `--contestant` names.
 *
 * usage of the scripts: node bench/<script>.mjs [--rounds n] [--only n,d,k] [--json file]
 *
 * @param {object} bench
 * @param {string} bench.script its import.meta.url
 * @param {object[]} bench.shapes with n, d, k and iterations
 * @param {Record<string, number>} bench.agreement contestants beside 'wasm', and how far (relative) the objectives of each
 *   may differ from wasm's: more is a bug, and no time of it is worth printing
 * @param {string[]} bench.plain the contestants of which the faster is the yardstick
 * @param {string} bench.title
 * @param {string[]} bench.columns heads of the table, between the shape and the times
 * @param {(shape: object) => string[]} bench.cells what they hold
 * @param {Record<string, string>} bench.heads of the contestants' columns
 * @param {(name: string, shape: object) => Promise<() => { ns: number, trace: number[] }>} bench.contestant makes one fit
 */
export async function runBench(bench) {
  const { values: options } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      only: { type: 'string', default: '' },
      json: { type: 'string' },
      contestant: { type: 'string' },
      shape: { type: 'string' },
    },
  });
  if (options.contestant !== undefined) {
    const fitOnce = await bench.contestant(options.contestant, JSON.parse(options.shape));
    // the faster of a first and a later fit
    const fits = [fitOnce(), fitOnce()];
    console.log(JSON.stringify({ ns: Math.min(...fits.map(({ ns }) => ns)), trace: fits[0].trace }));
    return;
  }
  const shapes = bench.shapes.filter(({ n, d, k }) => `${n},${d},${k}`.includes(options.only));
  const results = shapes.map((shape) => measure(bench, shape, Number(options.rounds)));
  printTable(bench, results);
  const report = { machine: machine(), results };
  console.log(`\n${report.machine.cpu}, Node ${report.machine.node}, load ${report.machine.load.toFixed(1)}`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
}

function measure({ script, agreement, plain }, shape, rounds) {
  const names = ['wasm', ...Object.keys(agreement)];
  const records = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) records[name].push(inProcess(script, name, shape));
  }
  const traceOf = (name) => records[name][0].trace;
  for (const [name, limit] of Object.entries(agreement)) {
    const difference = largestDifference(traceOf(name), traceOf('wasm'));
    if (difference > limit) throw new Error(`objectives of ${name} and wasm differ by ${difference} (relative)`);
  }
  const times = (name) => records[name].map(({ ns }) => ns);
  return {
    shape,
    objective: traceOf('wasm').at(-1),
    ns: Object.fromEntries(names.map((name) => [name, summary(times(name))])),
    ratio: summary(times('wasm').map((t, round) => Math.min(...plain.map((name) => times(name)[round])) / t)),
  };
}

function inProcess(script, name, shape) {
  const args = [fileURLToPath(script), '--contestant', name, '--shape', JSON.stringify(shape)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}

function printTable({ title, columns, cells, heads }, results) {
  const all = ['N, D, K', ...columns, ...Object.values(heads), 'plain / wasm'];
  console.log(`${title}\n\n| ${all.join(' | ')} |`);
  console.log(`|${all.map((_, at) => (at <= columns.length ? ' --- |' : ' ---: |')).join('')}`);
  for (const { shape, ns, ratio } of results) {
    const times = Object.keys(heads).map((name) => cell(ns[name]));
    const row = [`${shape.n}, ${shape.d}, ${shape.k}`, ...cells(shape), ...times, `${cell(ratio)}×`];
    console.log(`| ${row.join(' | ')} |`);
  }
}

/** A fit by the library, `run` with a listener; `traceOf` takes the objectives of all iterations from the model. */
export function libraryFit(run, traceOf, shape) {
  return () => {
    const stamps = [];
    const model = run(() => stamps.push(performance.now()));
    return { ns: perPointComponent(stamps, shape), trace: Array.from(traceOf(model)) };
  };
}

/** A fit by a generator that yields the objective of each iteration, the start's first. */
export function plainFit(steps, shape) {
  return () => {
    const stamps = [];
    const trace = [];
    for (const objective of steps()) {
      stamps.push(performance.now());
      trace.push(objective);
      if (trace.length > shape.iterations) break;
    }
    return { ns: perPointComponent(stamps, shape), trace };
  };
}

function perPointComponent(stamps, { n, k }) {
  return (median(stamps.slice(1).map((t, i) => t - stamps[i])) * 1e6) / (n * k);
}

function cell({ median: middle, min, max }) {
  return `${short(middle)} (${short(min)}–${short(max)})`;
}

/** Three digits. */
function short(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
