/** Fits and values of the library beside those of test/fixtures, computed beforehand in higher precision: largest errors. */
import {
  BernoulliMixture,
  entropy,
  GaussianMixture,
  gaussian,
  jensenShannon,
  KMeans,
  KMedians,
  klDivergence,
  logSumExp,
  responsibilities,
} from '../../dist/index.js';
import { largestDifference, relativeEach, relativeToMax } from '../shared/errors.mjs';
import { referencesLike as filesLike, fitCase, loadFixture as load } from '../shared/references.mjs';

export const gaussianCases = () =>
  filesLike(/^(gmm|gmm1d|mclust|collapse)_.*\.json$/).map((file) => load(`reference/${file}`));

/** A Gaussian mixture from the reference's start, for its number of iterations. */
export function gaussianErrors(c, backend) {
  const weighted = c.sampleWeights === null ? {} : { sampleWeights: c.sampleWeights };
  const { rows } = c.dataset;
  const model = fitCase(GaussianMixture, c, { backend });
  const want = c.expected;
  return {
    logLikelihood: relativeEach(model.trace.logLikelihood, want.logLikelihood),
    weights: relativeToMax(model.weights, want.weights),
    means: relativeToMax(model.means, want.means),
    covariances: relativeToMax(model.covariances, want.covariances),
    ...posteriorErrors(model, c),
    ...(want.bic === undefined ? {} : { bic: relativeEach(model.bic(rows, weighted), want.bic) }),
  };
}

function posteriorErrors(model, { dataset, k, expected }) {
  if (expected.posteriors === undefined) return {};
  const proba = model.predictProba(dataset.rows);
  const errors = expected.posteriors.map(({ row, p }) => largestDifference(proba.subarray(row * k, (row + 1) * k), p));
  return { posteriors: Math.max(...errors) };
}

export function bernoulliCases(backend) {
  return filesLike(/^bernoulli_.*\.json$/).map((file) => {
    const c = load(`reference/${file}`);
    const model = BernoulliMixture.fit(c.dataset.rows, {
      nComponents: c.k,
      initialParameters: { weights: c.init.weights, probs: c.init.means },
      weights: c.weightsMode === 'fixed' ? 'uniform' : 'learned',
      maxIter: c.iterations,
      tol: 0,
      backend,
    });
    return {
      title: c.title,
      iterations: c.iterations,
      logLikelihood: relativeEach(model.trace.logLikelihood, c.expected.logLikelihood),
      weights: relativeToMax(model.weights, c.expected.weights),
      probs: relativeToMax(model.probs, c.expected.means),
      ...posteriorErrors(model, c),
      bic: relativeEach(model.bic(c.dataset.rows), c.expected.bic),
    };
  });
}

export const clusterCases = () => filesLike(/^kme.*\.json$/).map((file) => load(`reference/${file}`));

export function clusterErrors(c, backend) {
  const Model = c.family === 'k-means' ? KMeans : KMedians;
  const options = { nClusters: c.k, initialParameters: { centers: c.init.centers }, backend };
  const steps = [...Model.steps(c.dataset.rows, options)];
  return {
    cost: relativeEach(
      steps.map(({ totalCost }) => totalCost),
      c.expected.costPerAssignment,
    ),
    centers: Math.max(...steps.map(({ centers }, t) => relativeToMax(centers, c.expected.centersPerAssignment[t]))),
    otherLabels: c.expected.labels.filter((label, i) => steps.at(-1).labels[i] !== label).length,
  };
}

/** Rows of { what, cases, error, note }: divergences, entropies, log-sum-exp, softmax. */
export function valueErrors(backend) {
  const options = { backend };
  const discrete = load('reference/kl_discrete.json');
  const lse = load('reference/logsumexp_extreme.json');
  const information = load('information.json');
  const number = (answer) => (answer === 'Infinity' ? Infinity : answer.value);
  const kl = (p, q) => klDivergence(p, q, options).value;
  const coin = (theta) => [theta, 1 - theta];
  const worstOf = (cases, error) => ({ cases: cases.length, error: Math.max(...cases.map(error)) });
  const gaussians = (collinear) => information.gaussians.filter(({ kind }) => kind.includes('collinear') === collinear);
  const klOfGaussians = ({ p, q, kl: want }) => relativeEach(kl(p, q), want);
  const line = ({ weights, means, variances }) =>
    GaussianMixture.fromParameters({
      weights,
      means: means.map((mean) => [mean]),
      covariances: variances,
      covarianceType: 'spherical',
      backend,
    });
  return [
    { what: 'KL, discrete', ...worstOf(discrete.discrete, (c) => relativeEach(kl(c.p, c.q), number(c.kl))) },
    {
      what: 'KL, Bernoulli',
      ...worstOf(discrete.bernoulli, (c) => relativeEach(kl(coin(c.thetaP), coin(c.thetaQ)), number(c.kl))),
    },
    {
      what: 'KL, two vectors 0.5 to 1e-12 apart',
      ...worstOf(information.discrete, (c) => relativeEach(kl(c.p, c.q), c.kl)),
    },
    {
      what: 'Jensen–Shannon, the same vectors',
      ...worstOf(information.discrete, (c) => relativeEach(jensenShannon(c.p, c.q, options), c.jensenShannon)),
    },
    {
      what: 'entropy, discrete',
      ...worstOf(discrete.entropy, (c) => relativeEach(entropy(c.p, options), number(c.entropy))),
    },
    { what: 'KL, two Gaussians, far to 1e-12 apart', ...worstOf(gaussians(false), klOfGaussians) },
    { what: 'KL, two Gaussians near collinear (condition 3e6)', ...worstOf(gaussians(true), klOfGaussians) },
    {
      what: 'KL, two mixtures on the line, by quadrature',
      ...worstOf(information.mixtures, (c) =>
        relativeEach(klDivergence(line(c.p), line(c.q), { ...options, method: 'quadrature' }).value, c.kl),
      ),
    },
    {
      what: 'log-sum-exp, extreme terms',
      ...worstOf(lse.cases, (c) => relativeEach(logSumExp(c.x, options), number(c.lse))),
    },
    {
      what: 'softmax, extreme terms (absolute)',
      ...worstOf(lse.softmax, (c) => largestDifference(responsibilities([c.x], options), c.p.map(number))),
    },
  ];
}

/** The moments of NIST's data sets by one iteration of a mixture of one component. */
export function nistErrors(backend) {
  return load('reference/nist_strd_moments.json').cases.map((c) => {
    const { mean, 'sd(n-1)': deviation } = c.exactForTheDoubles;
    const model = GaussianMixture.fit(
      c.x.map((value) => [value]),
      { nComponents: 1, regCovar: 0, backend },
    );
    return {
      name: c.name,
      difficulty: c.difficulty,
      n: c.n,
      mean: relativeEach(model.means, mean),
      deviation: relativeEach(Math.sqrt((model.covariances[0] * c.n) / (c.n - 1)), deviation),
      certified: relativeEach(Math.sqrt((model.covariances[0] * c.n) / (c.n - 1)), Number(c.certified['sd(n-1)'])),
      // what the decimal data lose when they become doubles: no program does better
      certifiedLimit: relativeEach(deviation, Number(c.certified['sd(n-1)'])),
    };
  });
}

/** log p of extreme Gaussians, by a distribution and by a mixture of one component. */
export function logDensityErrors(backend) {
  return load('gaussian-log-density.json').cases.map(({ kind, condition, mean, covariance, points, logDensity }) => {
    const one = gaussian({ mean, covariance }, { backend });
    const mixture = GaussianMixture.fromParameters({ weights: [1], means: [mean], covariances: [covariance], backend });
    return {
      kind,
      condition,
      points: points.length,
      distribution: relativeEach(one.logDensity(points), logDensity),
      mixture: relativeEach(mixture.scoreSamples(points), logDensity),
    };
  });
}
