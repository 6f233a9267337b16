/** The data of a fit: rows, their weights, and what is computed from them once. */
import { InvalidDataError, show } from '../errors.js';
import type { Matrix, Values } from './matrix.js';

/** Rows with weights: what a kernel reads. */
export interface Rows extends Matrix<Values> {
  /** weight of each row (nSamples), or undefined for ones */
  readonly sampleWeights: Float64Array | undefined;
  /** subtracted from every row before anything else; 0 where the data lie around 0 (nFeatures) */
  readonly origin: Float64Array;
}

/** The rows of a fit, summarised. */
export interface Dataset extends Rows {
  /** Σ weights, or nSamples */
  readonly totalWeight: number;
  /** weighted mean less origin (nFeatures) */
  readonly mean: Float64Array;
  /** weighted variance, maximum likelihood (nFeatures) */
  readonly variance: Float64Array;
  /** largest |x_j| (nFeatures) */
  readonly largest: Float64Array;
}

/** Rows start … start + nRows − 1 of a data set. */
export interface Block {
  readonly data: Rows;
  readonly start: number;
  readonly nRows: number;
}

/** The values of a block, row-major, as a view. */
export function blockValues(block: Block): Values {
  const { x, nSamples, nFeatures } = block.data;
  if (block.nRows === nSamples) return x;
  return x.subarray(block.start * nFeatures, (block.start + block.nRows) * nFeatures);
}

/**
 * Data far from 0 (|mean| > 16 σ in a feature) are moved: centred numbers keep the digits that an offset of 1e8 eats. For
 * points within a factor of 2 of the mean the subtraction is exact (Sterbenz); for the others it is exact to half an ulp
 * of a distance that is itself large. Nearer to 0 nothing is moved: a mean then loses at most 16·2⁻⁵³ of a σ to rounding.
 */
const FAR = 16;

/** Summarises a matrix; `centre: false` keeps the origin at 0 (families that are not translation-equivariant). */
export function createDataset(matrix: Matrix<Values>, sampleWeights?: Float64Array, centre = true): Dataset {
  const { x, nSamples, nFeatures } = matrix;
  const { totalWeight, mean, variance, largest } = summarize(matrix, sampleWeights);
  const origin = new Float64Array(nFeatures);
  for (let j = 0; j < nFeatures; j++) {
    const m = mean[j] as number;
    if (centre && Math.abs(m) > FAR * Math.sqrt(variance[j] as number)) {
      // in float32 data the nearest float32 would do as well; a double is as exact, promotion comes first
      origin[j] = m;
      mean[j] = residualMean(x, nSamples, nFeatures, j, m, sampleWeights, totalWeight);
    }
  }
  return { x, nSamples, nFeatures, sampleWeights, totalWeight, origin, mean, variance, largest };
}

/**
 * Two passes: means from sums about the first row that counts, variances about the means (never Σx² − n·mean²). A row of
 * weight 0 takes part in nothing.
 */
function summarize({ x, nSamples, nFeatures }: Matrix<Values>, sampleWeights: Float64Array | undefined) {
  const mean = new Float64Array(nFeatures);
  const variance = new Float64Array(nFeatures);
  const largest = new Float64Array(nFeatures);
  const first =
    Math.max(0, sampleWeights === undefined ? 0 : sampleWeights.findIndex((weight) => weight > 0)) * nFeatures;
  let totalWeight = 0;
  for (let i = 0; i < nSamples; i++) {
    const weight = sampleWeights === undefined ? 1 : (sampleWeights[i] as number);
    if (weight === 0) continue;
    totalWeight += weight;
    const row = i * nFeatures;
    for (let j = 0; j < nFeatures; j++) {
      const value = x[row + j] as number;
      const magnitude = Math.abs(value);
      if (magnitude > (largest[j] as number)) largest[j] = magnitude;
      mean[j] = (mean[j] as number) + weight * (value - (x[first + j] as number));
    }
  }
  for (let j = 0; j < nFeatures; j++) mean[j] = (x[first + j] as number) + (mean[j] as number) / totalWeight;
  for (let i = 0; i < nSamples; i++) {
    const weight = sampleWeights === undefined ? 1 : (sampleWeights[i] as number);
    if (weight === 0) continue;
    const row = i * nFeatures;
    for (let j = 0; j < nFeatures; j++) {
      const u = (x[row + j] as number) - (mean[j] as number);
      variance[j] = (variance[j] as number) + weight * u * u;
    }
  }
  for (let j = 0; j < nFeatures; j++) variance[j] = (variance[j] as number) / totalWeight;
  return { totalWeight, mean, variance, largest };
}

function residualMean(
  x: Values,
  nSamples: number,
  nFeatures: number,
  j: number,
  origin: number,
  sampleWeights: Float64Array | undefined,
  totalWeight: number,
): number {
  let sum = 0;
  for (let i = 0; i < nSamples; i++) {
    const weight = sampleWeights === undefined ? 1 : (sampleWeights[i] as number);
    if (weight > 0) sum += weight * ((x[i * nFeatures + j] as number) - origin);
  }
  return sum / totalWeight;
}

/** Checks weights of rows: one per row, finite, not negative, not all zero. Copied, so a later change cannot matter. */
export function toSampleWeights(input: ArrayLike<number> | undefined, nSamples: number): Float64Array | undefined {
  if (input === undefined || input === null) return undefined;
  if (typeof input !== 'object' || typeof input.length !== 'number') {
    throw new InvalidDataError(`sampleWeights must be an array of ${nSamples} numbers; got ${show(input)}`);
  }
  if (input.length !== nSamples) {
    throw new InvalidDataError(`sampleWeights must have one weight per row: expected ${nSamples}, got ${input.length}`);
  }
  const weights = new Float64Array(nSamples);
  let total = 0;
  for (let i = 0; i < nSamples; i++) {
    const value: unknown = input[i];
    if (typeof value !== 'number' || !(value >= 0 && value < Infinity)) {
      throw new InvalidDataError(`sampleWeights must be finite and not negative; got ${show(value)} at row ${i}`, i);
    }
    weights[i] = value;
    total += value;
  }
  if (!(total > 0)) throw new InvalidDataError('sampleWeights are all zero; at least one row must count');
  if (total === Infinity) throw new InvalidDataError('sampleWeights overflow when summed; scale them down');
  return weights;
}
