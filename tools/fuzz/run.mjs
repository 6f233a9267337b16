// Random cases for minutes: fits of all families, shapes and scales, anything for options, damaged models and files.
// usage: node tools/fuzz/run.mjs [--minutes 10] [--seed N] [--cases N] [--only KIND]      (after a build)
// A case depends on its seed alone: what a finding prints repeats it.
import { parseArgs } from 'node:util';
import { CASES } from './cases.mjs';
import { createGenerator } from './generator.mjs';
import { loadLibrary } from './library.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    cases: { type: 'string', default: 'Infinity' },
    only: { type: 'string' },
    'keep-going': { type: 'boolean', default: false },
  },
});
const [minutes, first, most] = [Number(values.minutes), Number(values.seed), Number(values.cases)];
if (!(minutes > 0) || !Number.isInteger(first) || !(most > 0))
  throw new Error('--minutes and --cases must be above 0, --seed an integer');
const kinds = Object.entries(CASES).filter(([name]) => values.only === undefined || name === values.only);
if (kinds.length === 0) throw new Error(`--only must be one of ${Object.keys(CASES).join(', ')}`);
const drawn = kinds.flatMap(([name, { often }]) => new Array(often).fill(name));

const library = await loadLibrary();
const counts = Object.fromEntries(kinds.map(([name]) => [name, {}]));
const start = performance.now();
const end = start + 60_000 * minutes;
let [done, findings, current] = [0, 0, ''];
process.on('unhandledRejection', (error) => report(current, error));

function report(what, error) {
  findings++;
  console.error(`\nFINDING in ${what}\n${error?.stack ?? error}\nrepeat: npm run fuzz -- ${what} --cases 1\n`);
  process.exitCode = 1;
  if (!values['keep-going']) process.exit(1);
}

for (let seed = first; done < most && performance.now() < end; seed++, done++) {
  const g = createGenerator(seed);
  const draw = g.pick(drawn);
  const name = values.only ?? draw;
  current = `--seed ${seed} --only ${name}`;
  try {
    const outcome = await CASES[name].run(library, g);
    counts[name][outcome] = (counts[name][outcome] ?? 0) + 1;
  } catch (error) {
    report(current, error);
  }
}
const seconds = (performance.now() - start) / 1000;
console.log(
  `${done} cases in ${seconds.toFixed(0)} s, ${(done / seconds).toFixed(0)} a second, seeds from ${first}: ${findings} findings`,
);
for (const [name, outcomes] of Object.entries(counts)) {
  console.log(
    `${name.padEnd(18)}${Object.entries(outcomes)
      .map(([outcome, count]) => `${outcome} ${count}`)
      .join(', ')}`,
  );
}
process.exit();
