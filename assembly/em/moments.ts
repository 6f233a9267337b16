/**
 * Weighted moments of points of one component, about a centre carried by the parameters:
 * Σ r·(x − c) and Σ r·(x − c)(x − c)ᵀ, or of the latter the diagonal. Accumulating about the current mean, never raw Σ x·xᵀ, keeps
 * every digit (Chan, Golub & LeVeque 1983). Lanes are points.
 *
 * V8's code (--print-wasm-code) for the tiles is 27 instructions for 16 products and sums, nothing spilled, unrolled three times
 * by itself: a core with three vector units for doubles waits for these alone. What is lost is lost where loops begin and end, so
 * they are few: pairs of features are packed and multiplied with each other in one. (A loop in a function of its own is not
 * unrolled and a tenth slower; so are hand-unrolled tiles, whose loads V8 moves to the front, where they spill.)
 *
 * No loop may store to the stack: where the addresses of spilled values agree in their last 12 bits with others in use it takes
 * twice its time, and whether they do depends on how deep the call is (seen with 8 sums and 8 operands, in 1 of 12 depths).
 */
import { nextOf } from "./columns";
import { Panel } from "./panel";

/**
 * Full second moments of the points in the first `bytes` (a multiple of 32) of the lines at `x`, the panel's columns or others
 * like them, with `weights`. `first` is `stride` doubles; `second` is `stride × stride` doubles, from which `copySecond` takes
 * them.
 */
export function accumulateFull(
  panel: Panel, x: usize, weights: usize, bytes: usize, center: usize, first: usize, second: usize,
): void {
  const d = panel.nFeatures;
  const line = <usize>panel.size << 3;
  const groupBytes = line << 3;
  const rowBytes = <usize>panel.stride << 3;
  const length = bytes << 3;
  const groups = panel.residuals;
  let group = groups;
  // four features: of two points their u, then their t
  for (let i = 0; i < d; i += 4) {
    const row = second + <usize>i * rowBytes;
    const corner = row + (<usize>i << 3);
    const narrow = i + 2 >= d;
    const pairs: usize = narrow ? 32 : 64;
    for (let pair: usize = 0; pair < pairs; pair += 32) {
      packPair(weights, length, x, line, center, first, group + pair, corner + (pair >> 4) * (rowBytes + 8), rowBytes);
      x += 2 * line;
      center += 16;
      first += 16;
    }
    // their t by the u of each pair before them; or, where a last group has but one pair, the u of each four before it by the t of that
    let a = narrow ? groups : group + 64;
    let b = narrow ? group + 64 : groups;
    let at = narrow ? second + (<usize>i << 3) : row;
    // pairs of a group are 32 bytes apart
    let next: usize = 32;
    for (let n = narrow ? i >> 2 : i >> 1; n > 0; n--) {
      accumulateTile(a, b, length, at, rowBytes);
      if (narrow) {
        a += groupBytes;
        at += 4 * rowBytes;
      } else {
        b += next;
        at += 16;
        next = groupBytes - next;
      }
    }
    if (narrow) return;
    accumulateHalf(group, corner + 2 * rowBytes, length, rowBytes);
    group += groupBytes;
  }
}

/** Copies the second moments of feature `i` with features 0 … i, as `accumulateFull` has left them, to `out`. */
export function copySecond(second: usize, d: i32, i: i32, out: usize): void {
  const rowBytes = <usize>(d + 3 & ~3) << 3;
  const row = second + <usize>i * rowBytes;
  // a last group of one pair has those with the others before it in their rows
  const others = i & ~3;
  let j = 0;
  if (others + 2 >= d) {
    for (let from = second + (<usize>i << 3); j < others; from += rowBytes) {
      store<f64>(out + (<usize>j << 3), load<f64>(from));
      j++;
    }
  }
  memory.copy(out + (<usize>j << 3), row + (<usize>j << 3), <usize>(i + 1 - j) << 3);
}

/**
 * u = x − c and t = r·u of a line and the next, four points at a time, as the tiles want them; adds Σ t to `first` and Σ t·u of
 * the two to `second`. The centre is read anew in every round: kept in registers it would be spilled.
 */
@inline
function packPair(
  r: usize, length: usize, x: usize, line: usize, center: usize, first: usize, to: usize, second: usize, rowBytes: usize,
): void {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let a00 = f64x2.splat(0);
  let a10 = f64x2.splat(0);
  let a11 = f64x2.splat(0);
  const end = to + length;
  while (to < end) {
    const y = x + line;
    let c = v128.load64_splat(center);
    let w = v128.load(r);
    let u0 = f64x2.sub(v128.load(x), c);
    v128.store(to, u0);
    let t0 = f64x2.mul(w, u0);
    v128.store(to, t0, 64);
    s0 = f64x2.add(s0, t0);
    a00 = f64x2.add(a00, f64x2.mul(t0, u0));
    let e = v128.load64_splat(center, 8);
    let u1 = f64x2.sub(v128.load(y), e);
    v128.store(to, u1, 16);
    let t1 = f64x2.mul(w, u1);
    v128.store(to, t1, 80);
    s1 = f64x2.add(s1, t1);
    a10 = f64x2.add(a10, f64x2.mul(t1, u0));
    a11 = f64x2.add(a11, f64x2.mul(t1, u1));
    w = v128.load(r, 16);
    u0 = f64x2.sub(v128.load(x, 16), c);
    v128.store(to, u0, 128);
    t0 = f64x2.mul(w, u0);
    v128.store(to, t0, 192);
    s0 = f64x2.add(s0, t0);
    a00 = f64x2.add(a00, f64x2.mul(t0, u0));
    u1 = f64x2.sub(v128.load(y, 16), e);
    v128.store(to, u1, 144);
    t1 = f64x2.mul(w, u1);
    v128.store(to, t1, 208);
    s1 = f64x2.add(s1, t1);
    a10 = f64x2.add(a10, f64x2.mul(t1, u0));
    a11 = f64x2.add(a11, f64x2.mul(t1, u1));
    x += 32;
    r += 32;
    to += 256;
  }
  addPair(first, s0, s1);
  addPair(second, a00, f64x2.splat(0));
  addPair(second + rowBytes, a10, a11);
}

/** second[i][j] += Σ a_i·b_j for the four features at `a` and the two at `b`, rows `rowBytes` apart. */
@inline
function accumulateTile(a: usize, b: usize, length: usize, second: usize, rowBytes: usize): void {
  let s00 = f64x2.splat(0);
  let s01 = f64x2.splat(0);
  let s10 = f64x2.splat(0);
  let s11 = f64x2.splat(0);
  let s20 = f64x2.splat(0);
  let s21 = f64x2.splat(0);
  let s30 = f64x2.splat(0);
  let s31 = f64x2.splat(0);
  const end = b + length;
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load(a);
    s00 = f64x2.add(s00, f64x2.mul(a0, b0));
    s01 = f64x2.add(s01, f64x2.mul(a0, b1));
    const a1 = v128.load(a, 16);
    s10 = f64x2.add(s10, f64x2.mul(a1, b0));
    s11 = f64x2.add(s11, f64x2.mul(a1, b1));
    const a2 = v128.load(a, 32);
    s20 = f64x2.add(s20, f64x2.mul(a2, b0));
    s21 = f64x2.add(s21, f64x2.mul(a2, b1));
    const a3 = v128.load(a, 48);
    s30 = f64x2.add(s30, f64x2.mul(a3, b0));
    s31 = f64x2.add(s31, f64x2.mul(a3, b1));
    a += 128;
    b += 128;
  }
  addPair(second, s00, s01);
  addPair(second + rowBytes, s10, s11);
  addPair(second + 2 * rowBytes, s20, s21);
  addPair(second + 3 * rowBytes, s30, s31);
}

/** second[i][j] += Σ t_i·u_j for the second pair of a group and its first. */
@inline
function accumulateHalf(group: usize, second: usize, length: usize, rowBytes: usize): void {
  let s00 = f64x2.splat(0);
  let s01 = f64x2.splat(0);
  let s10 = f64x2.splat(0);
  let s11 = f64x2.splat(0);
  const end = group + length;
  while (group < end) {
    const u0 = v128.load(group);
    const u1 = v128.load(group, 16);
    const t0 = v128.load(group, 96);
    s00 = f64x2.add(s00, f64x2.mul(t0, u0));
    s01 = f64x2.add(s01, f64x2.mul(t0, u1));
    const t1 = v128.load(group, 112);
    s10 = f64x2.add(s10, f64x2.mul(t1, u0));
    s11 = f64x2.add(s11, f64x2.mul(t1, u1));
    group += 128;
  }
  addPair(second, s00, s01);
  addPair(second + rowBytes, s10, s11);
}

/** Adds the sum of the lanes of `a`, and of those of `b`, to two doubles side by side. */
@inline
function addPair(at: usize, a: v128, b: v128): void {
  const sums = f64x2.add(v128.shuffle<f64>(a, b, 0, 2), v128.shuffle<f64>(a, b, 1, 3));
  v128.store(at, f64x2.add(v128.load(at), sums));
}

/** Diagonal second moments, two features at a time: `first` and `second` are `stride` doubles each. */
export function accumulateDiag(
  panel: Panel, x: usize, weights: usize, bytes: usize, center: usize, first: usize, second: usize,
): void {
  const line = <usize>panel.size << 3;
  const end = center + (<usize>panel.nFeatures << 3);
  while (center < end) {
    // a fifth of the work is the subtraction: the host writes centres of 0 wherever that loses no digits
    if (v128.any_true(v128.load(center))) diagonalPair(weights, bytes, x, x + line, center, first, second, false);
    else diagonalPair(weights, bytes, x, x + line, center, first, second, true);
    x += 2 * line;
    center += 16;
    first += 16;
    second += 16;
  }
}

/** Eight sums, so that none waits for itself. */
@inline
function diagonalPair(
  r: usize, bytes: usize, x: usize, y: usize, center: usize, first: usize, second: usize, zero: bool,
): void {
  const c0 = v128.load64_splat(center);
  const c1 = v128.load64_splat(center, 8);
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let s2 = f64x2.splat(0);
  let s3 = f64x2.splat(0);
  let q0 = f64x2.splat(0);
  let q1 = f64x2.splat(0);
  let q2 = f64x2.splat(0);
  let q3 = f64x2.splat(0);
  const end = x + bytes;
  while (x < end) {
    const w = v128.load(r);
    let u = v128.load(x);
    if (!zero) u = f64x2.sub(u, c0);
    let t = f64x2.mul(w, u);
    s0 = f64x2.add(s0, t);
    q0 = f64x2.add(q0, f64x2.mul(t, u));
    u = v128.load(y);
    if (!zero) u = f64x2.sub(u, c1);
    t = f64x2.mul(w, u);
    s1 = f64x2.add(s1, t);
    q1 = f64x2.add(q1, f64x2.mul(t, u));
    const v = v128.load(r, 16);
    u = v128.load(x, 16);
    if (!zero) u = f64x2.sub(u, c0);
    t = f64x2.mul(v, u);
    s2 = f64x2.add(s2, t);
    q2 = f64x2.add(q2, f64x2.mul(t, u));
    u = v128.load(y, 16);
    if (!zero) u = f64x2.sub(u, c1);
    t = f64x2.mul(v, u);
    s3 = f64x2.add(s3, t);
    q3 = f64x2.add(q3, f64x2.mul(t, u));
    x += 32;
    y += 32;
    r += 32;
  }
  addPair(first, f64x2.add(s0, s2), f64x2.add(s1, s3));
  addPair(second, f64x2.add(q0, q2), f64x2.add(q1, q3));
}

/** The same of the `points` alone (bit p is point p's), out of their rows: lanes are features. */
export function accumulateSomeDiag(
  panel: Panel, points: u64, weights: usize, center: usize, first: usize, second: usize,
): void {
  if (panel.isFloat32) someDiag<f32>(panel, points, weights, center, first, second);
  else someDiag<f64>(panel, points, weights, center, first, second);
}

@inline
function someDiag<T>(panel: Panel, points: u64, weights: usize, center: usize, first: usize, second: usize): void {
  const d = <usize>panel.nFeatures;
  const rowBytes = d * sizeof<T>();
  const rows = panel.x;
  const origins = panel.origin;
  // two points at a time, the last one perhaps twice; loops over features are of one length, by which branches are predicted
  while (points) {
    const p = <usize>ctz(points);
    points &= points - 1;
    const q = points ? <usize>ctz(points) : p;
    const w = v128.load64_splat(weights + (p << 3));
    const v = points ? v128.load64_splat(weights + (q << 3)) : f64x2.splat(0);
    points &= points - 1;
    const x = rows + p * rowBytes;
    const y = rows + q * rowBytes;
    for (let j: usize = 0; j < d; j += 2) {
      const from = x + j * sizeof<T>();
      const next = y + j * sizeof<T>();
      const alone = j + 1 == d;
      const origin = v128.load(origins + (j << 3));
      const c = v128.load(center + (j << 3));
      const u0 = f64x2.sub(f64x2.sub(nextOf<T>(from, alone), origin), c);
      const u1 = f64x2.sub(f64x2.sub(nextOf<T>(next, alone), origin), c);
      const t0 = f64x2.mul(w, u0);
      const t1 = f64x2.mul(v, u1);
      const s = first + (j << 3);
      const q = second + (j << 3);
      v128.store(s, f64x2.add(v128.load(s), f64x2.add(t0, t1)));
      v128.store(q, f64x2.add(v128.load(q), f64x2.add(f64x2.mul(t0, u0), f64x2.mul(t1, u1))));
    }
  }
}
