/**
 * npm run accuracy: digits of agreement with answers of higher precision, for every family and quantity, beside scikit-learn,
 * mclust and Armadillo where they are; LAPACK's and NIST's tests; errors of exp and log.
 *
 * usage: node tools/accuracy/run.mjs [--arguments n] [--write]      (after a build; takes about a minute)
 *
 * --write keeps the figures in bench/results/accuracy.json, of which docs/accuracy.md is made (npm run docs); that is for a
 * machine that has all peers (bench/native/setup.sh; ACCURACY_PYTHON names a Python with scikit-learn). Exits with 1 if a
 * promise is broken: a Cholesky ratio of 30, moments of less than 15 digits, an error of exp or log above 0.51 ulp.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { choleskyRatios, SIZES } from './cholesky.mjs';
import { distanceFromMpmath, expLog } from './exp-log.mjs';
import { momentCases, peers } from './peers.mjs';
import {
  bernoulliCases,
  clusterCases,
  clusterErrors,
  gaussianCases,
  gaussianErrors,
  load,
  logDensityErrors,
  nistErrors,
  valueErrors,
} from './references.mjs';
import { tablesOf } from './tables.mjs';

const { values: options } = parseArgs({
  options: { arguments: { type: 'string', default: '1e7' }, write: { type: 'boolean' } },
});

const [gaussians, clusterings] = [gaussianCases(), clusterCases()];
const backends = (measure) => ({ wasm: measure('wasm'), js: measure('js') });
/** Rows of both backends as rows of { ...what, wasm, js }. */
function sideBySide(measure, keep, pick) {
  const { wasm, js } = backends(measure);
  return wasm.map((row, i) => ({
    ...Object.fromEntries(keep.map((name) => [name, row[name]])),
    wasm: pick(row),
    js: pick(js[i]),
  }));
}
const rest = (row) => row;

const report = {
  node: process.versions.node,
  gaussian: gaussians.map((c) => ({
    title: c.title.length > 60 ? `${c.title.slice(0, c.title.indexOf(','))}, K=${c.k}, ${c.covarianceType}` : c.title,
    iterations: c.iterations,
    ...backends((backend) => gaussianErrors(c, backend)),
  })),
  bernoulli: sideBySide(bernoulliCases, ['title', 'iterations'], rest),
  clusters: clusterings.map((c) => ({ title: c.title, ...backends((backend) => clusterErrors(c, backend)) })),
  values: sideBySide(valueErrors, ['what', 'cases'], ({ error }) => error),
  nist: nistErrors('wasm'),
  logDensity: sideBySide(logDensityErrors, ['kind', 'condition', 'points'], rest),
  sizes: SIZES,
  cholesky: sideBySide(choleskyRatios, ['type'], rest),
  expLogReference: distanceFromMpmath(),
  expLog: expLog(Number(options.arguments)),
  peers: peers([...gaussians, ...clusterings, ...momentCases(load('reference/nist_strd_moments.json').cases)]),
};

for (const [name, text] of Object.entries(tablesOf(report))) console.log(`\n${name}\n\n${text}`);
for (const [name, { absent }] of Object.entries(report.peers)) {
  if (absent !== undefined) console.log(`skipped: ${name} (${absent}); bench/native/setup.sh installs it`);
}
if (options.write) {
  const file = new URL('../../bench/results/accuracy.json', import.meta.url);
  writeFileSync(file, `${JSON.stringify(report, undefined, 1)}\n`);
}

const broken = [
  ...report.cholesky.flatMap(({ type, wasm }) =>
    wasm.ratio < 30 || wasm.rejected === wasm.sizes ? [] : [`Cholesky, ${type}`],
  ),
  ...report.nist.flatMap(({ name, mean, deviation }) => (Math.max(mean, deviation) < 1e-15 ? [] : [`NIST ${name}`])),
  ...report.expLog.flatMap(({ f, range, wasm }) => (wasm < 0.51 ? [] : [`${f}, ${range}`])),
];
for (const what of broken) console.log(`BROKEN: ${what}`);
process.exitCode = broken.length > 0 ? 1 : 0;
