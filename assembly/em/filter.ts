/**
 * Nearest centres by a matrix product in single precision. With h = |c|²/2 the score h − x·c orders the centres as |x − c|²
 * does, at one multiplication and one addition per feature instead of three operations, for four centres in a vector instead
 * of two. Rounding may put nearly equal scores in the wrong order, so the second least one is kept as well: whoever calls
 * believes the order only where the two are further apart than rounding can explain, and decides the rest by the definition
 * (`nearestPoint`).
 *
 * How far apart that is. Let u = 2⁻²⁴, D features, A = |x|, C the greatest |c|, r the distance of x to any centre, so that
 * A ≤ r + C. Rounding x, c and h to floats changes a score by (2u + u²)·A·C + u·C²/2 at most, D products and their sum by
 * (D + 1)·u·(C²/2 + A·C)·(1 + D·u), the index in the last b bits by 2^(b−23) of the score. So one score is off by less than
 * e·(2·C² + r²/2), where e = (D + 6)·u + 2^(b−23) and D·u ≤ 1/16 (A·C ≤ 3/2·C² + r²/2), twice the difference of two by
 * e·(8·C² + 2·r²), and |x|² + 2·score, with |x|²/2 rounded to a float, is r² but for e·(4·C² + r²) + 4·u·(C² + r²). The rounding of
 * the direct sums that the answer has to agree with, (D + 2)·2⁻⁵³·r² each, is far below. 16·e·(C² + r²) leaves a factor of
 * nearly two; it holds with r² as found here if e is doubled once more, as long as 16·e ≤ 1/4.
 *
 * What underflows is not relative: a float is off by 2⁻¹⁵⁰ at most, a product likewise, the index changes a subnormal score by
 * 2^(b−149). As long as r² and C² are below 10³⁰, where nothing overflows (|x|·C and all sums stay below 10³¹), that adds
 * D·2⁻¹⁴⁰·(1 + r² + C²) at most: it is in the factor of two but for a constant below 10⁻³⁰. Where a row or a product does
 * overflow, |x|² + 2·score is infinite or no number, and the answer is not believed.
 */
import { Clusters } from "../families/clusters";
import { Means } from "../families/means";
import { Block } from "./block";
import { oneAt, pairAt } from "./columns";

/** More than sums lose by underflow. */
export const FILTER_TINY: f32 = 1e-30;
/** Squares up to here are sure not to overflow a float's sums. */
export const FILTER_GREATEST: f32 = 1e30;

/**
 * Rounds the listed rows (i32 at `rows`), less the origin and scaled, to floats, row-major at `floats`, and half their squares at
 * `norms`: one beside the other, or (`inPlace`) each in its own row's place.
 */
export function floatRows(
  block: Block, d: i32, scales: usize, rows: usize, n: i32, floats: usize, norms: usize, inPlace: bool,
): void {
  if (block.isFloat32) floatRowsOf<f32>(block, d, scales, rows, n, floats, norms, inPlace);
  else floatRowsOf<f64>(block, d, scales, rows, n, floats, norms, inPlace);
}

@inline
function floatRowsOf<T>(
  block: Block, d: i32, scales: usize, rows: usize, n: i32, floats: usize, norms: usize, inPlace: bool,
): void {
  for (let q: usize = 0; q < <usize>n; q++) {
    const row = <usize>load<i32>(rows + (q << 2));
    const at = inPlace ? row : q;
    const from = block.x + row * <usize>d * sizeof<T>();
    const to = floats + ((at * <usize>d) << 2);
    let squares = f64x2.splat(0);
    let j: usize = 0;
    for (; j + 2 <= <usize>d; j += 2) {
      const u = f64x2.sub(pairAt<T>(from + j * sizeof<T>()), v128.load(block.origin + (j << 3)));
      const v = f64x2.mul(u, v128.load(scales + (j << 3)));
      v128.store64_lane(to + (j << 2), f32x4.demote_f64x2_zero(v), 0);
      squares = f64x2.add(squares, f64x2.mul(v, v));
    }
    if (j < <usize>d) {
      const u = f64x2.sub(oneAt<T>(from + j * sizeof<T>()), v128.load64_zero(block.origin + (j << 3)));
      const v = f64x2.mul(u, v128.load64_zero(scales + (j << 3)));
      v128.store32_lane(to + (j << 2), f32x4.demote_f64x2_zero(v), 0);
      squares = f64x2.add(squares, f64x2.mul(v, v));
    }
    const square = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
    store<f32>(norms + (at << 2), <f32>(square / 2));
  }
}

/**
 * Scores of four rows of floats (at x0 … x3): the least ones of each (their last bits replaced by the centre's index) and the
 * second least ones go to `out`, in lanes by the row; 128 bytes of it are used.
 *
 * Lanes are centres, so that rows are read where they lie. Tiles of two rows by 16 centres or four by eight are 8 accumulators,
 * as many as V8 keeps in registers, and read each number with one address for all centres. (Four features at a time would be a
 * quarter of the additions of addresses, but V8 moves all loads of a block to its beginning and spills.) K is padded to fours by
 * centres of a score that none can exceed.
 */
@inline
export function compareFour(means: Means, x0: usize, x1: usize, x2: usize, x3: usize, out: usize): void {
  const k = means.nClusters;
  const d = <usize>means.nFeatures;
  let c = means.floatCenters;
  let h = means.floatHalves;
  let i = 0;
  for (; i + 12 < k; i += 16) {
    compareTwo(means, x0, x1, c, h, i, out);
    compareTwo(means, x2, x3, c, h, i, out + 64);
    c += d << 6;
    h += 64;
  }
  if (i + 4 < k) {
    let a0 = v128.load(h);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let b0 = v128.load(h, 16);
    let b1 = b0;
    let b2 = b0;
    let b3 = b0;
    const end = c + (d << 5);
    let at: usize = 0;
    for (; c < end; c += 32) {
      const c0 = v128.load(c);
      const c1 = v128.load(c, 16);
      let x = v128.load32_splat(x0 + at);
      a0 = f32x4.sub(a0, f32x4.mul(x, c0));
      b0 = f32x4.sub(b0, f32x4.mul(x, c1));
      x = v128.load32_splat(x1 + at);
      a1 = f32x4.sub(a1, f32x4.mul(x, c0));
      b1 = f32x4.sub(b1, f32x4.mul(x, c1));
      x = v128.load32_splat(x2 + at);
      a2 = f32x4.sub(a2, f32x4.mul(x, c0));
      b2 = f32x4.sub(b2, f32x4.mul(x, c1));
      x = v128.load32_splat(x3 + at);
      a3 = f32x4.sub(a3, f32x4.mul(x, c0));
      b3 = f32x4.sub(b3, f32x4.mul(x, c1));
      at += 4;
    }
    h += 32;
    const keep = v128.not(i32x4.splat(means.indexMask));
    const first = i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3));
    const next = i32x4.add(first, i32x4.splat(4));
    takePair(out, i, numbered(a0, keep, first), numbered(b0, keep, next));
    takePair(out + 32, i, numbered(a1, keep, first), numbered(b1, keep, next));
    takePair(out + 64, i, numbered(a2, keep, first), numbered(b2, keep, next));
    takePair(out + 96, i, numbered(a3, keep, first), numbered(b3, keep, next));
    i += 8;
  }
  if (i < k) {
    let a0 = v128.load(h);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    const end = c + (d << 4);
    let at: usize = 0;
    for (; c < end; c += 16) {
      const c0 = v128.load(c);
      a0 = f32x4.sub(a0, f32x4.mul(v128.load32_splat(x0 + at), c0));
      a1 = f32x4.sub(a1, f32x4.mul(v128.load32_splat(x1 + at), c0));
      a2 = f32x4.sub(a2, f32x4.mul(v128.load32_splat(x2 + at), c0));
      a3 = f32x4.sub(a3, f32x4.mul(v128.load32_splat(x3 + at), c0));
      at += 4;
    }
    const keep = v128.not(i32x4.splat(means.indexMask));
    const first = i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3));
    takeOne(out, i, numbered(a0, keep, first));
    takeOne(out + 32, i, numbered(a1, keep, first));
    takeOne(out + 64, i, numbered(a2, keep, first));
    takeOne(out + 96, i, numbered(a3, keep, first));
  }
  // lanes become rows
  const l0 = v128.load(out);
  const l1 = v128.load(out, 32);
  const l2 = v128.load(out, 64);
  const l3 = v128.load(out, 96);
  const l01 = v128.shuffle<f32>(l0, l1, 0, 4, 1, 5);
  const h01 = v128.shuffle<f32>(l0, l1, 2, 6, 3, 7);
  const l23 = v128.shuffle<f32>(l2, l3, 0, 4, 1, 5);
  const h23 = v128.shuffle<f32>(l2, l3, 2, 6, 3, 7);
  const p = v128.shuffle<f64>(l01, l23, 0, 2);
  const q = v128.shuffle<f64>(l01, l23, 1, 3);
  const r = v128.shuffle<f64>(h01, h23, 0, 2);
  const s = v128.shuffle<f64>(h01, h23, 1, 3);
  const pq = f32x4.pmin(p, q);
  const rs = f32x4.pmin(r, s);
  const others = f32x4.pmin(f32x4.pmin(f32x4.pmax(p, q), f32x4.pmax(r, s)), f32x4.pmax(pq, rs));
  const s0 = v128.load(out, 16);
  const s1 = v128.load(out, 48);
  const s2 = v128.load(out, 80);
  const s3 = v128.load(out, 112);
  const m01 = f32x4.pmin(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7));
  const m23 = f32x4.pmin(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7));
  const seconds = f32x4.pmin(v128.shuffle<f64>(m01, m23, 0, 2), v128.shuffle<f64>(m01, m23, 1, 3));
  v128.store(out, f32x4.pmin(pq, rs));
  v128.store(out, f32x4.pmin(others, seconds), 16);
}

/** Two rows and 16 centres. */
@inline
function compareTwo(means: Means, x0: usize, x1: usize, from: usize, h: usize, i: i32, out: usize): void {
  let a0 = v128.load(h);
  let a1 = a0;
  let b0 = v128.load(h, 16);
  let b1 = b0;
  let c0 = v128.load(h, 32);
  let c1 = c0;
  let d0 = v128.load(h, 48);
  let d1 = d0;
  let c = from;
  const end = x0 + (<usize>means.nFeatures << 2);
  const other = x1 - x0;
  for (let x = x0; x < end; x += 4) {
    const u = v128.load32_splat(x);
    const v = v128.load32_splat(x + other);
    const p = v128.load(c);
    a0 = f32x4.sub(a0, f32x4.mul(u, p));
    a1 = f32x4.sub(a1, f32x4.mul(v, p));
    const q = v128.load(c, 16);
    b0 = f32x4.sub(b0, f32x4.mul(u, q));
    b1 = f32x4.sub(b1, f32x4.mul(v, q));
    const r = v128.load(c, 32);
    c0 = f32x4.sub(c0, f32x4.mul(u, r));
    c1 = f32x4.sub(c1, f32x4.mul(v, r));
    const s = v128.load(c, 48);
    d0 = f32x4.sub(d0, f32x4.mul(u, s));
    d1 = f32x4.sub(d1, f32x4.mul(v, s));
    c += 64;
  }
  const keep = v128.not(i32x4.splat(means.indexMask));
  const first = i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3));
  const four = i32x4.splat(4);
  const second = i32x4.add(first, four);
  const third = i32x4.add(second, four);
  const fourth = i32x4.add(third, four);
  takeFour(out, i, numbered(a0, keep, first), numbered(b0, keep, second), numbered(c0, keep, third), numbered(d0, keep, fourth));
  takeFour(
    out + 32, i, numbered(a1, keep, first), numbered(b1, keep, second), numbered(c1, keep, third), numbered(d1, keep, fourth),
  );
}

/** Scores with the centres' indices in their last bits. */
@inline
function numbered(scores: v128, keep: v128, indices: v128): v128 {
  return v128.or(v128.and(scores, keep), indices);
}

/** Takes 16 more scores of a row into the least and the second least of each lane. */
@inline
function takeFour(out: usize, i: i32, a: v128, b: v128, c: v128, d: v128): void {
  const ab = f32x4.pmin(a, b);
  const cd = f32x4.pmin(c, d);
  const more = f32x4.pmin(f32x4.pmin(f32x4.pmax(a, b), f32x4.pmax(c, d)), f32x4.pmax(ab, cd));
  take(out, i, f32x4.pmin(ab, cd), more);
}

/** The same of eight. */
@inline
function takePair(out: usize, i: i32, a: v128, b: v128): void {
  take(out, i, f32x4.pmin(a, b), f32x4.pmax(a, b));
}

/** The same of four. */
@inline
function takeOne(out: usize, i: i32, a: v128): void {
  take(out, i, a, f32x4.splat(f32.MAX_VALUE));
}

/** Takes the two least of several more scores. */
@inline
function take(out: usize, i: i32, less: v128, more: v128): void {
  if (i == 0) {
    v128.store(out, less);
    v128.store(out, more, 16);
    return;
  }
  const least = v128.load(out);
  v128.store(out, f32x4.pmin(least, less));
  v128.store(out, f32x4.pmin(v128.load(out, 16), f32x4.pmin(more, f32x4.pmax(least, less))), 16);
}

/** The nearest centre of a row (of doubles) by the definition, the lowest of equals. Lanes are centres. */
export function nearestPoint(clusters: Clusters, x: usize): i32 {
  const k = clusters.nClusters;
  const end = x + (<usize>clusters.nFeatures << 3);
  let c = clusters.centers;
  let least = Infinity;
  let label = 0;
  for (let i = 0; i < k; i += 4) {
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    for (let at = x; at < end; at += 8) {
      const value = v128.load64_splat(at);
      const u = f64x2.sub(value, v128.load(c));
      const v = f64x2.sub(value, v128.load(c, 16));
      a = f64x2.add(a, f64x2.mul(u, u));
      b = f64x2.add(b, f64x2.mul(v, v));
      c += 32;
    }
    for (let j = i; j < min(i + 4, k); j++) {
      const sum = f64x2.extract_lane(a, 0);
      if (sum < least) {
        least = sum;
        label = j;
      }
      a = v128.shuffle<f64>(a, b, 1, 2);
      b = v128.shuffle<f64>(b, b, 1, 1);
    }
  }
  return label;
}
