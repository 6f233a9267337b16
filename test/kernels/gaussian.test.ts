/** The Gaussian kernels of both backends over sizes around every panel, tile and lane. */

import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset.js';
import { blockRows } from '../../src/em/blocks.js';
import type { MixtureStatistics } from '../../src/em/model.js';
import { type Moments, momentsAbout } from '../../src/families/gaussian.js';
import { GAUSSIAN_KERNELS } from '../../src/families/gaussian-kernels.js';
import { withBackend } from '../../src/lease.js';
import { jsBackend } from '../../src/reference/backend.js';
import { componentsFor, dataset, generator, randomParameters, type Variant } from '../helpers/data.js';
import { bits, largestDifference, relativeEach, relativeToMax, TYPES } from '../helpers/numbers.js';

const SIZES = [1, 2, 3, 7, 8, 9, 63, 64, 65, 127, 128, 129, 1023, 1024, 1025];
const FEATURES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64];
const COMPONENTS = [1, 2, 3, 8];
const VARIANTS: Variant[] = [
  {},
  { weighted: true },
  { float32: true },
  { float32: true, weighted: true, offset: 100 },
  { offset: 1e6 },
];

/** Matrices of condition up to about 100, sums of up to 1025 points: 2⁻⁵² × 100 × √1025 is 7e-13. */
const TOLERANCE = 7e-13;

/** All sizes, with K and the kind of data changing from one to the next so that all meet. */
const combinations = FEATURES.map((d, at) => ({
  d,
  cases: SIZES.map((n, i) => ({ n, k: COMPONENTS[(i + at) % 4]!, variant: VARIANTS[(i + 2 * at) % 5]! })),
}));

function shapeOf(data: Dataset, covarianceType: (typeof TYPES)[number], nComponents: number) {
  return { data, covarianceType, nComponents, rows: data.nSamples };
}

function sameStatistics(
  got: MixtureStatistics<Moments>,
  want: MixtureStatistics<Moments>,
  covarianceType: string,
): void {
  expect(relativeEach(got.weight, want.weight)).toBeLessThanOrEqual(1e-14);
  // a log-likelihood may pass near 0: its scale is that of a point
  expect(Math.abs(got.logLikelihood - want.logLikelihood)).toBeLessThanOrEqual(
    TOLERANCE * Math.max(want.weight, Math.abs(want.logLikelihood)),
  );
  expect(relativeToMax(got.counts, want.counts)).toBeLessThanOrEqual(TOLERANCE);
  expect(got.components.length).toBe(want.components.length);
  const scale = Math.max(...want.components.map(({ values }) => Math.max(...values.map(Math.abs))), Number.MIN_VALUE);
  const [a, b] = [got, want].map(({ components }) => (covarianceType === 'tied' ? pooled(components) : components));
  a!.forEach((moments, k) => {
    const { center, values } = b![k]!;
    // those of diagonals may be about 0 where it is near
    const moved = momentsAbout(moments, center, false);
    expect(largestDifference(moved.values, values) / scale).toBeLessThanOrEqual(TOLERANCE);
  });
}

/** Tied second moments may lie with any component: only their sum is defined. */
function pooled(components: Moments[]): Moments[] {
  const d = components[0]!.center.length;
  return components.map(({ center, values }, k) => ({
    center,
    values: values.map((value, i) =>
      i <= d ? value : k > 0 ? 0 : components.reduce((total, other) => total + other.values[i]!, 0),
    ),
  }));
}

describe.each(TYPES)('%s', (covarianceType) => {
  describe.each(combinations)('$d features', ({ d, cases }) => {
    it('expectation and moments of wasm and js agree', () => {
      for (const { n, k, variant } of cases) {
        const data = dataset(n, d, k, variant);
        const parameters = componentsFor(randomParameters(covarianceType, k, d), data);
        const block = { data, start: 0, nRows: n };
        const table = responsibilityTable(n, k);
        const shape = shapeOf(data, covarianceType, k);
        withBackend('wasm', (backend) => {
          const kernels = backend.open(GAUSSIAN_KERNELS, shape);
          const reference = jsBackend.open(GAUSSIAN_KERNELS, shape);
          sameStatistics(
            kernels.expectation(parameters, block),
            reference.expectation(parameters, block),
            covarianceType,
          );
          sameStatistics(
            kernels.moments(parameters, table, block),
            reference.moments(parameters, table, block),
            covarianceType,
          );
          // nothing of the moments is left in the next pass
          sameStatistics(
            kernels.expectation(parameters, block),
            reference.expectation(parameters, block),
            covarianceType,
          );
        });
      }
    });

    it('scores and distances of wasm and js agree', () => {
      for (const { n, k, variant } of cases) {
        const data = dataset(n, d, k, variant);
        const parameters = componentsFor(randomParameters(covarianceType, k, d), data);
        const shape = shapeOf(data, covarianceType, k);
        withBackend('wasm', (backend) => {
          const [got, want] = [backend, jsBackend].map((on) => {
            const out = scoreOutput(n, k);
            const kernels = on.open(GAUSSIAN_KERNELS, shape);
            kernels.score(parameters, { data, start: 0, nRows: n }, out);
            return { ...out, squares: kernels.mahalanobis(parameters.components) };
          });
          expect(relativeEach(got!.squares, want!.squares)).toBeLessThanOrEqual(TOLERANCE);
          expect(relativeToMax(got!.weightedLogProb, want!.weightedLogProb)).toBeLessThanOrEqual(TOLERANCE);
          expect(relativeToMax(got!.logProbNorm, want!.logProbNorm)).toBeLessThanOrEqual(TOLERANCE);
          // a posterior feels the absolute error of the largest log-density
          const largest = Math.max(1, ...want!.weightedLogProb.map(Math.abs));
          expect(largestDifference(got!.responsibilities, want!.responsibilities)).toBeLessThanOrEqual(
            TOLERANCE * largest,
          );
          expect(Array.from(got!.labels)).toEqual(Array.from(want!.labels));
        });
      }
    });
  });

  it.each([
    [1, 1],
    [2, 3],
    [17, 2],
    [64, 8],
  ])('gives the rows of a later block the same bits as alone (%i features, %i components)', (d, k) => {
    const n = 200;
    const data = dataset(n, d, k, { weighted: true, offset: 50 });
    const parameters = componentsFor(randomParameters(covarianceType, k, d), data);
    const part = {
      ...data,
      x: data.x.slice(70 * d, 190 * d),
      sampleWeights: data.sampleWeights!.slice(70, 190),
      nSamples: 120,
    };
    for (const name of ['wasm', 'js'] as const) {
      const [inside, alone] = [
        { data, block: { data, start: 70, nRows: 120 } },
        { data: part, block: { data: part, start: 0, nRows: 120 } },
      ].map(({ data: rows, block }) =>
        withBackend(name, (backend) => {
          const kernels = backend.open(GAUSSIAN_KERNELS, shapeOf(rows, covarianceType, k));
          const out = scoreOutput(120, k);
          kernels.score(parameters, block, out);
          return { ...kernels.expectation(parameters, block), ...out };
        }),
      );
      expect(bits([inside!.logLikelihood])).toEqual(bits([alone!.logLikelihood]));
      inside!.components.forEach(({ values }, at) => expect(bits(values)).toEqual(bits(alone!.components[at]!.values)));
      expect(bits(inside!.weightedLogProb)).toEqual(bits(alone!.weightedLogProb));
    }
  });

  it('of a block without rows is empty', () => {
    const data = dataset(5, 3, 2);
    const parameters = componentsFor(randomParameters(covarianceType, 2, 3), data);
    for (const name of ['wasm', 'js'] as const) {
      withBackend(name, (backend) => {
        const kernels = backend.open(GAUSSIAN_KERNELS, shapeOf(data, covarianceType, 2));
        kernels.expectation(parameters, { data, start: 0, nRows: 5 });
        const nothing = kernels.expectation(parameters, { data, start: 5, nRows: 0 });
        expect([nothing.logLikelihood, nothing.weight, ...nothing.counts]).toEqual([0, 0, 0, 0]);
        for (const { values } of nothing.components) expect(values.every((v) => v === 0)).toBe(true);
      });
    }
  });

  it('writes each wanted output alike, alone or with others', () => {
    const [n, d, k] = [67, 5, 3];
    const data = dataset(n, d, k);
    const parameters = componentsFor(randomParameters(covarianceType, k, d), data);
    for (const name of ['wasm', 'js'] as const) {
      withBackend(name, (backend) => {
        const kernels = backend.open(GAUSSIAN_KERNELS, shapeOf(data, covarianceType, k));
        const block = { data, start: 0, nRows: n };
        const all = scoreOutput(n, k);
        kernels.score(parameters, block, all);
        for (const key of ['logProbNorm', 'labels', 'weightedLogProb', 'responsibilities'] as const) {
          const alone = scoreOutput(n, k)[key];
          kernels.score(parameters, block, { [key]: alone });
          expect(bits(alone)).toEqual(bits(all[key]));
        }
      });
    }
  });
});

it('cuts blocks by shape alone, never under 1024 rows and never over 16384', () => {
  for (const d of FEATURES) {
    for (const k of COMPONENTS) {
      const rows = blockRows(d, k);
      expect(Math.log2(rows) % 1).toBe(0);
      expect(rows).toBeGreaterThanOrEqual(1024);
      expect(rows).toBeLessThanOrEqual(16384);
    }
  }
  expect(blockRows(1, 1)).toBe(16384);
  expect(blockRows(64, 8)).toBe(1024);
});

function scoreOutput(n: number, k: number) {
  return {
    logProbNorm: new Float64Array(n),
    labels: new Int32Array(n),
    weightedLogProb: new Float64Array(n * k),
    responsibilities: new Float64Array(n * k),
  };
}

/** Rows that sum to 1, with exact zeros among them. */
function responsibilityTable(n: number, k: number): Float64Array {
  const g = generator(n + 31 * k);
  const table = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    const row = Array.from({ length: k }, (_, c) => (k > 1 && (i + c) % 4 === 0 ? 0 : g.uniform() + 0.01));
    const total = row.reduce((a, b) => a + b, 0);
    row.forEach((value, c) => {
      table[i * k + c] = value / total;
    });
  }
  return table;
}
