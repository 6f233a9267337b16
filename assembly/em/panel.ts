/**
 * A panel: the few dozen points an E- and M-pass works on while they are in the first-level cache.
 *
 * The points are held twice, in double precision, with the data's origin subtracted:
 *   rows     point-major,   `size × stride` (stride = features rounded up to 4, the padding is 0): accumulation, lanes are features
 *   columns  feature-major, `stride × size`: quadratic forms, lanes are points
 * Nothing is allocated here: the host reserves `panelBytes(d, k)` bytes and calls `layPanel` once.
 */

/** Where the parts of a panel are; lives in linear memory at the start of the panel's own bytes. */
@unmanaged
export class Panel {
  /** points a full panel holds, a multiple of 4 */
  size: i32;
  /** points it holds now */
  count: i32;
  /** bytes of a line that points take now, rounded up to four of them */
  bytes: i32;
  /** whether many components were far from many points of the panel before: then it pays to look for those that are */
  sparse: bool;
  /** panels to go until that is tried again, after it did not pay */
  denseLeft: i32;
  /** rows of quadratic forms that are computed for all, to find them */
  firstRows: i32;
  nFeatures: i32;
  /** features rounded up to a multiple of 4 */
  stride: i32;
  nComponents: i32;
  rows: usize;
  columns: usize;
  /** stride × size doubles: x − μ, feature-major in the E-pass; in tiles of 4 features in the M-pass */
  residuals: usize;
  /** stride × size doubles: r·(x − μ) in tiles of 4 features */
  scaled: usize;
  /** k × size: log w_k + log p(x|k), then its exponential relative to the point's largest, then responsibilities */
  logProb: usize;
  /** size: the largest term, then log p(x) where it is wanted */
  logProbNorm: usize;
  /** size: the sum of the exponentials, then what turns each into a responsibility */
  scales: usize;
  /** a term is scale·q + offset, q a quadratic form */
  scale: f64;
  offset: f64;
  /** responsibilities below are 0 */
  least: f64;
  /** size: weights of the points, 0 past `count` */
  weights: usize;
  /** one i32 per component: the first point of a list */
  heads: usize;
  /** whether they differ, other than by the 0 past `count` */
  weighted: bool;
  /** size: byte offsets in `rows` of the points that survive for one component */
  offsets: usize;
  /** size: their weights, packed */
  packed: usize;
  /** where the weights of the survivors are: `packed`, or in place if every point survives */
  survivors: usize;
  /** whether every point survives: then `offsets` are not used */
  dense: bool;
}

/** Rounds a number of features up to whole tiles of 4. */
@inline
export function padded(d: i32): i32 {
  return (d + 3) & ~3;
}

/** Points of a panel: as many as keep the buffers in use near the first-level cache. Part of the definition of the result's bits. */
export function panelSize(d: i32): i32 {
  return d <= 16 ? 64 : 32;
}

const HEADER: usize = 128;

/** Bytes of a panel for `d` features and `k` components; a multiple of 64. */
export function panelBytes(d: i32, k: i32): f64 {
  const size = <f64>panelSize(d);
  const tiles = 4.0 * <f64>padded(d) * size;
  const perComponent = <f64>k * size;
  return <f64>HEADER + 8.0 * (tiles + perComponent + 5.0 * size + <f64>k);
}

/** Lays a panel out over zeroed memory at `at` (64-byte aligned). */
export function layPanel(at: usize, d: i32, k: i32): void {
  const panel = changetype<Panel>(at);
  const size = panelSize(d);
  const stride = padded(d);
  const matrix = <usize>(stride * size) << 3;
  const line = <usize>size << 3;
  panel.size = size;
  panel.count = 0;
  panel.nFeatures = d;
  panel.stride = stride;
  panel.nComponents = k;
  panel.rows = at + HEADER;
  panel.columns = panel.rows + matrix;
  panel.residuals = panel.columns + matrix;
  panel.scaled = panel.residuals + matrix;
  panel.logProb = panel.scaled + matrix;
  panel.logProbNorm = panel.logProb + <usize>k * line;
  panel.scales = panel.logProbNorm + line;
  panel.weights = panel.scales + line;
  panel.offsets = panel.weights + line;
  panel.packed = panel.offsets + line;
  panel.heads = panel.packed + line;
  panel.firstRows = 4;
}

/** Two features from element `i` of `x`, whatever it holds; the first and 0 if it is the `last`. */
@inline
function loadPair(x: usize, i: usize, isFloat32: bool, last: bool): v128 {
  if (isFloat32) {
    const at = x + (i << 2);
    return f64x2.promote_low_f32x4(last ? v128.load32_zero(at) : v128.load64_zero(at));
  }
  const at = x + (i << 3);
  return last ? v128.load64_zero(at) : v128.load(at);
}

/**
 * Fills the panel with `count` points of the row-major data at `x` (float64, or float32 promoted), from row `start`, less
 * `origin` (nFeatures doubles, and a 0 if they are odd in number); `weights` is 0 or the doubles of all rows.
 */
export function fillPanel(
  panel: Panel, x: usize, isFloat32: bool, start: i32, count: i32, weights: usize, origin: usize,
): void {
  const d = panel.nFeatures;
  const stride = panel.stride;
  const size = panel.size;
  const rows = panel.rows;
  panel.count = count;
  panel.bytes = (count + 3 & ~3) << 3;
  // Points past `count` keep older, finite values: their lanes are computed and never used.
  const rowBytes = <usize>stride << 3;
  const lineBytes = <usize>size << 3;
  let from = <usize>start * <usize>d;
  for (let p = 0; p < count; p += 2) {
    // a last point without a neighbour is its own
    const next = p + 1 < count ? <usize>d : 0;
    let row = rows + <usize>p * rowBytes;
    let column = panel.columns + (<usize>p << 3);
    for (let j = 0; j < d; j += 2) {
      const last = j + 1 == d;
      const shift = v128.load(origin + (<usize>j << 3));
      const a = f64x2.sub(loadPair(x, from + <usize>j, isFloat32, last), shift);
      const b = f64x2.sub(loadPair(x, from + next + <usize>j, isFloat32, last), shift);
      v128.store(row, a);
      v128.store(row + rowBytes, b);
      v128.store(column, v128.shuffle<f64>(a, b, 0, 2));
      v128.store(column + lineBytes, v128.shuffle<f64>(a, b, 1, 3));
      row += 16;
      column += 2 * lineBytes;
    }
    from += 2 * <usize>d;
  }
  panel.weighted = weights != 0;
  if (weights) {
    memory.copy(panel.weights, weights + (<usize>start << 3), <usize>count << 3);
  } else {
    const one = f64x2.splat(1);
    for (let p: usize = 0; p < <usize>panel.bytes; p += 16) v128.store(panel.weights + p, one);
  }
  for (let p = count; p < size; p++) store<f64>(panel.weights + (<usize>p << 3), 0);
}
