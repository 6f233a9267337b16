// Reads and fits a large CSV through the command line, as users do: seconds to read, and memory above an empty Node process.
// usage: node bench/cli.mjs [--rows 1000000] [--columns 8] [--rounds 5] [--threads 1]      (after a build)
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { boxMuller, mulberry32 } from './data.mjs';
import { machine } from './machine.mjs';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    columns: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '1' },
  },
});
const rows = Number(values.rows);
const columns = Number(values.columns);
const K = 8;
const MB = 1e6;
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
/** What a process says of itself when it ends; maxRSS is in KiB. */
const REPORT =
  'data:text/javascript,import{isMainThread as m}from"node:worker_threads";m&&process.on("exit",()=>console.error("maxRSS",process.resourceUsage().maxRSS))';

const folder = mkdtempSync(join(tmpdir(), 'mixwasm-bench-'));
try {
  const file = join(folder, 'rows.csv');
  writeRows(file);
  const binary = 8 * rows * columns;
  console.log(`${rows} × ${columns}: ${megabytes(statSync(file).size)} of CSV, ${megabytes(binary)} as doubles`);
  const bare = Math.min(...times(3, () => run(['-e', '0']).rss));
  const rounds = times(Number(values.rounds), () =>
    run([cli, 'fit', file, '-k', String(K), '--max-iter', '5', '--threads', values.threads]),
  );
  const read = rounds.map(({ text }) => seconds(/, ([\d.]+ m?s) to read/.exec(text)[1])).sort((a, b) => a - b);
  const above = Math.max(...rounds.map(({ rss }) => rss)) - bare;
  console.log(
    `read: ${read[0].toFixed(2)} s at best, ${read[read.length >> 1].toFixed(2)} s in the middle of ${read.length} rounds`,
  );
  console.log(
    `memory above node -e 0 (${megabytes(bare)}): ${megabytes(above)} at most, ${(above / binary).toFixed(2)} × the doubles`,
  );
  console.log(JSON.stringify(machine()));
} finally {
  rmSync(folder, { recursive: true });
}

/** Eight clusters, numbers with six decimals; the same file on every machine. */
function writeRows(path) {
  const uniform = mulberry32(1);
  const normal = boxMuller(uniform);
  const centers = Float64Array.from({ length: K * columns }, () => 4 * normal());
  const output = openSync(path, 'w');
  let text = `${Array.from({ length: columns }, (_, j) => `x${j}`).join(',')}\n`;
  for (let i = 0; i < rows; i++) {
    const k = Math.floor(uniform() * K);
    for (let j = 0; j < columns; j++)
      text += `${j === 0 ? '' : ','}${(centers[k * columns + j] + normal()).toFixed(6)}`;
    text += '\n';
    if (text.length < MB) continue;
    writeSync(output, text);
    text = '';
  }
  writeSync(output, text);
  closeSync(output);
}

function run(args) {
  const { stderr, status } = spawnSync(process.execPath, ['--import', REPORT, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return { text: stderr, rss: Number(/maxRSS (\d+)/.exec(stderr)[1]) * 1024 };
}

function seconds(text) {
  return Number.parseFloat(text) / (text.endsWith('ms') ? 1000 : 1);
}

function times(n, what) {
  return Array.from({ length: n }, what);
}

function megabytes(bytes) {
  return `${(bytes / MB).toFixed(1)} MB`;
}
