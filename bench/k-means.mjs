/**
 * Times Lloyd iterations (assignment + update) of `KMeans` on both backends against plain JavaScript (lloyd.mjs), all from
 * the same start: the first 20 iterations, in which most rows are compared with all centers. A whole fit is faster per
 * iteration: the fewer centers move, the fewer rows are compared (from-scratch.mjs).
 *
 * usage: node bench/k-means.mjs [--rounds n] [--only n,d,k] [--json file]
 */
import { generate } from './data.mjs';
import { lloydSteps, simpleLloydSteps } from './lloyd.mjs';
import { libraryFit, plainFit, runBench } from './rounds.mjs';

const SHAPES = [
  { n: 100000, d: 2, k: 8 },
  { n: 100000, d: 8, k: 8 },
  { n: 100000, d: 8, k: 16 },
  { n: 100000, d: 16, k: 10 },
  { n: 100000, d: 32, k: 16 },
  { n: 20000, d: 64, k: 32 },
].map((shape) => ({ ...shape, iterations: 20 }));

const PLAIN = { lloyd: lloydSteps, simple: simpleLloydSteps };

await runBench({
  script: import.meta.url,
  shapes: SHAPES,
  agreement: { js: 1e-12, lloyd: 1e-12, simple: 1e-12 },
  plain: ['lloyd', 'simple'],
  title: 'Nanoseconds per point × center of one Lloyd iteration, one thread: median of rounds (least–greatest).',
  columns: [],
  cells: () => [],
  heads: { wasm: 'wasm', js: 'JS backend', lloyd: 'plain JS', simple: 'one center at a time' },
  async contestant(name, shape) {
    const { n, d, k, iterations } = shape;
    const { X, initialParameters } = generate({ n, d, k, covarianceType: 'diag' });
    const centers = initialParameters.means;
    if (name in PLAIN) return plainFit(() => PLAIN[name](X.data, n, d, centers), shape);
    const { KMeans } = await import('../dist/index.js');
    const options = { nClusters: k, initialParameters: { centers }, maxIter: iterations, backend: name };
    return libraryFit(
      (onProgress) => KMeans.fit(X, { ...options, onProgress }),
      ({ trace }) => trace.cost,
      shape,
    );
  },
});
