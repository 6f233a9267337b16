/**
 * Times EM iterations (E + M) of `BernoulliMixture` on both backends against plain JavaScript (bernoulli-plain.mjs), all
 * from the same start.
 *
 * usage: node bench/bernoulli.mjs [--rounds n] [--only n,d,k] [--json file]
 */
import { denseSteps, sparseSteps } from './bernoulli-plain.mjs';
import { mulberry32 } from './data.mjs';
import { libraryFit, plainFit, runBench } from './rounds.mjs';

/** `spread`: probabilities of the classes lie within it of 1/2; 0.2 gives classes that overlap, 0.45 separate ones. */
const SHAPES = [
  { n: 50000, d: 64, k: 16, spread: 0.2, iterations: 15 },
  { n: 50000, d: 64, k: 16, spread: 0.45, iterations: 15 },
  { n: 100000, d: 16, k: 4, spread: 0.3, iterations: 30 },
  { n: 20000, d: 256, k: 10, spread: 0.1, iterations: 15 },
];

const PLAIN = { dense: denseSteps, sparse: sparseSteps };

await runBench({
  script: import.meta.url,
  shapes: SHAPES,
  agreement: { js: 1e-12, dense: 1e-11, sparse: 1e-11 },
  plain: ['dense', 'sparse'],
  title:
    'Nanoseconds per point × component of one EM iteration, one thread: median of rounds (least–greatest). The last column is against the faster plain form of the round.',
  columns: ['classes'],
  cells: ({ spread }) => [`0.5 ± ${spread}`],
  heads: { wasm: 'wasm', js: 'JS backend', dense: 'plain JS, all features', sparse: 'plain JS, ones only' },
  async contestant(name, shape) {
    const { n, d, k, iterations } = shape;
    const { X, initialParameters } = generateBits(shape);
    if (name in PLAIN) return plainFit(() => PLAIN[name](X.data, n, d, initialParameters), shape);
    const { BernoulliMixture } = await import('../dist/index.js');
    const options = { nComponents: k, initialParameters, maxIter: iterations, tol: 0, backend: name };
    return libraryFit(
      (onProgress) => BernoulliMixture.fit(X, { ...options, onProgress }),
      ({ trace }) => trace.logLikelihood,
      shape,
    );
  },
});

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
