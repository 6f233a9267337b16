/**
 * npm run bench: times EM iterations and prints a table. See README.md.
 *
 * usage: node bench/run.mjs [--quick] [--rounds n] [--only text] [--json file] [--library dist/index.js]
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measure } from './gaussian.mjs';
import { machine } from './machine.mjs';
import { quick, SHAPES } from './shapes.mjs';
import { markdown } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'string' },
    library: { type: 'string' },
  },
});
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const name = ({ n, d, k, covarianceType }) => `${n},${d},${k} ${covarianceType}`;

const library = options.library ?? here('../dist/index.js');
if (!existsSync(library)) {
  console.error('there is no dist/index.js to measure: run `npm run build` first');
  process.exit(1);
}
const rounds = (shape) => Number(options.rounds ?? (options.quick ? 2 : shape.rounds));
const shapes = (options.quick ? SHAPES.map(quick) : SHAPES).filter((shape) => name(shape).includes(options.only ?? ''));

const report = { machine: machine(), results: [] };
if (report.machine.load >= 1) {
  console.error(`load average ${report.machine.load.toFixed(1)}: other processes are running; expect spread`);
}
for (const shape of shapes) {
  console.error(`${name(shape)} …`);
  report.results.push(measure(shape, rounds(shape), library));
}

const table = markdown(report);
console.log(`\n${table}`);
const json = `${JSON.stringify(report, undefined, 2)}\n`;
if (options.json !== undefined) writeFileSync(options.json, json);
// the committed results are those of whole runs
if (!options.quick && options.only === undefined) {
  mkdirSync(here('results'), { recursive: true });
  writeFileSync(here('results/gaussian.json'), json);
  writeFileSync(here('results/gaussian.md'), table);
}
