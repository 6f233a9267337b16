// The generated parts of the documentation: figures come from running, never from typing.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tablesOf } from '../accuracy/tables.mjs';
import { measure } from '../check-size.mjs';

const at = (path) => new URL(`../../${path}`, import.meta.url);
const json = (path) => JSON.parse(readFileSync(at(path), 'utf8'));

/** What npm run accuracy --write kept: other programs are not on every machine. */
const accuracy = tablesOf(json('bench/results/accuracy.json'));
const accuracySections = Object.fromEntries(Object.entries(accuracy).map(([name, text]) => [name, () => text]));

export const SECTIONS = { ...accuracySections, benchmark, 'benchmark-more': benchmarkMore, size };

/** What the README shows of bench/results, picture first. The runs took minutes on a quiet machine: included, not repeated. */
const SHOWN = {
  iterations: 'nanoseconds per point × component of an iteration, mixwasm beside plain JavaScript',
  native: 'nanoseconds per point × component of an iteration, mixwasm beside scikit-learn, Armadillo, mclust and C++',
};
/** The rest, in this order; what is not named comes last. */
const HEADINGS = {
  roofline: 'What bounds an iteration',
  browsers: 'In browsers',
  threads: 'Threads',
  'from-scratch': 'Whole fits',
  startup: 'The first fit of a process',
  large: 'Large data',
  npm: 'Beside npm packages',
};

function kept(name) {
  return readFileSync(at(`bench/results/${name}.md`), 'utf8').trim();
}

function benchmark() {
  const names = Object.keys(SHOWN).filter((name) => existsSync(at(`bench/results/${name}.md`)));
  return names.map((name) => `![${SHOWN[name]}](bench/results/${name}.svg)\n\n${kept(name)}`).join('\n\n');
}

function benchmarkMore() {
  const others = readdirSync(at('bench/results'))
    .flatMap((file) => (file.endsWith('.md') ? [file.slice(0, -3)] : []))
    .filter((name) => !(name in SHOWN));
  const rank = (name) => Object.keys(HEADINGS).indexOf(name) >>> 0;
  others.sort((a, b) => rank(a) - rank(b));
  return others.map((name) => `## ${HEADINGS[name] ?? name}\n\n${kept(name)}`).join('\n\n');
}

let measured;

async function size() {
  // on two pages, and bundling takes seconds
  measured ??= measure();
  const [mixture] = await measured;
  const kilobytes = (bytes) => `${Math.round(bytes / 1000)} kB`;
  return `\`import { GaussianMixture } from 'mixwasm'\` adds ${kilobytes(mixture.initial)} to a page, gzipped, kernels included; the worker of \`fitAsync\`, loaded on its first call, ${kilobytes(mixture.all - mixture.initial)} more.`;
}
