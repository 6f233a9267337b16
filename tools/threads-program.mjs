// Fits by several threads on whatever runtime imports this: a digest of every model's bits, for tools/check-threads.mjs.
import { BernoulliMixture, GaussianMixture, KMeans, KMedians } from '../dist/index.js';

const THREADS = [1, 2, 8];

/** Rows around `k` centres, by integer arithmetic only: the same on every engine. */
function rowsAround(n, d, k) {
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const centers = Float64Array.from({ length: k * d }, () => 4 * uniform());
  // in shared memory it is not copied for every fit
  const data = new Float64Array(new SharedArrayBuffer(8 * n * d));
  for (let at = 0; at < data.length; at++) {
    data[at] = centers[(Math.floor(at / d) % k) * d + (at % d)] + uniform() + uniform() + uniform() - 1.5;
  }
  return { data, rows: n, columns: d };
}

/** FNV-1a over the bytes of arrays. */
function digest(arrays) {
  let hash = 0x811c9dc5;
  for (const array of arrays) {
    for (const byte of new Uint8Array(array.buffer, array.byteOffset, array.byteLength)) {
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
  }
  return (hash >>> 0).toString(16);
}

/** By model and way (`fit`, or a number of threads): how many threads there were, and the digest. */
export async function run() {
  const X = rowsAround(9000, 24, 16);
  const bits = { ...X, data: Uint8Array.from(X.data, (v) => (v > 2 ? 1 : 0)) };
  const soft = { nComponents: 16, maxIter: 3, tol: 0 };
  const hard = { nClusters: 16, maxIter: 8 };
  const cases = [
    ['Gaussian, full', GaussianMixture, X, soft, (m) => [m.weights, m.means, m.covariances, m.labels]],
    [
      'Gaussian, diag',
      GaussianMixture,
      X,
      { ...soft, covarianceType: 'diag' },
      (m) => [m.means, m.covariances, m.labels],
    ],
    ['Bernoulli', BernoulliMixture, bits, soft, (m) => [m.weights, m.probs, m.labels]],
    ['k-means', KMeans, X, hard, (m) => [m.centers, m.trace.cost, m.labels]],
    ['k-medians', KMedians, X, hard, (m) => [m.centers, m.trace.cost, m.labels]],
  ];
  const results = {};
  for (const [name, Model, data, options, arrays] of cases) {
    results[name] = { fit: { count: 1, digest: digest(arrays(Model.fit(data, options))) } };
    for (const threads of THREADS) {
      const model = await Model.fitAsync(data, { ...options, threads });
      const { count, reason } = model.threads;
      results[name][threads] = { count, reason, digest: digest(arrays(model)) };
    }
  }
  return results;
}

// as a program; a page calls `run` itself
if (typeof document === 'undefined') console.log(JSON.stringify(await run()));
