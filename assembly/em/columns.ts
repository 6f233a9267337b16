/** Rows of the data, float64 or float32, into the columns of a panel: less the origin, and scaled if that is wanted. */
import { Block } from "./block";
import { Panel } from "./panel";

/**
 * Packs `count` points of a block from row `start` on, four at a time. `scales` is nFeatures doubles, or 0. Lanes past `count`
 * hold values that are never used.
 */
export function packRows(panel: Panel, block: Block, scales: usize, start: i32, count: i32): void {
  if (block.isFloat32) transpose<f32>(panel, block, scales, start, count);
  else transpose<f64>(panel, block, scales, start, count);
}

@inline
function transpose<T>(panel: Panel, block: Block, scales: usize, start: i32, count: i32): void {
  const rowBytes = <usize>panel.nFeatures * sizeof<T>();
  const last = block.x + (<usize>(start + count) - 1) * rowBytes;
  let row = block.x + <usize>start * rowBytes;
  for (let p: usize = 0; p < <usize>count << 3; p += 32) {
    // past the last point it is its own neighbour
    const row1 = min(row + rowBytes, last);
    const row2 = min(row1 + rowBytes, last);
    const row3 = min(row2 + rowBytes, last);
    transposeFour<T>(panel, block, scales, panel.columns + p, row, row1, row2, row3);
    row = row3 + rowBytes;
  }
}

/** Packs the `n` listed rows (i32 at `rows`, filled up to fours) of a block side by side, as `packRows` does. */
export function packListedRows(panel: Panel, block: Block, scales: usize, rows: usize, n: i32): void {
  if (block.isFloat32) gather<f32>(panel, block, scales, rows, n);
  else gather<f64>(panel, block, scales, rows, n);
}

@inline
function gather<T>(panel: Panel, block: Block, scales: usize, rows: usize, n: i32): void {
  const x = block.x;
  const rowBytes = <usize>panel.nFeatures * sizeof<T>();
  for (let p: usize = 0; p < <usize>n << 2; p += 16) {
    const row = rows + p;
    transposeFour<T>(
      panel, block, scales, panel.columns + (p << 1),
      x + <usize>load<i32>(row) * rowBytes, x + <usize>load<i32>(row, 4) * rowBytes,
      x + <usize>load<i32>(row, 8) * rowBytes, x + <usize>load<i32>(row, 12) * rowBytes,
    );
  }
}

/** Four rows, two features at a time, into four neighbouring points of the columns. */
@inline
function transposeFour<T>(
  panel: Panel, block: Block, scales: usize, column: usize, row: usize, row1: usize, row2: usize, row3: usize,
): void {
  const d = <usize>panel.nFeatures;
  const line = <usize>panel.size << 3;
  let j: usize = 0;
  for (; j + 2 <= d; j += 2) {
    transposePair<T>(block, scales, j, column, line, row, row1, row2, row3, false);
    column += 2 * line;
  }
  if (j < d) transposePair<T>(block, scales, j, column, line, row, row1, row2, row3, true);
}

@inline
function transposePair<T>(
  block: Block, scales: usize, j: usize, column: usize, line: usize, row: usize, row1: usize, row2: usize, row3: usize, alone: bool,
): void {
  const at = j * sizeof<T>();
  const origin = v128.load(block.origin + (j << 3));
  let a = f64x2.sub(nextOf<T>(row + at, alone), origin);
  let b = f64x2.sub(nextOf<T>(row1 + at, alone), origin);
  let c = f64x2.sub(nextOf<T>(row2 + at, alone), origin);
  let e = f64x2.sub(nextOf<T>(row3 + at, alone), origin);
  if (scales) {
    const scale = v128.load(scales + (j << 3));
    a = f64x2.mul(a, scale);
    b = f64x2.mul(b, scale);
    c = f64x2.mul(c, scale);
    e = f64x2.mul(e, scale);
  }
  v128.store(column, v128.shuffle<f64>(a, b, 0, 2));
  v128.store(column, v128.shuffle<f64>(c, e, 0, 2), 16);
  if (alone) return;
  v128.store(column + line, v128.shuffle<f64>(a, b, 1, 3));
  v128.store(column + line, v128.shuffle<f64>(c, e, 1, 3), 16);
}

/** The panel's point `p` as a row of doubles, from where it came from: there its features lie together. */
export function copyRow(panel: Panel, p: i32, to: usize): void {
  if (panel.isFloat32) copyRowOf<f32>(panel, p, to);
  else copyRowOf<f64>(panel, p, to);
}

@inline
function copyRowOf<T>(panel: Panel, p: i32, to: usize): void {
  const d = <usize>panel.nFeatures;
  const from = panel.x + <usize>p * d * sizeof<T>();
  for (let j: usize = 0; j < d; j += 2) {
    const x = nextOf<T>(from + j * sizeof<T>(), j + 1 == d);
    v128.store(to + (j << 3), f64x2.sub(x, v128.load(panel.origin + (j << 3))));
  }
}

/** A row of a block as doubles at `to`, less the origin and scaled, and after them a 1 (and a 0 if that makes them even in number). */
export function takeRow(block: Block, d: i32, scales: usize, row: i32, to: usize): void {
  if (block.isFloat32) takeRowOf<f32>(block, <usize>d, scales, <usize>row, to);
  else takeRowOf<f64>(block, <usize>d, scales, <usize>row, to);
}

@inline
function takeRowOf<T>(block: Block, d: usize, scales: usize, row: usize, to: usize): void {
  const from = block.x + row * d * sizeof<T>();
  let j: usize = 0;
  for (; j + 2 <= d; j += 2) {
    const u = f64x2.sub(pairAt<T>(from + j * sizeof<T>()), v128.load(block.origin + (j << 3)));
    v128.store(to + (j << 3), f64x2.mul(u, v128.load(scales + (j << 3))));
  }
  if (j < d) {
    const u = f64x2.sub(oneAt<T>(from + j * sizeof<T>()), v128.load64_zero(block.origin + (j << 3)));
    v128.store(to + (j << 3), f64x2.replace_lane(f64x2.mul(u, v128.load64_zero(scales + (j << 3))), 1, 1));
  } else {
    v128.store(to + (j << 3), f64x2(1, 0));
  }
}

/** The next two features of a row, or its last and 0. */
@inline
export function nextOf<T>(at: usize, alone: bool): v128 {
  return alone ? oneAt<T>(at) : pairAt<T>(at);
}

/** A double, or a float promoted, and 0. */
@inline
export function oneAt<T>(at: usize): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load32_zero(at)) : v128.load64_zero(at);
}

/** Two doubles, or two floats promoted. */
@inline
export function pairAt<T>(at: usize): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(at)) : v128.load(at);
}
