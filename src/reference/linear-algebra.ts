/** Cholesky factorisation and its inverse in plain TypeScript: what the kernels are tested against. */

/** L with A = L·Lᵀ (lower triangle of A read, row-major `d × d`), or the index of the rejected pivot. */
export function cholesky(a: Float64Array, d: number, least?: Float64Array): Float64Array | number {
  const l = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * d + j] as number;
      for (let m = 0; m < j; m++) sum -= (l[i * d + m] as number) * (l[j * d + m] as number);
      if (j < i) {
        l[i * d + j] = sum / (l[j * d + j] as number);
        continue;
      }
      const floor = least === undefined ? 0 : (least[i] as number) ** 2;
      if (!(sum > 0 && sum < Infinity && sum >= floor)) return i;
      l[i * d + i] = Math.sqrt(sum);
    }
  }
  return l;
}

/** W = L⁻¹ of a lower triangular L. */
export function triangularInverse(l: Float64Array, d: number): Float64Array {
  const w = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    const diagonal = l[i * d + i] as number;
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let m = j; m < i; m++) sum -= (l[i * d + m] as number) * (w[m * d + j] as number);
      w[i * d + j] = sum / diagonal;
    }
    w[i * d + i] = 1 / diagonal;
  }
  return w;
}

/** L⁻¹ of A = L·Lᵀ, or the index of the rejected pivot. */
export function inverseCholesky(a: Float64Array, d: number, least?: Float64Array): Float64Array | number {
  const l = cholesky(a, d, least);
  return typeof l === 'number' ? l : triangularInverse(l, d);
}
