/** Eigenvalues and eigenvectors of small symmetric matrices. */

/** Sweeps of rotations; convergence is quadratic, a handful suffices. */
const MOST_SWEEPS = 30;

/**
 * Jacobi's rotations (Golub & Van Loan 2013, §8.5): to rounding, of any symmetric matrix.
 *
 * @param matrix n rows of n, symmetric; not changed
 * @returns `vectors[i]` is the unit eigenvector of `values[i]`
 */
export function symmetricEigen(matrix: readonly Float64Array[]): { values: Float64Array; vectors: Float64Array[] } {
  const n = matrix.length;
  const a = matrix.map((row) => row.slice());
  const vectors = matrix.map((_, i) => new Float64Array(n).fill(1, i, i + 1));
  const at = (i: number, j: number) => (a[i] as Float64Array)[j] as number;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const off = at(p, q);
        // an entry that is lost in both of its diagonal elements is 0
        if (Math.abs(off) <= Number.EPSILON * Math.min(Math.abs(at(p, p)), Math.abs(at(q, q)))) continue;
        rotated = true;
        const theta = (at(q, q) - at(p, p)) / (2 * off);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        rotateColumns(a, p, q, c, t * c);
        rotateRows(a, p, q, c, t * c);
        rotateRows(vectors, p, q, c, t * c);
      }
    }
    if (!rotated) break;
  }
  return { values: Float64Array.from(a, (row, i) => row[i] as number), vectors };
}

function rotateColumns(a: readonly Float64Array[], p: number, q: number, c: number, s: number): void {
  for (const row of a) {
    const x = row[p] as number;
    const y = row[q] as number;
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
}

function rotateRows(a: readonly Float64Array[], p: number, q: number, c: number, s: number): void {
  const u = a[p] as Float64Array;
  const v = a[q] as Float64Array;
  for (let k = 0; k < u.length; k++) {
    const x = u[k] as number;
    const y = v[k] as number;
    u[k] = c * x - s * y;
    v[k] = s * x + c * y;
  }
}
