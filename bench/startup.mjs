/**
 * npm run bench:startup: what the first fit of 1000 × 2 costs in a fresh Node process, import included: the time of a process
 * that does it less that of one that does nothing, in turns. Also where it goes.
 *
 * usage: node bench/startup.mjs [--rounds n] [--json file] [--library dist/index.js]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { machine } from './machine.mjs';
import { summary } from './statistics.mjs';
import { machineLine, spread, table } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '25' },
    json: { type: 'string' },
    library: { type: 'string' },
  },
});
const library =
  options.library === undefined ? new URL('../dist/index.js', import.meta.url) : pathToFileURL(options.library);
/** Milliseconds that are to be enough. */
const GOAL = 25;

const EMPTY =
  'const { user, system } = process.cpuUsage(); console.log(JSON.stringify({ cpu: (user + system) / 1000 }));';
const FIT = `
  const begin = performance.now();
  const { GaussianMixture, loadKernels } = await import(${JSON.stringify(library.href)});
  const imported = performance.now();
  await loadKernels();
  const loaded = performance.now();
  const data = new Float64Array(2000);
  let state = 1;
  for (let i = 0; i < 2000; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    data[i] = state / 2 ** 32 + (i % 4 > 1 ? 2 : 0);
  }
  const made = performance.now();
  GaussianMixture.fit({ data, rows: 1000, columns: 2 }, { nComponents: 2 });
  const fitted = performance.now();
  const { user, system } = process.cpuUsage();
  const parts = { import: imported - begin, kernels: loaded - imported, fit: fitted - made };
  console.log(JSON.stringify({ cpu: (user + system) / 1000, parts }));
`;

const records = { empty: [], fit: [] };
for (let round = 0; round <= Number(options.rounds); round++) {
  const order = [
    ['empty', EMPTY],
    ['fit', FIT],
  ];
  for (const [name, code] of round % 2 === 0 ? order : order.toReversed()) {
    const record = run(code);
    // the first round fills the disk's cache
    if (round > 0) records[name].push(record);
  }
}
const times = (name, take) => records[name].map(take);
const difference = (take) => summary(times('fit', take).map((time, round) => time - take(records.empty[round])));
const result = {
  machine: machine(),
  rounds: Number(options.rounds),
  empty: summary(times('empty', ({ wall }) => wall)),
  own: difference(({ wall }) => wall),
  ownOfLeast: Math.min(...times('fit', ({ wall }) => wall)) - Math.min(...times('empty', ({ wall }) => wall)),
  ownProcessor: difference(({ cpu }) => cpu),
  parts: Object.fromEntries(
    Object.keys(records.fit[0].parts).map((part) => [part, summary(times('fit', ({ parts }) => parts[part]))]),
  ),
};
const text = markdown(result);
console.log(text);
const json = `${JSON.stringify(result, undefined, 2)}\n`;
if (options.json !== undefined) {
  writeFileSync(options.json, json);
} else if (options.library === undefined) {
  const here = (path) => fileURLToPath(new URL(path, import.meta.url));
  mkdirSync(here('results'), { recursive: true });
  writeFileSync(here('results/startup.json'), json);
  writeFileSync(here('results/startup.md'), text);
}

function run(code) {
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    encoding: 'utf8',
  });
  const wall = performance.now() - begin;
  if (status !== 0) throw new Error(stderr);
  return { wall, ...JSON.parse(stdout) };
}

function markdown({ machine: about, rounds, empty, own, ownOfLeast, ownProcessor, parts }) {
  const rows = [
    ['', 'ms'],
    ['a Node process that does nothing', spread(empty)],
    [`the first fit, import included, beyond that (to be: ${GOAL})`, spread(own)],
    ['the same by the fastest process of each kind', ownOfLeast.toFixed(1)],
    ["the same in processor time, V8's own threads included", spread(ownProcessor)],
    ['of it: import', spread(parts.import)],
    ['of it: unpacking and compiling the kernels', spread(parts.kernels)],
    ['of it: the fit', spread(parts.fit)],
  ];
  return [
    `The first fit of 1000 × 2 (K = 2, k-means++ start) in a fresh Node process: median of ${rounds} rounds in turns (least–greatest).`,
    '',
    table(rows),
    '',
    `${machineLine(about)} Node's own start, which the library cannot change, is a measure of the machine: where it takes 40 ms, everything here takes ${(40 / empty.median).toFixed(2)} of it.`,
    '',
  ].join('\n');
}
