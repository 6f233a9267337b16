/** Exact weighted medians by selection. */

import { weightOf } from '../data/weights.js';
import { sumOf } from '../numeric/vectors.js';
/**
 * Where half of the weight lies on each side of a gap, every value in the gap is a median: `'mid'` takes the middle of the
 * gap, (a + b)/2, as R's and NumPy's medians do; `'lower'` its lower end, which is always one of the values.
 */
export type MedianTie = 'mid' | 'lower';

export const MEDIAN_TIES: readonly MedianTie[] = ['mid', 'lower'];

/**
 * With W = Σ w: the lower median is the least value v with Σ_{x ≤ v} w ≥ W/2, the upper one the least with > W/2, and
 * `'mid'` their mean. So integer weights are repeated values, exactly; other weights decide a tie as their sums round.
 *
 * Quickselect (Hoare 1961) with partition in three, O(n) on average, in place: `values` and `weights` are permuted.
 *
 * @param values at least one, finite
 * @param weights positive, one per value; undefined for ones
 */
export function weightedMedian(values: Float64Array, weights: Float64Array | undefined, tie: MedianTie): number {
  const half = (weights === undefined ? values.length : sumOf(weights)) / 2;
  let from = 0;
  let to = values.length;
  // weight of the values below values[from … to − 1]
  let below = 0;
  // pivots from a generator of its own: no arrangement of the data makes them bad, and the same data give the same ones
  let mix = to;
  for (;;) {
    const span = to - from;
    mix = (Math.imul(mix, 1664525) + 1013904223) >>> 0;
    const a = values[from + (mix % span)] as number;
    const b = values[from + ((mix >>> 8) % span)] as number;
    const c = values[from + ((mix >>> 16) % span)] as number;
    const pivot = middle(a, b, c);
    const { low, high, less, equal } = partition(values, weights, from, to, pivot);
    const upTo = below + less + equal;
    if (low > from && below + less >= half) {
      to = low;
    } else if (upTo >= half || high === to) {
      if (tie === 'lower' || upTo > half || high === values.length) return pivot;
      return midpoint(pivot, leastOf(values, high));
    } else {
      below = upTo;
      from = high;
    }
  }
}

/** values[from … low − 1] < pivot, values[low … high − 1] = pivot, values[high … to − 1] > pivot; weights go with them. */
function partition(
  values: Float64Array,
  weights: Float64Array | undefined,
  from: number,
  to: number,
  pivot: number,
): { low: number; high: number; less: number; equal: number } {
  let low = from;
  let high = to;
  let less = 0;
  let equal = 0;
  let i = from;
  while (i < high) {
    const value = values[i] as number;
    const weight = weightOf(weights, i);
    if (value < pivot) {
      less += weight;
      swap(values, weights, i++, low++);
    } else if (value > pivot) {
      swap(values, weights, i, --high);
    } else {
      equal += weight;
      i++;
    }
  }
  return { low, high, less, equal };
}

function swap(values: Float64Array, weights: Float64Array | undefined, i: number, j: number): void {
  const value = values[i] as number;
  values[i] = values[j] as number;
  values[j] = value;
  if (weights === undefined) return;
  const weight = weights[i] as number;
  weights[i] = weights[j] as number;
  weights[j] = weight;
}

function middle(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

/** values[from …] are all greater than the lower median: the least of them is the upper one. */
function leastOf(values: Float64Array, from: number): number {
  let least = Infinity;
  for (let i = from; i < values.length; i++) if ((values[i] as number) < least) least = values[i] as number;
  return least;
}

/** (a + b)/2 rounded once, unless the sum overflows. */
function midpoint(a: number, b: number): number {
  const sum = a + b;
  return Number.isFinite(sum) ? sum / 2 : a / 2 + b / 2;
}
