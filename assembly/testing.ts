/** The ABI plus what only tests and benches call: build/kernels.testing.wasm. */
export * from "./index";
export { expArray, log1pArray, logArray } from "./simd/arrays";
export { pruningOf, setPruning } from "./em/pruning-switch";
