/**
 * What the four Gaussian families share in linear memory: parameters as the host writes them, the same packed for the
 * kernels, and the moments that a pass adds up. The host never computes an address: `lay` fixes them all.
 */
import { Panel, padded } from "../em/panel";

/**
 * The header; pointers are bytes offsets in linear memory. Field order is the ABI: src/wasm/gaussian-state.ts reads the
 * pointers by position.
 */
@unmanaged
export class GaussianState {
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
  /** written by the host: where moments are taken about, K × stride, 0 in the padding; the means, but for a repeated pass */
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

  /** log w_k + log p(x|k) of the panel's points from quadratic forms, in place: c − q/2, −Infinity where q overflowed. */
  @inline
  finish(panel: Panel, k: i32, terms: usize): void {
    const c = f64x2.splat(load<f64>(this.logConstants + (<usize>k << 3)));
    const half = f64x2.splat(-0.5);
    const none = f64x2.splat(-Infinity);
    for (let p: usize = 0; p < <usize>panel.count << 3; p += 16) {
      const value = f64x2.add(f64x2.mul(v128.load(terms + p), half), c);
      v128.store(terms + p, f64x2.pmax(none, value));
    }
  }

  /** Zeroes the sums before a pass. */
  @inline
  clear(secondsBytes: usize): void {
    memory.fill(this.totals, 0, 16);
    memory.fill(this.counts, 0, <usize>this.nComponents << 3);
    memory.fill(this.firsts, 0, <usize>this.nComponents * (<usize>this.stride << 3));
    memory.fill(this.seconds, 0, secondsBytes);
  }
}

const HEADER: f64 = 128;

@inline
function aligned(bytes: f64): f64 {
  return ceil<f64>(bytes / 64) * 64;
}

/** Doubles of each part, for `lay` and `stateBytes`; kept in one place so that they cannot disagree. */
@inline
function partLength(part: i32, d: i32, k: i32, precision: f64, factor: f64, second: f64, output: f64): f64 {
  const rows = <f64>k * <f64>padded(d);
  switch (part) {
    case 0: return 2; // totals
    case 1: return <f64>k; // logConstants
    case 2: return rows; // means
    case 3: return rows; // centers
    case 4: return precision;
    case 5: return factor;
    case 6: return <f64>k; // counts
    case 7: return rows; // firsts
    case 8: return second;
    default: return output;
  }
}
const PARTS = 10;

/** Bytes of a state with the given doubles per part, a multiple of 64; as f64 so that nothing can wrap. */
export function stateBytes(d: i32, k: i32, precision: f64, factor: f64, second: f64, output: f64): f64 {
  let bytes = HEADER;
  for (let part = 0; part < PARTS; part++) {
    bytes += aligned(8 * partLength(part, d, k, precision, factor, second, output));
  }
  return bytes;
}

/** Lays a state out over zeroed memory at `at` (64-byte aligned). */
export function layState(
  at: usize, d: i32, k: i32, precision: f64, factor: f64, second: f64, output: f64, factorBytes: i32, secondBytes: i32,
): void {
  const state = changetype<GaussianState>(at);
  state.nComponents = k;
  state.nFeatures = d;
  state.stride = padded(d);
  state.factorBytes = factorBytes;
  state.secondBytes = secondBytes;
  let next = at + <usize>HEADER;
  // the pointers are consecutive fields from `totals` on, in the order of `partLength`
  const pointers = at + offsetof<GaussianState>("totals");
  for (let part = 0; part < PARTS; part++) {
    store<usize>(pointers + (<usize>part << 2), next);
    next += <usize>aligned(8 * partLength(part, d, k, precision, factor, second, output));
  }
}
