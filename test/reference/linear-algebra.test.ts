import { describe, expect, it } from 'vitest';
import { cholesky, logSumExp, NotPositiveDefiniteError, responsibilities } from '../../src/index.js';
import { BACKENDS, relativeEach, sum } from '../helpers/numbers.js';
import { load } from '../helpers/reference.js';

interface CholeskyCase {
  name: string;
  A: number[][];
  'positiveDefinite(exact)': boolean;
  'lapackResidual(||A-LL^T||_1/(n||A||_1 eps), eps=2^-53)': number | null;
  L?: number[][];
  logDet?: { value: number };
}

const RATIO = 'lapackResidual(||A-LL^T||_1/(n||A||_1 eps), eps=2^-53)';
const cases = load<{ cases: CholeskyCase[] }>('cholesky_cases.json').cases;
const definite = cases.filter((c) => c['positiveDefinite(exact)']);
const indefinite = cases.filter((c) => !c['positiveDefinite(exact)']);

function norm1(a: readonly (readonly number[])[]): number {
  return Math.max(...a.map((_, j) => sum(a.map((row) => Math.abs(row[j]!)))));
}

/** ‖A − L·Lᵀ‖₁ / (n·‖A‖₁·ε): LAPACK's tests pass below 30. A is scaled first, so that no product can overflow. */
function lapackRatio(a: readonly (readonly number[])[], l: Float64Array): number {
  const n = a.length;
  const exponent = 2 * Math.floor(Math.log2(norm1(a)) / 2);
  const residual = a.map((row, i) =>
    row.map((value, j) => {
      let product = 0;
      for (let m = 0; m < n; m++) {
        product += l[i * n + m]! * 2 ** (-exponent / 2) * (l[j * n + m]! * 2 ** (-exponent / 2));
      }
      return value * 2 ** -exponent - product;
    }),
  );
  return norm1(residual) / (n * norm1(a) * 2 ** -exponent * 2 ** -53);
}

describe.each(BACKENDS)('cholesky on %s', (backend) => {
  it.each(definite)('factors $name', ({ A, L, logDet }) => {
    const n = A.length;
    const l = cholesky(A, { backend });
    expect(l.every(Number.isFinite)).toBe(true);
    expect(lapackRatio(A, l)).toBeLessThan(30);
    for (let i = 0; i < n; i++) {
      expect(l[i * n + i]).toBeGreaterThan(0);
      for (let j = i + 1; j < n; j++) expect(l[i * n + j]).toBe(0);
    }
    // the factor's own error grows with the condition number; its diagonal, and so the determinant, is the test
    const condition = Math.max(1, (Math.max(...diagonal(l, n)) / Math.min(...diagonal(l, n))) ** 2);
    const limit = 30 * n * condition * 2 ** -53;
    expect(Math.abs(2 * sum(diagonal(l, n).map(Math.log)) - logDet!.value)).toBeLessThanOrEqual(
      Math.max(limit, 1e-15 * Math.abs(logDet!.value)),
    );
    for (let i = 0; i < n; i++) {
      const scale = Math.max(...L![i]!.map(Math.abs));
      for (let j = 0; j <= i; j++) {
        expect(Math.abs(l[i * n + j]! - L![i]![j]!) / scale, `L[${i}][${j}]`).toBeLessThanOrEqual(limit);
      }
    }
  });

  it.each(indefinite)('rejects $name', ({ A, [RATIO]: residual }) => {
    let l: Float64Array;
    try {
      l = cholesky(A, { backend });
    } catch (error) {
      expect(error).toBeInstanceOf(NotPositiveDefiniteError);
      expect((error as NotPositiveDefiniteError).pivot).toBeLessThan(A.length);
      return;
    }
    // singular in exact arithmetic only: rounding may leave a tiny positive pivot, but never a NaN
    expect(residual).not.toBeNull();
    expect(lapackRatio(A, l)).toBeLessThan(30);
  });

  it('needs exact integers for exact factors', () => {
    const pascal = definite.find(({ name }) => name.startsWith('Pascal 10'))!;
    const l = cholesky(pascal.A, { backend });
    for (let i = 0; i < 10; i++) for (let j = 0; j <= i; j++) expect(l[i * 10 + j]).toBe(pascal.L![i]![j]);
  });
});

function diagonal(l: Float64Array, n: number): number[] {
  return Array.from({ length: n }, (_, i) => l[i * n + i]!);
}

interface LogSumExpTable {
  cases: { x: number[]; lse: { value: number } }[];
  special: { x: (number | string)[]; lse: number | string }[];
  softmax: { x: number[]; p: { value: number }[] }[];
}

const table = load<LogSumExpTable>('logsumexp_extreme.json');

describe.each(BACKENDS)('logSumExp on %s', (backend) => {
  it.each(table.cases)('of $x', ({ x, lse }) => {
    // near 0 too, where max + log Σ exp would keep no digit
    expect(relativeEach(logSumExp(x, { backend }), lse.value)).toBeLessThanOrEqual(4e-16);
    expect(relativeEach(logSumExp([x, x], { backend }), [lse.value, lse.value])).toBeLessThanOrEqual(4e-16);
    expect(relativeEach(logSumExp([...x].reverse(), { backend }), lse.value)).toBeLessThanOrEqual(4e-16);
  });

  it.each(table.special)('of the special values $x', ({ x, lse }) => {
    const want = Number(lse);
    const terms = x.map(Number);
    expect(logSumExp(terms, { backend })).toBe(want);
    if (terms.length > 0) {
      // a special row must not touch its neighbours
      const rows = [terms, terms.map((_, i) => i), terms];
      const others = Math.log(sum(terms.map((_, i) => Math.exp(i))));
      const norms = logSumExp(rows, { backend }) as Float64Array;
      expect(norms[0]).toBe(want);
      expect(norms[1]).toBeCloseTo(others, 14);
      expect(norms[2]).toBe(want);
    }
  });

  it.each(table.softmax)('softmax of $x', ({ x, p }) => {
    const got = responsibilities([x], { backend });
    expect(
      relativeEach(
        got,
        p.map(({ value }) => value),
      ),
    ).toBeLessThanOrEqual(4e-16);
  });
});
