/**
 * Quadratic forms q = ‖W·(x − μ)‖² of a panel's points, W = L⁻¹ lower triangular, as terms scale·q + offset: c − q/2 is a
 * log-density. Lanes are points.
 */
import { Panel } from "./panel";

/**
 * scale·q + offset; −Infinity where q overflowed, to a NaN even. Both numbers are read where they are used: vectors that are
 * alive across the inner loop cost it its registers (a third of its speed).
 */
@inline
export function termOf(panel: Panel, q: v128): v128 {
  const at = changetype<usize>(panel);
  const value = f64x2.mul(q, v128.load64_splat(at, offsetof<Panel>("scale")));
  return f64x2.pmax(f64x2.splat(-Infinity), f64x2.add(value, v128.load64_splat(at, offsetof<Panel>("offset"))));
}

/**
 * Writes the term of every point in the first `bytes` (a multiple of 32) of a line to `out` or, if `end` (a multiple of 4)
 * is less than `stride`, the sum of squares of the first `end` rows.
 * `mean` is `stride` doubles (0 in the padding); `factor` is W by blocks of 4 rows, as `packFactor` lays it out.
 *
 * The inner tile is 4 rows × 2 vectors = 8 accumulators, as many as V8 keeps in registers: 6 loads, 8 products, 8 sums and
 * no spill in its code, unrolled twice by itself.
 */
export function termsFull(panel: Panel, mean: usize, factor: usize, out: usize, bytes: usize, end: usize): void {
  const stride = <usize>panel.stride;
  const line = <usize>panel.size << 3;
  let w = factor;
  // 1 or 2 rows past the last whole block take half the work of 3 or 4: nothing is much dearer than its neighbours
  const narrow = ((panel.nFeatures - 1) & 3) < 2 ? stride - 4 : stride;
  for (let i: usize = 0; i < end; i += 4) {
    const columns = panel.columns + i * line;
    if (i == narrow) {
      for (let p: usize = 0; p < bytes; p += 32) {
        addSquares(columns + p, panel.residuals + p, line, mean + (i << 3), w, i, out + p, panel, true, true);
      }
      return;
    }
    for (let p: usize = 0; p < bytes; p += 32) {
      addSquares(columns + p, panel.residuals + p, line, mean + (i << 3), w, i, out + p, panel, i + 4 == stride, false);
    }
    w += BLOCK_CORNER + (i << 5);
  }
}

/** Bytes of the 10 entries on and below the diagonal of a block, padded to a whole vector. */
const BLOCK_CORNER: usize = 80;

/**
 * out[p] += Σ_{r<4} (Σ_j w[r][j]·(x − μ)[j][p])² for 4 points and a block of 4 rows, `i` columns to the left of its corner
 * (the first block sets `out`, the last makes terms of the sums). A block is the first to need the columns of its corner: it
 * subtracts their means and leaves the residuals for the blocks below.
 *
 * A `narrow` block has two rows, as the last may.
 *
 * V8 computes what is only added up as late as it can, and loads as early: without the stores to `out` between the rows of the
 * corner it would load all of them first, and spill (moments.ts tells what stores to the stack cost).
 */
@inline
function addSquares(
  columns: usize, residuals: usize, line: usize, mean: usize, w: usize, i: usize, out: usize,
  panel: Panel, last: bool, narrow: bool,
): void {
  const to = residuals + i * line;
  let a00 = f64x2.splat(0);
  let a01 = f64x2.splat(0);
  let a10 = f64x2.splat(0);
  let a11 = f64x2.splat(0);
  let a20 = f64x2.splat(0);
  let a21 = f64x2.splat(0);
  let a30 = f64x2.splat(0);
  let a31 = f64x2.splat(0);
  // the rectangle
  for (const end = w + (i << 5); w < end; w += 32) {
    const y0 = v128.load(residuals);
    const y1 = v128.load(residuals, 16);
    const w0 = v128.load64_splat(w);
    a00 = f64x2.add(a00, f64x2.mul(w0, y0));
    a01 = f64x2.add(a01, f64x2.mul(w0, y1));
    const w1 = v128.load64_splat(w, 8);
    a10 = f64x2.add(a10, f64x2.mul(w1, y0));
    a11 = f64x2.add(a11, f64x2.mul(w1, y1));
    if (!narrow) {
      const w2 = v128.load64_splat(w, 16);
      a20 = f64x2.add(a20, f64x2.mul(w2, y0));
      a21 = f64x2.add(a21, f64x2.mul(w2, y1));
      const w3 = v128.load64_splat(w, 24);
      a30 = f64x2.add(a30, f64x2.mul(w3, y0));
      a31 = f64x2.add(a31, f64x2.mul(w3, y1));
    }
    residuals += line;
  }
  // the triangular corner to its right, columns i … i + 3: 10 products of 16
  let m = v128.load64_splat(mean, 0);
  const x0 = f64x2.sub(v128.load(columns), m);
  const y0 = f64x2.sub(v128.load(columns, 16), m);
  v128.store(to, x0);
  v128.store(to, y0, 16);
  let s = v128.load64_splat(w, 0);
  a00 = f64x2.add(a00, f64x2.mul(s, x0));
  a01 = f64x2.add(a01, f64x2.mul(s, y0));
  let q0 = f64x2.mul(a00, a00);
  let q1 = f64x2.mul(a01, a01);
  if (i) {
    q0 = f64x2.add(v128.load(out), q0);
    q1 = f64x2.add(v128.load(out, 16), q1);
  }
  v128.store(out, q0);
  v128.store(out, q1, 16);
  m = v128.load64_splat(mean, 8);
  const x1 = f64x2.sub(v128.load(columns + line), m);
  const y1 = f64x2.sub(v128.load(columns + line, 16), m);
  v128.store(to + line, x1);
  v128.store(to + line, y1, 16);
  s = v128.load64_splat(w, 8);
  a10 = f64x2.add(a10, f64x2.mul(s, x0));
  a11 = f64x2.add(a11, f64x2.mul(s, y0));
  s = v128.load64_splat(w, 16);
  a10 = f64x2.add(a10, f64x2.mul(s, x1));
  a11 = f64x2.add(a11, f64x2.mul(s, y1));
  q0 = f64x2.add(q0, f64x2.mul(a10, a10));
  q1 = f64x2.add(q1, f64x2.mul(a11, a11));
  if (!narrow) {
    v128.store(out, q0);
    v128.store(out, q1, 16);
    m = v128.load64_splat(mean, 16);
    const x2 = f64x2.sub(v128.load(columns + 2 * line), m);
    const y2 = f64x2.sub(v128.load(columns + 2 * line, 16), m);
    v128.store(to + 2 * line, x2);
    v128.store(to + 2 * line, y2, 16);
    s = v128.load64_splat(w, 24);
    a20 = f64x2.add(a20, f64x2.mul(s, x0));
    a21 = f64x2.add(a21, f64x2.mul(s, y0));
    s = v128.load64_splat(w, 32);
    a20 = f64x2.add(a20, f64x2.mul(s, x1));
    a21 = f64x2.add(a21, f64x2.mul(s, y1));
    s = v128.load64_splat(w, 40);
    a20 = f64x2.add(a20, f64x2.mul(s, x2));
    a21 = f64x2.add(a21, f64x2.mul(s, y2));
    q0 = f64x2.add(q0, f64x2.mul(a20, a20));
    q1 = f64x2.add(q1, f64x2.mul(a21, a21));
    v128.store(out, q0);
    v128.store(out, q1, 16);
    m = v128.load64_splat(mean, 24);
    const x3 = f64x2.sub(v128.load(columns + 3 * line), m);
    const y3 = f64x2.sub(v128.load(columns + 3 * line, 16), m);
    v128.store(to + 3 * line, x3);
    v128.store(to + 3 * line, y3, 16);
    s = v128.load64_splat(w, 48);
    a30 = f64x2.add(a30, f64x2.mul(s, x0));
    a31 = f64x2.add(a31, f64x2.mul(s, y0));
    s = v128.load64_splat(w, 56);
    a30 = f64x2.add(a30, f64x2.mul(s, x1));
    a31 = f64x2.add(a31, f64x2.mul(s, y1));
    s = v128.load64_splat(w, 64);
    a30 = f64x2.add(a30, f64x2.mul(s, x2));
    a31 = f64x2.add(a31, f64x2.mul(s, y2));
    s = v128.load64_splat(w, 72);
    a30 = f64x2.add(a30, f64x2.mul(s, x3));
    a31 = f64x2.add(a31, f64x2.mul(s, y3));
    q0 = f64x2.add(q0, f64x2.mul(a30, a30));
    q1 = f64x2.add(q1, f64x2.mul(a31, a31));
  }
  if (last) {
    q0 = termOf(panel, q0);
    q1 = termOf(panel, q1);
  }
  v128.store(out, q0);
  v128.store(out, q1, 16);
}

/** Bytes of a packed factor of `d` features. */
export function packedFactorBytes(d: i32): i32 {
  let bytes = 0;
  for (let i = 0; i < d; i += 4) bytes += <i32>BLOCK_CORNER + (i << 5);
  return bytes;
}

/**
 * Packs the lower triangular row-major `d × d` matrix at `w` as `termsFull` reads it: for each block of 4 rows the columns left
 * of its corner, 4 entries each, then the corner on the diagonal by rows (1, 2, 3 and 4 entries); 0 past row d − 1.
 */
export function packFactor(w: usize, d: i32, out: usize): void {
  for (let i = 0; i < d; i += 4) {
    for (let j = 0; j < i; j++) {
      for (let r = i; r < i + 4; r++) out = packEntry(w, d, r, j, out);
    }
    for (let r = i; r < i + 4; r++) {
      for (let j = i; j <= r; j++) out = packEntry(w, d, r, j, out);
    }
  }
}

@inline
function packEntry(w: usize, d: i32, r: i32, j: i32, out: usize): usize {
  store<f64>(out, r < d ? load<f64>(w + ((<usize>r * <usize>d + <usize>j) << 3)) : 0);
  return out + 8;
}

/** As `termsFull` for a diagonal W, and all rows: `factor` is `stride` doubles, 1/σ_j, 0 in the padding. */
export function termsDiag(panel: Panel, mean: usize, factor: usize, out: usize, bytes: usize): void {
  const line = <usize>panel.size << 3;
  const stop = <usize>panel.nFeatures << 3;
  // eight points at a time, as many as lines have whole: fewer sums would wait for themselves
  for (let p: usize = 0; p < bytes; p += 64) {
    let x = panel.columns + p;
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let s2 = f64x2.splat(0);
    let s3 = f64x2.splat(0);
    for (let j: usize = 0; j < stop; j += 8) {
      const m = v128.load64_splat(mean + j);
      const w = v128.load64_splat(factor + j);
      const y0 = f64x2.mul(f64x2.sub(v128.load(x), m), w);
      s0 = f64x2.add(s0, f64x2.mul(y0, y0));
      const y1 = f64x2.mul(f64x2.sub(v128.load(x, 16), m), w);
      s1 = f64x2.add(s1, f64x2.mul(y1, y1));
      const y2 = f64x2.mul(f64x2.sub(v128.load(x, 32), m), w);
      s2 = f64x2.add(s2, f64x2.mul(y2, y2));
      const y3 = f64x2.mul(f64x2.sub(v128.load(x, 48), m), w);
      s3 = f64x2.add(s3, f64x2.mul(y3, y3));
      x += line;
    }
    v128.store(out + p, termOf(panel, s0));
    v128.store(out + p, termOf(panel, s1), 16);
    v128.store(out + p, termOf(panel, s2), 32);
    v128.store(out + p, termOf(panel, s3), 48);
  }
}
