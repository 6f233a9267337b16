// The generated parts of the documentation: figures come from running, never from typing.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tablesOf } from '../accuracy/tables.mjs';
import { sizesOf } from '../check-size.mjs';
import { tableOf } from '../mutation/report.mjs';

const at = (path) => new URL(`../../${path}`, import.meta.url);
const json = (path) => JSON.parse(readFileSync(at(path), 'utf8'));

/** What npm run accuracy --write kept: other programs are not on every machine. */
const accuracy = tablesOf(json('bench/results/accuracy.json'));
const accuracySections = Object.fromEntries(Object.entries(accuracy).map(([name, text]) => [name, () => text]));

/** What npm run mutation -- --write kept: it takes half an hour. */
const mutation = () => tableOf(json('tools/mutation/scores.json'));

export const SECTIONS = {
  ...accuracySections,
  benchmark,
  'benchmark-more': benchmarkMore,
  latency,
  mutation,
  size,
  soak,
};

/** What the README shows of bench/results, picture first. The runs took minutes on a quiet machine: included, not repeated. */
const SHOWN = {
  iterations: 'nanoseconds per point × component of an iteration, mixwasm beside plain JavaScript',
  native: 'nanoseconds per point × component of an iteration, mixwasm beside scikit-learn, Armadillo, mclust and C++',
};
/** What docs/services.md shows. */
function latency() {
  return kept('latency');
}

/** The rest, in this order; what is not named comes last. */
const HEADINGS = {
  roofline: 'What bounds an iteration',
  browsers: 'In browsers',
  threads: 'Threads',
  'native-threads': 'Two threads against two',
  separated: 'Clusters that lie apart',
  'from-scratch': 'Whole fits',
  acceleration: 'Fewer iterations',
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
    .filter((name) => !(name in SHOWN) && name !== 'latency');
  const rank = (name) => Object.keys(HEADINGS).indexOf(name) >>> 0;
  others.sort((a, b) => rank(a) - rank(b));
  return others.map((name) => `## ${HEADINGS[name] ?? name}\n\n${kept(name)}`).join('\n\n');
}

let measured;

async function size() {
  // on two pages, and bundling takes seconds
  measured ??= sizesOf('GaussianMixture');
  const mixture = await measured;
  const kilobytes = (bytes) => `${Math.round(bytes / 1000)} kB`;
  return `\`import { GaussianMixture } from 'mixwasm'\` adds ${kilobytes(mixture.initial)} to a page, gzipped, kernels included; the worker of \`fitAsync\`, loaded on its first call, ${kilobytes(mixture.all - mixture.initial)} more.`;
}

/** What the service of examples/service did under load: minutes, so included, not repeated. */
function soak() {
  const { machine, loadAverage, node, fastify, minutes, rate, shape, requests, memory, slowest, ...measured } =
    json('bench/results/soak.json');
  const { scoring, fitting, loopDelay, collector, fitCalls } = measured;
  const ms = (value) => (value < 1 ? value.toFixed(2) : value < 10 ? value.toFixed(1) : value.toFixed(0));
  const mb = ({ first, last, most }) => `${first.toFixed(0)} → ${last.toFixed(0)} (at most ${most.toFixed(0)})`;
  const cause = (name, text) =>
    `| ${text} | ${slowest.counts[name]} | ${((100 * slowest.milliseconds[name]) / total).toFixed(0)} % |`;
  const total = Object.values(slowest.milliseconds).reduce((a, b) => a + b, 0);
  const { rows, features, components } = shape;
  return [
    `${minutes} minutes, ${rate} scoring requests a second (${rows} rows of ${features} features, ${components} components, JSON both ways), a fit of 1,500`,
    `rows every two seconds, a fit of 15,000 rows whose client hangs up every twenty, two refused requests a second; client, service`,
    `and workers on one machine (${machine}${loadAverage === undefined ? '' : `, load average ${loadAverage.toFixed(1)}`}; Node ${node.slice(1)}, fastify ${fastify}). ${requests.scored} requests scored, ${requests.fitted} fitted,`,
    `${requests.hungUp} broken off, ${requests.refused} refused: ${requests.errors} answers that should have been another.`,
    '',
    '| milliseconds | p50 | p99 | p99.9 | max |',
    '| --- | ---: | ---: | ---: | ---: |',
    `| a scoring request, as the client sees it | ${ms(scoring.p50)} | ${ms(scoring.p99)} | ${ms(scoring.p999)} | ${ms(scoring.max)} |`,
    `| of which in mixwasm | ${ms(scoring.inside.p50)} | ${ms(scoring.inside.p99)} | | ${ms(scoring.inside.max)} |`,
    `| a fit, as the client sees it | ${ms(fitting.p50)} | | | ${ms(fitting.max)} |`,
    `| delay of the service's event loop, of a timer of 1 ms | ${ms(loopDelay.service.p50)} | ${ms(loopDelay.service.p99)} | | ${ms(loopDelay.service.max)} |`,
    `| the same of the client's | ${ms(loopDelay.client.p50)} | ${ms(loopDelay.client.p99)} | | ${ms(loopDelay.client.max)} |`,
    '',
    `What held up the slowest hundredth (${slowest.count} requests; more than half of a request's time in one of these, and the share of`,
    `all their time):`,
    '',
    '| | requests | of the time |',
    '| --- | ---: | ---: |',
    cause(
      'machine',
      'the service or its client was ready to run, and other threads had the processors (fits, other programs)',
    ),
    cause('collector', `the garbage collector (${collector.pauses} pauses, the longest ${ms(collector.longest)} ms)`),
    cause(
      'fits',
      `the call of \`fitAsync\`: checking and copying X (${fitCalls.count} calls, the longest ${ms(fitCalls.longest)} ms)`,
    ),
    cause('scoring', 'scoring itself'),
    cause('other', 'none of these: JSON, HTTP, waiting behind requests that were held up'),
    '',
    `Memory of the service in MB, median of the first third and of the last: resident ${mb(memory.rss)}, JavaScript heap`,
    `${mb(memory.heapUsed)}, array buffers ${mb(memory.arrayBuffers)}.`,
  ].join('\n');
}
