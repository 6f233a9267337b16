// Mutation testing of src/em: Stryker changes the code in a thousand small ways, and the tests have to notice.
// usage: node tools/mutation/run.mjs [--write] [--least 75] [FILE…]      (after a build; about an hour for all of src/em)
//   FILE     only these, as src/em/loop.ts; figures of the others are those of earlier runs
//   --write  keeps the figures in tools/mutation/scores.json, for docs/mutation.md
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readScores, score, tableOf, totalOf } from './report.mjs';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false }, least: { type: 'string', default: '75' } },
});
const FOLDER = 'build/mutation';
const REPORTS = `${FOLDER}/reports`;
const all = readdirSync('src/em').map((name) => `src/em/${name}`);
const files = positionals.length === 0 ? all : positionals;

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) throw error ?? new Error(`${command} ${args.join(' ')} ended with code ${status}`);
}

mkdirSync(REPORTS, { recursive: true });
if (!existsSync(`${FOLDER}/node_modules/@stryker-mutator/vitest-runner`)) {
  cpSync('tools/mutation/package.json', `${FOLDER}/package.json`);
  // legacy-peer-deps: the vitest that it runs is the project's own
  const quiet = ['--ignore-scripts', '--legacy-peer-deps', '--no-package-lock', '--no-audit', '--no-fund'];
  run('npm', ['install', '--prefix', FOLDER, ...quiet]);
}

const stryker = `${FOLDER}/node_modules/@stryker-mutator/core/bin/stryker.js`;
for (const file of files) {
  run(process.execPath, [stryker, 'run', 'tools/mutation/stryker.config.mjs'], {
    MIXWASM_MUTATE: file,
    MIXWASM_MUTATION_REPORT: `${REPORTS}/${file.replaceAll('/', '-')}`,
  });
}

const scores = readScores(REPORTS).filter(({ file }) => all.includes(file));
const reached = score(totalOf(scores));
console.log(tableOf(scores));
if (values.write) writeFileSync('tools/mutation/scores.json', `${JSON.stringify(scores, null, 2)}\n`);
if (reached < Number(values.least)) {
  throw new Error(`tests notice ${reached.toFixed(1)} % of the mutants; ${values.least} are asked for`);
}
