// Kernels as functions: their identities, and wasm beside the JS backend.
import { realData, someWeights } from './data.mjs';
import { check, checkRows, close, named } from './expect.mjs';

export function functions(lib, g) {
  return g.pick([logSumExp, cholesky, weightedCovariance])(lib, g);
}

function logSumExp(lib, g) {
  const [n, k] = [g.integer(1, 60), g.integer(1, 20)];
  const size = g.pick([1, 100, 1e4, 1e300]);
  const data = Float64Array.from({ length: n * k }, () => (g.chance(0.05) ? -Infinity : size * (2 * g.uniform() - 1)));
  const X = { data, rows: n, columns: k };
  const [a, b] = ['wasm', 'js'].map((backend) => lib.logSumExp(X, { backend }));
  const rows = typeof a === 'number' ? [[a], [b]] : [a, b];
  rows[0].forEach((value, i) => {
    const terms = Array.from(data.subarray(i * k, (i + 1) * k));
    const most = Math.max(...terms);
    check(
      most === -Infinity ? value === most : value >= most && value <= most + Math.log(k) + 1e-15 * Math.abs(most),
      () => `logSumExp ${value} of terms to ${most}`,
    );
    close(value, rows[1][i], 1e-14 * Math.max(1, Math.abs(value)), `logSumExp of row ${i} of wasm and js`);
  });
  const { result, error } = named(lib, () => lib.responsibilities(X));
  if (error === undefined) checkRows(result, k, 'responsibilities');
  return error === undefined ? 'done' : 'refused';
}

function cholesky(lib, g) {
  const d = g.integer(1, 30);
  const a = realData(g, { n: d, d });
  const matrix = Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_, j) => {
      let product = 0;
      for (let m = 0; m < d; m++) product += a[Math.max(i, j) * d + m] * a[Math.min(i, j) * d + m];
      return product;
    }),
  );
  const { result: l, error } = named(lib, () => lib.cholesky(matrix));
  const other = named(lib, () => lib.cholesky(matrix, { backend: 'js' }));
  if (error !== undefined || other.error !== undefined) return 'refused';
  // |A − LLᵀ| ≤ (d + 1)·ε·|L||Lᵀ| (Higham 2002, theorem 10.3), of both
  for (const factor of [l, other.result]) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        let [product, size] = [0, 0];
        for (let m = 0; m <= j; m++) {
          product += factor[i * d + m] * factor[j * d + m];
          size += Math.abs(factor[i * d + m] * factor[j * d + m]);
        }
        close(product, matrix[i][j], 4 * (d + 1) * 2 ** -52 * size, `(LLᵀ)[${i}][${j}]`);
      }
    }
  }
  return 'done';
}

function weightedCovariance(lib, g) {
  const size = { n: g.integer(1, 200), d: g.integer(1, 10) };
  const x = realData(g, size);
  const X = { data: x, rows: size.n, columns: size.d };
  const options = g.chance(0.5) ? { sampleWeights: someWeights(g, size.n) } : {};
  const [a, b] = ['wasm', 'js'].map((backend) => lib.weightedCovariance(X, { ...options, backend }));
  const { d } = size;
  const deviation = Array.from({ length: d }, (_, j) => Math.sqrt(Math.max(0, b.covariance[j * d + j])));
  const size0 = Array.from({ length: d }, (_, j) =>
    x.reduce((most, v, at) => (at % d === j ? Math.max(most, Math.abs(v)) : most), 0),
  );
  for (let j = 0; j < d; j++) close(a.mean[j], b.mean[j], 1e-13 * size0[j], `mean[${j}]`);
  for (let at = 0; at < d * d; at++) {
    const [i, j] = [Math.floor(at / d), at % d];
    const rounding = 2 ** -48 * (size0[i] * deviation[j] + size0[j] * deviation[i] + 2 ** -50 * size0[i] * size0[j]);
    close(
      a.covariance[at],
      b.covariance[at],
      1e-12 * deviation[i] * deviation[j] + rounding,
      `covariance[${at}] of wasm and js`,
    );
  }
  return 'done';
}
