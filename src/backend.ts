/** What a backend offers. The library above this line does not know which one is running. */
import type { Dataset, Rows } from './data/dataset.js';
import type { BlockKernels } from './em/model.js';
import type { CovarianceType, GaussianComponent, Moments } from './families/gaussian.js';
import type { Engine } from './wasm/engine.js';

/** `'wasm'`: SIMD kernels, the same bits everywhere. `'js'`: plain TypeScript, for pages whose CSP forbids WebAssembly. */
export type BackendName = 'wasm' | 'js';

/** What a Gaussian mixture's kernels have to hold. */
export interface GaussianShape {
  readonly data: Rows;
  readonly covarianceType: CovarianceType;
  readonly nComponents: number;
  /** rows of the largest block */
  readonly rows: number;
}

/** What a Bernoulli mixture's kernels have to hold; the data are bytes of 0 and 1. */
export interface BernoulliShape {
  readonly data: Rows;
  readonly nComponents: number;
  /** rows of the largest block */
  readonly rows: number;
}

/** What the kernels of k-means and k-medians have to hold. */
export interface ClusterShape {
  /** a `Dataset` to fit; bare rows are only assigned: their clusters have no sums, and nothing is kept for the next pass */
  readonly data: Rows | Dataset;
  readonly nClusters: number;
  /** what every feature is multiplied by once the origin is taken off (nFeatures); default 1 */
  readonly scales?: Float64Array;
  /** false compares every row with all centres in every pass: the same bits, later (for tests and benchmarks) */
  readonly bounds?: boolean;
  /** rows of the largest block */
  readonly rows: number;
}

/** Row-major matrix algebra of the M-step. Matrices are `d × d`; only the lower triangle of the input is read. */
export interface LinearAlgebra {
  /** L with A = L·Lᵀ, zeros above the diagonal; or the index of the first pivot that is not positive, or below least². */
  cholesky(matrix: Float64Array, d: number, least?: Float64Array): Float64Array | number;
  /** L⁻¹, lower triangular; or the index of the rejected pivot. */
  inverseCholesky(matrix: Float64Array, d: number, least?: Float64Array): Float64Array | number;
  exp(x: number): number;
  log(x: number): number;
}

/** A family's kernels on each backend. */
export interface KernelPair<Shape, K> {
  wasm(engine: Engine, shape: Shape): K;
  js(shape: Shape): K;
}

/** One caller's use of a backend: memory of its own from `leaseBackend` to `release`. */
export interface Backend extends LinearAlgebra {
  readonly name: BackendName;
  /** The kernels of a family on this lease. Families bring theirs along: what is not imported is not bundled. */
  open<Shape, K>(kernels: KernelPair<Shape, K>, shape: Shape): K;
  /** Runs `use` and gives back, zeroed, the memory of what it opened. */
  scoped<T>(use: () => T): T;
  /** Gives the memory back, zeroed; after a trap it is dropped instead. Nothing of this lease may be used afterwards. */
  release(failure?: unknown): void;
}

export interface GaussianKernels extends BlockKernels<GaussianComponent, Moments> {
  /** Squared Mahalanobis distances of all rows of the data, nSamples × nComponents. */
  mahalanobis(components: readonly GaussianComponent[]): Float64Array;
}
