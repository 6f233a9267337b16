/**
 * Cholesky factorisation and inverse of the factor, for the K small D × D matrices of an M-step.
 *
 * Row-oriented forms: every inner loop runs along contiguous rows, two lanes at a time.
 * Golub & Van Loan, Matrix Computations, 4th ed., §4.2.5 (row-wise "Cholesky–Banachiewicz" order).
 */
import { sumLanes } from "../simd/horizontal";

/** Σ_{m<n} a[m]·b[m] over contiguous doubles; two accumulators, so two partial sums of interleaved pairs. */
@inline
function dot(a: usize, b: usize, n: i32): f64 {
  let acc = f64x2.splat(0);
  let m = 0;
  for (; m + 2 <= n; m += 2) {
    acc = f64x2.add(acc, f64x2.mul(v128.load(a + (<usize>m << 3)), v128.load(b + (<usize>m << 3))));
  }
  let sum = sumLanes(acc);
  if (m < n) sum += load<f64>(a + (<usize>m << 3)) * load<f64>(b + (<usize>m << 3));
  return sum;
}

/**
 * A = L·Lᵀ in place: reads the lower triangle of the row-major `d × d` matrix at `a`, writes L over it and zeros above.
 * `minPivots` (`d` doubles, or 0 for none) are the smallest standard deviations to accept: pivot i is rejected when it is
 * not finite, not positive, or below minPivots[i]². Returns −1, or the index of the rejected pivot (the matrix is then
 * partly overwritten).
 */
export function cholesky(a: usize, d: i32, minPivots: usize): i32 {
  const stride = <usize>d << 3;
  for (let i = 0; i < d; i++) {
    const rowI = a + <usize>i * stride;
    for (let j = 0; j < i; j++) {
      const rowJ = a + <usize>j * stride;
      const s = load<f64>(rowI + (<usize>j << 3)) - dot(rowI, rowJ, j);
      store<f64>(rowI + (<usize>j << 3), s / load<f64>(rowJ + (<usize>j << 3)));
    }
    const pivot = load<f64>(rowI + (<usize>i << 3)) - dot(rowI, rowI, i);
    // written so that NaN fails too
    if (!(pivot > 0 && pivot < Infinity)) return i;
    if (minPivots) {
      const least = load<f64>(minPivots + (<usize>i << 3));
      if (pivot < least * least) return i;
    }
    store<f64>(rowI + (<usize>i << 3), sqrt<f64>(pivot));
    for (let j = i + 1; j < d; j++) store<f64>(rowI + (<usize>j << 3), 0);
  }
  return -1;
}

/** W = L⁻¹ (lower triangular, row-major `d × d`, zeros above) of the lower triangular L at `l`; `w` must not overlap `l`. */
export function triangularInverse(l: usize, w: usize, d: i32): void {
  const stride = <usize>d << 3;
  for (let i = 0; i < d; i++) {
    const rowL = l + <usize>i * stride;
    const rowW = w + <usize>i * stride;
    memory.fill(rowW, 0, stride);
    for (let m = 0; m < i; m++) {
      const factor = load<f64>(rowL + (<usize>m << 3));
      const rowM = w + <usize>m * stride;
      const f = f64x2.splat(factor);
      let j = 0;
      for (; j + 2 <= m + 1; j += 2) {
        const at = rowW + (<usize>j << 3);
        v128.store(at, f64x2.sub(v128.load(at), f64x2.mul(f, v128.load(rowM + (<usize>j << 3)))));
      }
      if (j <= m) {
        const at = rowW + (<usize>j << 3);
        store<f64>(at, load<f64>(at) - factor * load<f64>(rowM + (<usize>j << 3)));
      }
    }
    const diagonal = load<f64>(rowL + (<usize>i << 3));
    for (let j = 0; j < i; j++) {
      const at = rowW + (<usize>j << 3);
      store<f64>(at, load<f64>(at) / diagonal);
    }
    store<f64>(rowW + (<usize>i << 3), 1 / diagonal);
  }
}
