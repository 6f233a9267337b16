/** Which points of a panel count for one component, and with what weight. */
import { sumLanes } from "../simd/horizontal";
import { copyRow } from "./columns";
import { Panel } from "./panel";

/**
 * Turns the exponentials of one component, `products`, into weights r·s, in place, and adds their sum to `counts`; returns
 * which are not 0: bit p is point p's (a panel has 64 at most). Fours of points without a bit in `mask` are left as they are.
 */
export function weighPoints(panel: Panel, products: usize, counts: usize, mask: u64): u64 {
  const zero = f64x2.splat(0);
  const least = f64x2.splat(panel.least);
  const weighted = panel.weighted;
  const scales = panel.scales;
  const weights = panel.weights;
  let sum0 = zero;
  let sum1 = zero;
  let points: u64 = 0;
  // past `count` the scales are 0
  const n = <usize>panel.bytes;
  const all = mask == ~<u64>0;
  for (let p: usize = 0; p < n; p += 32) {
    if (!all) {
      const left = mask >> (p >> 3);
      if (!left) break;
      p += <usize>(ctz(left) & ~3) << 3;
    }
    const at = products + p;
    let r0 = f64x2.mul(v128.load(at), v128.load(scales + p));
    let r1 = f64x2.mul(v128.load(at, 16), v128.load(scales + p, 16));
    let live0 = f64x2.ge(r0, least);
    let live1 = f64x2.ge(r1, least);
    r0 = v128.and(r0, live0);
    r1 = v128.and(r1, live1);
    if (weighted) {
      r0 = f64x2.mul(r0, v128.load(weights + p));
      r1 = f64x2.mul(r1, v128.load(weights + p, 16));
      live0 = f64x2.gt(r0, zero);
      live1 = f64x2.gt(r1, zero);
    }
    points |= <u64>(i64x2.bitmask(live0) | i64x2.bitmask(live1) << 2) << (p >> 3);
    v128.store(at, r0);
    v128.store(at, r1, 16);
    sum0 = f64x2.add(sum0, r0);
    sum1 = f64x2.add(sum1, r1);
  }
  store<f64>(counts, load<f64>(counts) + sumLanes(f64x2.add(sum0, sum1)));
  return points;
}

/** Lists points at `panel.offsets`. */
export function listPoints(panel: Panel, points: u64): void {
  for (let to = panel.offsets; points; points &= points - 1) {
    store<i32>(to, <i32>ctz(points) << 3);
    to += 4;
  }
}

/**
 * Points of one component, collected from panels in which few count for it until moments are worth taking: those of few points
 * would spend their time on the beginnings and ends of loops. Row by row, so that one more touches few lines of the cache.
 */
@unmanaged
export class Queue {
  /** points in it */
  count: i32;
  /** where its size doubles of weights and then its rows of `stride` doubles are */
  weights: usize;
}

/** Puts the listed points from `q` to `n` into the queue, until it is full; returns how far that got. */
export function fillQueue(queue: Queue, panel: Panel, weights: usize, q: i32, n: i32): i32 {
  const line = <usize>panel.size << 3;
  const rowBytes = <usize>panel.stride << 3;
  let count = queue.count;
  for (; q < n && count < panel.size; q++) {
    const p = <usize>load<i32>(panel.offsets + (<usize>q << 2));
    store<f64>(queue.weights + (<usize>count << 3), load<f64>(weights + p));
    copyRow(panel, <i32>(p >> 3), queue.weights + line + <usize>count * rowBytes);
    count++;
  }
  queue.count = count;
  return q;
}

/** Writes the queue's points as columns to `panel.listed`, filled up to fours by points of weight 0; returns the bytes they take of a line. */
export function drainQueue(queue: Queue, panel: Panel): usize {
  const line = <usize>panel.size << 3;
  const rowBytes = <usize>panel.stride << 3;
  for (; queue.count & 3; queue.count++) store<f64>(queue.weights + (<usize>queue.count << 3), 0);
  const bytes = <usize>queue.count << 3;
  queue.count = 0;
  let row = queue.weights + line;
  for (let p: usize = 0; p < bytes; p += 16) {
    let to = panel.listed + p;
    for (const end = row + rowBytes; row < end; row += 16) {
      const a = v128.load(row);
      const b = v128.load(row + rowBytes);
      v128.store(to, v128.shuffle<f64>(a, b, 0, 2));
      v128.store(to + line, v128.shuffle<f64>(a, b, 1, 3));
      to += 2 * line;
    }
    row += rowBytes;
  }
  return bytes;
}
