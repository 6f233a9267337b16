/**
 * npm run bench: times iterations of every family and prints tables. See README.md.
 *
 * usage: node bench/run.mjs [--quick] [--rounds n] [--only pattern] [--json file] [--update] [--library dist/index.js]
 *
 * `--only` takes the rows whose name (`mixture 100000, 8, 8`) a regular expression matches; with `--update` they replace
 * those rows of the kept results, which are otherwise those of whole runs.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine } from './machine.mjs';
import { entries, quickEntries } from './races.mjs';
import { measure } from './rounds.mjs';
import { markdown } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
    update: { type: 'boolean', default: false },
    library: { type: 'string' },
  },
});
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
if (!existsSync(options.library ?? here('../dist/index.js'))) {
  console.error('there is no dist/index.js to measure: run `npm run build` first');
  process.exit(1);
}
const all = options.quick ? quickEntries(Number(options.rounds ?? 2)) : entries();
const wanted = all.filter(({ name }) => new RegExp(options.only).test(name));
const isWhole = !options.quick && options.only === '';
const report = { machine: machine(), results: [] };
if (report.machine.load >= 1) {
  console.error(`load average ${report.machine.load.toFixed(1)}: other processes are running; expect spread`);
}
for (const entry of wanted) {
  console.error(`${entry.name} …`);
  report.results.push(measure(entry, Number(options.rounds ?? entry.shape.rounds), options.library));
  // a run of ten minutes that is broken off is not for nothing
  if (options.update) keep(report);
}
console.log(`\n${markdown(report)}`);
if (options.json !== undefined) writeFileSync(options.json, text(report));
if (isWhole) keep(report);

function keep({ machine: now, results }) {
  const path = here('results/iterations.json');
  const before = isWhole || !existsSync(path) ? [] : JSON.parse(readFileSync(path, 'utf8')).results;
  const byName = new Map([...before, ...results].map((result) => [result.name, result]));
  const kept = { machine: now, results: entries().flatMap(({ name }) => byName.get(name) ?? []) };
  mkdirSync(here('results'), { recursive: true });
  writeFileSync(path, text(kept));
  writeFileSync(here('results/iterations.md'), markdown(kept));
}

function text(value) {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
