// Fits of mixtures: invariants, wasm beside the JS backend, JSON and back.
import { binaryData, contain, mixtureOptions, realData } from './data.mjs';
import { check, checkMonotone, checkRows, close, logLikelihoodTolerance, named, sameBits } from './expect.mjs';

/** Of the densities of the same parameters on the two backends, for each unit of the largest condition number. */
const BACKENDS = 1e-13;

const sum = (values) => values.reduce((a, b) => a + b, 0);

export function gaussianMixture(lib, g) {
  const size = { n: g.skewed(1, 400), d: g.skewed(1, 12) };
  const k = g.skewed(1, Math.min(8, size.n));
  const x = realData(g, size);
  const X = contain(g, x, size);
  const init = g.pick(['kmeans++', 'kmeans', 'random', 'randomPoints', 'labels', 'responsibilities', 'given']);
  const options = {
    ...mixtureOptions(g, size.n, k),
    covarianceType: g.pick(['full', 'tied', 'diag', 'spherical']),
    regCovar: g.pick([0, 0, 1e-6, { relative: 1e-6 }, { relative: 1e-3 }]),
    ...start(g, init, x, size, k),
  };
  const { result: model, error } = named(lib, () => lib.GaussianMixture.fit(X, options));
  if (error !== undefined) {
    // the same word from both backends, whatever the error
    const other = named(lib, () => lib.GaussianMixture.fit(X, { ...options, backend: 'js' }));
    if (['INVALID_DATA', 'INVALID_OPTION', 'INVALID_PARAMETERS'].includes(error.code)) {
      check(other.error?.code === error.code, () => `${error.code} by wasm, ${other.error?.code} by js`);
    }
    return 'refused';
  }
  const { weights, covariances } = model;
  check(model.means.every(Number.isFinite) && covariances.every(Number.isFinite), 'parameters are not finite');
  close(sum(weights), 1, 1e-14 * k, 'sum of weights');
  // acceleration keeps its promise about the objective, which with a regularisation is not the likelihood
  if (options.regCovar === 0)
    checkMonotone(model.trace.logLikelihood, size.n * scaleOf(options), size.d, 'log-likelihood');
  checkScores(lib.GaussianMixture, model, X, options, size);

  const condition = conditionOf(model, size.d);
  if (condition > 1e9) return 'ill-conditioned';
  const { means, covarianceType } = model;
  const parameters = { weights, means, covariances, covarianceType };
  compareBackends(lib.GaussianMixture, parameters, X, k, BACKENDS * condition * farness(x, size, model));
  return 'fitted';
}

export function bernoulliMixture(lib, g) {
  const size = { n: g.skewed(1, 400), d: g.skewed(1, 40) };
  const k = g.skewed(1, Math.min(8, size.n));
  const x = binaryData(g, size);
  const X = contain(g, x, size);
  const init = g.pick(['kmeans++', 'random', 'labels', 'responsibilities']);
  const prior = g.chance(0.3) ? { a: 1 + g.uniform(), b: 1 + 2 * g.uniform() } : undefined;
  const options = {
    ...mixtureOptions(g, size.n, k),
    ...(g.chance(0.2) ? { weights: 'uniform' } : {}),
    ...(prior === undefined ? {} : { prior }),
    ...start(g, init, x, size, k),
  };
  const { result: model, error } = named(lib, () => lib.BernoulliMixture.fit(X, options));
  if (error !== undefined) return 'refused';
  const { weights, probs, complements } = model;
  check(
    probs.every((p) => p >= 0 && p <= 1),
    'a probability outside [0, 1]',
  );
  for (let i = 0; i < probs.length; i++) {
    close(probs[i] + complements[i], 1, 1e-15, `probability ${i} and its complement`);
  }
  close(sum(weights), 1, 1e-14 * k, 'sum of weights');
  const { logLikelihood, logPosterior } = model.trace;
  checkMonotone(logPosterior ?? logLikelihood, size.n * scaleOf(options), size.d, 'objective');
  checkScores(lib.BernoulliMixture, model, X, options, size);
  compareBackends(lib.BernoulliMixture, { weights, probs, complements }, X, k, 1e-11);
  return 'fitted';
}

/** A start given by the user, or a name. */
function start(g, init, x, { n, d }, k) {
  if (init === 'labels')
    return { init: { labels: Int32Array.from({ length: n }, (_, i) => (i < k ? i : g.integer(0, k - 1))) } };
  if (init === 'responsibilities') {
    const rows = Array.from({ length: n }, () => {
      const raw = Array.from({ length: k }, () => g.uniform() ** 3 + 1e-3);
      const total = sum(raw);
      return raw.map((value) => value / total);
    });
    return { init: { responsibilities: rows } };
  }
  if (init !== 'given') return { init };
  const means = Array.from({ length: k }, () => {
    const i = g.integer(0, n - 1);
    return Array.from(x.subarray(i * d, (i + 1) * d));
  });
  return { initialParameters: { means } };
}

/** How much a weight of one row may weigh. */
function scaleOf({ sampleWeights }) {
  return sampleWeights === undefined ? 1 : Math.max(...sampleWeights);
}

/** What the model says of its own training data. */
function checkScores(Mixture, model, X, { sampleWeights }, { n, d }) {
  const k = model.nComponents;
  const weighted = sampleWeights === undefined ? {} : { sampleWeights };
  const total = sampleWeights === undefined ? n : sum(Array.from(sampleWeights));
  const tolerance = logLikelihoodTolerance(model.logLikelihood, total, d);
  close(model.score(X, weighted) * total, model.logLikelihood, tolerance, 'score · n against logLikelihood');
  close(sum(Array.from(model.componentCounts)), total, 1e-12 * total, 'sum of componentCounts');
  // a row of weight 0 took no part, and may be impossible
  const impossible = model.scoreSamples(X).indexOf(-Infinity);
  if (impossible >= 0 && sampleWeights?.[impossible] === 0) return;
  const posterior = model.predictProba(X);
  checkRows(posterior, k, 'predictProba');
  const labels = model.predict(X);
  sameBits(labels, model.labels, 'predict against labels');
  for (let i = 0; i < n; i++) {
    const row = posterior.subarray(i * k, (i + 1) * k);
    check(
      row[labels[i]] >= Math.max(...row) * (1 - 1e-14),
      () => `label of row ${i} is not its most probable component`,
    );
  }
  const text = JSON.stringify(model);
  const again = Mixture.fromJSON(text);
  check(JSON.stringify(again) === text, 'JSON of the model read from JSON is another');
  sameBits(again.scoreSamples(X), model.scoreSamples(X), 'scoreSamples of the model read from JSON');
}

/** The densities of the same parameters by both backends. */
function compareBackends(Mixture, parameters, X, k, tolerance) {
  const [wasm, js] = ['wasm', 'js'].map((backend) => Mixture.fromParameters({ ...parameters, backend }));
  const [a, b] = [wasm.weightedLogProb(X), js.weightedLogProb(X)];
  for (let i = 0; i < a.length; i++)
    close(a[i], b[i], tolerance * (1 + Math.abs(b[i])), `weightedLogProb[${i}] of wasm and js`);
  // rows that are impossible under all components have no posterior
  if (wasm.scoreSamples(X).includes(-Infinity)) return;
  const [p, q] = [wasm.predictProba(X), js.predictProba(X)];
  for (let i = 0; i < p.length; i++) {
    const row = Math.floor(i / k) * k;
    let size = 1;
    // an error of the exponent is a relative one of the probability
    for (let j = 0; j < k; j++) if (Number.isFinite(b[row + j])) size = Math.max(size, Math.abs(b[row + j]));
    close(p[i], q[i], 4 * tolerance * size, `predictProba[${i}] of wasm and js`);
  }
}

/** An upper bound of the largest condition number of the covariances: tr(Σ)·tr(Σ⁻¹). */
function conditionOf(model, d) {
  const { precisionsCholesky: w, variances, nComponents } = model;
  let most = 1;
  for (let c = 0; c < nComponents; c++) {
    const trace = sum(Array.from(variances.subarray(c * d, (c + 1) * d)));
    most = Math.max(most, trace * inverseTrace(model, w, c, d));
  }
  return most;
}

function inverseTrace({ covarianceType }, w, c, d) {
  const length = { full: d * d, tied: d * d, diag: d, spherical: 1 }[covarianceType];
  const from = covarianceType === 'tied' ? 0 : c * length;
  let total = 0;
  for (let i = from; i < from + length; i++) total += w[i] ** 2;
  return covarianceType === 'spherical' ? total * d : total;
}

/** How far from 0 the data are in standard deviations: differences x − μ have lost as many digits. */
function farness(x, { d }, { variances }) {
  let most = 1;
  for (let at = 0; at < x.length; at++) {
    for (let v = at % d; v < variances.length; v += d) most = Math.max(most, Math.abs(x[at]) / Math.sqrt(variances[v]));
  }
  return most;
}
