/** Jacobi's rotations: A·v = λ·v, orthonormal. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { symmetricEigen } from '../src/numeric/symmetric-eigen.js';

it('eigenvectors of any small symmetric matrix, singular ones included', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 25 }),
      (n, entries) => {
        const a = Array.from({ length: n }, (_, i) =>
          Float64Array.from({ length: n }, (__, j) => entries[Math.min(i, j) * 5 + Math.max(i, j)]),
        );
        const { values, vectors } = symmetricEigen(a);
        vectors.forEach((v, e) => {
          a.forEach((row, i) => {
            const image = row.reduce((sum, value, j) => sum + value * v[j], 0);
            expect(Math.abs(image - values[e] * v[i])).toBeLessThanOrEqual(1e-13);
          });
          vectors.forEach((w, f) => {
            const inner = v.reduce((sum, value, j) => sum + value * w[j], 0);
            expect(Math.abs(inner - (e === f ? 1 : 0))).toBeLessThanOrEqual(1e-14);
          });
        });
      },
    ),
  );
});

it('a diagonal matrix is left alone', () => {
  const { values, vectors } = symmetricEigen([Float64Array.of(2, 0), Float64Array.of(0, -3)]);
  expect(Array.from(values)).toEqual([2, -3]);
  expect(vectors.map((v) => Array.from(v))).toEqual([
    [1, 0],
    [0, 1],
  ]);
});
