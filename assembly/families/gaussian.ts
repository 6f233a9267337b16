/**
 * Gaussian components in linear memory: parameters as the host writes them, the same packed for the kernels, the moments
 * that a pass adds up, and the parts of a pass that `em/passes.ts` leaves to a family. The host never computes an address:
 * `gaussianLay` fixes them all.
 *
 * One class serves all covariances, so that the passes stand in the module once: full ones, one for all (tied), and
 * diagonal ones; spherical ones too, whose σ the host repeats over the features.
 */
import { accumulateDiag, accumulateFull, compactSurvivors } from "../em/moments";
import { Panel, padded } from "../em/panel";
import { packFactor, packedFactorBytes, termsDiag, termsFull } from "../em/quadratic";
import { momentsSmall, termsSmall } from "../em/small";

/** Kinds of covariances, as the host names them. */
const TIED = 1;
const DIAGONAL = 2;

/**
 * The header; pointers are bytes offsets in linear memory. Field order is the ABI: src/wasm/gaussian-kernels.ts reads the
 * pointers by position.
 */
@unmanaged
export class Gaussian {
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
  kind: i32;

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

  /** scale·q + offset of the panel's points, q their squared Mahalanobis distances to component k. */
  terms(panel: Panel, k: i32, out: usize, scale: f64, offset: f64): void {
    const mean = this.mean(k);
    const factor = this.factor(k);
    panel.scale = scale;
    panel.offset = offset;
    if (this.kind == DIAGONAL) termsDiag(panel, mean, factor, out);
    else if (this.nFeatures <= 4) termsSmall(panel, mean, factor, out);
    else termsFull(panel, mean, factor, out);
  }

  /** log w_k + log p(x|k) of the panel's points. */
  @inline
  logProb(panel: Panel, k: i32, out: usize): void {
    this.terms(panel, k, out, -0.5, load<f64>(this.logConstants + (<usize>k << 3)));
  }

  /** Adds the panel's points to the count and the moments of component k. */
  accumulate(panel: Panel, k: i32): void {
    const terms = panel.logProb + (<usize>(k * panel.size) << 3);
    const center = this.center(k);
    const count = this.counts + (<usize>k << 3);
    const first = this.first(k);
    const second = this.second(k);
    if (this.kind != DIAGONAL && this.nFeatures <= 3) {
      return momentsSmall(panel, terms, center, count, first, second);
    }
    const n = compactSurvivors(panel, terms, count);
    if (n == 0) return;
    if (this.kind == DIAGONAL) accumulateDiag(panel, n, center, first, second);
    else accumulateFull(panel, n, center, first, second);
  }

  /** Zeroes the sums before a pass. */
  begin(): void {
    const line = <usize>this.stride << 3;
    const k = <usize>this.nComponents;
    memory.fill(this.totals, 0, 16);
    memory.fill(this.counts, 0, k << 3);
    memory.fill(this.firsts, 0, k * line);
    memory.fill(this.seconds, 0, this.kind == TIED ? <usize>this.stride * line : k * <usize>this.secondBytes);
  }

  /** Copies the sums out: per component the count, the first moments, the second: the lower triangle by rows, or the diagonal. */
  end(): void {
    const d = this.nFeatures;
    const line = <usize>this.stride << 3;
    let out = this.output;
    for (let k = 0; k < this.nComponents; k++) {
      store<f64>(out, load<f64>(this.counts + (<usize>k << 3)));
      out += 8;
      memory.copy(out, this.first(k), <usize>d << 3);
      out += <usize>d << 3;
      const second = this.second(k);
      if (this.kind == DIAGONAL) {
        memory.copy(out, second, <usize>d << 3);
        out += <usize>d << 3;
        continue;
      }
      for (let i = 0; i < d; i++) {
        const bytes = <usize>(i + 1) << 3;
        // pooled moments belong to all components alike; they are reported with the first
        if (this.kind == TIED && k > 0) memory.fill(out, 0, bytes);
        else memory.copy(out, second + <usize>i * line, bytes);
        out += bytes;
      }
    }
  }
}

const HEADER: f64 = 128;

@inline
function aligned(bytes: f64): f64 {
  return ceil<f64>(bytes / 64) * 64;
}

/**
 * Doubles of each part, in doubles arithmetic so that nothing wraps for shapes that cannot be reserved; kept in one place
 * so that `gaussianLay` and `gaussianBytes` cannot disagree.
 */
function partLength(part: i32, kind: i32, d: i32, k: i32): f64 {
  const rows = <f64>k * <f64>padded(d);
  const diagonal = kind == DIAGONAL;
  const owners: f64 = kind == TIED ? 1 : <f64>k;
  const square = owners * <f64>padded(d) * <f64>padded(d);
  switch (part) {
    case 0: return 2; // totals
    case 1: return <f64>k; // logConstants
    case 2: return rows; // means
    case 3: return rows; // centers
    case 4: return diagonal ? <f64>k * <f64>d : owners * <f64>d * <f64>d; // precisions
    case 5: return diagonal ? rows : square; // factors: a bound on the packed ones
    case 6: return <f64>k; // counts
    case 7: return rows; // firsts
    case 8: return diagonal ? rows : square; // seconds
    default: return <f64>k * (1 + <f64>d + (diagonal ? <f64>d : <f64>d * (<f64>d + 1) / 2)); // output
  }
}
const PARTS = 10;

/** Bytes of the state for `k` components of `d` features, a multiple of 64; as f64 so that nothing can wrap. */
export function gaussianBytes(kind: i32, d: i32, k: i32): f64 {
  let bytes = HEADER;
  for (let part = 0; part < PARTS; part++) bytes += aligned(8 * partLength(part, kind, d, k));
  return bytes;
}

/** Lays the state out over zeroed memory at `at` (64-byte aligned). */
export function gaussianLay(at: usize, kind: i32, d: i32, k: i32): void {
  const state = changetype<Gaussian>(at);
  state.kind = kind;
  state.nComponents = k;
  state.nFeatures = d;
  state.stride = padded(d);
  const line = padded(d) << 3;
  state.factorBytes = kind == DIAGONAL ? line : kind == TIED ? 0 : packedFactorBytes(d);
  state.secondBytes = kind == DIAGONAL ? line : kind == TIED ? 0 : padded(d) * line;
  let next = at + <usize>HEADER;
  // the pointers are consecutive fields from `totals` on, in the order of `partLength`
  const pointers = at + offsetof<Gaussian>("totals");
  for (let part = 0; part < PARTS; part++) {
    store<usize>(pointers + (<usize>part << 2), next);
    next += <usize>aligned(8 * partLength(part, kind, d, k));
  }
}

/** Packs the factors that the host wrote (precisions) for the passes. */
export function gaussianLoad(at: usize): void {
  const state = changetype<Gaussian>(at);
  const d = state.nFeatures;
  const diagonal = state.kind == DIAGONAL;
  const bytes = <usize>(diagonal ? d : d * d) << 3;
  const factors = state.kind == TIED ? 1 : state.nComponents;
  for (let k = 0; k < factors; k++) {
    const from = state.precisions + <usize>k * bytes;
    if (diagonal) memory.copy(state.factor(k), from, bytes);
    else packFactor(from, d, state.factor(k));
  }
}
