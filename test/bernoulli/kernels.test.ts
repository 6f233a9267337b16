/** The Bernoulli kernels of both backends over sizes around every panel, group of features, lane and table row. */

import { describe, expect, it } from 'vitest';
import { createDataset, type Dataset } from '../../src/data/dataset.js';
import { blockRows, blocksOf } from '../../src/em/blocks.js';
import type { BlockKernels, MixtureParameters, MixtureStatistics } from '../../src/em/model.js';
import { type BernoulliComponent, type BernoulliSums, bernoulli, NO_PRIOR } from '../../src/families/bernoulli.js';
import { BERNOULLI_KERNELS } from '../../src/families/bernoulli-kernels.js';
import { withBackend } from '../../src/lease.js';
import { pointwiseExpectation } from '../../src/reference/pointwise.js';
import { generator } from '../helpers/data.js';
import { BACKENDS, bits, largestDifference, relativeEach, relativeToMax, sum } from '../helpers/numbers.js';
import { binaryDataset, bitsOfClasses, randomProbs, toParameters } from './helpers.js';

const SIZES = [1, 2, 3, 7, 8, 9, 63, 64, 65, 1025];
const FEATURES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 64, 65];
// pairs of components, and groups of eight
const COMPONENTS = [1, 2, 3, 7, 8, 9, 16, 17];

/** Sums of at most 65 logarithms below 3, over at most 1025 rows: 2⁻⁵² × √1025 is 7e-15. */
const TOLERANCE = 1e-13;

type Kernels = BlockKernels<BernoulliComponent, BernoulliSums>;
type Parameters = MixtureParameters<BernoulliComponent>;
type Statistics = MixtureStatistics<BernoulliSums>;

function onBoth<T>(data: Dataset, nComponents: number, run: (kernels: Kernels) => T): [T, T] {
  return BACKENDS.map((name) =>
    withBackend(name, (backend) => run(backend.open(BERNOULLI_KERNELS, { data, nComponents, rows: data.nSamples }))),
  ) as [T, T];
}

function sameStatistics(got: Statistics, want: Statistics): void {
  expect(relativeEach(got.weight, want.weight)).toBeLessThanOrEqual(1e-14);
  expect(relativeEach(got.logLikelihood, want.logLikelihood)).toBeLessThanOrEqual(TOLERANCE);
  expect(relativeToMax(got.counts, want.counts)).toBeLessThanOrEqual(TOLERANCE);
  expect(got.components.length).toBe(want.components.length);
  got.components.forEach((sums, k) => {
    // every sum on its own: a probability of 1e-30 has all its digits
    expect(relativeEach(sums, want.components[k]!)).toBeLessThanOrEqual(1e-12);
    expect(sums[0]).toBe(got.counts[k]);
  });
}

function output(n: number, k: number) {
  return {
    logProbNorm: new Float64Array(n),
    labels: new Int32Array(n),
    weightedLogProb: new Float64Array(n * k),
    responsibilities: new Float64Array(n * k),
  };
}

function allOf(kernels: Kernels, parameters: Parameters, data: Dataset, k: number) {
  const block = { data, start: 0, nRows: data.nSamples };
  const out = output(data.nSamples, k);
  kernels.score(parameters, block, out);
  return { statistics: kernels.expectation(parameters, block), ...out };
}

function sameScores(got: ReturnType<typeof output>, want: ReturnType<typeof output>): void {
  expect(relativeEach(got.weightedLogProb, want.weightedLogProb)).toBeLessThanOrEqual(TOLERANCE);
  expect(relativeEach(got.logProbNorm, want.logProbNorm)).toBeLessThanOrEqual(TOLERANCE);
  expect(largestDifference(got.responsibilities, want.responsibilities)).toBeLessThanOrEqual(TOLERANCE);
  expect(Array.from(got.labels)).toEqual(Array.from(want.labels));
}

/** Rows that sum to 1, with exact zeros among them. */
function responsibilityTable(n: number, k: number): Float64Array {
  const g = generator(n + 31 * k);
  const table = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    const row = Array.from({ length: k }, (_, c) => (k > 1 && (i + c) % 4 === 0 ? 0 : g.uniform() + 0.01));
    const total = sum(row);
    row.forEach((value, c) => {
      table[i * k + c] = value / total;
    });
  }
  return table;
}

describe.each(FEATURES)('%i features', (d) => {
  it.each(COMPONENTS)('%i components: wasm and js agree', (k) => {
    SIZES.forEach((n, at) => {
      const data = binaryDataset(n, d, k, (at + d + k) % 2 === 0, n + d);
      const parameters = toParameters(randomProbs(k, d, n + 3 * d + k), d);
      const table = responsibilityTable(n, k);
      const block = { data, start: 0, nRows: n };
      const [got, want] = onBoth(data, k, (kernels) => ({
        ...allOf(kernels, parameters, data, k),
        moments: kernels.moments(parameters, table, block),
        // nothing of the moments is left in the next pass
        again: kernels.expectation(parameters, block),
      }));
      sameScores(got, want);
      sameStatistics(got.statistics, want.statistics);
      sameStatistics(got.moments, want.moments);
      expect(got.moments.logLikelihood).toBe(0);
      for (const { statistics, again } of [got, want]) {
        expect(bits([again.logLikelihood, again.weight])).toEqual(bits([statistics.logLikelihood, statistics.weight]));
        expect(again.components.map((sums) => bits(sums))).toEqual(statistics.components.map((sums) => bits(sums)));
      }
    });
  });

  it('the plain kernels are the definition, row by row', () => {
    for (const [n, k, weighted] of [
      [9, 1, false],
      [65, 3, true],
    ] as const) {
      const data = binaryDataset(n, d, k, weighted, d);
      const parameters = toParameters(randomProbs(k, d), d);
      const family = bernoulli(NO_PRIOR, Math.log);
      const want = pointwiseExpectation(family, parameters, { data, start: 0, nRows: n });
      for (const { statistics } of onBoth(data, k, (kernels) => allOf(kernels, parameters, data, k))) {
        sameStatistics(statistics, want);
      }
    }
  });
});

describe('probabilities of exactly 0 and 1', () => {
  const [n, d] = [130, 6];

  it.each(COMPONENTS)('rule components out, not the row (%i components)', (k) => {
    const data = binaryDataset(n, d, k, true, 5);
    const start = randomProbs(k, d);
    // a feature certain in every component but the first: rows that differ belong to that one alone
    for (let c = 1; c < k; c++) start.probs[c * d + (c % d)] = c % 2;
    const parameters = toParameters(start, d);
    const [got, want] = onBoth(data, k, (kernels) => allOf(kernels, parameters, data, k));
    sameScores(got, want);
    sameStatistics(got.statistics, want.statistics);
    expect(got.responsibilities.every(Number.isFinite)).toBe(true);
    expect(got.weightedLogProb.some((value) => value === -Infinity)).toBe(k > 1);
    expect(got.logProbNorm.every(Number.isFinite)).toBe(true);
    for (let c = 1; c < k; c++) {
      // what was certain stays so, exactly
      const sums = got.statistics.components[c]!;
      expect(sums[1 + (c % d) + (c % 2 === 1 ? d : 0)]).toBe(0);
    }
  });

  it.each(COMPONENTS)('give −Infinity where all components are contradicted (%i components)', (k) => {
    const x = bitsOfClasses(n, d, 2);
    for (let i = 0; i < n; i++) x[i * d + 2] = i === 77 ? 1 : 0;
    const start = randomProbs(k, d);
    for (let c = 0; c < k; c++) start.probs[c * d + 2] = 0;
    const parameters = toParameters(start, d);
    for (const weights of [undefined, Float64Array.from({ length: n }, (_, i) => (i === 77 ? 0 : 1))]) {
      const data = createDataset({ x, nSamples: n, nFeatures: d }, weights, false);
      const [got, want] = onBoth(data, k, (kernels) => allOf(kernels, parameters, data, k));
      sameScores(got, want);
      for (const { logProbNorm, responsibilities, weightedLogProb, labels, statistics } of [got, want]) {
        logProbNorm.forEach((value, i) => expect(value === -Infinity).toBe(i === 77));
        expect(Array.from(responsibilities.subarray(77 * k, 78 * k))).toEqual(new Array(k).fill(0));
        expect(Array.from(weightedLogProb.subarray(77 * k, 78 * k))).toEqual(new Array(k).fill(-Infinity));
        expect(labels[77]).toBe(0);
        // a row without weight takes part in nothing
        expect(Number.isFinite(statistics.logLikelihood)).toBe(weights !== undefined);
        expect(relativeEach(sum(statistics.counts), n - 1)).toBeLessThanOrEqual(1e-13);
      }
      if (weights !== undefined) sameStatistics(got.statistics, want.statistics);
    }
  });

  it('and weights of 0 too', () => {
    const data = binaryDataset(n, d, 3);
    const parameters = toParameters({ weights: Float64Array.of(0.25, 0, 0.75), probs: randomProbs(3, d).probs }, d);
    const [got, want] = onBoth(data, 3, (kernels) => allOf(kernels, parameters, data, 3));
    sameScores(got, want);
    sameStatistics(got.statistics, want.statistics);
    expect(got.statistics.counts[1]).toBe(0);
  });

  it('tiny ones keep their digits', () => {
    const data = binaryDataset(n, d, 2);
    const probs = randomProbs(2, d).probs.map((theta, i) =>
      i >= d && i % 3 === 0 ? 10 ** -(20 + 40 * (i % 4)) : theta,
    );
    const parameters = toParameters({ weights: Float64Array.of(0.5, 0.5), probs }, d);
    const [got, want] = onBoth(data, 2, (kernels) => allOf(kernels, parameters, data, 2));
    sameScores(got, want);
    sameStatistics(got.statistics, want.statistics);
    const least = Math.min(...got.statistics.components.flatMap((sums) => Array.from(sums)));
    expect(least).toBeGreaterThan(0);
    expect(least).toBeLessThan(1e-18);
  });
});

describe('blocks', () => {
  it.each([
    [1, 1],
    [3, 2],
    [17, 3],
    [65, 9],
  ])('give the rows of a later block the same bits as alone (%i features, %i components)', (d, k) => {
    const data = binaryDataset(200, d, k, true);
    const parameters = toParameters(randomProbs(k, d), d);
    const part: Dataset = {
      ...data,
      x: data.x.slice(70 * d, 190 * d),
      sampleWeights: data.sampleWeights!.slice(70, 190),
      nSamples: 120,
    };
    const run = (rows: Dataset, start: number) =>
      onBoth(rows, k, (kernels) => {
        const block = { data: rows, start, nRows: 120 };
        const out = output(120, k);
        kernels.score(parameters, block, out);
        return { ...kernels.expectation(parameters, block), ...out };
      });
    const [inside, alone] = [run(data, 70), run(part, 0)];
    inside.forEach((got, at) => {
      const want = alone[at]!;
      expect(bits([got.logLikelihood, got.weight])).toEqual(bits([want.logLikelihood, want.weight]));
      got.components.forEach((sums, c) => expect(bits(sums)).toEqual(bits(want.components[c]!)));
      expect(bits(got.weightedLogProb)).toEqual(bits(want.weightedLogProb));
    });
  });

  it.each([
    [3, 17],
    [64, 8],
  ])('of a fit add up over their boundary (%i features, %i components)', (d, k) => {
    const rows = blockRows(d, k);
    const n = 2 * rows + 1;
    const data = binaryDataset(n, d, k, true);
    const parameters = toParameters(randomProbs(k, d), d);
    const [got, want] = BACKENDS.map((name) =>
      withBackend(name, (backend) => {
        const kernels = backend.open(BERNOULLI_KERNELS, { data, nComponents: k, rows });
        return [...blocksOf(data, rows)].map((block) => kernels.expectation(parameters, block));
      }),
    );
    expect(got!.map(({ weight }) => weight > 0)).toEqual([true, true, data.sampleWeights![n - 1]! > 0]);
    got!.forEach((statistics, at) => sameStatistics(statistics, want![at]!));
  });

  it('without rows are empty', () => {
    const data = binaryDataset(5, 3, 2);
    const parameters = toParameters(randomProbs(2, 3), 3);
    for (const nothing of onBoth(data, 2, (kernels) => {
      kernels.expectation(parameters, { data, start: 0, nRows: 5 });
      return kernels.expectation(parameters, { data, start: 5, nRows: 0 });
    })) {
      expect([nothing.logLikelihood, nothing.weight, ...nothing.counts]).toEqual([0, 0, 0, 0]);
      for (const sums of nothing.components) expect(sums.every((v) => v === 0)).toBe(true);
    }
  });

  it('pack rows through the staging buffer as in one go', () => {
    // more than 2²⁰ bytes, in rows that are no divisor of it
    const [n, d, k] = [40_000, 27, 2];
    const data = binaryDataset(n, d, k);
    const parameters = toParameters(randomProbs(k, d), d);
    const [got, want] = onBoth(data, k, (kernels) => allOf(kernels, parameters, data, k));
    sameScores(got, want);
  });
});

it('writes each wanted output alike, alone or with others', () => {
  const [n, d, k] = [67, 5, 3];
  const data = binaryDataset(n, d, k);
  const parameters = toParameters(randomProbs(k, d), d);
  onBoth(data, k, (kernels) => {
    const block = { data, start: 0, nRows: n };
    const all = output(n, k);
    kernels.score(parameters, block, all);
    for (const key of ['logProbNorm', 'labels', 'weightedLogProb', 'responsibilities'] as const) {
      const alone = output(n, k)[key];
      kernels.score(parameters, block, { [key]: alone });
      expect(bits(alone)).toEqual(bits(all[key]));
    }
  });
});
