/** The verbs that all fitted mixtures share. A family adds its parameters, its own doc comments and its ways in. */
import type { Backend } from '../backend.js';
import type { Rows } from '../data/dataset.js';
import { Handouts } from '../data/handouts.js';
import { aic, bic, icl } from '../diagnostics/criteria.js';
import { addTotals, type Totals } from '../diagnostics/totals.js';
import { blockRows, blocksOf } from '../em/blocks.js';
import type { StopReason } from '../em/convergence.js';
import type { FitRecord, MixtureRestart } from '../em/mixture-fit.js';
import type { BlockKernels, ScoreOutput } from '../em/model.js';
import { NotFittedError, ZeroDensityError } from '../errors.js';
import { expectedBytes, withBackend } from '../lease.js';
import { checkKnown, type NoOptions } from '../options.js';
import type { ThreadsUsed } from '../threads/client.js';
import { PARTS } from './internals.js';
import { type ScorerParts, scoreFew } from './scorer.js';

/** How the verbs reach a family. */
export interface ModelParts<C, Input> extends ScorerParts<C> {
  readonly nFeatures: number;
  readonly nParameters: number;
  readonly weights: Float64Array;
  /** checks data for scoring */
  rows(Y: Input, sampleWeights?: ArrayLike<number>): Rows;
  /** those of built-in families are whole `BlockKernels`, which E-steps in pieces rely on (statistics/verbs.ts) */
  kernels(backend: Backend, data: Rows, rows: number): Pick<BlockKernels<C, unknown>, 'score'>;
}

/** Weights of rows for scores and criteria; n is their sum. */
export interface WeightedOptions {
  /** weight of each row, ≥ 0 (nSamples) */
  sampleWeights?: ArrayLike<number>;
}

export abstract class MixtureModel<C, Input> {
  readonly #parts: ModelParts<C, Input>;
  readonly #record: FitRecord | undefined;
  readonly #handouts = new Handouts();

  /** @internal */
  protected constructor(parts: ModelParts<C, Input>, record: FitRecord | undefined) {
    this.#parts = parts;
    this.#record = record;
  }

  /** @internal */
  get [PARTS](): ModelParts<C, Input> {
    return this.#parts;
  }

  /** Mixing proportions w_k (nComponents), summing to 1. */
  get weights(): Float64Array {
    return this.#handouts.of('weights', () => this.#parts.weights);
  }
  /** Number of components K. */
  get nComponents(): number {
    return this.#parts.nComponents;
  }
  /** Number of columns D. */
  get nFeatures(): number {
    return this.#parts.nFeatures;
  }
  /** Free parameters, mixing proportions included. */
  get nParameters(): number {
    return this.#parts.nParameters;
  }

  // ---- the fit

  /** Total log-likelihood of the training data under these very parameters, nats. */
  get logLikelihood(): number {
    return this.#fitted('logLikelihood').logLikelihood;
  }
  /** Whether `tol` or `paramTol` was met within `maxIter`. */
  get converged(): boolean {
    return this.#fitted('converged').converged;
  }
  /** M-steps done (E-steps after the first). */
  get nIter(): number {
    return this.#fitted('nIter').nIter;
  }
  /** Why EM stopped. */
  get stopReason(): StopReason {
    return this.#fitted('stopReason').stopReason;
  }
  /**
   * trace.logLikelihood[t]: total after t M-steps; t = 0 is the initialisation. With a prior also logPosterior, after
   * `trace: 'elbo'` also elbo { afterE, afterM, kl } (both are not saved with a model).
   */
  get trace(): FitRecord['trace'] {
    const { logLikelihood, logPosterior, elbo } = this.#fitted('trace').trace;
    const hand = (name: string, values: Float64Array) => this.#handouts.of(`trace.${name}`, () => values);
    return {
      logLikelihood: hand('logLikelihood', logLikelihood),
      ...(logPosterior === undefined ? {} : { logPosterior: hand('logPosterior', logPosterior) }),
      ...(elbo === undefined
        ? {}
        : {
            elbo: {
              afterE: hand('afterE', elbo.afterE),
              afterM: hand('afterM', elbo.afterM),
              kl: hand('kl', elbo.kl),
            },
          }),
    };
  }
  /** Effective counts N_k = Σ_n s_n r_nk under these parameters (nComponents). */
  get componentCounts(): Float64Array {
    const { componentCounts } = this.#fitted('componentCounts');
    return this.#handouts.of('componentCounts', () => componentCounts);
  }
  /** All starts, in order; those that collapsed carry their error. */
  get restarts(): readonly MixtureRestart[] {
    return this.#fitted('restarts').restarts;
  }
  /** Most probable component of every training row (nSamples). */
  get labels(): Int32Array {
    const { labels } = this.#fitted('labels');
    if (labels === undefined) {
      throw new NotFittedError('labels belong to the training data and are not saved with a model; call predict(X)');
    }
    return this.#handouts.of('labels', () => labels);
  }
  /** The threads that shared the E-steps, and why they are fewer than asked for; undefined unless from `fitAsync`. */
  get threads(): ThreadsUsed | undefined {
    return this.#record?.threads;
  }
  /** True if the model comes from a fit (or was saved after one), so that `logLikelihood`, `trace` … exist. */
  get fitted(): boolean {
    return this.#record !== undefined;
  }

  // ---- using models

  /**
   * Most probable component of each row (nSamples).
   * @throws {ZeroDensityError} a row whose density is 0 under every component
   */
  predict(Y: Input, options?: NoOptions): Int32Array {
    checkKnown(options, [], 'predict');
    const rows = this.#parts.rows(Y);
    const labels = new Int32Array(rows.nSamples);
    const logProbNorm = new Float64Array(rows.nSamples);
    this.#score(rows, { labels, logProbNorm });
    checkDensity(logProbNorm);
    return labels;
  }

  /**
   * Responsibilities p(k|x) (nSamples × nComponents, row-major); Gaussian ones below 2⁻⁶⁰ are exactly 0.
   * @throws {ZeroDensityError} a row whose density is 0 under every component
   */
  predictProba(Y: Input, options?: NoOptions): Float64Array {
    checkKnown(options, [], 'predictProba');
    const rows = this.#parts.rows(Y);
    const responsibilities = new Float64Array(rows.nSamples * this.nComponents);
    const logProbNorm = new Float64Array(rows.nSamples);
    this.#score(rows, { responsibilities, logProbNorm });
    checkDensity(logProbNorm);
    return responsibilities;
  }

  /** log p(x) of each row (nSamples), nats; −Infinity where the density is 0 in double precision. */
  scoreSamples(Y: Input, options?: NoOptions): Float64Array {
    checkKnown(options, [], 'scoreSamples');
    const rows = this.#parts.rows(Y);
    const logProbNorm = new Float64Array(rows.nSamples);
    this.#score(rows, { logProbNorm });
    return logProbNorm;
  }

  /** log w_k + log p(x|k) (nSamples × nComponents, row-major), nats. */
  weightedLogProb(Y: Input, options?: NoOptions): Float64Array {
    checkKnown(options, [], 'weightedLogProb');
    const rows = this.#parts.rows(Y);
    const weightedLogProb = new Float64Array(rows.nSamples * this.nComponents);
    this.#score(rows, { weightedLogProb });
    return weightedLogProb;
  }

  /** Mean log-likelihood per row (weighted if weights are given), nats. */
  score(Y: Input, options: WeightedOptions = {}): number {
    const { logLikelihood, weight } = this.#total(Y, options, 'score');
    return logLikelihood / weight;
  }

  /** Akaike's criterion, 2p − 2 log L; lower is better. */
  aic(X: Input, options: WeightedOptions = {}): number {
    return aic(this.#total(X, options, 'aic').logLikelihood, this.nParameters);
  }

  /** Schwarz's criterion, p·log n − 2 log L with n = Σ weights; lower is better (mclust reports the negative). */
  bic(X: Input, options: WeightedOptions = {}): number {
    const { logLikelihood, weight } = this.#total(X, options, 'bic');
    return bic(logLikelihood, this.nParameters, this.#log(weight));
  }

  /** Integrated completed likelihood: BIC plus twice Σ −log r of each row's most probable component; lower is better. */
  icl(X: Input, options: WeightedOptions = {}): number {
    const { logLikelihood, weight, logTop } = this.#total(X, options, 'icl');
    return icl(bic(logLikelihood, this.nParameters, this.#log(weight)), logTop);
  }

  #fitted(what: string): FitRecord {
    if (this.#record !== undefined) return this.#record;
    throw new NotFittedError(
      `this model was built from parameters, so it has no ${what}; call score(X), predict(X) or bic(X) with data, or fit one`,
    );
  }

  /** Fills whole-data outputs block by block. */
  #score(rows: Rows, out: ScoreOutput): void {
    if (scoreFew(this.#parts, rows, out)) return;
    const { backend: name, nComponents: k, nFeatures } = this.#parts;
    const size = blockRows(nFeatures, k);
    // one pass: rows are fed block by block, not copied as a whole
    const once = { ...rows, refilled: true };
    withBackend(
      name,
      (backend) => {
        const kernels = this.#parts.kernels(backend, once, size);
        const parameters = this.#parts.components(backend);
        for (const block of blocksOf(once, size)) {
          const from = block.start;
          const to = from + block.nRows;
          const part: ScoreOutput = {};
          if (out.logProbNorm) part.logProbNorm = out.logProbNorm.subarray(from, to);
          if (out.labels) part.labels = out.labels.subarray(from, to);
          if (out.weightedLogProb) part.weightedLogProb = out.weightedLogProb.subarray(from * k, to * k);
          if (out.responsibilities) part.responsibilities = out.responsibilities.subarray(from * k, to * k);
          kernels.score(parameters, block, part);
        }
      },
      expectedBytes(once, k),
    );
  }

  #total(X: Input, options: WeightedOptions, where: string): Totals {
    checkKnown(options, ['sampleWeights'], where);
    const rows = this.#parts.rows(X, options.sampleWeights);
    const k = this.nComponents;
    const logProbNorm = new Float64Array(rows.nSamples);
    const terms = where === 'icl' ? new Float64Array(rows.nSamples * k) : undefined;
    this.#score(rows, terms === undefined ? { logProbNorm } : { logProbNorm, weightedLogProb: terms });
    const totals: Totals = { logLikelihood: 0, weight: 0, logTop: 0 };
    addTotals(totals, logProbNorm, terms, k, rows.sampleWeights);
    return totals;
  }

  #log(x: number): number {
    return withBackend(this.#parts.backend, (backend) => backend.log(x));
  }
}

function checkDensity(logProbNorm: Float64Array): void {
  const row = logProbNorm.findIndex((value) => !Number.isFinite(value));
  if (row < 0) return;
  throw new ZeroDensityError(
    `row ${row} has a density of 0 under every component, so none is more probable; check its units and coding (scoreSamples gives −Infinity there)`,
    row,
  );
}
