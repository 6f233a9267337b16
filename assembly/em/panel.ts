/**
 * A panel: the few dozen points an E- and M-pass works on while they are in the first-level cache, feature by feature, in double
 * precision, with the data's origin subtracted: lanes are points. Nothing is allocated here: the host reserves
 * `panelBytes(d, k)` bytes and calls `layPanel` once.
 */
import { Block } from "./block";
import { packRows } from "./columns";
import { touchLines, wholeLines } from "./lines";

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
  /** whether almost all were: then it pays to find those that were not before exponentials are taken */
  rare: bool;
  /** panels to go until that is tried again, after it did not pay */
  denseLeft: i32;
  /** rows of quadratic forms that are computed for all, to find them */
  firstRows: i32;
  /** the points' rows in the data, and what is subtracted from them (of the mixtures, which do not scale) */
  x: usize;
  origin: usize;
  isFloat32: bool;
  nFeatures: i32;
  /** features rounded up to a multiple of 4 */
  stride: i32;
  nComponents: i32;
  /** stride × size doubles: the points; the padding is 0 */
  columns: usize;
  /**
   * stride × size doubles: x − μ, feature-major in the E-pass; k-means: rows as floats that are not kept. In the M-pass,
   * together with the next, x − μ and r·(x − μ) as moments.ts wants them
   */
  residuals: usize;
  /** stride × size doubles */
  scaled: usize;
  /** stride × size doubles: some points, as columns */
  listed: usize;
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
  /** one i32 per component: the first point of a list; or a u64: its mask */
  heads: usize;
  /** whether they differ, other than by the 0 past `count` */
  weighted: bool;
  /** size: byte offsets in a line of some points that are listed */
  offsets: usize;
  /** size: a number of each of them, packed */
  packed: usize;
  /** masks of the components (responsibilities.ts) if exponentials were taken of few points only, or 0 */
  masks: usize;
  /** rows of the panel after this one that are still to be read ahead, where they end, and bytes to take at a time */
  ahead: usize;
  aheadEnd: usize;
  aheadShare: usize;
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

const HEADER: usize = 192;

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
  panel.columns = at + HEADER;
  panel.residuals = panel.columns + matrix;
  panel.scaled = panel.residuals + matrix;
  panel.listed = panel.scaled + matrix;
  panel.logProb = panel.listed + matrix;
  panel.logProbNorm = panel.logProb + <usize>k * line;
  panel.scales = panel.logProbNorm + line;
  panel.weights = panel.scales + line;
  panel.offsets = panel.weights + line;
  panel.packed = panel.offsets + line;
  panel.heads = panel.packed + line;
  panel.firstRows = 4;
}

/** Fills the panel with the points of a block from row `start` on, and their weights, 0 past `count`. `scales` is as for `packRows`. */
export function fillPanel(panel: Panel, block: Block, scales: usize, start: i32): void {
  const count = min(panel.size, block.nRows - start);
  panel.count = count;
  panel.bytes = (count + 3 & ~3) << 3;
  panel.isFloat32 = block.isFloat32 != 0;
  const rowBytes = <usize>panel.nFeatures << (block.isFloat32 ? 2 : 3);
  panel.x = block.x + <usize>start * rowBytes;
  panel.origin = block.origin;
  panel.ahead = panel.x + <usize>count * rowBytes;
  panel.aheadEnd = panel.x + <usize>min(2 * panel.size, block.nRows - start) * rowBytes;
  panel.aheadShare = wholeLines(<usize>panel.size * rowBytes / <usize>(2 * panel.nComponents));
  packRows(panel, block, scales, start, count);
  fillWeights(panel, block, start);
}

/**
 * Reads a share of the next panel's rows, one component's of the forms or of the moments. The machine fetches ahead by itself, but
 * not from one page to the next, and all at once it can wait for a dozen lines only: diagonal iterations at (100000, 16, 16)
 * took 4 % more, at (100000, 64, 16) 10 %.
 */
export function readAhead(panel: Panel): void {
  const from = panel.ahead;
  panel.ahead = min(from + panel.aheadShare, panel.aheadEnd);
  store<i32>(panel.packed, touchLines(from, panel.ahead));
}

export function fillWeights(panel: Panel, block: Block, start: i32): void {
  const count = panel.count;
  panel.weighted = block.weights != 0;
  if (block.weights) {
    memory.copy(panel.weights, block.weights + (<usize>start << 3), <usize>count << 3);
  } else {
    for (let p: usize = 0; p < <usize>count << 3; p += 16) v128.store(panel.weights + p, f64x2.splat(1));
  }
  for (let p = count; p < panel.size; p++) store<f64>(panel.weights + (<usize>p << 3), 0);
}
