/**
 * Medians of one feature of every cluster, exactly: the values are dealt out by cluster, then selected in place. Rows have
 * weight 1. A median is one of the values, or the middle between two: however they are found, its bits are the same, so this
 * need not follow src/families/median.ts, which knows weights.
 */

/** What one call is about, as the host passes it (src/wasm/median-kernels.ts). */
@unmanaged
export class Column {
  /** panels as `clustersPack` made them, no gap between blocks */
  x: usize;
  /** the feature */
  j: i32;
  nRows: i32;
  /** nRows i32 */
  labels: usize;
  nFeatures: i32;
  nClusters: i32;
  /** points of a panel */
  size: i32;
  /** whether the lower of two middle values is wanted, not their mean */
  lower: i32;
}

/** Up to so many values are sorted. */
const FEW: usize = 16 * 8;

/**
 * Medians of a feature, one for each cluster; that of an empty one is left as it is.
 *
 * @param scratch nRows doubles
 * @param ends K addresses
 * @param medians K doubles
 */
export function kMediansSelect(scratch: usize, ends: usize, medians: usize, columnAt: usize): void {
  const column = changetype<Column>(columnAt);
  const k = <usize>column.nClusters;
  memory.fill(ends, 0, k << 2);
  const end = column.labels + (<usize>column.nRows << 2);
  for (let at = column.labels; at < end; at += 4) {
    const count = ends + (<usize>load<i32>(at) << 2);
    store<i32>(count, load<i32>(count) + 8);
  }
  let at = scratch;
  for (let i: usize = 0; i < k; i++) {
    const bytes = <usize>load<i32>(ends + (i << 2));
    store<usize>(ends + (i << 2), at);
    at += bytes;
  }
  for (let row = 0; row < column.nRows; row += column.size) deal(column, row, ends);
  at = scratch;
  for (let i: usize = 0; i < k; i++) {
    const to = load<usize>(ends + (i << 2));
    if (to > at) store<f64>(medians + (i << 3), median(at, to, column.lower != 0));
    at = to;
  }
}

/** Deals a panel's values out; V8 replaces baseline code by optimised code at calls only. */
function deal(column: Column, row: i32, ends: usize): void {
  const count = min(column.size, column.nRows - row);
  const from = column.x + ((<usize>row * <usize>column.nFeatures + <usize>column.j * <usize>column.size) << 3);
  const labels = column.labels + (<usize>row << 2);
  for (let p: usize = 0; p < <usize>count; p++) {
    const end = ends + (<usize>load<i32>(labels + (p << 2)) << 2);
    const to = load<usize>(end);
    store<f64>(to, load<f64>(from + (p << 3)));
    store<usize>(end, to + 8);
  }
}

/** The median of the doubles from `from` to `to`, which are permuted. */
function median(from: usize, to: usize, lower: bool): f64 {
  const n = (to - from) >> 3;
  const at = from + ((n - 1) >> 1 << 3);
  select(from, to, at);
  const value = load<f64>(at);
  if (lower || n & 1) return value;
  // all that lie behind are at least as great
  let next = Infinity;
  for (let i = at + 8; i < to; i += 8) next = min<f64>(next, load<f64>(i));
  const sum = value + next;
  // rounded once, unless the sum overflows
  return abs(sum) < Infinity ? sum / 2 : value / 2 + next / 2;
}

/** Quickselect (Hoare 1961): afterwards no double before `at` is greater than the one there, and none behind it less. */
function select(from: usize, to: usize, at: usize): void {
  // pivots from a generator of its own: no arrangement of the data makes them bad
  let mix = <u32>((to - from) >> 3);
  while (to - from > FEW) {
    const n = <u32>((to - from) >> 3);
    mix = mix * 1664525 + 1013904223;
    const a = load<f64>(from + (<usize>((mix >> 4) % n) << 3));
    const b = load<f64>(from + (<usize>((mix >> 10) % n) << 3));
    const c = load<f64>(from + (<usize>((mix >> 16) % n) << 3));
    const pivot = max<f64>(min<f64>(a, b), min<f64>(max<f64>(a, b), c));
    const low = partition(from, to, pivot);
    if (at < low) {
      to = low;
    } else if (low > from) {
      from = low;
    } else {
      // the pivot is the least: all that equal it come first
      from = partitionEqual(from, to, pivot);
      if (at < from) return;
    }
  }
  for (let i = from + 8; i < to; i += 8) {
    const value = load<f64>(i);
    let j = i;
    for (; j > from && load<f64>(j - 8) > value; j -= 8) store<f64>(j, load<f64>(j - 8));
    store<f64>(j, value);
  }
}

/** Puts the doubles less than `pivot` first, without a branch that depends on them (Lomuto's scheme); returns their end. */
function partition(from: usize, to: usize, pivot: f64): usize {
  let low = from;
  for (let i = from; i < to; i += 8) {
    const value = load<f64>(i);
    store<f64>(i, load<f64>(low));
    store<f64>(low, value);
    low += <usize>i32(value < pivot) << 3;
  }
  return low;
}

/** The same with those that equal it. */
function partitionEqual(from: usize, to: usize, pivot: f64): usize {
  let low = from;
  for (let i = from; i < to; i += 8) {
    const value = load<f64>(i);
    store<f64>(i, load<f64>(low));
    store<f64>(low, value);
    low += <usize>i32(value == pivot) << 3;
  }
  return low;
}
