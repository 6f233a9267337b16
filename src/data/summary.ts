/** What is computed of the rows of a fit once: by passes over them, in order, in one piece or in chunks. */

import { sumOf } from '../numeric/vectors.js';
import type { Values } from './matrix.js';
import { weightOf } from './weights.js';

/** Mean, spread and reach of weighted rows. */
export interface Summary {
  /** Σ weights */
  readonly totalWeight: number;
  /** subtracted from every row before anything else; 0 where the data lie around 0 (nFeatures) */
  readonly origin: Float64Array;
  /** weighted mean less origin (nFeatures) */
  readonly mean: Float64Array;
  /** weighted variance, maximum likelihood (nFeatures) */
  readonly variance: Float64Array;
  /** largest |x_j| (nFeatures) */
  readonly largest: Float64Array;
}

/** Takes the next rows of a pass (nRows × nFeatures, row-major). */
export type Visit = (x: Values, nRows: number, sampleWeights: Float64Array | undefined) => void;

/**
 * Data far from 0 (|mean| > 16 σ in a feature) are moved: centred numbers keep the digits that an offset of 1e8 eats. For
 * points within a factor of 2 of the mean the subtraction is exact (Sterbenz); for the others it is exact to half an ulp
 * of a distance that is itself large. Nearer to 0 nothing is moved: a mean then loses at most 16·2⁻⁵³ of a σ to rounding.
 */
const FAR = 16;

/**
 * Yields what each pass over the rows is shown to: means from sums about the first row that counts, variances about the
 * means (never Σx² − n·mean²), and for data far from 0 the mean less origin. Every pass adds row after row, so its bits do
 * not depend on how the rows come in pieces. A row of weight 0 takes part in nothing. `centre: false` keeps the origin at 0.
 */
export function* summarize(nFeatures: number, centre: boolean): Generator<Visit, Summary, undefined> {
  const zeros = () => new Float64Array(nFeatures);
  const mean = zeros();
  const variance = zeros();
  const largest = zeros();
  const origin = zeros();
  let first: Float64Array | undefined;
  let totalWeight = 0;

  yield (x, nRows, s) => {
    first ??= firstThatCounts(x, nRows, nFeatures, s);
    if (first === undefined) return;
    totalWeight = s === undefined ? totalWeight + nRows : sumOf(s.subarray(0, nRows), totalWeight);
    addDeviations(x, nRows, s, first, mean, largest);
  };
  for (let j = 0; j < nFeatures; j++) mean[j] = (first?.[j] ?? 0) + (mean[j] as number) / totalWeight;

  yield (x, nRows, s) => addSquares(x, nRows, s, mean, variance);
  for (let j = 0; j < nFeatures; j++) variance[j] = (variance[j] as number) / totalWeight;

  if (centre) {
    mean.forEach((m, j) => {
      // in float32 data the nearest float32 would do as well; a double is as exact, promotion comes first
      if (Math.abs(m) > FAR * Math.sqrt(variance[j] as number)) origin[j] = m;
    });
  }
  if (origin.some((o) => o !== 0)) {
    const residual = zeros();
    yield (x, nRows, s) => addDeviations(x, nRows, s, origin, residual, largest);
    origin.forEach((o, j) => {
      if (o !== 0) mean[j] = (residual[j] as number) / totalWeight;
    });
  }
  return { totalWeight, origin, mean, variance, largest };
}

function firstThatCounts(x: Values, nRows: number, nFeatures: number, s: Float64Array | undefined) {
  const row = s === undefined ? 0 : s.subarray(0, nRows).findIndex((weight) => weight > 0);
  return row < 0 || nRows === 0 ? undefined : Float64Array.from(x.subarray(row * nFeatures, (row + 1) * nFeatures));
}

/*
 * Sums grow row after row, feature by feature, because a sum in a register grows several times as fast as one in an array;
 * two features at a time, because additions that wait for one another leave most of the processor idle. An odd last
 * feature is its own neighbour.
 */

/** Rows taken at a time, so that they are in the cache when the next features are. */
const TILE = 256;

/** Adds Σ weight·(x − about) to `sums`, and makes `largest` the greatest |x| of rows with weight. */
function addDeviations(
  x: Values,
  nRows: number,
  s: Float64Array | undefined,
  about: Float64Array,
  sums: Float64Array,
  largest: Float64Array,
): void {
  const d = sums.length;
  for (let from = 0; from < nRows; from += TILE) {
    const to = Math.min(from + TILE, nRows);
    for (let j = 0; j < d; j += 2) {
      const next = j + 1 < d ? 1 : 0;
      const center0 = about[j] as number;
      const center1 = about[j + next] as number;
      let sum0 = sums[j] as number;
      let sum1 = sums[j + next] as number;
      let most0 = largest[j] as number;
      let most1 = largest[j + next] as number;
      for (let i = from, at = from * d + j; i < to; i++, at += d) {
        const weight = weightOf(s, i);
        // not even 0·Infinity
        if (weight === 0) continue;
        const x0 = x[at] as number;
        const x1 = x[at + next] as number;
        sum0 += weight * (x0 - center0);
        sum1 += weight * (x1 - center1);
        const size0 = Math.abs(x0);
        const size1 = Math.abs(x1);
        if (size0 > most0) most0 = size0;
        if (size1 > most1) most1 = size1;
      }
      sums[j + next] = sum1;
      sums[j] = sum0;
      largest[j + next] = most1;
      largest[j] = most0;
    }
  }
}

/** Adds Σ weight·(x − about)² to `sums`. */
function addSquares(
  x: Values,
  nRows: number,
  s: Float64Array | undefined,
  about: Float64Array,
  sums: Float64Array,
): void {
  const d = sums.length;
  for (let from = 0; from < nRows; from += TILE) {
    const to = Math.min(from + TILE, nRows);
    for (let j = 0; j < d; j += 2) {
      const next = j + 1 < d ? 1 : 0;
      const center0 = about[j] as number;
      const center1 = about[j + next] as number;
      let sum0 = sums[j] as number;
      let sum1 = sums[j + next] as number;
      for (let i = from, at = from * d + j; i < to; i++, at += d) {
        const weight = weightOf(s, i);
        if (weight === 0) continue;
        const u0 = (x[at] as number) - center0;
        const u1 = (x[at + next] as number) - center1;
        sum0 += weight * u0 * u0;
        sum1 += weight * u1 * u1;
      }
      sums[j + next] = sum1;
      sums[j] = sum0;
    }
  }
}
