/**
 * Sums without rounding, so that the order of additions does not matter and a row that leaves a cluster can be taken away
 * without a trace. A number is cut into three parts, each a multiple of a grid so coarse that a block's parts add up exactly
 * (Demmel & Nguyen, Fast reproducible floating-point summation, 2013): fl(v + m) − m with m = 3·2^(q−1) rounds v to a
 * multiple of 2^(q−52), exact sums need |Σ| ≤ 2^(q+1). What three parts cannot hold is dropped: with blocks of at most 2^14
 * rows less than 2⁻¹¹² of the largest value of its feature.
 */
import type { Dataset } from '../data/dataset.js';
import { sumError } from '../numeric/sum-error.js';

/** Parts of a number. */
const PARTS = 3;
/** 2^1020: sums must not overflow */
const GREATEST = 1.1235582092889474e307;

/**
 * The numbers m of each part, for s·(x − origin)·scale of every feature and, after them, for s: 3 × stride values, part by
 * part.
 *
 * @param rows of the largest block
 * @param stride at least nFeatures + 1
 */
export function summationGrids(
  data: Dataset,
  scales: Float64Array | undefined,
  rows: number,
  stride: number,
): Float64Array {
  const grids = new Float64Array(PARTS * stride);
  const heaviest = heaviestOf(data);
  const n = powerOfTwo(rows);
  const reaches = reachesOf(data, scales);
  for (let j = 0; j <= reaches.length; j++) {
    let q = powerOfTwo(2 * n * heaviest * (reaches[j] ?? 1));
    for (let part = 0; part < PARTS; part++) {
      grids[part * stride + j] = 1.5 * q;
      // what one part leaves of each number is at most half of its grid
      q *= n * Number.EPSILON;
    }
  }
  return grids;
}

/** A bound of what the grids drop of Σ s·|x|² over all rows; the parts of a number hold 2⁻¹¹² of the largest. */
export function droppedOfSquares(data: Dataset, scales?: Float64Array): number {
  const squares = reachesOf(data, scales).reduce((sum, reach) => sum + reach * reach, 0);
  return 2 ** -110 * data.nSamples * heaviestOf(data) * squares;
}

function heaviestOf({ sampleWeights }: Dataset): number {
  return sampleWeights === undefined ? 1 : sampleWeights.reduce((a, b) => Math.max(a, b), 0);
}

/** Bounds of |x − origin|·scale (nFeatures). */
function reachesOf({ largest, origin }: Dataset, scales: Float64Array | undefined): Float64Array {
  return largest.map((most, j) => (most + Math.abs(origin[j] as number)) * (scales?.[j] ?? 1));
}

/** The least power of two that is not below x; 0 for 0, and at most 2^1020. */
function powerOfTwo(x: number): number {
  let power = 1;
  while (power < x && power < GREATEST) power *= 2;
  while (power / 2 >= x && power > 0) power /= 2;
  return power;
}

/** Sums of rows of numbers. */
export class ExactSums {
  private readonly parts: Float64Array;

  constructor(
    private readonly grids: Float64Array,
    private readonly length: number,
  ) {
    this.parts = new Float64Array(PARTS * length);
  }

  /** Adds `value` to the sum at `at`, by the grid of `column`. */
  add(at: number, column: number, value: number): void {
    const { grids, parts, length } = this;
    const stride = grids.length / PARTS;
    let rest = value;
    for (let part = 0; part < PARTS; part++) {
      const m = grids[part * stride + column] as number;
      const h = rest + m - m;
      parts[part * length + at] = (parts[part * length + at] as number) + h;
      rest -= h;
    }
  }

  /** A sum as a double and what rounding takes from it (Knuth's two-sum of the first parts, and the third). */
  take(at: number): [sum: number, error: number] {
    const { parts, length } = this;
    const a = parts[at] as number;
    const b = parts[length + at] as number;
    const sum = a + b;
    return [sum, sumError(a, b, sum) + (parts[2 * length + at] as number)];
  }
}
