/**
 * LAPACK's test of a Cholesky factorisation (TESTING/LIN/dchkpo.f, dpot01.f): ‖A − LLᵀ‖₁ / (n·‖A‖₁·ε) below 30 on its nine
 * types of matrices, ε = 2⁻⁵³. The residual is summed in double-double, so that it is the factor's own.
 */
import { cholesky, NotPositiveDefiniteError } from '../../dist/index.js';
import { add, low, multiply } from './double-double.mjs';

const EPSILON = 2 ** -53;
/** dlatb4.f: near under- and overflow, with a factor of safety. */
const SMALL = (0.25 * 2 ** -1022) / EPSILON;
export const SIZES = [1, 2, 3, 5, 10, 16, 32, 50, 64];

/** condition and norm as in dlatb4.f; `zero` is the row and column made 0, for an n. */
const TYPES = [
  { type: 'diagonal', condition: 2, diagonal: true },
  { type: 'random, condition 2', condition: 2 },
  { type: 'first row and column 0', condition: 2, zero: () => 0 },
  { type: 'last row and column 0', condition: 2, zero: (n) => n - 1 },
  { type: 'middle row and column 0', condition: 2, zero: (n) => Math.floor(n / 2) },
  { type: 'random, condition √(0.1/ε) = 3e7', condition: Math.sqrt(0.1 / EPSILON) },
  { type: 'random, condition 0.1/ε = 9e14', condition: 0.1 / EPSILON },
  { type: 'scaled near underflow (1e-292)', condition: 2, norm: SMALL },
  { type: 'scaled near overflow (1e292)', condition: 2, norm: 1 / SMALL },
];

/** Rows of { type, sizes, ratio } (the largest), or { type, sizes, rejected } for the singular ones: how many were, at the right pivot. */
export function choleskyRatios(backend) {
  return TYPES.map((kind, at) => {
    // a 0 in a matrix of few rows leaves less than one of each type, as LAPACK has it
    const sizes = kind.zero === undefined ? SIZES : SIZES.filter((n) => n > 2);
    const results = sizes.map((n) => check(kind, n, uniforms(100 * at + n), backend));
    if (kind.zero !== undefined) {
      return { type: kind.type, sizes: sizes.length, rejected: results.filter((right) => right === true).length };
    }
    return { type: kind.type, sizes: sizes.length, ratio: Math.max(...results) };
  });
}

function check(kind, n, uniform, backend) {
  const a = randomMatrix(n, kind, uniform);
  const zero = kind.zero?.(n);
  if (zero !== undefined) {
    for (let i = 0; i < n; i++) {
      a[zero * n + i] = 0;
      a[i * n + zero] = 0;
    }
    try {
      cholesky(a, { backend });
      return false;
    } catch (error) {
      return error instanceof NotPositiveDefiniteError && error.pivot === zero;
    }
  }
  // a power of two: no product of the residual can leave the range of doubles
  const half = 2 ** Math.round(Math.log2(kind.norm ?? 1) / 2);
  const l = cholesky(a, { backend });
  return ratio(
    a.map((value) => value / half / half),
    l.map((value) => value / half),
    n,
  );
}

export function ratio(a, l, n) {
  const residual = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let h = a[i * n + j];
      let lo = 0;
      for (let m = 0; m <= Math.min(i, j); m++) {
        const p = multiply(-l[i * n + m], 0, l[j * n + m], 0);
        h = add(h, lo, p, low());
        lo = low();
      }
      residual[i * n + j] = h;
    }
  }
  return norm1(residual, n) / (n * norm1(a, n) * EPSILON);
}

function norm1(a, n) {
  let most = 0;
  for (let j = 0; j < n; j++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += Math.abs(a[i * n + j]);
    most = Math.max(most, sum);
  }
  return most;
}

/** Eigenvalues in geometric progression from norm to norm/condition (dlatms, mode 3), turned by random reflections. */
function randomMatrix(n, { condition, norm = 1, diagonal = false }, uniform) {
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) a[i * n + i] = condition ** (n === 1 ? 0 : -i / (n - 1));
  if (!diagonal) for (let i = 0; i < Math.min(n, 8) && n > 1; i++) reflect(a, n, uniform);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      a[i * n + j] *= norm;
      a[j * n + i] = a[i * n + j];
    }
  }
  return a;
}

/** A ← H·A·H, H = I − 2·v·vᵀ/vᵀv. */
function reflect(a, n, uniform) {
  const v = Float64Array.from({ length: n }, () => 2 * uniform() - 1);
  const length = v.reduce((sum, value) => sum + value * value, 0);
  for (const [row, step] of [
    [n, 1],
    [1, n],
  ]) {
    for (let i = 0; i < n; i++) {
      let dot = 0;
      for (let j = 0; j < n; j++) dot += a[i * row + j * step] * v[j];
      for (let j = 0; j < n; j++) a[i * row + j * step] -= ((2 * dot) / length) * v[j];
    }
  }
}

function uniforms(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
