/**
 * Gaussians with diagonal covariances; spherical ones too, whose σ the host repeats over the features: the parts of the
 * E- and M-pass that `em/passes.ts` leaves to a family.
 */
import { accumulateDiag } from "../em/moments";
import { Panel, padded } from "../em/panel";
import { quadraticDiag } from "../em/quadratic";
import { GaussianState, layState, stateBytes } from "./gaussian";

@unmanaged
export class GaussianDiag extends GaussianState {
  /** Squared Mahalanobis distances of the panel's points to component k. */
  @inline
  quadratic(panel: Panel, k: i32, out: usize): void {
    quadraticDiag(panel, this.mean(k), this.factor(k), out);
  }
  @inline
  accumulate(panel: Panel, k: i32, n: i32): void {
    accumulateDiag(panel, n, this.center(k), this.first(k), this.second(k));
  }
  @inline
  begin(): void {
    this.clear(<usize>this.nComponents * (<usize>this.stride << 3));
  }
  /** Copies the sums out: per component the count, the first and the second moments of each feature. */
  end(): void {
    const bytes = <usize>this.nFeatures << 3;
    let out = this.output;
    for (let k = 0; k < this.nComponents; k++) {
      store<f64>(out, load<f64>(this.counts + (<usize>k << 3)));
      memory.copy(out + 8, this.first(k), bytes);
      memory.copy(out + 8 + bytes, this.second(k), bytes);
      out += 8 + 2 * bytes;
    }
  }
}

/** Bytes of the state for `k` components of `d` features. */
export function gaussianDiagBytes(d: i32, k: i32): f64 {
  const rows = <f64>k * <f64>padded(d);
  return stateBytes(d, k, <f64>k * <f64>d, rows, rows, <f64>k * (1 + 2 * <f64>d));
}

/** Lays the state out over zeroed memory. */
export function gaussianDiagLay(at: usize, d: i32, k: i32): void {
  const rows = <f64>k * <f64>padded(d);
  const lineBytes = padded(d) << 3;
  layState(at, d, k, <f64>k * <f64>d, rows, rows, <f64>k * (1 + 2 * <f64>d), lineBytes, lineBytes);
}

/** Packs the factors that the host wrote (precisions) for the passes. */
export function gaussianDiagLoad(state: GaussianDiag): void {
  const bytes = <usize>state.nFeatures << 3;
  for (let k = 0; k < state.nComponents; k++) memory.copy(state.factor(k), state.precisions + <usize>k * bytes, bytes);
}
