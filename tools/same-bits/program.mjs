/**
 * Fits the cases on whatever engine runs this (Node, Deno, Bun, a page), by one thread and by several, and makes a SHA-256 of
 * each fit's parameters and traces. As a program it prints them as JSON; a page imports `run`.
 */
import {
  BernoulliMixture,
  fitStream,
  GaussianMixture,
  KMeans,
  KMedians,
  OnlineMixture,
  select,
} from '../../dist/index.js';
import { CASES } from './cases.mjs';
import { chunksOf } from './data.mjs';

const MODELS = { BernoulliMixture, GaussianMixture, KMeans, KMedians };
const THREADS = [1, 2, 8];
/** What a model is, by field: those it has are hashed, in this order. */
const FIELDS = [
  'weights',
  'means',
  'covariances',
  'precisionsCholesky',
  'probs',
  'complements',
  'centers',
  'componentCounts',
  'clusterCounts',
  'labels',
];
/** Models that have seen their rows in passing have no labels of them, and say so when asked. */
const WITHOUT_LABELS = FIELDS.filter((name) => name !== 'labels');

/**
 * @returns by case: `sha256`, the hash of `fit` (or of the case's own way), and `threads`: by number of threads asked for
 *   how many took part, why not as many (if so), and the hash
 */
export async function run() {
  const results = {};
  for (const one of CASES) results[one.name] = await runCase(one);
  return results;
}

async function runCase({ model, data, options: given, way }) {
  const Model = MODELS[model];
  const X = data();
  const options = { ...given };
  // larger than a constant: made when its data are
  if (typeof options.initialParameters === 'function') options.initialParameters = options.initialParameters();
  if (way !== undefined) return { sha256: await digest(await WAYS[way](Model, X, options)) };
  const threads = {};
  for (const asked of THREADS) {
    const fitted = await Model.fitAsync(X, { ...options, threads: asked });
    const { count, reason } = fitted.threads;
    threads[asked] = { count, reason, sha256: await digest(partsOf(fitted)) };
  }
  return { sha256: await digest(partsOf(Model.fit(X, options))), threads };
}

const WAYS = {
  async stream(Model, X, options) {
    return partsOf(await fitStream(Model, chunksOf(X), options), WITHOUT_LABELS);
  },
  online(Model, X, options) {
    const online = OnlineMixture.from(Model.fit(X, options));
    for (const { data, columns } of chunksOf(X)()) {
      if (data.length > 0) online.partialFit({ data, rows: data.length / columns, columns });
    }
    return partsOf(online.model, WITHOUT_LABELS);
  },
  async select(_, X, options) {
    const { best, candidates } = await select(X, { ...options, criterion: 'bic' });
    return [...partsOf(best), ['bic', candidates.map(({ bic }) => bic)]];
  },
  sample(Model, X, options) {
    const fitted = Model.fit(X, options);
    const drawn = fitted.sample(500, { seed: 11 });
    return [
      ['X', drawn.X],
      ['labels', drawn.labels],
      ['posteriors', fitted.predictProba(X)],
      ['log p', fitted.scoreSamples(X)],
    ];
  },
};

/** Names and numbers of all that a fit found, and of how it went. */
function partsOf(model, fields = FIELDS) {
  const parts = fields.flatMap((name) => (model[name] === undefined ? [] : [[name, model[name]]]));
  for (const name of Object.keys(model.trace ?? {}).sort()) {
    const values = model.trace[name];
    if (values !== undefined) parts.push([`trace.${name}`, flat(values)]);
  }
  parts.push(['end', [model.logLikelihood ?? model.totalCost ?? 0, model.nIter ?? 0]]);
  return parts;
}

/** Numbers of arrays, and of objects of arrays (the ELBO after both half-steps). */
function flat(values) {
  if (typeof values === 'number') return [values];
  if (ArrayBuffer.isView(values)) return Array.from(values);
  return Object.values(values).flatMap(flat);
}

/** SHA-256 of names, lengths and the bits of the numbers, little-endian, as float64 (which holds every integer label). */
async function digest(parts) {
  const pieces = parts.flatMap(([name, values]) => {
    const bytes = new DataView(new ArrayBuffer(8 * values.length));
    for (let i = 0; i < values.length; i++) {
      if (typeof values[i] !== 'number') throw new Error(`${name}[${i}] is no number: ${values[i]}`);
      bytes.setFloat64(8 * i, values[i], true);
    }
    return [new TextEncoder().encode(`${name}:${values.length}\n`), bytes];
  });
  const hash = await crypto.subtle.digest('SHA-256', await new Blob(pieces).arrayBuffer());
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

if (typeof document === 'undefined') console.log(JSON.stringify(await run()));
