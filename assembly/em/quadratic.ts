/**
 * Quadratic forms ‖W·(x − μ)‖² of a panel's points, W = L⁻¹ lower triangular. Lanes are points.
 */
import { Panel } from "./panel";

/**
 * Writes (x − μ)ᵀ Σ⁻¹ (x − μ) of every point to `out` (size doubles).
 * `mean` is nFeatures doubles; `factor` is W packed by blocks of 4 rows: for each block, columns 0 … min(last row, d − 1),
 * 4 doubles each (zeros above the diagonal and past row d − 1). See `packFactor`.
 */
export function quadraticFull(panel: Panel, mean: usize, factor: usize, out: usize): void {
  const d = panel.nFeatures;
  const line = <usize>panel.size << 3;
  const bytes = (<usize>(panel.count + 3) & ~3) << 3;
  for (let j = 0; j < d; j++) {
    const m = v128.load64_splat(mean + (<usize>j << 3));
    const from = panel.columns + <usize>j * line;
    const to = panel.residuals + <usize>j * line;
    for (let p: usize = 0; p < bytes; p += 16) v128.store(to + p, f64x2.sub(v128.load(from + p), m));
  }
  memory.fill(out, 0, bytes);
  let w = factor;
  for (let i = 0; i < d; i += 4) {
    const width = <usize>min(i + 4, d);
    for (let p: usize = 0; p < bytes; p += 32) {
      addSquares(panel.residuals + p, line, w, width, out + p);
    }
    w += width << 5;
  }
}

/** out[p] += Σ_{i<4} (Σ_j w[j][i]·x[j][p])² for 4 points: a tile of 4 rows × 2 vectors. */
@inline
function addSquares(x: usize, line: usize, w: usize, width: usize, out: usize): void {
  let a00 = f64x2.splat(0);
  let a01 = f64x2.splat(0);
  let a10 = f64x2.splat(0);
  let a11 = f64x2.splat(0);
  let a20 = f64x2.splat(0);
  let a21 = f64x2.splat(0);
  let a30 = f64x2.splat(0);
  let a31 = f64x2.splat(0);
  const end = w + (width << 5);
  while (w < end) {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    const w0 = v128.load64_splat(w);
    a00 = f64x2.add(a00, f64x2.mul(w0, x0));
    a01 = f64x2.add(a01, f64x2.mul(w0, x1));
    const w1 = v128.load64_splat(w, 8);
    a10 = f64x2.add(a10, f64x2.mul(w1, x0));
    a11 = f64x2.add(a11, f64x2.mul(w1, x1));
    const w2 = v128.load64_splat(w, 16);
    a20 = f64x2.add(a20, f64x2.mul(w2, x0));
    a21 = f64x2.add(a21, f64x2.mul(w2, x1));
    const w3 = v128.load64_splat(w, 24);
    a30 = f64x2.add(a30, f64x2.mul(w3, x0));
    a31 = f64x2.add(a31, f64x2.mul(w3, x1));
    x += line;
    w += 32;
  }
  const s0 = f64x2.add(f64x2.add(f64x2.mul(a00, a00), f64x2.mul(a10, a10)), f64x2.add(f64x2.mul(a20, a20), f64x2.mul(a30, a30)));
  const s1 = f64x2.add(f64x2.add(f64x2.mul(a01, a01), f64x2.mul(a11, a11)), f64x2.add(f64x2.mul(a21, a21), f64x2.mul(a31, a31)));
  v128.store(out, f64x2.add(v128.load(out), s0));
  v128.store(out, f64x2.add(v128.load(out, 16), s1), 16);
}

/** Doubles of a packed factor of `d` features. */
export function packedFactorLength(d: i32): i32 {
  let length = 0;
  for (let i = 0; i < d; i += 4) length += 4 * min(i + 4, d);
  return length;
}

/** Packs the lower triangular row-major `d × d` matrix at `w` as `quadraticFull` reads it. */
export function packFactor(w: usize, d: i32, out: usize): void {
  for (let i = 0; i < d; i += 4) {
    for (let j = 0; j < min(i + 4, d); j++) {
      for (let r = i; r < i + 4; r++) {
        store<f64>(out, r < d && j <= r ? load<f64>(w + ((<usize>r * <usize>d + <usize>j) << 3)) : 0);
        out += 8;
      }
    }
  }
}

/** As `quadraticFull` for a diagonal W: `factor` is nFeatures doubles, 1/σ_j. */
export function quadraticDiag(panel: Panel, mean: usize, factor: usize, out: usize): void {
  const d = panel.nFeatures;
  const line = <usize>panel.size << 3;
  const bytes = (<usize>(panel.count + 3) & ~3) << 3;
  for (let p: usize = 0; p < bytes; p += 32) {
    let x = panel.columns + p;
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    for (let j: usize = 0; j < <usize>d << 3; j += 8) {
      const m = v128.load64_splat(mean + j);
      const w = v128.load64_splat(factor + j);
      const y0 = f64x2.mul(f64x2.sub(v128.load(x), m), w);
      const y1 = f64x2.mul(f64x2.sub(v128.load(x, 16), m), w);
      s0 = f64x2.add(s0, f64x2.mul(y0, y0));
      s1 = f64x2.add(s1, f64x2.mul(y1, y1));
      x += line;
    }
    v128.store(out + p, s0);
    v128.store(out + p, s1, 16);
  }
}
