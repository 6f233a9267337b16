/** mixwasm: mixture models and EM at native speed, wherever JavaScript runs. */

export type { BackendName } from './backend.js';
export type { DataInput, MatrixLike } from './data/matrix.js';
export type { StopReason } from './em/convergence.js';
export type { FitRecord, MixtureRestart, OnProgress } from './em/mixture-fit.js';
export {
  BackendUnavailableError,
  DegenerateComponentError,
  InvalidDataError,
  InvalidOptionError,
  InvalidParametersError,
  MixwasmError,
  NotFittedError,
  NotPositiveDefiniteError,
  OutOfMemoryError,
  WorkerError,
  ZeroDensityError,
} from './errors.js';
export type { CovarianceType } from './families/gaussian.js';
export type { GaussianMixtureJSON } from './families/gaussian-json.js';
export type {
  AsyncFitOptions,
  FromParameters,
  GaussianMixtureStep,
  SyncFitOptions,
} from './families/gaussian-mixture.js';
export { GaussianMixture } from './families/gaussian-mixture.js';
export type {
  GaussianInitialParameters,
  GaussianMixtureOptions,
  Regularization,
} from './families/gaussian-options.js';
export type { WeightedOptions } from './families/mixture-model.js';
export type { KernelOptions } from './functions/cholesky.js';
export { cholesky } from './functions/cholesky.js';
export { logSumExp, responsibilities } from './functions/log-sum-exp.js';
export { mahalanobis } from './functions/mahalanobis.js';
export { weightedCovariance } from './functions/weighted-covariance.js';
export type { InitName, NestedNumbers } from './init/names.js';
export type { AsyncOptions } from './threads/client.js';
export type { KernelSource } from './wasm/kernels.js';
export { loadKernels } from './wasm/kernels.js';
