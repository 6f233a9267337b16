/**
 * One package, one shape, in a process of its own; from the given start, `iterations` EM iterations or Lloyd steps.
 * usage: node contestant.mjs NAME '{"n":…}'      prints { ns, result }: nanoseconds per point × component, and numbers to compare
 *
 * Packages without a start of one's own cannot be compared iteration by iteration: expectation-maximization and xmmjs.
 */
import { performance } from 'node:perf_hooks';
import { generate, toRows } from '../data.mjs';

const [name, shapeText] = process.argv.slice(2);
const shape = JSON.parse(shapeText);
const { n, d, k, iterations } = shape;
const { X, initialParameters } = generate(shape);
const rows = toRows(X, n);
const { weights, means, covariances } = initialParameters;
const nested = (flat, columns) =>
  Array.from({ length: flat.length / columns }, (_, i) => Array.from(flat.subarray(i * columns, (i + 1) * columns)));

/** Each prepares, and returns the run to be timed, which returns numbers of its result. */
const CONTESTANTS = {
  async 'mixwasm mixture'() {
    const { GaussianMixture } = await import('../../dist/index.js');
    const options = { nComponents: k, initialParameters, regCovar: 0, tol: 0, maxIter: iterations };
    return () => Array.from(GaussianMixture.fit(X, options).means);
  },
  async 'mixwasm k-means'() {
    const { KMeans } = await import('../../dist/index.js');
    const options = { nClusters: k, initialParameters: { centers: nested(means, d) }, maxIter: iterations };
    return () => Array.from(KMeans.fit(X, options).centers);
  },
  async 'gaussian-mixture-model'() {
    const { default: Model } = await import('gaussian-mixture-model');
    return () => {
      const model = new Model({
        weights: Array.from(weights),
        means: nested(means, d),
        covariances: nested(covariances, d * d).map((one) => nested(Float64Array.from(one), d)),
        bufferSize: n,
      });
      for (const row of rows) model.addPoint(row);
      model.runEM(iterations);
      return model.means.flat();
    };
  },
  async 'gaussian-mixture'() {
    const { default: Model } = await import('gaussian-mixture');
    const data = rows.flat();
    return () => {
      const model = new Model(k, Array.from(weights), Array.from(means), Array.from(covariances));
      model.optimize(data, iterations, 0);
      return model.means;
    };
  },
  async 'ml-kmeans'() {
    const { kmeans } = await import('ml-kmeans');
    return () => kmeans(rows, k, { initialization: nested(means, d), maxIterations: iterations }).centroids.flat();
  },
  async skmeans() {
    const { default: skmeans } = await import('skmeans');
    return () => skmeans(rows, k, nested(means, d), iterations).centroids.flat();
  },
};

const run = await CONTESTANTS[name]();
// the first run compiles
const times = [];
let result;
for (let repeat = 0; repeat < 3; repeat++) {
  const begin = performance.now();
  result = run();
  times.push(performance.now() - begin);
}
console.log(JSON.stringify({ ns: (Math.min(...times) * 1e6) / (iterations * n * k), result }));
