/**
 * Counts the E-steps of plain EM and of both accelerations, from the same starts to the same stopping rule: no clock, the
 * same numbers on every machine. A run with the defaults replaces bench/results/acceleration.md.
 *
 * usage: node bench/acceleration.mjs [--tol 1e-10] [--only text] [--backend js] [--json file]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BernoulliMixture, GaussianMixture } from '../dist/index.js';
import { generate } from './data.mjs';
import { median } from './statistics.mjs';
import { table } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    tol: { type: 'string', default: '1e-10' },
    only: { type: 'string', default: '' },
    backend: { type: 'string', default: 'wasm' },
    json: { type: 'string' },
  },
});
const SCHEMES = ['none', 'squarem', 'anderson'];
/** Log-likelihoods nearer than this, in nats per point, are of the same optimum: what `tol` leaves of a slow path. */
const SAME = 1e-5;
/** Thresholds of which the medians are given, too. */
const OTHER_TOLERANCES = [1e-8, 1e-13];

const reference = (file) =>
  JSON.parse(readFileSync(new URL(`../test/fixtures/reference/${file}.json`, import.meta.url), 'utf8'));
const rowsOf = (file) => reference(file).dataset.rows;

/** A reference answer's own start. */
function fromFile(name, file) {
  const c = reference(file);
  const { weights, means, covariances } = c.init;
  return c.family.startsWith('bernoulli')
    ? {
        name,
        Model: BernoulliMixture,
        X: c.dataset.rows,
        start: { nComponents: c.k, initialParameters: { weights, probs: means } },
      }
    : {
        name,
        Model: GaussianMixture,
        X: c.dataset.rows,
        start: {
          nComponents: c.k,
          covarianceType: c.covarianceType,
          initialParameters: { weights, means, covariances },
        },
      };
}

/** One feature: equal weights and variances, means at the middles of K equal shares of the rows. */
function fromQuantiles(name, file, nComponents, covarianceType, variance) {
  const X = rowsOf(file);
  const sorted = X.map(([x]) => x).sort((a, b) => a - b);
  const means = Array.from({ length: nComponents }, (_, k) => [
    sorted[Math.floor((sorted.length * (k + 0.5)) / nComponents)],
  ]);
  const covariances = covarianceType === 'tied' ? [[variance]] : means.map(() => variance);
  return {
    name,
    Model: GaussianMixture,
    X,
    start: { nComponents, covarianceType, initialParameters: { means, covariances } },
  };
}

/** Means at some rows, the covariance of the data. */
function fromRows(name, file, picked, covarianceType = 'full') {
  const X = rowsOf(file);
  const initialParameters = { means: picked.map((i) => X[i]) };
  return { name, Model: GaussianMixture, X, start: { nComponents: picked.length, covarianceType, initialParameters } };
}

function seeded(name, X, start) {
  return { name, Model: GaussianMixture, X, start };
}

const overlapping = (n, d, k) => generate({ n, d, k }).X;

const CASES = [
  fromQuantiles('acidity, K=3, tied', 'gmm1d_acidity_k2', 3, 'tied', 0.4),
  fromQuantiles('acidity, K=4, tied', 'gmm1d_acidity_k2', 4, 'tied', 0.4),
  fromQuantiles('acidity, K=5, tied', 'gmm1d_acidity_k2', 5, 'tied', 0.4),
  fromFile('acidity, K=6, tied', 'gmm1d_acidity_k6_tied'),
  fromQuantiles('acidity, K=3, spherical', 'gmm1d_acidity_k2', 3, 'spherical', 0.16),
  fromQuantiles('acidity, K=4, spherical', 'gmm1d_acidity_k2', 4, 'spherical', 0.4),
  fromFile('carcinoma, 2 classes', 'bernoulli_carcinoma_k2'),
  fromFile('role conflict, 2 classes', 'bernoulli_values_k2'),
  fromRows('iris, K=2, full', 'gmm_iris_k3_full', [0, 100]),
  fromFile('iris, K=3, full', 'gmm_iris_k3_full'),
  fromFile('iris, K=3, diag', 'gmm_iris_k3_diag'),
  fromQuantiles('galaxies, K=3, tied', 'gmm1d_galaxies_k2', 3, 'tied', 4),
  fromQuantiles('galaxies, K=4, tied', 'gmm1d_galaxies_k2', 4, 'tied', 4),
  seeded('Old Faithful, K=3, full', rowsOf('gmm_faithful_k2_full'), { nComponents: 3, seed: 1 }),
  seeded('Old Faithful, K=3, tied', rowsOf('gmm_faithful_k2_full'), {
    nComponents: 3,
    seed: 1,
    covarianceType: 'tied',
  }),
  seeded('overlapping 2000 × 2, K=3, full', overlapping(2000, 2, 3), { nComponents: 3, seed: 1 }),
  seeded('overlapping 2000 × 4, K=4, diag', overlapping(2000, 4, 4), {
    nComponents: 4,
    seed: 2,
    covarianceType: 'diag',
  }),
  seeded('overlapping 2000 × 8, K=4, full', overlapping(2000, 8, 4), { nComponents: 4, seed: 1 }),
];

function measure({ name, Model, X, start }, tol) {
  const shared = { maxIter: 100_000, tol, backend: options.backend, ...start };
  if (Model === GaussianMixture) shared.regCovar = 0;
  const fits = SCHEMES.map((acceleration) => {
    const { nIter, logLikelihood, converged, trace } = Model.fit(X, { ...shared, acceleration });
    return { nIter, logLikelihood, converged, rejected: nIter + 1 - trace.logLikelihood.length };
  });
  const rows = X.rows ?? X.length;
  if (!fits.every(({ converged }) => converged)) throw new Error(`${name}: not converged`);
  // a path to another optimum is neither faster nor slower: it does not count
  const same = ({ logLikelihood }) => Math.abs(logLikelihood - fits[0].logLikelihood) <= SAME * rows;
  return { name, fits, ratios: fits.map((fit) => (same(fit) ? fits[0].nIter / fit.nIter : undefined)) };
}

/** Median ratios of the accelerations. */
const mediansOf = (results) =>
  SCHEMES.slice(1).map((_, i) =>
    median(results.map(({ ratios }) => ratios[i + 1]).filter((ratio) => ratio !== undefined)),
  );
const times = (ratio) => `${ratio.toFixed(1)}×`;

function tableOf(results) {
  const rows = results.map(({ name, fits, ratios }) => {
    const steps = fits.map(({ nIter, rejected }, i) => (i === 0 ? nIter : `${nIter} (${rejected})`));
    const [none, ...others] = fits.map(({ logLikelihood }) => logLikelihood);
    return [
      name,
      ...steps,
      ...ratios.slice(1).map((ratio) => (ratio === undefined ? 'other optimum' : times(ratio))),
      none.toFixed(6),
      ...others.map((value) => (value - none).toExponential(0)),
    ];
  });
  const medians = mediansOf(results).map((ratio) => `**${times(ratio)}**`);
  const head = [
    'case',
    ...SCHEMES,
    'none / squarem',
    'none / anderson',
    'log-likelihood: none',
    'squarem − none',
    'anderson − none',
  ];
  return table([head, ...rows, ['median', '', '', '', ...medians, '', '', '']]);
}

const cases = CASES.filter(({ name }) => name.includes(options.only));
const tol = Number(options.tol);
const results = cases.map((one) => measure(one, tol));
const text = [
  `E-steps until one EM step raises the mean log-likelihood by less than ${options.tol} (rejected ones, counted in, in brackets):`,
  '',
  tableOf(results),
  '',
];
const kept = tol === 1e-10 && options.only === '' && options.backend === 'wasm';
if (kept) {
  const others = OTHER_TOLERANCES.map((other) => {
    const [squarem, anderson] = mediansOf(cases.map((one) => measure(one, other))).map(times);
    return `${squarem} and ${anderson} with ${other.toExponential()}`;
  });
  text.push(`With other thresholds the medians are ${others.join(', ')}. The same counts on every machine.`, '');
}
console.log(text.join('\n'));
if (kept) writeFileSync(new URL('results/acceleration.md', import.meta.url), text.join('\n'));
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ tol, results }, undefined, 2)}\n`);
