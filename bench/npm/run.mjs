/**
 * npm run bench:npm: whole fits of a fixed number of iterations from one start, against npm packages that take a start.
 * Results are compared before anything is printed. The packages are installed beside this file on first use.
 *
 * usage: node bench/npm/run.mjs [--rounds n]
 */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine } from '../machine.mjs';
import { summary } from '../statistics.mjs';

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
if (!existsSync(here('node_modules'))) {
  execFileSync('npm', ['install', '--prefix', here('.'), '--no-save', '--no-package-lock'], { stdio: 'inherit' });
}

/** `agreement`: largest difference of the resulting means or centers, relative to the largest of them. */
const RACES = [
  { shape: { n: 20000, d: 1, k: 3, iterations: 20 }, ours: 'mixwasm mixture', others: ['gaussian-mixture'] },
  { shape: { n: 20000, d: 2, k: 3, iterations: 20 }, ours: 'mixwasm mixture', others: ['gaussian-mixture-model'] },
  { shape: { n: 20000, d: 8, k: 8, iterations: 5 }, ours: 'mixwasm mixture', others: ['gaussian-mixture-model'] },
  { shape: { n: 20000, d: 8, k: 8, iterations: 10 }, ours: 'mixwasm k-means', others: ['ml-kmeans', 'skmeans'] },
  { shape: { n: 100000, d: 8, k: 16, iterations: 10 }, ours: 'mixwasm k-means', others: ['ml-kmeans', 'skmeans'] },
];
const AGREEMENT = 1e-8;

const results = RACES.map((race) => {
  console.error(`${race.ours} at ${Object.values(race.shape).join(', ')} …`);
  const names = [race.ours, ...race.others];
  const records = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) records[name].push(run(name, race.shape));
  }
  const own = records[race.ours][0].result;
  const off = (name) => difference(records[name][0].result, own);
  return {
    shape: race.shape,
    ours: race.ours,
    ns: Object.fromEntries(names.map((name) => [name, summary(records[name].map(({ ns }) => ns))])),
    disagreement: Object.fromEntries(race.others.map((name) => [name, off(name)])),
  };
});

const table = markdown(results);
console.log(`\n${table}`);
writeFileSync(here('../results/npm.json'), `${JSON.stringify({ machine: machine(), results }, undefined, 2)}\n`);
writeFileSync(here('../results/npm.md'), table);

function run(name, shape) {
  const args = [here('contestant.mjs'), name, JSON.stringify(shape)];
  const output = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(output.trim().split('\n').at(-1));
}

function difference(a, b) {
  const scale = Math.max(...b.map(Math.abs));
  return Math.max(...b.map((value, i) => Math.abs(a[i] - value) / scale));
}

function markdown(races) {
  const lines = races.flatMap(({ shape, ours, ns, disagreement }) =>
    Object.keys(disagreement).map((name) => {
      const { n, d, k } = shape;
      const same = disagreement[name] <= AGREEMENT ? 'yes' : `differs by ${disagreement[name].toPrecision(1)}`;
      const cells = [
        `${ours.replace('mixwasm ', '')} ${n}, ${d}, ${k}`,
        name,
        ns[ours].median.toPrecision(3),
        ns[name].median.toPrecision(3),
        `${(ns[name].median / ns[ours].median).toPrecision(3)}×`,
        same,
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  );
  return [
    'Nanoseconds per point × component × iteration of a whole fit (data conversion included) from the same start; medians of the rounds.',
    '',
    '| N, D, K | package | mixwasm | package | ratio | same result |',
    '| --- | --- | ---: | ---: | ---: | --- |',
    ...lines,
    '',
  ].join('\n');
}
