/** Bernoulli mixtures, against plain JavaScript (bernoulli-plain.mjs) in two forms, of which the faster counts. */
import { denseSteps, sparseSteps } from './bernoulli-plain.mjs';
import { mulberry32 } from './data.mjs';

/** `spread`: probabilities of the classes lie within it of 1/2; 0.2 gives classes that overlap, 0.45 separate ones. */
const SHAPES = [
  { n: 50000, d: 64, k: 16, spread: 0.2, iterations: 12 },
  { n: 50000, d: 64, k: 16, spread: 0.45, iterations: 12 },
  { n: 100000, d: 16, k: 4, spread: 0.3, iterations: 30 },
  { n: 20000, d: 256, k: 10, spread: 0.1, iterations: 12 },
].map((shape) => ({
  rounds: 5,
  ...shape,
  parts: { plain: { rows: Math.min(shape.n, Math.round(6.4e6 / shape.d / shape.k) * 1000), iterations: 3 } },
}));

const plain = (steps) => ({
  part: 'plain',
  agreement: 1e-11,
  steps: ({ shape: { n, d }, X, initialParameters }) => steps(X.data, n, d, initialParameters),
});

export const bernoulli = {
  name: 'Bernoulli',
  shapes: SHAPES,
  title: ({ n, d, k, spread }) => `${n}, ${d}, ${k} of 0.5 ± ${spread}`,
  generate: generateBits,
  library: ({ BernoulliMixture }, { k }, initialParameters) => ({
    Model: BernoulliMixture,
    options: { nComponents: k, initialParameters, tol: 0 },
    objectives: ({ trace }) => trace.logLikelihood,
  }),
  js: { part: 'plain', agreement: 1e-12 },
  others: { dense: plain(denseSteps), sparse: plain(sparseSteps) },
};

/** Classes with probabilities uniform in 0.5 ± spread, rows of random classes; the start is half way to 0.5, disturbed. */
function generateBits({ n, d, k, spread }) {
  const uniform = mulberry32(1);
  const truth = Float64Array.from({ length: k * d }, () => 0.5 + spread * (2 * uniform() - 1));
  const data = new Uint8Array(n * d);
  for (let i = 0; i < n; i++) {
    const base = Math.floor(uniform() * k) * d;
    for (let j = 0; j < d; j++) data[i * d + j] = uniform() < truth[base + j] ? 1 : 0;
  }
  const probs = truth.map((theta) => 0.25 + theta / 2 + 0.05 * (2 * uniform() - 1));
  return {
    X: { data, rows: n, columns: d },
    initialParameters: { weights: new Float64Array(k).fill(1 / k), probs },
  };
}
