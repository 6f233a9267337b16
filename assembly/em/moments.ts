/**
 * Weighted moments of the surviving points of one component of a panel, about a centre carried by the parameters:
 * Σ r, Σ r·(x − c) and Σ r·(x − c)(x − c)ᵀ. Accumulating about the current mean, never raw Σ x·xᵀ, keeps every digit
 * (Chan, Golub & LeVeque 1983). Lanes are features.
 */
import { sumLanes } from "../simd/horizontal";
import { Panel } from "./panel";

/** Weights r·s of two points of one component from e^(l − largest); lanes past `count` have s = 0. */
@inline
export function weightsOf(panel: Panel, terms: usize, p: usize, least: v128): v128 {
  const r = f64x2.mul(v128.load(terms + p), v128.load(panel.scales + p));
  return f64x2.mul(v128.and(r, f64x2.ge(r, least)), v128.load(panel.weights + p));
}

/**
 * Turns the exponentials of one component, `products`, into weights r·s, in place, and packs those that are positive with the
 * offsets of their points; returns how many and adds their sum to `counts`. When all are (overlapping clusters) nothing
 * is packed: `panel.dense` says so, and `panel.survivors` finds them in either case.
 */
export function compactSurvivors(panel: Panel, products: usize, counts: usize): i32 {
  const zero = f64x2.splat(0);
  const least = f64x2.splat(panel.least);
  let sum0 = zero;
  let sum1 = zero;
  let all = i64x2.splat(-1);
  // past `count` the weights are 0: those lanes make no sum, but they do make a last, ragged panel not dense
  for (let p: usize = 0; p < <usize>panel.bytes; p += 32) {
    const w0 = weightsOf(panel, products, p, least);
    const w1 = weightsOf(panel, products, p + 16, least);
    v128.store(products + p, w0);
    v128.store(products + p, w1, 16);
    sum0 = f64x2.add(sum0, w0);
    sum1 = f64x2.add(sum1, w1);
    all = v128.and(all, v128.and(f64x2.gt(w0, zero), f64x2.gt(w1, zero)));
  }
  store<f64>(counts, load<f64>(counts) + sumLanes(f64x2.add(sum0, sum1)));
  panel.dense = i64x2.all_true(all);
  if (panel.dense) {
    panel.survivors = products;
    return panel.count;
  }
  const rowBytes = panel.stride << 3;
  panel.survivors = panel.packed;
  let n: usize = 0;
  for (let p: usize = 0; p < <usize>panel.bytes; p += 16) {
    const pair = v128.load(products + p);
    const positive = i64x2.bitmask(f64x2.gt(pair, zero));
    if (positive == 0) continue;
    const row = <i32>(p >> 3) * rowBytes;
    store<i32>(panel.offsets + (n << 2), row);
    v128.store64_lane(panel.packed + (n << 3), pair, 0);
    n += positive & 1;
    store<i32>(panel.offsets + (n << 2), row + rowBytes);
    v128.store64_lane(panel.packed + (n << 3), pair, 1);
    n += positive >> 1;
  }
  return <i32>n;
}

/**
 * Full second moments. `first` is `stride` doubles; `second` is `stride × stride` doubles, of which the 4 × 4 tiles below
 * the diagonal and the lower triangles of those on it are added to.
 *
 * The inner tile is 4 rows × 2 vectors = 8 accumulators, as many as V8 keeps in registers (9 or more spill). A test for
 * the last, narrow tile inside the loop of `packTile` costs every other one 5 %, so only the rows below it profit.
 */
export function accumulateFull(panel: Panel, n: i32, center: usize, first: usize, second: usize): void {
  const stride = panel.stride;
  const tileBytes = <usize>panel.size << 5;
  const tiles = stride >> 2;
  const bytes = <usize>n << 5;
  const rowBytes = <usize>stride << 3;
  // 1 or 2 features past the last whole tile: rows 2 and 3 of the last tiles are padding
  const narrow = ((panel.nFeatures - 1) & 3) < 2 ? tiles - 1 : tiles;
  for (let ib = 0; ib < tiles; ib++) {
    const at = second + ((<usize>ib * <usize>stride) << 5);
    packTile(panel, n, ib, center, first, at + (<usize>ib << 5), rowBytes);
    const t = panel.scaled + <usize>ib * tileBytes;
    if (ib == narrow) {
      for (let jb = 0; jb < ib; jb++) {
        accumulateTwoRows(t, panel.residuals + <usize>jb * tileBytes, bytes, at + (<usize>jb << 5), rowBytes);
      }
      return;
    }
    for (let jb = 0; jb < ib; jb++) {
      accumulateTile(t, panel.residuals + <usize>jb * tileBytes, bytes, at + (<usize>jb << 5), rowBytes);
    }
  }
}

/**
 * u = x − c and t = r·u of 4 features of the surviving points, next to each other for the tiles to come; adds Σ t to
 * `first` and, while they are at hand, the tile on the diagonal, of which rows 0 and 1 need columns 0 and 1 only.
 */
@inline
function packTile(panel: Panel, n: i32, jb: i32, center: usize, first: usize, second: usize, secondRow: usize): void {
  const tileBytes = <usize>panel.size << 5;
  const column = <usize>jb << 5;
  const c0 = v128.load(center + column);
  const c1 = v128.load(center + column, 16);
  const rows = panel.rows + column;
  const rowBytes = <usize>panel.stride << 3;
  const dense = panel.dense;
  const survivors = panel.survivors;
  const offsets = panel.offsets;
  let u = panel.residuals + <usize>jb * tileBytes;
  let t = panel.scaled + <usize>jb * tileBytes;
  let row = rows;
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let a00 = f64x2.splat(0);
  let a10 = f64x2.splat(0);
  let a20 = f64x2.splat(0);
  let a21 = f64x2.splat(0);
  let a30 = f64x2.splat(0);
  let a31 = f64x2.splat(0);
  for (let q: usize = 0; q < <usize>n; q++) {
    if (!dense) row = rows + <usize>load<i32>(offsets + (q << 2));
    const r = v128.load64_splat(survivors + (q << 3));
    const u0 = f64x2.sub(v128.load(row), c0);
    const u1 = f64x2.sub(v128.load(row, 16), c1);
    const t0 = f64x2.mul(r, u0);
    const t1 = f64x2.mul(r, u1);
    v128.store(u, u0);
    v128.store(u, u1, 16);
    v128.store(t, t0);
    v128.store(t, t1, 16);
    s0 = f64x2.add(s0, t0);
    s1 = f64x2.add(s1, t1);
    a00 = f64x2.add(a00, f64x2.mul(v128.shuffle<f64>(t0, t0, 0, 0), u0));
    a10 = f64x2.add(a10, f64x2.mul(v128.shuffle<f64>(t0, t0, 1, 1), u0));
    const t2 = v128.shuffle<f64>(t1, t1, 0, 0);
    a20 = f64x2.add(a20, f64x2.mul(t2, u0));
    a21 = f64x2.add(a21, f64x2.mul(t2, u1));
    const t3 = v128.shuffle<f64>(t1, t1, 1, 1);
    a30 = f64x2.add(a30, f64x2.mul(t3, u0));
    a31 = f64x2.add(a31, f64x2.mul(t3, u1));
    u += 32;
    t += 32;
    row += rowBytes;
  }
  addRow(first + column, s0, s1);
  v128.store(second, f64x2.add(v128.load(second), a00));
  v128.store(second + secondRow, f64x2.add(v128.load(second + secondRow), a10));
  addRow(second + 2 * secondRow, a20, a21);
  addRow(second + 3 * secondRow, a30, a31);
}

/** second[i][j] += Σ_q t[q][i]·u[q][j] for i, j < 4; `rowBytes` apart. */
@inline
function accumulateTile(t: usize, u: usize, bytes: usize, second: usize, rowBytes: usize): void {
  let a00 = f64x2.splat(0);
  let a01 = f64x2.splat(0);
  let a10 = f64x2.splat(0);
  let a11 = f64x2.splat(0);
  let a20 = f64x2.splat(0);
  let a21 = f64x2.splat(0);
  let a30 = f64x2.splat(0);
  let a31 = f64x2.splat(0);
  const end = u + bytes;
  while (u < end) {
    const u0 = v128.load(u);
    const u1 = v128.load(u, 16);
    const t0 = v128.load64_splat(t);
    a00 = f64x2.add(a00, f64x2.mul(t0, u0));
    a01 = f64x2.add(a01, f64x2.mul(t0, u1));
    const t1 = v128.load64_splat(t, 8);
    a10 = f64x2.add(a10, f64x2.mul(t1, u0));
    a11 = f64x2.add(a11, f64x2.mul(t1, u1));
    const t2 = v128.load64_splat(t, 16);
    a20 = f64x2.add(a20, f64x2.mul(t2, u0));
    a21 = f64x2.add(a21, f64x2.mul(t2, u1));
    const t3 = v128.load64_splat(t, 24);
    a30 = f64x2.add(a30, f64x2.mul(t3, u0));
    a31 = f64x2.add(a31, f64x2.mul(t3, u1));
    u += 32;
    t += 32;
  }
  addRow(second, a00, a01);
  addRow(second + rowBytes, a10, a11);
  addRow(second + 2 * rowBytes, a20, a21);
  addRow(second + 3 * rowBytes, a30, a31);
}

/** The first two rows of `accumulateTile`. */
@inline
function accumulateTwoRows(t: usize, u: usize, bytes: usize, second: usize, rowBytes: usize): void {
  let a00 = f64x2.splat(0);
  let a01 = f64x2.splat(0);
  let a10 = f64x2.splat(0);
  let a11 = f64x2.splat(0);
  const end = u + bytes;
  while (u < end) {
    const u0 = v128.load(u);
    const u1 = v128.load(u, 16);
    const t0 = v128.load64_splat(t);
    a00 = f64x2.add(a00, f64x2.mul(t0, u0));
    a01 = f64x2.add(a01, f64x2.mul(t0, u1));
    const t1 = v128.load64_splat(t, 8);
    a10 = f64x2.add(a10, f64x2.mul(t1, u0));
    a11 = f64x2.add(a11, f64x2.mul(t1, u1));
    u += 32;
    t += 32;
  }
  addRow(second, a00, a01);
  addRow(second + rowBytes, a10, a11);
}

@inline
function addRow(at: usize, a: v128, b: v128): void {
  v128.store(at, f64x2.add(v128.load(at), a));
  v128.store(at, f64x2.add(v128.load(at, 16), b), 16);
}

/** Diagonal second moments: `first` and `second` are `stride` doubles each. */
export function accumulateDiag(panel: Panel, n: i32, center: usize, first: usize, second: usize): void {
  const tiles = panel.stride >> 2;
  for (let jb = 0; jb < tiles; jb++) {
    const column = <usize>jb << 5;
    const c0 = v128.load(center + column);
    const c1 = v128.load(center + column, 16);
    const rows = panel.rows + column;
    const rowBytes = <usize>panel.stride << 3;
    const dense = panel.dense;
    const survivors = panel.survivors;
    const offsets = panel.offsets;
    let row = rows;
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let q0 = f64x2.splat(0);
    let q1 = f64x2.splat(0);
    for (let q: usize = 0; q < <usize>n; q++) {
      if (!dense) row = rows + <usize>load<i32>(offsets + (q << 2));
      const r = v128.load64_splat(survivors + (q << 3));
      const u0 = f64x2.sub(v128.load(row), c0);
      const u1 = f64x2.sub(v128.load(row, 16), c1);
      const t0 = f64x2.mul(r, u0);
      const t1 = f64x2.mul(r, u1);
      s0 = f64x2.add(s0, t0);
      s1 = f64x2.add(s1, t1);
      q0 = f64x2.add(q0, f64x2.mul(t0, u0));
      q1 = f64x2.add(q1, f64x2.mul(t1, u1));
      row += rowBytes;
    }
    addRow(first + column, s0, s1);
    addRow(second + column, q0, q1);
  }
}
