/** mixwasm: mixture models and EM at native speed, wherever JavaScript runs. */

export type { BackendName } from './backend.js';
export type { BinaryInput, BinaryMatrixLike } from './data/binary.js';
export type { ArqueroTableLike, ArrowTableLike, NamedRows } from './data/columns.js';
export type { Block, Dataset, Rows } from './data/dataset.js';
export type { DataInput, MatrixLike, RowsOut } from './data/matrix.js';
export type { Random } from './data/random.js';
export type { DecomposeOptions, Decomposition, DecompositionTerms } from './diagnostics/decompose.js';
export { decompose } from './diagnostics/decompose.js';
export type { EstimateOptions, LogLikelihoodEstimate } from './diagnostics/estimate-log-likelihood.js';
export { estimateLogLikelihood } from './diagnostics/estimate-log-likelihood.js';
export type { MixtureLike } from './diagnostics/mixture-like.js';
export type { OptimizedQ, OptimizeQOptions } from './diagnostics/optimize-q.js';
export { optimizeQ } from './diagnostics/optimize-q.js';
export type { ResponsibilitiesLike } from './diagnostics/responsibilities.js';
export { blockValues, blockWeights } from './em/block-values.js';
export type { StopReason } from './em/convergence.js';
export type { ElboTrace } from './em/elbo-trace.js';
export type {
  EMRestart,
  EMResult,
  ExpectationMaximizationOptions,
  UserModel,
} from './em/expectation-maximization.js';
export { expectationMaximization, expectationMaximizationAsync } from './em/expectation-maximization.js';
export type { EMState } from './em/loop.js';
export { NonFiniteObjective } from './em/loop.js';
export { DegenerateStatistics } from './em/mixture.js';
export type { FitRecord, HalfStep, MixtureRestart, OnProgress, OptimizerName, TraceName } from './em/mixture-fit.js';
export type { MixtureScores } from './em/mixture-scores.js';
export { responsibilitiesOf } from './em/mixture-scores.js';
export type {
  ComponentChart,
  EMModel,
  Family,
  MixtureParameters,
  MixtureStatistics,
  ParameterChart,
  ScoreOutput,
} from './em/model.js';
export { NonMonotoneError } from './em/non-monotone.js';
export type { UserMixtureOptions } from './em/user-mixture.js';
export { mixture } from './em/user-mixture.js';
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
  SourceChangedError,
  WorkerError,
  ZeroDensityError,
} from './errors.js';
export type { BernoulliMixtureJSON } from './families/bernoulli-json.js';
export type { BernoulliMixtureStep } from './families/bernoulli-mixture.js';
export { BernoulliMixture } from './families/bernoulli-mixture.js';
export type { AsyncBernoulliMixtureOptions, BernoulliMixtureOptions } from './families/bernoulli-options.js';
export type {
  ClusteringRecord,
  ClusteringRestart,
  OnClusteringProgress,
} from './families/clustering-fit.js';
export type { ClusteringJSON } from './families/clustering-json.js';
export type { ClusterInitName, ClusteringOptions } from './families/clustering-options.js';
export type {
  AsyncClusteringOptions,
  ClusteringFromParameters,
  ClusteringStep,
  ClusteringStepsOptions,
  SyncClusteringOptions,
} from './families/clustering-ways-in.js';
export type { FamilyMixture, FamilyMixtureOptions } from './families/family-mixture.js';
export { mixtureModel } from './families/family-mixture.js';
export type { CovarianceType } from './families/gaussian.js';
export type { GaussianDistributionJSON } from './families/gaussian-distribution.js';
export { GaussianDistribution } from './families/gaussian-distribution.js';
export type { GaussianMixtureJSON } from './families/gaussian-json.js';
export type {
  AsyncFitOptions,
  FromParameters,
  GaussianMixtureStep,
} from './families/gaussian-mixture.js';
export { GaussianMixture } from './families/gaussian-mixture.js';
export type {
  GaussianInitialParameters,
  GaussianMixtureOptions,
  Regularization,
} from './families/gaussian-options.js';
export { KMeans } from './families/k-means.js';
export type { MedianOptions } from './families/k-medians.js';
export { KMedians } from './families/k-medians.js';
export type { MedianTie } from './families/median.js';
export type { WeightedOptions } from './families/mixture-model.js';
export type { MixtureOptions } from './families/mixture-options.js';
export type { FitGaussianOptions } from './families/single-gaussian.js';
export { addGaussians, fitGaussian, gaussian } from './families/single-gaussian.js';
export type { KernelOptions } from './functions/cholesky.js';
export { cholesky } from './functions/cholesky.js';
export { logSumExp, responsibilities } from './functions/log-sum-exp.js';
export { mahalanobis } from './functions/mahalanobis.js';
export { weightedCovariance } from './functions/weighted-covariance.js';
export { crossEntropy, entropy, jensenShannon } from './information/discrete.js';
export type { DensityLike, ScoredModel } from './information/distribution.js';
export type { DrawPoint, SampledModel } from './information/draws.js';
export type { DivergenceEstimator } from './information/estimators.js';
export type { MonteCarloEstimate, MonteCarloOptions } from './information/expectation.js';
export { monteCarloExpectation } from './information/expectation.js';
export type { GaussianLike } from './information/gaussian.js';
export type { DistributionLike, Divergence, DivergenceOptions } from './information/kl-divergence.js';
export { klDivergence } from './information/kl-divergence.js';
export type { InitName, NestedNumbers } from './init/names.js';
export type { ScikitLearnGaussianMixture } from './interop/scikit-learn.js';
export { fromScikitLearn, toScikitLearn } from './interop/scikit-learn.js';
export {
  checkLimits,
  LimitError,
  type LimitedOptions,
  type Limits,
  SERVICE_LIMITS,
  withLimits,
} from './limits/limits.js';
export { anderson } from './optimize/anderson.js';
export { gradient } from './optimize/gradient.js';
export type { Acceleration, AccelerationName, Optimizer } from './optimize/method.js';
export { squarem } from './optimize/squarem.js';
export type { NoOptions } from './options.js';
export type { Candidate, CandidateStop, Criterion, CrossValidation } from './select/candidates.js';
export { SelectionError } from './select/candidates.js';
export type {
  BernoulliCandidate,
  CandidateIteration,
  GaussianCandidate,
  OnCandidate,
  OnCandidateIteration,
  SelectBernoulliOptions,
  SelectionOptions,
  SelectOptions,
} from './select/options.js';
export type { Selection } from './select/select.js';
export { select } from './select/select.js';
export { ExpectedStatistics, type FamilyName, type StatisticsModel } from './statistics/expected-statistics.js';
export type { ExpectedStatisticsJSON } from './statistics/json.js';
export { OnlineMixture, type OnlineMixtureJSON, type OnlineOptions } from './statistics/online.js';
export { expectation, type MaximizationOptions, maximization, mergeStatistics } from './statistics/verbs.js';
export type { BernoulliStreamOptions } from './stream/bernoulli.js';
export type { StreamOptions } from './stream/family.js';
export { fitStream } from './stream/fit-stream.js';
export type { GaussianStreamOptions } from './stream/gaussian.js';
export type { Chunk, ChunkObject, ChunkSource } from './stream/source.js';
export type { AsyncOptions, ThreadsUsed } from './threads/client.js';
export type { KernelSource } from './wasm/kernels.js';
export { loadKernels } from './wasm/kernels.js';
