/**
 * Gaussians with full covariances, one per component or one for all (tied): the parts of the E- and M-pass that
 * `em/passes.ts` leaves to a family.
 */
import { accumulateFull } from "../em/moments";
import { Panel, padded } from "../em/panel";
import { packFactor, packedFactorBytes, quadraticFull } from "../em/quadratic";
import { GaussianState, layState, stateBytes } from "./gaussian";

@unmanaged
export class GaussianFull extends GaussianState {
  /** Squared Mahalanobis distances of the panel's points to component k. */
  @inline
  quadratic(panel: Panel, k: i32, out: usize): void {
    quadraticFull(panel, this.mean(k), this.factor(k), out);
  }
  @inline
  accumulate(panel: Panel, k: i32, n: i32): void {
    accumulateFull(panel, n, this.center(k), this.first(k), this.second(k));
  }
  @inline
  begin(): void {
    this.clear(secondDoubles(this.nFeatures, this.nComponents, this.secondBytes == 0) << 3);
  }
  /** Copies the sums out: per component the count, the first moments, the lower triangle of the second by rows. */
  end(): void {
    const d = this.nFeatures;
    const tied = this.secondBytes == 0;
    let out = this.output;
    for (let k = 0; k < this.nComponents; k++) {
      store<f64>(out, load<f64>(this.counts + (<usize>k << 3)));
      out += 8;
      memory.copy(out, this.first(k), <usize>d << 3);
      out += <usize>d << 3;
      for (let i = 0; i < d; i++) {
        const bytes = <usize>(i + 1) << 3;
        // pooled moments belong to all components alike; they are reported with the first
        if (tied && k > 0) memory.fill(out, 0, bytes);
        else memory.copy(out, this.second(k) + (<usize>i * <usize>this.stride << 3), bytes);
        out += bytes;
      }
    }
  }
}

function secondDoubles(d: i32, k: i32, tied: bool): usize {
  const stride = <usize>padded(d);
  return stride * stride * (tied ? 1 : <usize>k);
}

/** Bytes of the state for `k` components of `d` features. */
export function gaussianFullBytes(d: i32, k: i32, tied: bool): f64 {
  const shared: f64 = tied ? 1 : <f64>k;
  const stride = <f64>padded(d);
  const output = <f64>k * (1 + <f64>d + <f64>d * (<f64>d + 1) / 2);
  // a bound on the packed factor in doubles arithmetic: packedFactorBytes could wrap for a d that cannot be reserved
  return stateBytes(d, k, shared * <f64>d * <f64>d, shared * stride * stride, shared * stride * stride, output);
}

/** Lays the state out over zeroed memory. */
export function gaussianFullLay(at: usize, d: i32, k: i32, tied: bool): void {
  const shared: f64 = tied ? 1 : <f64>k;
  const stride = <f64>padded(d);
  const output = <f64>k * (1 + <f64>d + <f64>d * (<f64>d + 1) / 2);
  layState(
    at, d, k, shared * <f64>d * <f64>d, shared * stride * stride, shared * stride * stride, output,
    tied ? 0 : packedFactorBytes(d),
    tied ? 0 : (padded(d) * padded(d)) << 3,
  );
}

/** Packs the factors that the host wrote (precisions) for the passes. */
export function gaussianFullLoad(state: GaussianFull): void {
  const d = state.nFeatures;
  const square = (<usize>d * <usize>d) << 3;
  const factors = state.factorBytes == 0 ? 1 : state.nComponents;
  for (let k = 0; k < factors; k++) packFactor(state.precisions + <usize>k * square, d, state.factor(k));
}
