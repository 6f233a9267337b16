/** The same fits by scikit-learn, mclust and Armadillo, where they are: largest errors against the same references. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flat, relativeEach, relativeToMax } from '../shared/errors.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const run = (file, parameters) =>
  execFileSync(file, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const plain = ({ sampleWeights, regularisation }) => !sampleWeights && (regularisation?.value ?? 0) === 0;
const PEERS = [
  {
    name: 'scikit-learn',
    // ACCURACY_PYTHON: a Python that has scikit-learn; without it, that of bench/native/setup.sh
    program: () => [
      process.env.ACCURACY_PYTHON ?? here('../../bench/native/build/venv/bin/python'),
      here('scikit_learn.py'),
    ],
    takes: ({ sampleWeights, family }) => !sampleWeights && family !== 'k-medians',
  },
  {
    name: 'mclust',
    program: () => ['Rscript', here('mclust.R')],
    takes: (c) => plain(c) && c.family === 'gaussian-mixture',
  },
  {
    name: 'Armadillo',
    program: () => [armadillo()],
    takes: (c) => plain(c) && c.family === 'gaussian-mixture' && ['full', 'diag'].includes(c.covarianceType),
  },
];

/** Compiled when first wanted. */
function armadillo() {
  const program = here('../../build/accuracy-armadillo');
  mkdirSync(here('../../build'), { recursive: true });
  run('g++', ['-O2', '-std=c++17', '-fopenmp', here('armadillo.cpp'), '-o', program, '-larmadillo', '-lopenblas']);
  return program;
}

/**
 * @param {object[]} cases reference cases (test/fixtures/reference)
 * @returns by peer, { version, errors: one entry per case, undefined where it does not take it }, or { absent: why }
 */
export function peers(cases) {
  return Object.fromEntries(PEERS.map(({ name, program, takes }) => [name, peer(program, takes, cases)]));
}

function peer(program, takes, cases) {
  const folder = mkdtempSync(join(tmpdir(), 'mixwasm-accuracy-'));
  try {
    const wanted = cases.filter(takes);
    const [file, ...parameters] = program();
    if (file.includes('/') && !existsSync(file)) return { absent: `${file} is not there` };
    const manifest = join(folder, 'cases.txt');
    writeFileSync(manifest, wanted.map((c, i) => manifestLine(c, join(folder, `${i}.bin`))).join(''));
    const [first, ...lines] = run(file, [...parameters, manifest])
      .trim()
      .split('\n');
    const answers = lines.map((line) => JSON.parse(line));
    if (answers.length !== wanted.length) throw new Error(`${answers.length} answers to ${wanted.length} cases`);
    const { version } = JSON.parse(first);
    return { version, errors: cases.map((c) => (takes(c) ? errors(answers[wanted.indexOf(c)], c) : undefined)) };
  } catch (error) {
    return {
      absent: String(error.stderr || error.message)
        .trim()
        .split('\n')
        .at(-1),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** n d k type iterations regularisation file; the file has rows, then weights, means and covariances, as float64. */
function manifestLine({ dataset, k, family, covarianceType, iterations, regularisation, init }, file) {
  const [{ length: n }, { length: d }] = [dataset.rows, dataset.rows[0]];
  const start = family === 'k-means' ? init.centers : [init.weights, init.means, init.covariances];
  writeFileSync(file, Float64Array.from(flat([dataset.rows, start])));
  const type = family === 'k-means' ? family : covarianceType;
  return `${n} ${d} ${k} ${type} ${iterations ?? 0} ${regularisation?.value ?? 0} ${file}\n`;
}

function errors(answer, { family, expected }) {
  if (answer.error !== undefined) return { failed: answer.error };
  if (family === 'k-means') {
    return { cost: relativeEach(answer.cost, expected.cost), centers: relativeToMax(answer.centers, expected.centers) };
  }
  return {
    ...(expected.logLikelihood.length === 0
      ? {}
      : { logLikelihood: relativeEach(answer.trace, expected.logLikelihood.slice(-answer.trace.length)) }),
    weights: relativeToMax(answer.weights, expected.weights),
    means: relativeToMax(answer.means, expected.means),
    covariances: relativeToMax(answer.covariances, expected.covariances),
  };
}

/** NIST's univariate data as cases of one component, one M-step from a standard deviation of 1 about the first value. */
export function momentCases(sets) {
  return sets.map(({ name, n, x, exactForTheDoubles: exact }) => ({
    family: 'gaussian-mixture',
    title: name,
    dataset: { rows: x.map((value) => [value]) },
    k: 1,
    covarianceType: 'full',
    iterations: 1,
    init: { weights: [1], means: [x[0]], covariances: [1] },
    expected: {
      logLikelihood: [],
      weights: [1],
      means: [exact.mean],
      covariances: [exact['mlVariance(divide by n)']],
      n,
    },
  }));
}
