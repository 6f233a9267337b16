// Probabilistic PCA: a continuous latent variable. x = W·z + μ + noise, z ~ N(0, I) of q numbers, noise ~ N(0, σ²·I).
// Tipping & Bishop, "Probabilistic principal component analysis", J. R. Statist. Soc. B 61 (1999), 611–622: EM in their
// appendix B, and a maximum in closed form that EM has to find: σ² is the mean of the smallest D − q eigenvalues of the
// covariance S, and log L = −N/2·(D·log 2π + Σ_{i≤q} log λ_i + (D − q)·log σ² + D).
import { blockValues, cholesky, expectationMaximization, fitGaussian, gaussian } from 'mixwasm';

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const zeros = (n, m) => Array.from({ length: n }, () => new Array(m).fill(0));

/** table += u·vᵀ */
function addProducts(table, u, v) {
  for (let i = 0; i < u.length; i++) for (let j = 0; j < v.length; j++) table[i][j] += u[i] * v[j];
}

/** A⁻¹·b for a symmetric positive definite A with the Cholesky factor L (flat). */
function solve(l, b) {
  const n = b.length;
  const y = [...b];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) y[i] -= l[i * n + j] * y[j];
    y[i] /= l[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) y[i] -= l[j * n + i] * y[j];
    y[i] /= l[i * n + i];
  }
  return y;
}

/** Parameters { W: D rows of q, mean, variance }; the statistics are moments of x and of u = (z, 1). */
function probabilisticPCA(q) {
  return {
    initialize({ nFeatures: d, mean, variance }, random) {
      const W = zeros(d, q).map((row) => row.map(() => random.normal()));
      return { W, mean: Array.from(mean), variance: variance.reduce((a, b) => a + b) / d };
    },

    // z given x is normal: mean M⁻¹Wᵀ(x − μ), covariance σ²M⁻¹, with M = WᵀW + σ²I
    expectation({ W, mean, variance }, block) {
      const d = mean.length;
      const columns = Array.from({ length: q }, (_, a) => W.map((row) => row[a]));
      const M = columns.map((u, a) => columns.map((v, b) => dot(u, v) + (a === b ? variance : 0)));
      const l = cholesky(M);
      const covariance = columns.map((_, a) =>
        solve(
          l,
          columns.map((_, b) => (a === b ? variance : 0)),
        ),
      );
      let constant = d * Math.log(2 * Math.PI) + (d - q) * Math.log(variance);
      for (let a = 0; a < q; a++) constant += 2 * Math.log(l[a * q + a]);

      const s = { n: block.nRows, xx: 0, xu: zeros(d, q + 1), uu: zeros(q + 1, q + 1), logLikelihood: 0 };
      const values = blockValues(block);
      for (let i = 0; i < block.nRows; i++) {
        const x = values.subarray(i * d, (i + 1) * d);
        const centred = mean.map((value, j) => x[j] - value);
        const projected = columns.map((column) => dot(column, centred));
        const u = [...solve(l, projected), 1];
        const square = dot(centred, centred) - dot(projected, u);
        s.logLikelihood -= 0.5 * (constant + square / variance);
        s.xx += dot(x, x);
        addProducts(s.xu, x, u);
        addProducts(s.uu, u, u);
      }
      covariance.forEach((row, a) => {
        for (let b = 0; b < q; b++) s.uu[a][b] += block.nRows * row[b];
      });
      return s;
    },

    merge(s, t) {
      const add = (a, b) => a.map((row, i) => row.map((value, j) => value + b[i][j]));
      const logLikelihood = s.logLikelihood + t.logLikelihood;
      return { n: s.n + t.n, xx: s.xx + t.xx, xu: add(s.xu, t.xu), uu: add(s.uu, t.uu), logLikelihood };
    },

    // a linear regression of x on (z, 1) with moments in the place of data
    maximization({ n, xx, xu, uu }) {
      const l = cholesky(uu);
      const rows = xu.map((row) => solve(l, row));
      const explained = rows.reduce((sum, row, j) => sum + dot(row, xu[j]), 0);
      return {
        W: rows.map((row) => row.slice(0, q)),
        mean: rows.map((row) => row[q]),
        variance: (xx - explained) / (n * rows.length),
      };
    },

    objective: (s) => s.logLikelihood,
  };
}

/** Eigenvalues of a symmetric matrix (flat), greatest first: Jacobi's rotations. */
function eigenvalues(flat, d) {
  const a = Array.from({ length: d }, (_, i) => Array.from(flat.slice(i * d, (i + 1) * d)));
  for (let sweep = 0; sweep < 20; sweep++) {
    for (let p = 0; p < d; p++) {
      for (let r = p + 1; r < d; r++) {
        const angle = 0.5 * Math.atan2(2 * a[p][r], a[r][r] - a[p][p]);
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (const row of a) [row[p], row[r]] = [c * row[p] - s * row[r], s * row[p] + c * row[r]];
        [a[p], a[r]] = [a[p].map((v, k) => c * v - s * a[r][k]), a[p].map((v, k) => s * v + c * a[r][k])];
      }
    }
  }
  return a.map((row, i) => row[i]).sort((x, y) => y - x);
}

const [N, D, q] = [500, 5, 2];
// data that have two directions: A·Aᵀ + 0.3·I
const A = [
  [2, 0],
  [1, 1],
  [0, 1.5],
  [-1, 0.5],
  [0.5, -1],
];
const covariance = A.map((u, i) => A.map((v, j) => dot(u, v) + (i === j ? 0.3 : 0)));
const X = { data: gaussian({ mean: [1, 2, 3, 4, 5], covariance }).sample(N, { seed: 1 }).X, rows: N, columns: D };

const { parameters, objective, nIter } = expectationMaximization(probabilisticPCA(q), X, { seed: 1, tol: 1e-14 });

const lambda = eigenvalues(fitGaussian(X).covariance, D);
const variance = lambda.slice(q).reduce((a, b) => a + b) / (D - q);
const logs = lambda.slice(0, q).reduce((sum, value) => sum + Math.log(value), (D - q) * Math.log(variance));
const closed = (-N / 2) * (D * Math.log(2 * Math.PI) + logs + D);

console.log(
  `EM after ${nIter} iterations:  σ² ${parameters.variance.toFixed(6)}  log-likelihood ${objective.toFixed(6)}`,
);
console.log(`closed form:             σ² ${variance.toFixed(6)}  log-likelihood ${closed.toFixed(6)}`);
