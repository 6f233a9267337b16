import { describe, expect, it } from 'vitest';
import { cholesky, InvalidParametersError, NotPositiveDefiniteError } from '../../src/index.js';
import { withBackend } from '../../src/lease.js';
import { triangularInverse } from '../../src/reference/linear-algebra.js';
import { generator, rowsOf, spd } from '../helpers/data.js';
import { BACKENDS, bits, thrownBy } from '../helpers/numbers.js';

const ORDERS = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64];

/** Largest |(A·B)ᵢⱼ − Cᵢⱼ|. */
function productError(a: Float64Array, b: Float64Array, d: number, want: (i: number, j: number) => number): number {
  let worst = 0;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      let product = 0;
      for (let m = 0; m < d; m++) product += a[i * d + m]! * b[m * d + j]!;
      worst = Math.max(worst, Math.abs(product - want(i, j)));
    }
  }
  return worst;
}

function transposed(a: Float64Array, d: number): Float64Array {
  return a.map((_, at) => a[(at % d) * d + Math.floor(at / d)]!);
}

describe.each(BACKENDS)('on %s', (name) => {
  it.each(ORDERS)('L·Lᵀ is A and W·L is 1, of order %i', (d) => {
    const a = spd(d, generator(d));
    withBackend(name, (backend) => {
      const l = backend.cholesky(a, d) as Float64Array;
      const w = backend.inverseCholesky(a, d) as Float64Array;
      // the entries of A, L and W are near 1 here: errors of d roundings
      expect(productError(l, transposed(l, d), d, (i, j) => a[i * d + j]!)).toBeLessThanOrEqual(4 * d * 2 ** -52);
      expect(productError(w, l, d, (i, j) => (i === j ? 1 : 0))).toBeLessThanOrEqual(8 * d * 2 ** -52);
      for (let i = 0; i < d; i++) {
        for (let j = i + 1; j < d; j++) expect([l[i * d + j], w[i * d + j]]).toEqual([0, 0]);
      }
    });
  });

  it.each(ORDERS)('reads the lower triangle only, of order %i', (d) => {
    const a = spd(d, generator(d));
    const spoilt = a.map((value, at) => (at % d > Math.floor(at / d) ? Number.NaN : value));
    withBackend(name, (backend) => {
      expect(bits(backend.cholesky(spoilt, d) as Float64Array)).toEqual(bits(backend.cholesky(a, d) as Float64Array));
      expect(a.length).toBe(d * d);
    });
  });

  it.each(ORDERS)('names the rejected pivot, of order %i', (d) => {
    const a = spd(d, generator(d));
    withBackend(name, (backend) => {
      for (const pivot of new Set([0, Math.floor(d / 2), d - 1])) {
        for (const value of [0, -1, Number.NaN, Infinity]) {
          const broken = a.slice();
          broken[pivot * d + pivot] = value;
          expect(backend.cholesky(broken, d)).toBe(pivot);
          expect(backend.inverseCholesky(broken, d)).toBe(pivot);
        }
        // floors are standard deviations: just below the pivot's own it passes, just above it does not
        const own = (backend.cholesky(a, d) as Float64Array)[pivot * d + pivot]!;
        const floors = new Float64Array(d);
        floors[pivot] = own * (1 - 1e-12);
        expect(typeof backend.cholesky(a, d, floors)).toBe('object');
        floors[pivot] = own * (1 + 1e-12);
        expect(backend.cholesky(a, d, floors)).toBe(pivot);
        expect(backend.inverseCholesky(a, d, floors)).toBe(pivot);
      }
    });
  });

  it('of a small matrix after a large one, and a large after a small', () => {
    withBackend(name, (backend) => {
      const alone = withBackend(name, (fresh) => [3, 64].map((d) => fresh.inverseCholesky(spd(d, generator(d)), d)));
      const after = [64, 3, 64].map((d) => backend.inverseCholesky(spd(d, generator(d)), d) as Float64Array);
      expect(bits(after[1]!)).toEqual(bits(alone[0] as Float64Array));
      expect(bits(after[2]!)).toEqual(bits(alone[1] as Float64Array));
    });
  });

  it('takes nested and flat matrices, and typed views with offsets', () => {
    const a = spd(5, generator(9));
    const want = bits(cholesky(a, { backend: name }));
    const padded = new Float64Array(40);
    padded.set(a, 3);
    for (const matrix of [
      rowsOf(a, 5),
      Array.from(a),
      padded.subarray(3, 28),
      rowsOf(a, 5).map((r) => Float64Array.from(r)),
    ]) {
      expect(bits(cholesky(matrix, { backend: name }))).toEqual(want);
    }
    expect(bits(a)).toEqual(bits(spd(5, generator(9))));
  });

  it('refuses what is not a matrix', () => {
    for (const bad of [
      [],
      [1, 2],
      [[1, 2]],
      [[1], [2, 3]],
      [[Number.NaN]],
      'x',
      null,
      4,
      [
        [1, 2],
        [3, '4'],
      ],
    ]) {
      expect(() => cholesky(bad as never, { backend: name })).toThrow(InvalidParametersError);
    }
    const error = thrownBy<NotPositiveDefiniteError>(() =>
      cholesky(
        [
          [1, 2],
          [2, 3],
        ],
        { backend: name },
      ),
    );
    expect(error).toBeInstanceOf(NotPositiveDefiniteError);
    expect([error.code, error.pivot, error.component]).toEqual(['NOT_POSITIVE_DEFINITE', 1, undefined]);
  });
});

it.each(ORDERS)('factors and inverses of wasm and js agree, of order %i', (d) => {
  const a = spd(d, generator(100 + d));
  withBackend('wasm', (wasm) =>
    withBackend('js', (js) => {
      for (const verb of ['cholesky', 'inverseCholesky'] as const) {
        const [got, want] = [wasm[verb](a, d), js[verb](a, d)] as [Float64Array, Float64Array];
        for (let i = 0; i < got.length; i++) expect(Math.abs(got[i]! - want[i]!)).toBeLessThanOrEqual(8 * d * 2 ** -52);
      }
    }),
  );
});

it('inverts exactly what has exact inverses', () => {
  expect(Array.from(triangularInverse(Float64Array.of(2, 0, 4, 8), 2))).toEqual([0.5, 0, -0.25, 0.125]);
});
