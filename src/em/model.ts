/**
 * The contracts of the EM loop (the one idea everything stands on): EM is a map of data to expected sufficient statistics,
 * a sum of those, and a closed-form maximisation.
 */
import type { Block, Dataset } from '../data/dataset.js';
import type { Random } from '../data/random.js';

/**
 * All that the loop sees; it names no model. `P` are parameters: immutable plain values. `S` are the statistics of some
 * points and carry the objective of those points (the log-likelihood; for hard EM the negative cost).
 */
export interface EMModel<P, S> {
  /** Parameters to start from; asked once for each of `nInit` starts. */
  initialize(data: Dataset, random: Random): P;
  /** E-step over one block of rows, and their expected sufficient statistics. */
  expectation(parameters: P, block: Block): S;
  /** `expectation` of every block of the fit's data, in order, where several threads share the work. */
  expectations?(parameters: P): Iterable<S>;
  /** Statistics of both; may reuse `a`, after which neither argument may be used. */
  merge(a: S, b: S): S;
  /** M-step in closed form. Throws `DegenerateComponentError(component, previous)` when a component has no maximiser. */
  maximization(statistics: S, previous: P): P;
  /** The total objective of the statistics' points under the parameters they were taken with: what EM may never lower. */
  objective(statistics: S, parameters: P): number;
  /**
   * The same parameters, to be passed to `expectation` once more before `maximization`, when the moments in `statistics`
   * were taken about centres too far from where the means have moved; undefined when they are fine.
   */
  recentre?(statistics: S, parameters: P): P | undefined;
  /** The largest scaled change between two states, for `paramTol`: |Δ|/σ for locations, relative for the rest. */
  change?(previous: P, next: P): number;
  /**
   * The parameters as free numbers, for `acceleration`; `start` is where the fit begins. Models without it run plain EM only.
   */
  chart?(start: P): ParameterChart<P>;
  /** Hard EM: whether the E-step said the same as the one before, so that nothing can change any more. Stops the loop. */
  stable?(statistics: S, previous: S): boolean;
  /** For models whose hidden variable is one of `nComponents`: what `trace: 'elbo'` compares, with `score`. */
  readonly nComponents?: number;
  /**
   * Writes what is asked for of a block's rows: log p(x, z = k), its log-sum-exp log p(x), and p(z = k|x), all under
   * `parameters`. `mixture(family)` has it. Statistics with a `logLikelihood` tell it from an objective that holds a prior.
   */
  score?(parameters: P, block: Block, out: ScoreOutput): void;
}

/**
 * Parameters as numbers that are free to take any value (logarithms, logits, Cholesky factors): what steps that EM does not
 * know are taken in. A proposal without parameters may throw any of the library's errors: it is rejected, not the fit.
 */
export interface ParameterChart<P> {
  /** The parameters as a vector without constraints. */
  toFree(parameters: P): Float64Array;
  /** The inverse of `toFree`. */
  fromFree(free: Float64Array): P;
  /**
   * The information of the complete data (z known) at `parameters`, per unit of weight, times a step of the free numbers: the
   * geometry in which parameters of different kinds compare and the EM map contracts symmetrically. It decides how long
   * the steps are, never where they end. Without it, steps are measured by their Euclidean length.
   */
  metric?(parameters: P, step: Float64Array): Float64Array;
  /** Moves a proposal, in place, to where it is not unreasonably far from the EM step's end. */
  clip?(proposal: Float64Array, emStep: Float64Array): void;
  /** A component that has collapsed, if one has. */
  degenerate?(parameters: P): number | undefined;
}

/** One component's parameters as free numbers, for `acceleration`; the mixing proportions are taken care of. */
export interface ComponentChart<C> {
  /** The component as a vector without constraints. */
  toFree(component: C): ArrayLike<number>;
  /** The inverse of `toFree`. */
  fromFree(free: Float64Array): C;
  /** `ParameterChart.metric` of one component, per unit of its weight */
  metric?(component: C, step: Float64Array): ArrayLike<number>;
}

/** What a mixture is made of; `mixture(family)` is an `EMModel`. `C` is one component's parameters, `T` its statistics. */
export interface Family<C, T> {
  /** log p(x|component), nats. */
  logDensity(component: C, x: Float64Array): number;
  /** Statistics of no points. */
  emptyStatistics(nFeatures: number): T;
  /** Adds one point with the given weight (responsibility × sample weight). */
  accumulate(statistics: T, x: Float64Array, weight: number): void;
  /** Adds the statistics of other points. */
  merge(into: T, from: T): void;
  /** The component of greatest expected log-likelihood for the statistics. */
  maximize(statistics: T): C;
  /** log p(component) up to a constant, for families with a prior: then EM climbs the posterior. */
  logPrior?(component: C): number;
  /** Free parameters of one component. */
  nParameters(nFeatures: number): number;
  /** One draw (nFeatures). */
  sample(component: C, random: Random): Float64Array;
  /** For families whose components share a parameter (tied): maximises all at once, instead of `maximize`. */
  maximizeAll?(statistics: readonly T[]): C[];
  /** `EMModel.recentre` for the components of a mixture. */
  recentre?(statistics: readonly T[], components: readonly C[]): C[] | undefined;
  /** `EMModel.change` for one component. */
  change?(previous: C, next: C): number;
  /** The component as free numbers; with it `mixture(family)` can be accelerated. */
  chart?: ComponentChart<C>;
}

/** Parameters of a mixture: the mixing proportions (nComponents) and each component's own. */
export interface MixtureParameters<C> {
  /** mixing proportions (nComponents), summing to 1 */
  readonly weights: Float64Array;
  /** each component's own parameters (nComponents) */
  readonly components: readonly C[];
}

/** Expected sufficient statistics of a mixture over some points. */
export interface MixtureStatistics<T> {
  /** Σ s·log p(x), total in nats */
  logLikelihood: number;
  /** Σ s */
  weight: number;
  /** N_k = Σ s·r_k (nComponents) */
  counts: Float64Array;
  /** the statistics of each component (nComponents) */
  components: T[];
}

/** A family's kernels: the E-step and the moments of a whole block at once, on one backend. */
export interface BlockKernels<C, T> {
  expectation(parameters: MixtureParameters<C>, block: Block): MixtureStatistics<T>;
  /** `EMModel.expectations`, where there are several threads. */
  expectations?(parameters: MixtureParameters<C>): Iterable<MixtureStatistics<T>>;
  /** Statistics for given responsibilities (nRows × nComponents, row-major), about the components' centres. */
  moments(parameters: MixtureParameters<C>, responsibilities: Float64Array, block: Block): MixtureStatistics<T>;
  score(parameters: MixtureParameters<C>, block: Block, out: ScoreOutput): void;
  /** Zeroes what is left of rows that were scored; where nothing is kept beyond a call there is nothing to do. */
  forget?(): void;
}

/** Where `score` writes, row by row from the block's first; absent parts are not computed. */
export interface ScoreOutput {
  /** log p(x) (nRows) */
  logProbNorm?: Float64Array;
  /** (nRows) */
  labels?: Int32Array;
  /** log w_k + log p(x|k) (nRows × nComponents) */
  weightedLogProb?: Float64Array;
  /** (nRows × nComponents) */
  responsibilities?: Float64Array;
}
