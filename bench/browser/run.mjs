/**
 * npm run bench:browser: wasm, two threads and the JS backend in Chromium and Firefox, beside Node, on the same data. The
 * log-likelihoods of wasm must have the bits of Node's in every browser, with one thread and with two.
 *
 * usage: node bench/browser/run.mjs [--rounds n] [--only text] [--json file]      (tools/setup-browsers.sh installs both)
 *
 * Data are made by Node and fetched, since Math.log and Math.cos of other engines have other last digits. Engines take turns,
 * in a new page (Node: a new process) for every row and round.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { absent, BROWSERS, findBrowser } from '../../tools/browsers/find.mjs';
import { launch } from '../../tools/browsers/launch.mjs';
import { serve } from '../../tools/browsers/serve.mjs';
import { generate } from '../data.mjs';
import { machine } from '../machine.mjs';
import { largestDifference, summary } from '../statistics.mjs';
import { measureRow } from './measure.mjs';
import { browserTable, title } from './table.mjs';

const ROWS = [
  { n: 20000, d: 2, k: 3, iterations: 30 },
  { n: 100000, d: 8, k: 8, iterations: 6 },
  { n: 20000, d: 32, k: 16, iterations: 4 },
  { n: 100000, d: 16, k: 16, iterations: 5, covarianceType: 'diag' },
].map((row) => ({ covarianceType: 'full', ...row, jsRows: Math.min(row.n, row.d > 16 ? 4000 : 20000) }));

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
    row: { type: 'string' },
  },
});
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

if (options.row !== undefined) {
  const row = ROWS[Number(options.row)];
  const { X, initialParameters } = generate(row);
  console.log(JSON.stringify(await measureRow(await import('../../dist/index.js'), row, X.data, initialParameters)));
} else {
  await main();
}

async function main() {
  const engines = [{ name: 'Node', version: process.version, run: inNode }];
  const data = new Map(ROWS.map((row, at) => [`/data/${at}`, bytesOf(generate(row))]));
  const server = await serve(data);
  try {
    for (const [kind, { name }] of Object.entries(BROWSERS)) {
      if (findBrowser(kind) === undefined) console.error(`skipped: ${name} (${absent(kind)})`);
      else engines.push({ name, ...(await engine(kind, server.origin)) });
    }
    const results = [];
    for (const [at, row] of ROWS.entries()) {
      if (!title(row).includes(options.only)) continue;
      console.error(`${title(row)} …`);
      results.push(await race(engines, row, at));
    }
    report(engines, results);
  } finally {
    for (const { close } of engines) await close?.();
    server.close();
  }
}

async function engine(kind, origin) {
  const { version, evaluate, close } = await launch(kind);
  const run = async (at) => JSON.parse(await evaluate(origin, inPage, at, ROWS[at]));
  return { version, run, close };
}

/** Runs in the page. */
async function inPage(at, row) {
  const [library, { measureRow: measure }, response] = await Promise.all([
    import('/dist/index.js'),
    import('/bench/browser/measure.mjs'),
    fetch(`/data/${at}`),
  ]);
  const { n, d, k } = row;
  const all = new Float64Array(await response.arrayBuffer());
  const cut = (from, length) => all.slice(from, from + length);
  const x = cut(0, n * d);
  const weights = cut(n * d, k);
  const means = cut(n * d + k, k * d);
  const covariances = all.slice(n * d + k + k * d);
  return JSON.stringify(await measure(library, row, x, { weights, means, covariances }));
}

function bytesOf({ X, initialParameters: { weights, means, covariances } }) {
  return Buffer.concat([X.data, weights, means, covariances].map(({ buffer }) => Buffer.from(buffer)));
}

/** In a process of its own, like a page. */
async function inNode(at) {
  return JSON.parse(execFileSync(process.execPath, [here('run.mjs'), '--row', String(at)], { encoding: 'utf8' }));
}

async function race(engines, row, at) {
  const records = engines.map(() => []);
  for (let round = 0; round < Number(options.rounds); round++) {
    const order = [...engines.keys()];
    for (const e of round % 2 === 0 ? order : order.toReversed()) records[e].push(await engines[e].run(at));
  }
  const [[node]] = records;
  const measured = engines.map(({ name }, e) => {
    for (const { js, wasmOfPart, wasm, threads } of records[e]) {
      sameBits(wasm.trace, node.wasm.trace, `${name}, wasm`);
      sameBits(wasmOfPart, node.wasmOfPart, `${name}, wasm on fewer rows`);
      if (threads.absent === undefined) sameBits(threads.trace, node.wasm.trace, `${name}, two threads`);
      const off = largestDifference(js.trace, wasmOfPart);
      if (off > 1e-12)
        throw new Error(`${name}: log-likelihoods of the JS backend and wasm differ by ${off} (relative)`);
    }
    const ns = (who) => {
      const times = records[e].map((record) => record[who].ns).filter((time) => time !== undefined);
      return times.length === 0 ? undefined : summary(times);
    };
    return [name, { wasm: ns('wasm'), threads: ns('threads'), js: ns('js'), absent: records[e][0].threads.absent }];
  });
  return { row, logLikelihood: node.wasm.trace.at(-1), ns: Object.fromEntries(measured) };
}

function sameBits(got, want, who) {
  if (got.length === want.length && got.every((value, t) => Object.is(value, want[t]))) return;
  throw new Error(`${who}: log-likelihoods ${got} do not have the bits of Node's, ${want}`);
}

function report(engines, results) {
  const about = { machine: machine(), engines: engines.map(({ name, version }) => ({ name, version })), results };
  const text = browserTable(about);
  console.log(`\n${text}`);
  const json = `${JSON.stringify(about, undefined, 2)}\n`;
  if (options.json !== undefined) writeFileSync(options.json, json);
  // the committed results are those of whole runs
  if (options.only !== '' || engines.length === 1) return;
  mkdirSync(here('../results'), { recursive: true });
  writeFileSync(here('../results/browsers.json'), json);
  writeFileSync(here('../results/browsers.md'), text);
}
