/**
 * K-means, against plain JavaScript (lloyd.mjs) in two forms, of which the faster counts: the first 20 Lloyd iterations
 * (assignment + update), in which most rows are compared with all centers. A whole fit is faster per iteration: the fewer
 * centers move, the fewer rows are compared (from-scratch.mjs).
 */
import { generate } from './data.mjs';
import { lloydSteps, simpleLloydSteps } from './lloyd.mjs';

const SHAPES = [
  { n: 100000, d: 2, k: 8 },
  { n: 100000, d: 8, k: 8 },
  { n: 100000, d: 8, k: 16 },
  { n: 100000, d: 16, k: 10 },
  { n: 100000, d: 32, k: 16 },
  { n: 20000, d: 64, k: 32 },
].map((shape) => ({ ...shape, iterations: 20, rounds: 5 }));

const plain = (steps) => ({
  agreement: 1e-12,
  steps: ({ shape: { n, d }, X, initialParameters }) => steps(X.data, n, d, initialParameters.centers),
});

export const kMeans = {
  name: 'k-means',
  shapes: SHAPES,
  title: ({ n, d, k }) => `${n}, ${d}, ${k}`,
  generate({ n, d, k }) {
    const { X, initialParameters } = generate({ n, d, k, covarianceType: 'diag' });
    return { X, initialParameters: { centers: initialParameters.means } };
  },
  library: ({ KMeans }, { k }, initialParameters) => ({
    Model: KMeans,
    options: { nClusters: k, initialParameters },
    objectives: ({ trace }) => trace.cost,
  }),
  js: { agreement: 1e-12 },
  others: { lloyd: plain(lloydSteps), simple: plain(simpleLloydSteps) },
};
