/** The forty fits whose bits have to be the same everywhere; what each is there for is its name. */
import { inBits, inFloat32, labelsOf, rowsAround, weightsOf } from './data.mjs';

const memo = (make) => {
  let made;
  return () => (made ??= make());
};
/** Ten blocks of rows, so that eight threads have work. */
const long = memo(() => rowsAround(150_000, 2, 3));
const wide = memo(() => rowsAround(9000, 24, 16));
const small = memo(() => rowsAround(1500, 5, 4, { spread: 3 }));
const single = memo(() => rowsAround(5000, 8, 6, { seed: 2 }));
const bits = memo(() => inBits(wide()));

const centersOf = ({ data, columns }, k) =>
  Array.from({ length: k }, (_, c) => Array.from(data.slice(c * columns, (c + 1) * columns)));

/** @type {{ name: string, model: string, data: () => object, options: object, way?: 'stream' | 'online' | 'select' | 'sample' }[]} */
export const CASES = [
  ...['full', 'tied', 'diag', 'spherical'].flatMap((covarianceType) => [
    gaussian(`${covarianceType}, 2 features`, long, { nComponents: 3, covarianceType, maxIter: 6, tol: 0 }),
    gaussian(`${covarianceType}, 24 features`, wide, { nComponents: 16, covarianceType, maxIter: 4, tol: 0 }),
  ]),
  ...[1, 3, 4, 40].map((d) =>
    gaussian(`full, ${d} features`, () => rowsAround(4000, d, 4, { seed: d }), { nComponents: 4, maxIter: 20 }),
  ),
  ...['kmeans', 'random', 'randomPoints'].map((init) =>
    gaussian(`init ${init}`, small, { nComponents: 4, init, seed: 7, maxIter: 40 }),
  ),
  gaussian('init labels', small, { nComponents: 4, init: { labels: labelsOf(1500, 4) }, maxIter: 40 }),
  gaussian('initial parameters', small, {
    nComponents: 4,
    covarianceType: 'diag',
    initialParameters: () => ({ means: centersOf(small(), 4), covariances: new Array(20).fill(1) }),
    maxIter: 40,
  }),
  gaussian('three starts', small, { nComponents: 4, nInit: 3, seed: -5, maxIter: 40 }),
  gaussian('no regularisation', small, { nComponents: 4, regCovar: 0, maxIter: 60 }),
  gaussian('elbo trace', small, { nComponents: 3, trace: 'elbo', maxIter: 10 }),
  gaussian('sample weights, full', small, { nComponents: 4, sampleWeights: weightsOf(1500), maxIter: 40 }),
  gaussian('sample weights, tied', small, {
    nComponents: 4,
    covarianceType: 'tied',
    sampleWeights: weightsOf(1500),
    maxIter: 40,
  }),
  gaussian('float32, full', () => inFloat32(single()), { nComponents: 6, maxIter: 20 }),
  gaussian('float32, diag', () => inFloat32(wide()), {
    nComponents: 16,
    covarianceType: 'diag',
    maxIter: 4,
    tol: 0,
  }),
  gaussian('offset 1e8', () => rowsAround(1500, 3, 3, { offset: 1e8 }), { nComponents: 3, maxIter: 30 }),
  gaussian('far apart', () => rowsAround(4000, 8, 6, { spread: 1000 }), { nComponents: 6, maxIter: 20 }),
  gaussian('Anderson', small, { nComponents: 4, acceleration: 'anderson', maxIter: 80 }),
  gaussian('Anderson, sample weights, 24 features', wide, {
    nComponents: 16,
    covarianceType: 'diag',
    sampleWeights: weightsOf(9000),
    acceleration: 'anderson',
    maxIter: 8,
  }),
  gaussian('SQUAREM', small, { nComponents: 4, acceleration: 'squarem', maxIter: 80 }),
  gaussian('gradient', small, { nComponents: 3, optimizer: 'gradient', maxIter: 40 }),
  { ...gaussian('stream', single, { nComponents: 6, maxIter: 12 }), way: 'stream' },
  { ...gaussian('online, in batches', single, { nComponents: 6, maxIter: 2 }), way: 'online' },
  { ...gaussian('sample and posteriors', small, { nComponents: 4, maxIter: 10 }), way: 'sample' },
  { ...gaussian('select by BIC', small, { nComponents: [1, 2, 3, 4, 5], maxIter: 30 }), way: 'select' },
  bernoulli('learned weights', bits, { nComponents: 16, maxIter: 5, tol: 0 }),
  bernoulli('uniform weights, prior', bits, { nComponents: 5, weights: 'uniform', prior: { a: 2, b: 2 }, maxIter: 9 }),
  bernoulli('Anderson, sample weights', () => inBits(single(), 1.5), {
    nComponents: 3,
    init: 'random',
    seed: 3,
    sampleWeights: weightsOf(5000),
    acceleration: 'anderson',
    maxIter: 60,
  }),
  { ...bernoulli('stream', () => inBits(single(), 1.5), { nComponents: 3, maxIter: 12 }), way: 'stream' },
  { name: 'k-means', model: 'KMeans', data: wide, options: { nClusters: 16, maxIter: 8 } },
  {
    name: 'k-medians, sample weights, lower',
    model: 'KMedians',
    data: wide,
    options: { nClusters: 16, tie: 'lower', sampleWeights: weightsOf(9000), maxIter: 6 },
  },
];

function gaussian(name, data, options) {
  return { name: `Gaussian, ${name}`, model: 'GaussianMixture', data, options };
}

function bernoulli(name, data, options) {
  return { name: `Bernoulli, ${name}`, model: 'BernoulliMixture', data, options };
}
