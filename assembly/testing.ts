/** The ABI plus what only tests and benches call: build/kernels.testing.wasm. */
import { Block } from "./em/block";
import { stagesPass } from "./em/stages";
import { Gaussian } from "./families/gaussian";

export * from "./index";
export { expArray, expNearArray, log1pArray, logArray } from "./simd/arrays";
export { pruningOf, setPruning } from "./em/pruning-switch";

export function gaussianStages(state: usize, panel: usize, block: usize, stages: i32): void {
  stagesPass<Gaussian>(state, panel, changetype<Block>(block), stages);
}
