/** The kernels that are exported as functions of their own. */

import { describe, expect, it } from 'vitest';
import { LOG_SUM_EXP } from '../../src/functions/log-sum-exp-kernels.js';
import {
  InvalidDataError,
  InvalidParametersError,
  logSumExp,
  MixwasmError,
  mahalanobis,
  NotPositiveDefiniteError,
  OutOfMemoryError,
  responsibilities,
  weightedCovariance,
  ZeroDensityError,
} from '../../src/index.js';
import { withBackend } from '../../src/lease.js';
import { clusters, generator, matrixOf, randomParameters, rowsOf } from '../helpers/data.js';
import { BACKENDS, bits, largestDifference, relativeToMax, sum, TYPES, thrownBy } from '../helpers/numbers.js';

const SIZES = [1, 2, 3, 7, 8, 9, 63, 64, 65, 127, 128, 129, 1023, 1024, 1025, 4097];
const COMPONENTS = [1, 2, 3, 5, 8, 17];

function terms(n: number, k: number): Float64Array {
  const g = generator(n * 31 + k);
  return Float64Array.from({ length: n * k }, (_, i) => (i % 11 === 10 ? -Infinity : 30 * g.normal()));
}

describe.each(BACKENDS)('logSumExp and responsibilities on %s', (backend) => {
  it.each(COMPONENTS)('of %i terms, for every number of rows', (k) => {
    for (const n of SIZES) {
      const x = terms(n, k);
      // a row with nothing above −Infinity has no responsibilities
      for (let i = 0; i < n; i++) x[i * k] = Math.max(x[i * k]!, -50);
      const norms = logSumExp(matrixOf(x, k), { backend }) as Float64Array;
      const table = responsibilities(matrixOf(x, k), { backend });
      expect([norms.length, table.length]).toEqual([n, n * k]);
      // an expectation for each row would take longer than the rows
      const worst = { norm: 0, responsibility: 0, sum: 0 };
      for (let i = 0; i < n; i++) {
        const row = Array.from(x.subarray(i * k, (i + 1) * k));
        const top = Math.max(...row);
        const log = Math.log(sum(row.map((v) => Math.exp(v - top))));
        const got = table.subarray(i * k, (i + 1) * k);
        const want = row.map((v) => Math.exp(v - top - log));
        // a NaN stays
        worst.norm = Math.max(worst.norm, Math.abs(norms[i]! - (top + log)) / Math.max(1, Math.abs(top)));
        worst.responsibility = Math.max(worst.responsibility, largestDifference(got, want));
        worst.sum = Math.max(worst.sum, Math.abs(sum(got) - 1));
      }
      expect(worst.norm).toBeLessThanOrEqual(4e-16);
      expect(worst.responsibility).toBeLessThanOrEqual(2e-15);
      expect(worst.sum).toBeLessThanOrEqual(k * 2 ** -52);
    }
  });

  it('gives a row the same bits wherever it stands', () => {
    const x = terms(200, 3).map((v) => Math.max(v, -60));
    const whole = responsibilities(matrixOf(x, 3), { backend });
    const norms = logSumExp(matrixOf(x, 3), { backend }) as Float64Array;
    for (const i of [0, 1, 63, 64, 65, 127, 128, 199]) {
      const row = x.subarray(i * 3, i * 3 + 3);
      expect(bits(responsibilities(matrixOf(row, 3), { backend }))).toEqual(bits(whole.subarray(i * 3, i * 3 + 3)));
      expect(bits([logSumExp(row, { backend })])).toEqual(bits([norms[i]!]));
    }
  });

  it('of no terms and no rows', () => {
    expect(logSumExp([], { backend })).toBe(-Infinity);
    expect(logSumExp(new Float64Array(0), { backend })).toBe(-Infinity);
    expect(logSumExp([[], []], { backend })).toEqual(Float64Array.of(-Infinity, -Infinity));
    expect(logSumExp({ data: [], rows: 0, columns: 3 }, { backend })).toEqual(new Float64Array(0));
    for (const call of [logSumExp, responsibilities]) {
      expect(() => call({ data: [], rows: 2 ** 50, columns: 0 }, { backend })).toThrow(OutOfMemoryError);
    }
    for (const columns of [3, 2 ** 31, 2 ** 32 - 128, 2 ** 40]) {
      expect(responsibilities({ data: [], rows: 0, columns }, { backend })).toEqual(new Float64Array(0));
    }
    withBackend(backend, (leased) => leased.open(LOG_SUM_EXP, undefined)(new Float64Array(0), 3, new Float64Array(0)));
  });

  it('drops nothing, unlike a mixture: a responsibility of 1e-300 is told', () => {
    const [, small] = responsibilities([[0, -690]], { backend });
    expect(small! / Math.exp(-690)).toBeCloseTo(1, 14);
  });

  it('names the row and column of a bad term, and a row without any', () => {
    for (const bad of [Number.NaN, Infinity]) {
      const error = thrownBy<InvalidDataError>(() =>
        responsibilities(
          [
            [0, 1],
            [2, bad],
          ],
          { backend },
        ),
      );
      expect(error).toBeInstanceOf(InvalidDataError);
      expect([error.row, error.column]).toEqual([1, 1]);
    }
    const none = thrownBy<ZeroDensityError>(() => responsibilities([[0], [-Infinity]], { backend }));
    expect(none).toBeInstanceOf(ZeroDensityError);
    expect(none.row).toBe(1);
  });
});

describe.each(BACKENDS)('weightedCovariance on %s', (backend) => {
  it.each([1, 2, 3, 4, 5, 8, 9, 16, 17, 33])('of %i features is the textbook two-pass', (d) => {
    for (const n of [1, 2, 63, 64, 65, 1025]) {
      const x = clusters(n, d, 2, d + n);
      const weights = Array.from({ length: n }, (_, i) => (i + 1) % 4);
      const { mean, covariance, weight } = weightedCovariance(matrixOf(x, d), { sampleWeights: weights, backend });
      const want = twoPass(x, d, weights);
      expect(weight).toBe(sum(weights));
      expect(relativeToMax(mean, want.mean)).toBeLessThanOrEqual(1e-14);
      expect(largestDifference(covariance, want.covariance)).toBeLessThanOrEqual(
        1e-13 * Math.max(1, ...want.covariance),
      );
      for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) expect(covariance[i * d + j]).toBe(covariance[j * d + i]);
    }
  });

  it('keeps its digits far from 0', () => {
    const x = clusters(500, 3, 2, 5).map((v) => Math.round(v * 1024) / 1024);
    const far = weightedCovariance(
      matrixOf(
        x.map((v) => v + 1e8),
        3,
      ),
      { backend },
    );
    const near = weightedCovariance(matrixOf(x, 3), { backend });
    expect(relativeToMax(far.covariance, near.covariance)).toBeLessThanOrEqual(1e-14);
    expect(
      largestDifference(
        far.mean.map((m) => m - 1e8),
        near.mean,
      ),
    ).toBeLessThanOrEqual(1.5e-8);
  });

  it('crosses blocks', () => {
    const n = 16384 + 1;
    const x = clusters(n, 1, 2, 5);
    const { mean, covariance } = weightedCovariance(x, { backend });
    const want = twoPass(x, 1, new Array(n).fill(1));
    expect(relativeToMax(mean, want.mean)).toBeLessThanOrEqual(1e-13);
    expect(relativeToMax(covariance, want.covariance)).toBeLessThanOrEqual(1e-13);
  });

  it('takes float32 as the doubles they are', () => {
    const x = Float32Array.from(clusters(100, 3, 2));
    const [a, b] = [x, Float64Array.from(x)].map((data) => weightedCovariance(matrixOf(data, 3), { backend }));
    expect(bits(a!.covariance)).toEqual(bits(b!.covariance));
  });
});

describe.each(BACKENDS)('mahalanobis on %s', (backend) => {
  it('has exact distances where they are exact', () => {
    const means = [[0, 0]];
    expect(
      mahalanobis(
        [[3, 4]],
        {
          means,
          covariances: [
            [
              [1, 0],
              [0, 1],
            ],
          ],
        },
        { backend },
      ),
    ).toEqual(Float64Array.of(5));
    expect(mahalanobis([[3, 4]], { means, covariances: [[9, 16]], covarianceType: 'diag' }, { backend })).toEqual(
      Float64Array.of(Math.SQRT2),
    );
    expect(mahalanobis([[3, 4]], { means, covariances: [4], covarianceType: 'spherical' }, { backend })[0]).toBe(2.5);
  });

  it.each(TYPES)('is the root of rᵀ Σ⁻¹ r by elimination, %s', (type) => {
    for (const [n, d, k] of [
      [65, 1, 1],
      [64, 2, 3],
      [129, 5, 2],
      [10, 17, 8],
    ] as const) {
      const x = clusters(n, d, 2);
      const parameters = randomParameters(type, k, d);
      const got = mahalanobis(matrixOf(x, d), parametersOf(parameters), { backend });
      expect(got.length).toBe(n * k);
      const matrices = Array.from({ length: k }, (_, c) => matrixAt(parameters, c));
      for (let i = 0; i < n; i++) {
        for (let c = 0; c < k; c++) {
          const r = Array.from({ length: d }, (_, j) => x[i * d + j]! - parameters.means[c * d + j]!);
          const y = solve(matrices[c]!, r);
          const want = Math.sqrt(sum(r.map((value, j) => value * y[j]!)));
          expect(Math.abs(got[i * k + c]! / want - 1)).toBeLessThanOrEqual(1e-12);
        }
      }
    }
  });

  it('is Infinity where the square overflows, never NaN', () => {
    const parameters = {
      means: [[0, 0]],
      covariances: [
        [
          [1, 0.5],
          [0.5, 1],
        ],
      ],
    };
    const [distance] = mahalanobis([[1e200, -1e200]], parameters, { backend });
    expect(distance).toBe(Infinity);
    expect(mahalanobis([[1e300, 1e300]], parameters, { backend })[0]).toBe(Infinity);
  });

  it('keeps its digits far from 0', () => {
    const means = [[1e8, 1e8]];
    const covariances = [
      [
        [1, 0],
        [0, 1],
      ],
    ];
    expect(mahalanobis([[1e8 + 3, 1e8 + 4]], { means, covariances }, { backend })[0]).toBe(5);
  });

  it('says what does not fit', () => {
    const good = {
      means: [[0, 0]],
      covariances: [
        [
          [1, 0],
          [0, 1],
        ],
      ],
    };
    for (const bad of [undefined, null, {}, { means: [[0, 0]] }]) {
      expect(() => mahalanobis([[1, 2]], bad as never, { backend })).toThrow(MixwasmError);
    }
    expect(() => mahalanobis([[1, 2, 3]], good, { backend })).toThrow(InvalidDataError);
    expect(() => mahalanobis([[1, Number.NaN]], good, { backend })).toThrow(InvalidDataError);
    expect(() =>
      mahalanobis(
        [[1, 2]],
        {
          ...good,
          covariances: [
            [
              [1, 2],
              [2, 1],
            ],
          ],
        },
        { backend },
      ),
    ).toThrow(NotPositiveDefiniteError);
    expect(() =>
      mahalanobis(
        [[1, 2]],
        {
          ...good,
          covariances: [
            [
              [1, 2],
              [0, 9],
            ],
          ],
        },
        { backend },
      ),
    ).toThrow(InvalidParametersError);
  });
});

function twoPass(x: Float64Array, d: number, weights: number[]) {
  const total = sum(weights);
  const rows = rowsOf(x, d);
  const mean = Array.from({ length: d }, (_, j) => sum(rows.map((row, i) => weights[i]! * row[j]!)) / total);
  const covariance = Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    return sum(rows.map((row, r) => weights[r]! * (row[i]! - mean[i]!) * (row[j]! - mean[j]!))) / total;
  });
  return { mean, covariance };
}

function parametersOf({
  means,
  covariances,
  nComponents,
  nFeatures,
  covarianceType,
}: ReturnType<typeof randomParameters>) {
  return { means: rowsOf(means, nFeatures).slice(0, nComponents), covariances, covarianceType };
}

/** The covariance of one component as a matrix, whatever the type. */
function matrixAt(
  { covarianceType, covariances, nFeatures: d }: ReturnType<typeof randomParameters>,
  k: number,
): number[][] {
  const value = (i: number, j: number) => {
    if (covarianceType === 'full') return covariances[k * d * d + i * d + j]!;
    if (covarianceType === 'tied') return covariances[i * d + j]!;
    return i !== j ? 0 : covariances[covarianceType === 'diag' ? k * d + i : k]!;
  };
  return Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_, j) => value(i, j)));
}

/** Gauss's elimination with partial pivoting. */
function solve(matrix: number[][], right: number[]): number[] {
  const a = matrix.map((row, i) => [...row, right[i]!]);
  const d = right.length;
  for (let c = 0; c < d; c++) {
    const pivot = a.slice(c).reduce((best, row, i) => (Math.abs(row[c]!) > Math.abs(a[best]![c]!) ? c + i : best), c);
    [a[c], a[pivot]] = [a[pivot]!, a[c]!];
    for (let i = c + 1; i < d; i++) {
      const factor = a[i]![c]! / a[c]![c]!;
      for (let j = c; j <= d; j++) a[i]![j]! -= factor * a[c]![j]!;
    }
  }
  const y = new Array<number>(d).fill(0);
  for (let i = d - 1; i >= 0; i--) y[i] = (a[i]![d]! - sum(y.map((v, j) => (j > i ? v * a[i]![j]! : 0)))) / a[i]![i]!;
  return y;
}
