/** The ABI, whole: every function TypeScript can call, in one module for who loads kernels.wasm from a file. */
export * from "./core";
export * from "./more";
