/**
 * Large data: peak memory of fits of 10,000,000 × 8 (640 MB), and whether the time of an iteration is linear in N.
 * See README.md.
 *
 * usage: node bench/large.mjs [--rows n] [--rounds n] [--only memory|linear] [--json file] [--library dist/index.js]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine } from './machine.mjs';

const { values: given } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    json: { type: 'string' },
    library: { type: 'string' },
  },
});
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const library = given.library ?? here('../dist/index.js');
const rows = Number(given.rows);
const rounds = Number(given.rounds);

/** What may be held at most, MB, at 10,000,000 rows. */
const IN_MEMORY = 1200;
const FROM_CHUNKS = 300;

const iterations = 2;
const MEMORY_CASES = [
  { name: 'fit, float64', limit: IN_MEMORY, kind: 'fit', iterations },
  { name: 'fit, float64, k-means++ start', limit: IN_MEMORY, kind: 'fit', iterations, init: 'kmeans++' },
  { name: 'fit, float32', limit: IN_MEMORY, kind: 'fit', iterations, storage: 'Float32Array' },
  { name: 'fitAsync, float64 on a SharedArrayBuffer', limit: IN_MEMORY, kind: 'fitAsync', iterations },
  { name: 'fitStream from disk', limit: FROM_CHUNKS, kind: 'fitStream', iterations },
  { name: 'fitStream from disk, k-means++ start', limit: FROM_CHUNKS, kind: 'fitStream', iterations, init: 'kmeans++' },
];

const directory = mkdtempSync(join(tmpdir(), 'mixwasm-large-'));
const run = (job) => {
  const child = spawnSync(
    process.execPath,
    [here('large-case.mjs'), JSON.stringify({ directory, library, rows, ...job })],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (child.status !== 0) throw new Error(`${job.kind} failed`);
  return JSON.parse(child.stdout);
};

try {
  console.error(`writing ${rows} rows …`);
  run({ kind: 'write' });
  const memory = given.only === 'linear' ? [] : MEMORY_CASES.map(measure);
  if (memory.length > 0) checkAgreement(memory);
  const sizes = given.only === 'memory' ? [] : [1e4, 1e5, 1e6, 1e7].filter((n) => n < rows).concat(rows);
  if (sizes.length > 0) console.error('linearity …');
  const { ns } = sizes.length === 0 ? {} : run({ kind: 'linear', sizes, rounds });
  const report = { machine: machine(), rows, memory, sizes, ns };
  const table = markdown(report);
  console.log(`\n${table}`);
  const json = `${JSON.stringify(report, undefined, 2)}\n`;
  if (given.json !== undefined) writeFileSync(given.json, json);
  // the committed results are those of whole runs
  if (rows === 1e7 && given.only === undefined) {
    mkdirSync(here('results'), { recursive: true });
    writeFileSync(here('results/large.json'), json);
    writeFileSync(here('results/large.md'), table);
  }
} finally {
  rmSync(directory, { recursive: true });
}

function measure({ name, limit, ...job }) {
  console.error(`${name} …`);
  return { name, limit, ...run(job) };
}

/** Fits of the same numbers from the same start came to the same. */
function checkAgreement(memory) {
  const of = (name) => memory.find((result) => result.name === name).logLikelihood;
  const want = of('fit, float64');
  for (const name of ['fitAsync, float64 on a SharedArrayBuffer', 'fitStream from disk']) {
    if (!Object.is(of(name), want)) throw new Error(`${name} came to ${of(name)}, fit to ${want}`);
  }
}

function markdown({ machine: { cpu, cores, node, date }, rows: n, memory, sizes, ns }) {
  const slowdown = (how, size) => ns[how][size] / ns[how][1e5];
  const cell = (how, size) => `${ns[how][size].toFixed(1)} (${slowdown(how, size).toFixed(2)})`;
  return [
    `Peak process memory of fits of ${n.toLocaleString('en')} × 8, K = 8, full covariances (the rows themselves: ${Math.round((n * 64) / 1e6)} MB as float64). Each in a process of its own.`,
    '',
    '| | peak RSS, MB | to stay below | seconds, 2 iterations |',
    '| --- | ---: | ---: | ---: |',
    ...memory.map(
      ({ name, limit, peakMB, seconds }) => `| ${name} | ${peakMB.toFixed(0)} | ${limit} | ${seconds.toFixed(1)} |`,
    ),
    '',
    'Processor time of an iteration, ns per row × component (in brackets: against N = 100,000): the median of a fit, of the best of the rounds, which are taken in turns in one process.',
    '',
    '| N | fit | fitStream from disk |',
    '| ---: | ---: | ---: |',
    ...sizes.map((size) => `| ${size.toLocaleString('en')} | ${cell('memory', size)} | ${cell('stream', size)} |`),
    '',
    `${cpu}, ${cores} cores, Node ${node}, ${date}. Log-likelihoods of fit, fitAsync and fitStream from one start equal to the bit.`,
    '',
  ].join('\n');
}
