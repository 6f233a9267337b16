/**
 * npm run bench:check: did anything become slower? A quick bench, of which RATIOS are compared with those of the kept results
 * (results/iterations.json, results/native.json): times move with the machine, ratios within one run much less. Exits with 1
 * if one fell.
 *
 * usage: node bench/regression.mjs [--rounds n] [--only pattern] [--library dist/index.js]
 *
 * A ratio may fall by half the spread that it had when it was kept, but by no less than 10 % and no more than 40 %. One that
 * fell is measured once more, and the better of the two counts: a busy machine is no regression.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { quickEntries } from './races.mjs';
import { measure } from './rounds.mjs';
import { spread, table } from './table.mjs';

const LEAST_TOLERANCE = 0.1;
const MOST_TOLERANCE = 0.4;
const RATIOS = {
  jsToWasm: 'JS backend / wasm',
  plainToWasm: 'plain JS / wasm',
  oneToTwoThreads: 'one / two threads',
};
/** Beside the same pass in C++ with vectors of as many bits. */
const NATIVE = { shapes: ['100000, 8, 8', '100000, 16, 16'], peer: 'C++ sse2' };

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    library: { type: 'string' },
  },
});
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const rounds = Number(options.rounds);
const kept = (name) => JSON.parse(readFileSync(here(`results/${name}.json`), 'utf8')).results;

const checks = [...familyChecks(), ...nativeChecks()];
console.log(
  `\n${table([
    ['', 'ratio', 'kept', 'at least', 'now', ''],
    ...checks.map(({ name, what, before, least, now, fell }) => [
      name,
      what,
      spread(before),
      least.toPrecision(3),
      spread(now),
      fell ? '**fell**' : 'holds',
    ]),
  ])}\n`,
);
const fallen = checks.filter(({ fell }) => fell);
if (checks.length === 0) {
  console.error('nothing was compared: results/iterations.json has none of the rows that were asked for');
  process.exit(1);
}
if (fallen.length > 0) {
  console.error(`${fallen.length} of ${checks.length} ratios fell`);
  process.exit(1);
}
console.log(`${checks.length} ratios hold`);

function familyChecks() {
  const before = new Map(kept('iterations').map((result) => [result.name, result]));
  const wanted = quickEntries(rounds).filter(({ name }) => before.has(name) && new RegExp(options.only).test(name));
  return wanted.flatMap((entry) => {
    console.error(`${entry.name} …`);
    const run = () => measure(entry, rounds, options.library).ratio;
    return compareAll(entry.name, RATIOS, before.get(entry.name).ratio, run);
  });
}

function nativeChecks() {
  const there = existsSync(here('native/build/fused-sse2')) && existsSync(here('results/native.json'));
  if (!there || options.library !== undefined || options.only !== '') {
    console.error(`skipped: ${NATIVE.peer} (only in whole runs of dist/, after bench/native/setup.sh)`);
    return [];
  }
  const title = ({ n, d, k, covarianceType }) =>
    `${n}, ${d}, ${k}${covarianceType === 'full' ? '' : ` ${covarianceType}`}`;
  return kept('native')
    .filter(({ shape }) => NATIVE.shapes.includes(title(shape)))
    .flatMap((result) => {
      const name = `mixture ${title(result.shape)}`;
      console.error(`${name}, ${NATIVE.peer} …`);
      const { n, d, k, covarianceType } = result.shape;
      const run = () => ({ native: nativeRatio(runNative(`${n},${d},${k} ${covarianceType}`)) });
      return compareAll(name, { native: `${NATIVE.peer} / wasm` }, { native: nativeRatio(result) }, run);
    });
}

/** Rounds are not paired there: the extremes are those that the extremes of both can give. */
function nativeRatio({ ns }) {
  const { mixwasm, [NATIVE.peer]: peer } = ns;
  return { median: peer.median / mixwasm.median, min: peer.min / mixwasm.max, max: peer.max / mixwasm.min };
}

function runNative(only) {
  const folder = mkdtempSync(join(tmpdir(), 'mixwasm-check-'));
  try {
    const json = join(folder, 'native.json');
    const args = ['--only', only, '--rounds', String(rounds), '--json', json, '--take', `mixwasm,${NATIVE.peer}`];
    execFileSync(process.execPath, [here('native/run.mjs'), ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
    return JSON.parse(readFileSync(json, 'utf8')).results[0];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Compares the ratios of one row; measures again if one fell. */
function compareAll(name, whats, before, run) {
  const first = run();
  const compared = (now) =>
    Object.entries(whats)
      .filter(([ratio]) => before[ratio] !== undefined)
      .map(([ratio, what]) => compare(name, what, before[ratio], now[ratio]));
  const results = compared(first);
  if (!results.some(({ fell }) => fell)) return results;
  console.error(`${name}: again …`);
  const again = compared(run());
  return results.map((one, at) => (again[at].now.median > one.now.median ? again[at] : one));
}

function compare(name, what, before, now) {
  const half = (before.max - before.min) / (2 * before.median);
  const least = before.median * (1 - Math.min(MOST_TOLERANCE, Math.max(LEAST_TOLERANCE, half)));
  // a contestant that is gone, such as the second thread, fell too
  const present = now ?? { median: 0, min: 0, max: 0 };
  return { name, what, before, least, now: present, fell: !(present.median >= least) };
}
