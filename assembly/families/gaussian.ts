/**
 * Gaussian components in linear memory: parameters as the host writes them, the same packed for the kernels, the moments
 * that a pass adds up, and the parts of a pass that `em/passes.ts` leaves to a family. The host never computes an address:
 * `gaussianLay` (gaussian-layout.ts) fixes them all.
 *
 * One class serves all covariances, so that the passes stand in the module once: full ones, one for all (tied), and
 * diagonal ones; spherical ones too, whose σ the host repeats over the features.
 */
import { accumulateDiag, accumulateFull, accumulateSomeDiag, copySecond } from "../em/moments";
import { Panel, readAhead } from "../em/panel";
import { termOf, termsDiag, termsFull } from "../em/quadratic";
import { momentsSmall, termsSmall } from "../em/small";
import { Queue, drainQueue, fillQueue, listPoints, weighPoints } from "../em/survivors";

/** Kinds of covariances, as the host names them. */
export const TIED = 1;
export const DIAGONAL = 2;

/** Whether points are queued: those of few features are all taken, and diagonals are done with a point as soon as it would be queued. */
@inline
export function queues(kind: i32, d: i32): bool {
  return kind != DIAGONAL && d > 3;
}
/** Bytes of a `Queue`'s own fields. */
export const QUEUE: usize = 8;

/**
 * The header; pointers are bytes offsets in linear memory. Field order is the ABI: src/wasm/gaussian-kernels.ts reads the
 * pointers by position.
 */
@unmanaged
export class Gaussian {
  nComponents: i32;
  nFeatures: i32;
  /** features rounded up to a multiple of 4 */
  stride: i32;
  /** bytes from one packed factor to the next; 0 when all components share one (tied) */
  factorBytes: i32;
  /** bytes from one block of second moments to the next; 0 when they are pooled (tied) */
  secondBytes: i32;
  /** Σ s·log p(x) and Σ s over the points of the pass: 2 doubles */
  totals: usize;
  /** written by the host: log w_k + log|W_k| − D/2·log 2π (K) */
  logConstants: usize;
  /** written by the host: K × stride, 0 in the padding */
  means: usize;
  /**
   * written by the host: where moments are taken about, K × stride, 0 in the padding; the means, but for a repeated pass and
   * where 0 is as good (src/wasm/gaussian-kernels.ts)
   */
  centers: usize;
  /** written by the host: inverse Cholesky factors, K (or 1) × D × D row-major lower triangular, or K × D for diagonal */
  precisions: usize;
  /** what the quadratic form reads */
  factors: usize;
  counts: usize;
  firsts: usize;
  seconds: usize;
  /** moments as handed to the host: K × [count, first (D), second] */
  output: usize;
  /** K `Queue`s, and what is in them */
  queues: usize;
  kind: i32;

  @inline
  mean(k: i32): usize {
    return this.means + <usize>k * (<usize>this.stride << 3);
  }
  @inline
  center(k: i32): usize {
    return this.centers + <usize>k * (<usize>this.stride << 3);
  }
  @inline
  factor(k: i32): usize {
    return this.factors + <usize>k * <usize>this.factorBytes;
  }
  @inline
  first(k: i32): usize {
    return this.firsts + <usize>k * (<usize>this.stride << 3);
  }
  @inline
  second(k: i32): usize {
    return this.seconds + <usize>k * <usize>this.secondBytes;
  }

  /**
   * Whether `logProbsAbove` can gain: where finishing a few points costs as much as all of them, it cannot. The products of a
   * diagonal form are as many as the numbers that would have to be gathered.
   */
  @inline
  get prunes(): bool {
    return this.kind != DIAGONAL && this.stride >= 12;
  }

  /** The first `end` rows of the quadratic forms of component k, of the points in the first `bytes` of a line. */
  @inline
  private rows(panel: Panel, k: i32, out: usize, bytes: usize, end: usize): void {
    const mean = this.mean(k);
    const factor = this.factor(k);
    if (this.kind == DIAGONAL) termsDiag(panel, mean, factor, out, bytes);
    else if (this.stride == 4) termsSmall(panel, mean, factor, out);
    else termsFull(panel, mean, factor, out, bytes, end);
  }

  /** scale·q + offset of the panel's points, q their squared Mahalanobis distances to component k. */
  terms(panel: Panel, k: i32, out: usize, scale: f64, offset: f64): void {
    panel.scale = scale;
    panel.offset = offset;
    this.rows(panel, k, out, <usize>panel.bytes, <usize>this.stride);
  }

  /** log w_k + log p(x|k) of the panel's points, for every component. */
  logProbs(panel: Panel): void {
    const line = <usize>panel.size << 3;
    for (let k = 0; k < this.nComponents; k++) {
      this.terms(panel, k, panel.logProb + <usize>k * line, -0.5, load<f64>(this.logConstants + (<usize>k << 3)));
      readAhead(panel);
    }
  }

  /**
   * The same, but for terms that are certain to lie below their point's largest by more than `floor`: what stands for them
   * lies there too, and all others have the bits of `logProbs`.
   *
   * Sums of squares only grow, rounded or not, so a term is at most what its first rows make of it; and the largest of all
   * is at least the largest of some. Rounding is monotone, so both hold for what is computed: no margin is needed.
   */
  logProbsAbove(panel: Panel, floor: f64): void {
    const line = <usize>panel.size << 3;
    const k = this.nComponents;
    // as many rows as tell components apart; the products of a full form grow with their square
    const end = <usize>panel.firstRows;
    for (let c = 0; c < k; c++) {
      this.rows(panel, c, panel.logProb + <usize>c * line, <usize>panel.bytes, end);
      store<i32>(panel.heads + (<usize>c << 2), -1);
      readAhead(panel);
    }
    this.findNearest(panel);
    for (let c = 0; c < k; c++) {
      let n = 0;
      for (let p = load<i32>(panel.heads + (<usize>c << 2)); p >= 0; p = load<i32>(panel.scales + <usize>p)) {
        store<i32>(panel.offsets + (<usize>n << 2), p);
        n++;
      }
      this.finishSome(panel, c, n, panel.logProbNorm);
    }
    let finished = 0;
    for (let c = 0; c < k; c++) finished += this.finishReaching(panel, c, f64x2.splat(floor));
    for (let p: usize = 0; p < <usize>panel.count << 3; p += 8) {
      store<f64>(panel.logProb + <usize>load<i32>(panel.scales + p, 4) * line + p, load<f64>(panel.logProbNorm + p));
    }
    // more rows where many terms were finished to be dropped, fewer where almost none
    const all = k * panel.count;
    if (finished << 3 > all) panel.firstRows += 4;
    else if (finished << 5 < all) panel.firstRows = max(4, panel.firstRows - 4);
    if (panel.firstRows << 1 > this.stride) {
      panel.firstRows = 4;
      panel.denseLeft = 32;
    }
  }

  /**
   * Makes terms, too large, of the first rows, and lists for each component the points to which it is nearest by them,
   * linked through `panel.scales`: (next, component) of each point. There the term becomes −Infinity.
   */
  private findNearest(panel: Panel): void {
    const line = <usize>panel.size << 3;
    panel.scale = -0.5;
    for (let p: usize = 0; p < <usize>panel.bytes; p += 16) {
      let best = f64x2.splat(-Infinity);
      let nearest = i64x2.splat(0);
      for (let k = 0; k < this.nComponents; k++) {
        const at = panel.logProb + <usize>k * line + p;
        panel.offset = load<f64>(this.logConstants + (<usize>k << 3));
        const term = termOf(panel, v128.load(at));
        const nearer = f64x2.gt(term, best);
        best = f64x2.pmax(best, term);
        nearest = v128.bitselect(i64x2.splat(k), nearest, nearer);
        v128.store(at, term);
      }
      link(panel, i32x4.extract_lane(nearest, 0), p);
      link(panel, i32x4.extract_lane(nearest, 2), p + 8);
    }
  }

  /** Finishes the terms of component k that may still reach their point's bound, in place; returns how many. */
  private finishReaching(panel: Panel, k: i32, floor: v128): i32 {
    const out = panel.logProb + (<usize>(k * panel.size) << 3);
    const tops = panel.logProbNorm;
    let n = 0;
    for (let p: usize = 0; p < <usize>panel.bytes; p += 32) {
      const reach0 = f64x2.ge(f64x2.sub(v128.load(out + p), v128.load(tops + p)), floor);
      const reach1 = f64x2.ge(f64x2.sub(v128.load(out + p, 16), v128.load(tops + p, 16)), floor);
      if (!v128.any_true(v128.or(reach0, reach1))) continue;
      let bits = i64x2.bitmask(reach0) | (i64x2.bitmask(reach1) << 2);
      for (let at = <i32>p; bits; at += 8) {
        store<i32>(panel.offsets + (<usize>n << 2), at);
        n += bits & 1;
        bits >>= 1;
      }
    }
    this.finishSome(panel, k, n, out);
    return n;
  }

  /** Finishes n terms of component k, of the points in `panel.offsets`: packed, four to a tile, through `rows` from the start. */
  private finishSome(panel: Panel, k: i32, n: i32, out: usize): void {
    if (n == 0) return;
    const line = <usize>panel.size << 3;
    const columns = panel.columns;
    store<i32>(panel.offsets + (<usize>n << 2), 0);
    for (let j: usize = 0; j < <usize>this.nFeatures * line; j += line) {
      for (let q: usize = 0; q < <usize>n << 2; q += 8) {
        const pair = panel.offsets + q;
        const first = v128.load64_zero(columns + j + <usize>load<i32>(pair));
        v128.store(panel.listed + j + (q << 1), v128.load64_lane(columns + j + <usize>load<i32>(pair, 4), first, 1));
      }
    }
    panel.columns = panel.listed;
    panel.offset = load<f64>(this.logConstants + (<usize>k << 3));
    this.rows(panel, k, panel.packed, <usize>(n + 3 & ~3) << 3, <usize>this.stride);
    panel.columns = columns;
    for (let q: usize = 0; q < <usize>n; q++) {
      store<f64>(out + <usize>load<i32>(panel.offsets + (q << 2)), load<f64>(panel.packed + (q << 3)));
    }
  }

  /** Adds the panel's points to the count and the moments of component k. */
  accumulate(panel: Panel, k: i32): void {
    const terms = panel.logProb + (<usize>(k * panel.size) << 3);
    const count = this.counts + (<usize>k << 3);
    if (this.kind != DIAGONAL && this.nFeatures <= 3) {
      momentsSmall(panel, terms, this.center(k), count, this.first(k), this.second(k));
      return;
    }
    let mask = ~<u64>0;
    if (panel.masks) {
      const some = load<u64>(panel.masks + (<usize>k << 3));
      // moments of most points are taken of all
      if (2 * <i32>popcnt(some) < panel.count) mask = some;
    }
    const points = weighPoints(panel, terms, count, mask);
    const n = <i32>popcnt(points);
    if (n == 0) return;
    if (4 * n >= 3 * panel.count) {
      this.addMoments(panel, k, panel.columns, terms, <usize>panel.bytes);
      return;
    }
    if (this.kind == DIAGONAL) {
      accumulateSomeDiag(panel, points, terms, this.center(k), this.first(k), this.second(k));
      return;
    }
    listPoints(panel, points);
    const queue = this.queue(k);
    for (let q = 0; q < n; ) {
      q = fillQueue(queue, panel, terms, q, n);
      if (queue.count == panel.size) this.drain(panel, k);
    }
  }

  private addMoments(panel: Panel, k: i32, columns: usize, weights: usize, bytes: usize): void {
    const center = this.center(k);
    if (this.kind == DIAGONAL) accumulateDiag(panel, columns, weights, bytes, center, this.first(k), this.second(k));
    else accumulateFull(panel, columns, weights, bytes, center, this.first(k), this.second(k));
  }

  @inline
  private queue(k: i32): Queue {
    return changetype<Queue>(this.queues + <usize>k * QUEUE);
  }

  /** Adds the points in the queue of component k to its moments. */
  private drain(panel: Panel, k: i32): void {
    const queue = this.queue(k);
    if (queue.count) this.addMoments(panel, k, panel.listed, queue.weights, drainQueue(queue, panel));
  }

  /** Zeroes the sums before a pass. */
  begin(): void {
    const line = <usize>this.stride << 3;
    const k = <usize>this.nComponents;
    memory.fill(this.totals, 0, 16);
    memory.fill(this.counts, 0, k << 3);
    memory.fill(this.firsts, 0, k * line);
    memory.fill(this.seconds, 0, this.kind == TIED ? <usize>this.stride * line : k * <usize>this.secondBytes);
  }

  /** Ends a pass and copies the sums out: per component the count, the first moments, the second: the lower triangle by rows, or the diagonal. */
  end(panel: Panel): void {
    const d = this.nFeatures;
    if (queues(this.kind, d)) for (let k = 0; k < this.nComponents; k++) this.drain(panel, k);
    let out = this.output;
    for (let k = 0; k < this.nComponents; k++) {
      store<f64>(out, load<f64>(this.counts + (<usize>k << 3)));
      out += 8;
      memory.copy(out, this.first(k), <usize>d << 3);
      out += <usize>d << 3;
      const second = this.second(k);
      if (this.kind == DIAGONAL) {
        memory.copy(out, second, <usize>d << 3);
        out += <usize>d << 3;
        continue;
      }
      for (let i = 0; i < d; i++) {
        const bytes = <usize>(i + 1) << 3;
        // pooled moments belong to all components alike; they are reported with the first
        if (this.kind == TIED && k > 0) memory.fill(out, 0, bytes);
        else copySecond(second, d, i, out);
        out += bytes;
      }
    }
  }
}

/** Puts the point at byte `p` of a line on the list of component k. */
@inline
function link(panel: Panel, k: i32, p: usize): void {
  const head = panel.heads + (<usize>k << 2);
  store<i32>(panel.scales + p, load<i32>(head));
  store<i32>(panel.scales + p, k, 4);
  store<i32>(head, <i32>p);
  store<f64>(panel.logProb + <usize>(k * panel.size << 3) + p, -Infinity);
}
