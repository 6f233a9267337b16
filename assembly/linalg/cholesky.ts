/**
 * Cholesky factorisation and inverse of the factor, for the K small D × D matrices of an M-step.
 *
 * Every inner loop runs along contiguous rows, two lanes at a time, and makes several independent sums: one alone would wait
 * for each of its additions. Golub & Van Loan, Matrix Computations, 4th ed., §4.2.5: each column from the columns before it.
 */
import { sumLanes } from "../simd/horizontal";

/** Σ_{m<n} a[m]·b[m] over contiguous doubles, by two partial sums of interleaved pairs. */
@inline
function dot(a: usize, b: usize, n: i32): f64 {
  let acc = f64x2.splat(0);
  let m: usize = 0;
  const end = <usize>(n & ~1) << 3;
  for (; m < end; m += 16) acc = f64x2.add(acc, f64x2.mul(v128.load(a + m), v128.load(b + m)));
  return withLast(sumLanes(acc), a, b, n, m);
}

/** Four of `dot`, of rows `stride` bytes apart from `a` on with `b`, taken off the numbers at `n` of these rows and divided by the one there in `b`. */
function solveFour(a: usize, stride: usize, b: usize, n: i32): void {
  const a1 = a + stride;
  const a2 = a1 + stride;
  const a3 = a2 + stride;
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  let m: usize = 0;
  const end = <usize>(n & ~1) << 3;
  for (; m < end; m += 16) {
    const y = v128.load(b + m);
    s0 = f64x2.add(s0, f64x2.mul(v128.load(a + m), y));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(a1 + m), y));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(a2 + m), y));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(a3 + m), y));
  }
  solve(a, b, n, withLast(sumLanes(s0), a, b, n, m));
  solve(a1, b, n, withLast(sumLanes(s1), a1, b, n, m));
  solve(a2, b, n, withLast(sumLanes(s2), a2, b, n, m));
  solve(a3, b, n, withLast(sumLanes(s3), a3, b, n, m));
}

/** The sum with the last product, where n is odd. */
@inline
function withLast(sum: f64, a: usize, b: usize, n: i32, m: usize): f64 {
  return n & 1 ? sum + load<f64>(a + m) * load<f64>(b + m) : sum;
}

@inline
function solve(a: usize, b: usize, n: i32, sum: f64): void {
  const at = <usize>n << 3;
  store<f64>(a + at, (load<f64>(a + at) - sum) / load<f64>(b + at));
}

/**
 * A = L·Lᵀ in place: reads the lower triangle of the row-major `d × d` matrix at `a`, writes L over it and zeros above.
 * `minPivots` (`d` doubles, or 0 for none) are the smallest standard deviations to accept: pivot i is rejected when it is
 * not finite, not positive, or below minPivots[i]². Returns −1, or the index of the rejected pivot (the matrix is then
 * partly overwritten).
 */
export function cholesky(a: usize, d: i32, minPivots: usize): i32 {
  const stride = <usize>d << 3;
  for (let j = 0; j < d; j++) {
    const row = a + <usize>j * stride;
    const pivot = load<f64>(row + (<usize>j << 3)) - dot(row, row, j);
    // written so that NaN fails too
    if (!(pivot > 0 && pivot < Infinity)) return j;
    if (minPivots) {
      const least = load<f64>(minPivots + (<usize>j << 3));
      if (pivot < least * least) return j;
    }
    store<f64>(row + (<usize>j << 3), sqrt<f64>(pivot));
    for (let i = j + 1; i < d; i++) store<f64>(row + (<usize>i << 3), 0);
    let i = j + 1;
    for (; i + 4 <= d; i += 4) solveFour(a + <usize>i * stride, stride, row, j);
    for (; i < d; i++) {
      const other = a + <usize>i * stride;
      solve(other, row, j, dot(other, row, j));
    }
  }
  return -1;
}

/** W = L⁻¹ (lower triangular, row-major `d × d`, zeros above) of the lower triangular L at `l`; `w` must not overlap `l`. */
export function triangularInverse(l: usize, w: usize, d: i32): void {
  const stride = <usize>d << 3;
  memory.fill(w, 0, <usize>d * stride);
  for (let i = 0; i < d; i++) {
    const rowL = l + <usize>i * stride;
    const rowW = w + <usize>i * stride;
    const diagonal = load<f64>(rowL + (<usize>i << 3));
    let j = 0;
    for (; j + 8 <= i; j += 8) inverseOfEight(rowL, rowW, w + (<usize>j << 3), stride, j, i, diagonal);
    for (; j < i; j++) {
      let sum: f64 = 0;
      for (let m = j; m < i; m++) sum -= load<f64>(rowL + (<usize>m << 3)) * load<f64>(w + <usize>m * stride + (<usize>j << 3));
      store<f64>(rowW + (<usize>j << 3), sum / diagonal);
    }
    store<f64>(rowW + (<usize>i << 3), 1 / diagonal);
  }
}

/** Columns j … j + 7 of row i of the inverse, from the rows above it. */
function inverseOfEight(rowL: usize, rowW: usize, w: usize, stride: usize, j: i32, i: i32, diagonal: f64): void {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  let at = w + <usize>j * stride;
  for (let l = rowL + (<usize>j << 3); l < rowL + (<usize>i << 3); l += 8) {
    const factor = v128.load64_splat(l);
    s0 = f64x2.sub(s0, f64x2.mul(factor, v128.load(at)));
    s1 = f64x2.sub(s1, f64x2.mul(factor, v128.load(at, 16)));
    s2 = f64x2.sub(s2, f64x2.mul(factor, v128.load(at, 32)));
    s3 = f64x2.sub(s3, f64x2.mul(factor, v128.load(at, 48)));
    at += stride;
  }
  const pivot = f64x2.splat(diagonal);
  const out = rowW + (<usize>j << 3);
  v128.store(out, f64x2.div(s0, pivot));
  v128.store(out, f64x2.div(s1, pivot), 16);
  v128.store(out, f64x2.div(s2, pivot), 32);
  v128.store(out, f64x2.div(s3, pivot), 48);
}
