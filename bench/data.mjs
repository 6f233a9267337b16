/**
 * Seeded data for the benchmarks: overlapping Gaussian clusters and a common start for every contestant.
 *
 * For k clusters in d features (all normals by Box–Muller from one mulberry32 stream, drawn in the order below):
 *   1. true centres: (s/√d)·z, z standard normal: two centres are about s·√2 apart whatever d is; s is 2, so clusters overlap;
 *   2. Cholesky factors: diagonal uniform in 0.8 … 1.2, below it (0.3/√d)·z;
 *   3. rows: cluster drawn uniformly, x = centre + L·z;
 *   4. initial means: the true centres moved by half a separation, (1/√d)·z;
 *   5. initial covariance, the same for all clusters: 0.5·cov(X) + 0.05·I (its diagonal for diagonal mixtures), and I where
 *      another separation s is asked for, whose clusters that one would mix; equal weights.
 */

/** Uniform numbers in [0, 1): Tommy Ettinger's mulberry32, 32 bits of state, the same on every machine. */
export function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normals by Box–Muller, two for every pair of uniform numbers. */
export function boxMuller(uniform) {
  let spare;
  return () => {
    if (spare !== undefined) {
      const z = spare;
      spare = undefined;
      return z;
    }
    // 1 − u lies in (0, 1], so that the logarithm is finite
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** `X` as { data, rows, columns } and `initialParameters` in the shape of `covarianceType` (`'full'` or `'diag'`). */
export function generate({ n, d, k, covarianceType = 'full', seed = 1, separation = 2 }) {
  const uniform = mulberry32(seed);
  const normal = boxMuller(uniform);
  const centers = Float64Array.from({ length: k * d }, () => (separation / Math.sqrt(d)) * normal());
  const factors = Array.from({ length: k }, () => drawFactor(d, uniform, normal));
  const data = drawRows({ n, d, k, centers, factors, uniform, normal });
  const means = centers.map((c) => c + (1 / Math.sqrt(d)) * normal());
  const own = (at) => (at % (d + 1) === 0 ? 1 : 0);
  const covariance = covarianceOf(data, n, d).map((c, at) => (separation === 2 ? 0.5 * c + 0.05 * own(at) : own(at)));
  const one =
    covarianceType === 'diag' ? Float64Array.from({ length: d }, (_, j) => covariance[j * (d + 1)]) : covariance;
  const covariances = new Float64Array(k * one.length);
  for (let c = 0; c < k; c++) covariances.set(one, c * one.length);
  return {
    X: { data, rows: n, columns: d },
    initialParameters: { weights: new Float64Array(k).fill(1 / k), means, covariances },
  };
}

function drawFactor(d, uniform, normal) {
  const factor = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) factor[i * d + j] = (0.3 / Math.sqrt(d)) * normal();
    factor[i * d + i] = 0.8 + 0.4 * uniform();
  }
  return factor;
}

function drawRows({ n, d, k, centers, factors, uniform, normal }) {
  const data = new Float64Array(n * d);
  const z = new Float64Array(d);
  for (let row = 0; row < n; row++) {
    const cluster = Math.floor(uniform() * k);
    const factor = factors[cluster];
    for (let i = 0; i < d; i++) {
      z[i] = normal();
      let x = centers[cluster * d + i];
      for (let j = 0; j <= i; j++) x += factor[i * d + j] * z[j];
      data[row * d + i] = x;
    }
  }
  return data;
}

/** Maximum-likelihood covariance, d × d row-major. */
function covarianceOf(data, n, d) {
  const mean = new Float64Array(d);
  for (let at = 0; at < n * d; at++) mean[at % d] += data[at] / n;
  const covariance = new Float64Array(d * d);
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < d; i++) {
      const u = (data[row * d + i] - mean[i]) / n;
      for (let j = 0; j < d; j++) covariance[i * d + j] += u * (data[row * d + j] - mean[j]);
    }
  }
  return covariance;
}

/** The first `n` rows as an array of arrays. */
export function toRows({ data, columns }, n) {
  return Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * columns, (i + 1) * columns)));
}
