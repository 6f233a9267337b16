/**
 * npm run bench:roofline: what bounds an iteration. Measures what this machine can do at most (ceilings.mjs) and what the
 * parts of an iteration take (passes.mjs), in turns in one process, and compares.
 *
 * usage: node bench/roofline/run.mjs [--rounds n] [--only text] [--json file]
 *
 * Of every figure the least of the rounds is taken: it is what other processes disturbed least, and a ceiling is a maximum.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gaussian } from '../gaussian.mjs';
import { machine } from '../machine.mjs';
import { machineLine, short, table } from '../table.mjs';
import { ceilings } from './ceilings.mjs';
import { passes } from './passes.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
  },
});
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { GaussianMixture } = await import('../../dist/index.js');
const kernelModule = new WebAssembly.Module(readFileSync(here('../../build/kernels.testing.wasm')));

/**
 * Rows: enough for a pass to be timed, and so many that components still overlap after a few iterations: with few rows to
 * each most responsibilities are 0, and moments are taken of the others only.
 */
const rowsOf = ({ n, d, k, covarianceType }) => {
  const nanoseconds = k * (covarianceType === 'diag' ? 10 + d : 15 + d * d * 0.3);
  return Math.min(n, Math.max(16 * k * d, Math.round(2e7 / nanoseconds / 1024) * 1024));
};

/** A row that takes longer gets fewer rounds. */
const MOST_MS = 15_000;
/** Nanoseconds of a flop, an exponential, a byte: one for all rows, the least ever seen. */
const ceiling = {};
const measured = gaussian.shapes.filter((shape) => gaussian.title(shape).includes(options.only)).map(measure);
const results = measured.map((row) => ({ ...row, ...analyse(row, ceiling) }));
const report = { machine: machine(), ceiling, results };
const text = markdown(report);
console.log(`\n${text}`);
const json = `${JSON.stringify(report, undefined, 2)}\n`;
if (options.json !== undefined) writeFileSync(options.json, json);
if (options.only === '') {
  mkdirSync(here('../results'), { recursive: true });
  writeFileSync(here('../results/roofline.json'), json);
  writeFileSync(here('../results/roofline.md'), text);
}

function measure(shape) {
  console.error(`${gaussian.title(shape)} …`);
  const { d, k, covarianceType } = shape;
  const rows = rowsOf(shape);
  const { X, initialParameters } = gaussian.generate({ ...shape, n: rows });
  const iterate = (maxIter, onProgress) =>
    GaussianMixture.fit(X, {
      nComponents: k,
      covarianceType,
      initialParameters,
      regCovar: 0,
      tol: 0,
      maxIter,
      ...(onProgress && { onProgress }),
    });
  const instance = open();
  const run = passes(instance, X.data, iterate(2));
  const other = open();
  const most = ceilings(other.kernels, other.memory);
  const least = {};
  const keep = (name, value) => {
    least[name] = Math.min(value, least[name] ?? Infinity);
  };
  const begin = performance.now();
  for (let round = 0; round < Number(options.rounds); round++) {
    if (round >= 4 && performance.now() - begin > MOST_MS) break;
    for (const name of ['flop', 'exp', ...(round === 0 ? ['byte'] : [])])
      ceiling[name] = Math.min(most[name](), ceiling[name] ?? Infinity);
    keep('iteration', iterationOf(iterate, rows));
    for (const stages of [1, 2, 3, 4]) keep(stages, run(stages));
  }
  return { shape: { n: rows, d, k, covarianceType }, least };
}

/** Nanoseconds per row, the least of a few iterations. */
function iterationOf(iterate, rows) {
  let last;
  let best = Infinity;
  iterate(4, () => {
    const now = performance.now();
    if (last !== undefined) best = Math.min(best, now - last);
    last = now;
  });
  return (best * 1e6) / rows;
}

function open() {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
  const kernels = new WebAssembly.Instance(kernelModule, { env: { memory } }).exports;
  kernels.fillTables();
  return { kernels, memory };
}

/**
 * All in nanoseconds per point × component. `parts` is where the time goes; `floors` what each part would take at the
 * ceiling: products and sums at the rate of the fastest loop of them, one exponential, X once from memory.
 */
function analyse({ shape: { d, k, covarianceType }, least }, { flop, exp, byte }) {
  const { iteration, ...until } = least;
  const flops = flopsOf(d, covarianceType);
  const parts = {
    fill: until[1] / k,
    forms: (until[2] - until[1]) / k,
    logSumExp: (until[3] - until[2]) / k,
    moments: (until[4] - until[3]) / k,
    rest: (iteration - until[4]) / k,
  };
  const floors = { forms: flops.forms * flop, moments: flops.moments * flop, logSumExp: exp, read: (8 * d * byte) / k };
  const floor = floors.forms + floors.moments + floors.logSumExp;
  return {
    iteration: iteration / k,
    flops,
    parts,
    floors,
    share: {
      forms: floors.forms / parts.forms,
      moments: floors.moments / parts.moments,
      flops: (floors.forms + floors.moments) / (iteration / k),
      floor: floor / (iteration / k),
    },
  };
}

/** Products and sums of a point and a component: of the form (x − μ, W·(x − μ), squares) and of the moments. */
function flopsOf(d, covarianceType) {
  // x − μ is not needed where the moments are taken about 0, as most are here
  if (covarianceType === 'diag') return { forms: 4 * d, moments: 4 * d };
  return { forms: d * (d + 1) + 2 * d, moments: d * (d + 1) + 3 * d };
}

/** The two largest of: work at the ceiling, and what is lost beside it. */
function boundBy({ iteration, parts, floors }) {
  const pieces = {
    'products and sums at the peak': floors.forms + floors.moments,
    'the exponential itself': floors.logSumExp,
    'log-sum-exp around it': parts.logSumExp - floors.logSumExp,
    'quadratic forms below the peak (loads, corners, short loops)': parts.forms - floors.forms,
    'moments below the peak (packing, corners, short loops)': parts.moments - floors.moments,
    'filling panels': parts.fill,
    'M-step, factors, sums of blocks': parts.rest,
  };
  return Object.entries(pieces)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 2)
    .map(([name, ns]) => `${name} ${percent(ns / iteration)}`)
    .join('; ');
}

function markdown({ machine: about, ceiling: { flop, exp, byte }, results: all }) {
  const { title } = gaussian;
  const split = [
    ['N, D, K', 'iteration', 'filling panels', 'quadratic forms', 'log-sum-exp', 'moments', 'rest'],
    ...all.map(({ shape, iteration, parts: { fill, forms, logSumExp, moments, rest } }) => [
      title(shape),
      ...[iteration, fill, forms, logSumExp, moments, rest].map((ns) => short(Math.max(0, ns))),
    ]),
  ];
  const shares = [
    [
      'N, D, K',
      'flops',

      'forms, of peak',
      'moments, of peak',
      'iteration, of peak',
      'of peak and exp',
      'what bounds it',
    ],
    ...all.map((result) => [
      title(result.shape),
      String(result.flops.forms + result.flops.moments),
      percent(result.share.forms),
      percent(result.share.moments),
      percent(result.share.flops),
      percent(result.share.floor),
      boundBy(result),
    ]),
  ];
  return [
    'Where the time of an iteration goes: nanoseconds per point × component, the least of the rounds.',
    '',
    table(split),
    '',
    `Against what the machine can do with 128-bit vectors in the same process: products and sums at ${(1 / flop).toFixed(1)} GFLOP/s, an exponential in ${exp.toFixed(1)} ns, ${(1 / byte).toFixed(1)} GB/s from memory (X once takes at most ${percent(Math.max(...all.map(({ floors, iteration }) => floors.read / iteration)))} of any row).`,
    '',
    table(shares),
    '',
    `${machineLine(about)} Rows are fewer than in the other tables where they cost much.`,
    '',
  ].join('\n');
}

function percent(share) {
  return `${Math.round(100 * share)} %`;
}
