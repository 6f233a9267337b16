/** Where the parts of a `Gaussian` lie in linear memory, and its factors as the passes read them. */
import { aligned } from "../em/lines";
import { padded, panelSize } from "../em/panel";
import { packFactor, packedFactorBytes } from "../em/quadratic";
import { Queue } from "../em/survivors";
import { DIAGONAL, Gaussian, QUEUE, TIED, queues } from "./gaussian";

const HEADER: f64 = 128;

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
    case 9: return <f64>k * (1 + <f64>d + (diagonal ? <f64>d : <f64>d * (<f64>d + 1) / 2)); // output
    case 10: return <f64>k; // queues
    default: return queues(kind, d) ? <f64>k * (1 + <f64>padded(d)) * <f64>panelSize(d) : 0; // what is in them
  }
}
const PARTS = 12;

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
  for (let part = 0; part < PARTS - 1; part++) {
    store<usize>(pointers + (<usize>part << 2), next);
    next += <usize>aligned(8 * partLength(part, kind, d, k));
  }
  const bytes = <usize>(1 + padded(d)) * <usize>panelSize(d) << 3;
  for (let c = 0; c < k; c++) changetype<Queue>(state.queues + <usize>c * QUEUE).weights = next + <usize>c * bytes;
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
