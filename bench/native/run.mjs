/**
 * npm run bench:native: an EM iteration of mixwasm beside scikit-learn, mclust, Armadillo and the fused pass in C++ (setup.sh
 * installs and builds them; what is absent is left out with a word). Same data and start for all (../data.mjs), contestants
 * in turns, each in a process of its own, medians of the rounds; log-likelihoods compared before anything is printed.
 *
 * With --separation 20 clusters lie so far apart that most responsibilities are exactly 0, and scikit-learn and Armadillo alone
 * are asked: results/separated.{json,md}. With --threads 2 those that can use them have two: results/native-threads.{json,md}.
 *
 * usage: node bench/native/run.mjs [--rounds n] [--only text] [--json file] [--without name,name] [--take name,name]
 *                                  [--separation s] [--threads n]
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generate } from '../data.mjs';
import { machine } from '../machine.mjs';
import { summary } from '../statistics.mjs';
import { CONTESTANTS } from './contestants.mjs';
import { NATIVE_SHAPES } from './shapes.mjs';
import { nativeTable } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
    without: { type: 'string', default: '' },
    take: { type: 'string' },
    separation: { type: 'string' },
    threads: { type: 'string', default: '1' },
  },
});
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const without = options.without.split(',');
const separation = options.separation === undefined ? undefined : Number(options.separation);
const threads = Number(options.threads);
const take = (options.take ?? (separation || threads > 1 ? 'mixwasm,scikit-learn,Armadillo' : undefined))?.split(',');
const contestants = CONTESTANTS.filter(({ name, needs, hint }) => {
  if (without.includes(name) || take?.includes(name) === false) return false;
  if (needs === undefined || existsSync(needs) || isCommand(needs)) return true;
  console.error(`skipped: ${name} (${hint ?? 'run bench/native/setup.sh'})`);
  return false;
});
const folder = mkdtempSync(join(tmpdir(), 'mixwasm-bench-'));
const report = { machine: machine(), results: [] };
try {
  for (const overlapping of NATIVE_SHAPES) {
    const shape = { ...overlapping, ...(separation && { separation }) };
    if (!name(shape).includes(options.only)) continue;
    console.error(`${name(shape)} …`);
    report.results.push(measure(shape, Number(options.rounds)));
    // a run takes many minutes: what is measured is kept
    if (options.json !== undefined) writeFileSync(options.json, text(report));
  }
} finally {
  rmSync(folder, { recursive: true });
}
const table = nativeTable(report, contestants, { separation, threads });
console.log(`\n${table}`);
if (options.only === '' && options.without === '' && options.take === undefined) {
  const results = here(
    `../results/${separation !== undefined ? 'separated' : threads > 1 ? 'native-threads' : 'native'}`,
  );
  writeFileSync(`${results}.json`, text(report));
  writeFileSync(`${results}.md`, table);
}

function text(value) {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function name({ n, d, k, covarianceType }) {
  return `${n},${d},${k} ${covarianceType}`;
}

function measure(shape, rounds) {
  const { n, d, k, covarianceType, iterations } = shape;
  const { X, initialParameters } = generate(shape);
  const file = join(folder, 'data.bin');
  const { weights, means, covariances } = initialParameters;
  writeFileSync(file, Buffer.concat([X.data, weights, means, covariances].map((part) => Buffer.from(part.buffer))));
  const args = [n, d, k, covarianceType, iterations, file].map(String);
  const taking = contestants.filter(({ until }) => until === undefined || until(shape));
  const records = Object.fromEntries(taking.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const contestant of round % 2 === 0 ? taking : taking.toReversed()) {
      // a contestant of many seconds proves its point in fewer rounds
      if (round >= 2 && contestant.slow?.(shape)) continue;
      records[contestant.name].push(run(contestant, args, shape));
    }
  }
  const own = records.mixwasm.at(-1).trace;
  for (const { name: who, agreement } of taking) agree(who, records[who].at(-1), own, agreement);
  return {
    shape,
    logLikelihood: own.at(-1),
    ns: Object.fromEntries(taking.map(({ name: who }) => [who, summary(records[who].map(({ ns }) => ns))])),
    versions: Object.fromEntries(taking.map(({ name: who }) => [who, records[who][0].version])),
  };
}

function run({ command }, args, shape) {
  const [file, ...rest] = command(args, shape, threads);
  const output = execFileSync(file, rest, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: options.threads, OPENBLAS_NUM_THREADS: options.threads },
  });
  return JSON.parse(output.trim().split('\n').at(-1));
}

/** A trace is compared to its end, a last value with the step it belongs to (peers count their steps in their own way). */
function agree(who, { trace, last }, own, limit) {
  const off = (a, b) => Math.abs(a / b - 1);
  const distance =
    trace === undefined
      ? Math.min(...own.map((value) => off(last, value)))
      : Math.max(...trace.map((value, t) => off(value, own[t])));
  if (distance <= limit) return;
  throw new Error(`${who}: log-likelihoods differ by ${distance} (relative; at most ${limit})`);
}

function isCommand(name) {
  try {
    execFileSync('which', [name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
