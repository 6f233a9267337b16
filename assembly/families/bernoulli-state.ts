/** Where the parts of a Bernoulli mixture lie in linear memory, and what the passes read: rows as codes, the table. */
import { aligned } from "../em/lines";

/** Points of a panel. */
export const SIZE = 64;
export const LINE: usize = SIZE << 3;
const HEADER: usize = 64;

/** Where the parts are; `src/wasm/bernoulli-kernels.ts` reads the pointers by position. */
@unmanaged
export class BernoulliState {
  nFeatures: i32;
  nComponents: i32;
  /** components rounded up to an even number */
  stride: i32;
  /** groups of four features */
  nGroups: i32;
  /** Σ s·log p(x), Σ s */
  totals: usize;
  /** written by the host: log w_k (stride; −Infinity in the padding) */
  logWeights: usize;
  /** written by the host: log θ, then log(1 − θ), each nComponents × nFeatures */
  logProbs: usize;
  /** nGroups × 16 × stride: summed log probabilities */
  table: usize;
  /** nGroups × 16 × stride: summed responsibilities */
  sums: usize;
  /** what the host reads: per component count, N1 (nFeatures), N0 (nFeatures) */
  output: usize;
  /** stride × SIZE */
  terms: usize;
  /** SIZE */
  norms: usize;
  /** SIZE: Σ exp of each row's terms */
  normalizers: usize;
}

@inline
function even(k: i32): i32 {
  return (k + 1) & ~1;
}

@inline
function groups(d: i32): i32 {
  return (d + 3) >> 2;
}

function partBytes(part: i32, d: i32, k: i32): f64 {
  const stride = <f64>even(k);
  const tables = 16 * <f64>groups(d) * stride;
  switch (part) {
    case 0: return 16;
    case 1: return 8 * stride;
    case 2: return 16 * <f64>k * <f64>d;
    case 3: return 8 * tables;
    case 4: return 8 * tables;
    case 5: return 8 * <f64>k * (1 + 2 * <f64>d);
    case 6: return 8 * stride * SIZE;
    default: return 8 * SIZE;
  }
}
const PARTS = 9;

/** Bytes of the state. */
export function bernoulliBytes(d: i32, k: i32): f64 {
  let bytes = <f64>HEADER;
  for (let part = 0; part < PARTS; part++) bytes += aligned(partBytes(part, d, k));
  return bytes;
}

/** Lays the state out over zeroed memory at `at` (64-byte aligned). */
export function bernoulliLay(at: usize, d: i32, k: i32): void {
  const state = changetype<BernoulliState>(at);
  state.nFeatures = d;
  state.nComponents = k;
  state.stride = even(k);
  state.nGroups = groups(d);
  let next = at + HEADER;
  const pointers = at + offsetof<BernoulliState>("totals");
  for (let part = 0; part < PARTS; part++) {
    store<usize>(pointers + (<usize>part << 2), next);
    next += <usize>aligned(partBytes(part, d, k));
  }
}

/** Packs `n` rows of `d` bytes (0 or 1) at `x` into groups(d) codes a row at `codes`. */
export function bernoulliPack(x: usize, n: i32, d: i32, codes: usize): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j += 4) {
      let code: u32 = load<u8>(x);
      if (j + 1 < d) code |= <u32>load<u8>(x, 1) << 1;
      if (j + 2 < d) code |= <u32>load<u8>(x, 2) << 2;
      if (j + 3 < d) code |= <u32>load<u8>(x, 3) << 3;
      store<u8>(codes, code);
      codes++;
      x += min(4, d - j);
    }
  }
}

/** Fills the table from what the host wrote. */
export function bernoulliLoad(at: usize): void {
  const state = changetype<BernoulliState>(at);
  const d = state.nFeatures;
  const k = state.nComponents;
  const zeros = state.logProbs + ((<usize>k * <usize>d) << 3);
  const rowBytes = <usize>state.stride << 3;
  for (let c = 0; c < k; c++) {
    for (let g = 0; g < state.nGroups; g++) {
      const first = g << 2;
      const features = min(4, d - first);
      const from = (<usize>c * <usize>d + <usize>first) << 3;
      for (let code = 0; code < 16; code++) {
        let sum: f64 = 0;
        for (let b = 0; b < features; b++) {
          const source = (code >> b) & 1 ? state.logProbs : zeros;
          sum += load<f64>(source + from + (<usize>b << 3));
        }
        store<f64>(state.table + <usize>(g * 16 + code) * rowBytes + (<usize>c << 3), sum);
      }
    }
  }
}
