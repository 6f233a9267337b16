/** `GaussianMixture`: the model users fit, keep, ask and save. */
import type { BackendName } from '../backend.js';
import { type Dataset, type Rows, toSampleWeights } from '../data/dataset.js';
import { type DataInput, toMatrix } from '../data/matrix.js';
import { createRandom } from '../data/random.js';
import { aic, bic, icl } from '../diagnostics/criteria.js';
import { blockRows, blocksOf } from '../em/blocks.js';
import type { StopReason } from '../em/convergence.js';
import type { ScoreOutput } from '../em/model.js';
import { InvalidDataError, NotFittedError, ZeroDensityError } from '../errors.js';
import type { GaussianParameters } from '../init/gaussian-start.js';
import { leaseBackend, withBackend } from '../lease.js';
import { checkKnown, choiceOption, integerOption } from '../options.js';
import { ASYNC_OPTIONS, type AsyncOptions, runInWorker, shareable, transferable } from '../threads/client.js';
import { unpackRestarts } from '../threads/protocol.js';
import { type FitRecord, type ModelState, type OnProgress, type Outcome, Run, bestFit } from './gaussian-best.js';
import { checkParameters, featuresOfMeans, prepareData, prepareStart } from './gaussian-checks.js';
import { type FitPlan, GaussianFit, type Restart } from './gaussian-fit.js';
import { type GaussianMixtureJSON, parseGaussianMixture, serializeGaussianMixture } from './gaussian-json.js';
import { BACKENDS, type CheckedOptions, type GaussianMixtureOptions, checkOptions } from './gaussian-options.js';
import {
  type FlatGaussianParameters,
  countParameters,
  drawComponent,
  fromComponents,
  plainFamily,
  toComponents,
} from './gaussian-parameters.js';
import { summarizeGaussianMixture } from './gaussian-summary.js';
import { COVARIANCE_TYPES, type CovarianceType } from './gaussian.js';
import type { NestedNumbers } from '../init/names.js';

/** One state of EM, as `GaussianMixture.steps` yields it. */
export interface GaussianMixtureStep extends FlatGaussianParameters {
  /** M-steps done; 0 is the initialisation */
  readonly iteration: number;
  /** of these very parameters: total, nats */
  readonly logLikelihood: number;
  /** why EM stops here; undefined while it goes on */
  readonly stopReason: StopReason | undefined;
}

export interface SyncFitOptions extends GaussianMixtureOptions {
  onProgress?: OnProgress;
}

/** Options of `fitAsync`: those of `fit`, and what only makes sense off the main thread. */
export interface AsyncFitOptions extends SyncFitOptions, AsyncOptions {}

export interface FromParameters {
  /** mixing proportions (nComponents); 1/nComponents if omitted */
  weights?: ArrayLike<number>;
  /** (nComponents × nFeatures), nested or flat */
  means: NestedNumbers;
  /** by type: K×D×D · D×D · K×D · K, nested or flat */
  covariances: NestedNumbers;
  /** default `'full'` */
  covarianceType?: CovarianceType;
  /** needed only when `means` is flat and there are no `weights` */
  nComponents?: number;
  /** default `'wasm'` */
  backend?: BackendName;
}

/**
 * A mixture of Gaussians, p(x) = Σ_k w_k N(x; μ_k, Σ_k), fitted by EM (Dempster, Laird & Rubin 1977).
 *
 * Models are plain immutable values: nothing to dispose, safe to share.
 *
 * @example
 * const model = GaussianMixture.fit([[1, 2], [1.1, 2.3], [0.8, 1.9], [8, 9], [8.2, 8.8], [7.9, 9.3]], { nComponents: 2 });
 * model.predict([[1, 2], [8, 9]]);
 */
export class GaussianMixture {
  readonly #state: ModelState;
  readonly #record: FitRecord | undefined;
  /** log-free components for scoring, made on first use */
  #parameters: GaussianParameters | undefined;

  private constructor(state: ModelState, record: FitRecord | undefined) {
    this.#state = state;
    this.#record = record;
  }

  // ---- making models

  /**
   * Fits by EM on the calling thread.
   *
   * @param X nSamples × nFeatures: `number[][]`, typed rows, `{ data, rows, columns }`, or a flat array for one feature
   * @throws {InvalidDataError} empty, ragged, not finite (row and column named), fewer rows than components
   * @throws {InvalidOptionError} an impossible or unknown option
   * @throws {InvalidParametersError} initial parameters, labels or responsibilities of a wrong shape or domain
   * @throws {NotPositiveDefiniteError} an initial covariance without a Cholesky factor
   * @throws {DegenerateComponentError} a component collapsed in every start; the last good parameters are attached
   * @throws {ZeroDensityError} a row so far out that every density is 0
   * @example
   * const model = GaussianMixture.fit(X, { nComponents: 3, covarianceType: 'diag', seed: 1 });
   * console.log(model.summary());
   */
  static fit(X: DataInput, options: SyncFitOptions): GaussianMixture {
    const { onProgress } = options ?? {};
    const { plan, data } = prepare(X, checkOptions(options, 'GaussianMixture.fit', ['onProgress']));
    return withBackend(plan.backend, (backend) => {
      const { state, record } = bestFit(new GaussianFit(plan, data, backend), onProgress);
      return new GaussianMixture(state, record);
    });
  }

  /**
   * As `fit`, in a worker (browser Worker, node worker_threads): the calling thread stays free. X is copied at the call.
   *
   * @throws whatever `fit` throws (as a rejection), and `signal.reason` when aborted
   * @example
   * const model = await GaussianMixture.fitAsync(X, { nComponents: 3, signal: AbortSignal.timeout(5000) });
   */
  static async fitAsync(X: DataInput, options: AsyncFitOptions): Promise<GaussianMixture> {
    const { signal, onProgress, workerUrl, transfer, ...rest } = options ?? {};
    signal?.throwIfAborted();
    // checked here, so that bad input is told at once and in the caller's stack
    const { plan, data } = prepare(X, checkOptions(rest as GaussianMixtureOptions, 'GaussianMixture.fitAsync', ASYNC_OPTIONS));
    const x = shareable(data.x, transfer === true);
    const result = await runInWorker(
      'gaussianMixture',
      { plan, data: { ...data, x } },
      { backend: plan.backend, signal, workerUrl, onProgress, transfer: transferable(x) },
    );
    const { state, record } = result as Outcome;
    return new GaussianMixture(state, { ...record, restarts: unpackRestarts(record.restarts) });
  }

  /**
   * EM one iteration at a time, parameters included: t = 0 first, last the step with a `stopReason`. One start (nInit 1).
   *
   * @example
   * for (const step of GaussianMixture.steps(X, { nComponents: 2 })) console.log(step.iteration, step.logLikelihood);
   */
  static *steps(X: DataInput, options: GaussianMixtureOptions): Generator<GaussianMixtureStep, GaussianMixture> {
    const checked = checkOptions(options, 'GaussianMixture.steps');
    if (checked.nInit !== 1) integerOption('nInit (steps follows one start)', checked.nInit, 1, 1);
    const { plan, data } = prepare(X, checked);
    const backend = leaseBackend(plan.backend);
    try {
      const fit = new GaussianFit(plan, data, backend);
      const run = new Run();
      for (const state of fit.states()) {
        run.add(state);
        const { low: _, ...flat } = fromComponents(state.parameters, data.origin, plan.covarianceType);
        yield { ...flat, iteration: state.iteration, logLikelihood: state.objective, stopReason: state.stopReason };
      }
      const { state, record } = run.outcome(fit, [run.restart()]);
      return new GaussianMixture(state, record);
    } finally {
      backend.release();
    }
  }

  /**
   * A model with given parameters: to score, sample, compare, or to take one over from another program.
   *
   * @throws {InvalidParametersError} wrong shapes, weights that do not sum to 1 (within 1e-8), asymmetric covariances
   * @throws {NotPositiveDefiniteError} a covariance without a Cholesky factor
   * @example
   * const model = GaussianMixture.fromParameters({ means: [[0], [4]], covariances: [1, 2], covarianceType: 'spherical' });
   */
  static fromParameters(parameters: FromParameters): GaussianMixture {
    checkKnown(
      parameters,
      ['weights', 'means', 'covariances', 'covarianceType', 'nComponents', 'backend'],
      'GaussianMixture.fromParameters',
    );
    const { weights, means, covariances } = parameters;
    const covarianceType = choiceOption('covarianceType', parameters.covarianceType ?? 'full', COVARIANCE_TYPES);
    const backend = choiceOption('backend', parameters.backend ?? 'wasm', BACKENDS);
    const nComponents = integerOption('nComponents', parameters.nComponents ?? weights?.length ?? means?.length, 1);
    const nFeatures = featuresOfMeans(means, nComponents);
    const flat = checkParameters(
      weights === undefined ? { means, covariances } : { weights, means, covariances },
      covarianceType,
      nComponents,
      nFeatures,
    );
    const model = new GaussianMixture({ ...flat, low: undefined, origin: new Float64Array(nFeatures), backend }, undefined);
    // factorises now, so that a covariance that is not positive definite is told here
    withBackend(backend, (leased) => model.#components(leased));
    return model;
  }

  /**
   * A model saved by `toJSON` (the object, or its JSON text). Everything is checked; nothing but numbers is taken over.
   *
   * @throws {InvalidParametersError} not a saved Gaussian mixture, another version, or parameters out of their domain
   * @example
   * const same = GaussianMixture.fromJSON(JSON.stringify(model));
   */
  static fromJSON(json: unknown): GaussianMixture {
    const { record, ...state } = parseGaussianMixture(json);
    const model = new GaussianMixture(state, record);
    withBackend(state.backend, (leased) => model.#components(leased));
    return model;
  }

  /** Plain JSON of this model: `JSON.stringify(model)` calls it. Labels are data, not model: they are not saved. */
  toJSON(): GaussianMixtureJSON {
    return serializeGaussianMixture(this.#state, this.#record);
  }

  // ---- parameters

  /** Mixing proportions w_k (nComponents), summing to 1. */
  get weights(): Float64Array {
    return this.#state.weights;
  }
  /** Means μ_k (nComponents × nFeatures, row-major), in the data's units. */
  get means(): Float64Array {
    return this.#state.means;
  }
  /**
   * Covariances, row-major: full (nComponents × nFeatures × nFeatures), tied (nFeatures × nFeatures), diag (nComponents ×
   * nFeatures), spherical (nComponents). Variances, not standard deviations.
   */
  get covariances(): Float64Array {
    return this.#state.covariances;
  }
  /** Variances of every component and feature (nComponents × nFeatures), whatever the type; for one feature: σ²_k. */
  get variances(): Float64Array {
    const { covarianceType: type, covariances, nComponents, nFeatures: d } = this.#state;
    return Float64Array.from({ length: nComponents * d }, (_, i) => {
      const k = Math.floor(i / d);
      const j = i % d;
      if (type === 'full') return covariances[k * d * d + j * d + j] as number;
      if (type === 'tied') return covariances[j * d + j] as number;
      return covariances[type === 'diag' ? i : k] as number;
    });
  }
  get covarianceType(): CovarianceType {
    return this.#state.covarianceType;
  }
  get nComponents(): number {
    return this.#state.nComponents;
  }
  get nFeatures(): number {
    return this.#state.nFeatures;
  }
  /** Free parameters: nComponents − 1 proportions, the means, the covariances. */
  get nParameters(): number {
    return countParameters(this.covarianceType, this.nComponents, this.nFeatures);
  }
  /** Factors of the inverse covariances, W = L⁻¹ with Σ = L·Lᵀ: lower triangular, same shape as `covariances` (diag, spherical: 1/σ). */
  get precisionsCholesky(): Float64Array {
    const { components } = withBackend(this.#state.backend, (backend) => this.#components(backend));
    const parts = this.covarianceType === 'tied' ? components.slice(0, 1) : components;
    return Float64Array.from(parts.flatMap(({ precisionCholesky }) => Array.from(precisionCholesky)));
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
  get stopReason(): StopReason {
    return this.#fitted('stopReason').stopReason;
  }
  /** trace.logLikelihood[t]: total after t M-steps; t = 0 is the initialisation. */
  get trace(): FitRecord['trace'] {
    return this.#fitted('trace').trace;
  }
  /** Effective counts N_k = Σ_n s_n r_nk under these parameters (nComponents). */
  get componentCounts(): Float64Array {
    return this.#fitted('componentCounts').componentCounts;
  }
  /** All starts, in order; those that collapsed carry their error. */
  get restarts(): readonly Restart[] {
    return this.#fitted('restarts').restarts;
  }
  /** Most probable component of every training row (nSamples). */
  get labels(): Int32Array {
    const { labels } = this.#fitted('labels');
    if (labels === undefined) {
      throw new NotFittedError('labels belong to the training data and are not saved with a model; call predict(X)');
    }
    return labels;
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
  predict(Y: DataInput): Int32Array {
    const rows = this.#rows(Y);
    const labels = new Int32Array(rows.nSamples);
    const logProbNorm = new Float64Array(rows.nSamples);
    this.#score(rows, { labels, logProbNorm });
    checkDensity(logProbNorm);
    return labels;
  }

  /**
   * Responsibilities p(k|x) (nSamples × nComponents, row-major); below 2⁻⁶⁰ exactly 0.
   * @throws {ZeroDensityError} a row whose density is 0 under every component
   */
  predictProba(Y: DataInput): Float64Array {
    const rows = this.#rows(Y);
    const responsibilities = new Float64Array(rows.nSamples * this.nComponents);
    const logProbNorm = new Float64Array(rows.nSamples);
    this.#score(rows, { responsibilities, logProbNorm });
    checkDensity(logProbNorm);
    return responsibilities;
  }

  /**
   * log p(x) of each row (nSamples), nats; −Infinity where the density is 0 in double precision. A log-density may be
   * positive: densities are not probabilities.
   */
  scoreSamples(Y: DataInput): Float64Array {
    const rows = this.#rows(Y);
    const logProbNorm = new Float64Array(rows.nSamples);
    this.#score(rows, { logProbNorm });
    return logProbNorm;
  }

  /** log w_k + log p(x|k) (nSamples × nComponents, row-major), nats. */
  weightedLogProb(Y: DataInput): Float64Array {
    const rows = this.#rows(Y);
    const weightedLogProb = new Float64Array(rows.nSamples * this.nComponents);
    this.#score(rows, { weightedLogProb });
    return weightedLogProb;
  }

  /** Mean log-likelihood per row (weighted if weights are given), nats. */
  score(Y: DataInput, options: { sampleWeights?: ArrayLike<number> } = {}): number {
    const { logLikelihood, weight } = this.#total(Y, options, 'score');
    return logLikelihood / weight;
  }

  /** Akaike's criterion, 2p − 2 log L; lower is better. */
  aic(X: DataInput, options: { sampleWeights?: ArrayLike<number> } = {}): number {
    return aic(this.#total(X, options, 'aic').logLikelihood, this.nParameters);
  }

  /** Schwarz's criterion, p·log n − 2 log L with n = Σ weights; lower is better (mclust reports the negative). */
  bic(X: DataInput, options: { sampleWeights?: ArrayLike<number> } = {}): number {
    const { logLikelihood, weight } = this.#total(X, options, 'bic');
    return bic(logLikelihood, this.nParameters, this.#log(weight));
  }

  /** Integrated completed likelihood: BIC plus twice Σ −log r of each row's most probable component; lower is better. */
  icl(X: DataInput, options: { sampleWeights?: ArrayLike<number> } = {}): number {
    const { logLikelihood, weight, logTop } = this.#total(X, options, 'icl');
    return icl(bic(logLikelihood, this.nParameters, this.#log(weight)), logTop);
  }

  /**
   * Draws n rows: X (n × nFeatures, row-major) and the component each came from (n).
   *
   * @throws {InvalidOptionError} n is not a positive integer
   * @example
   * const { X, labels } = model.sample(100, { seed: 1 });
   */
  sample(n: number, options: { seed?: number } = {}): { X: Float64Array; labels: Int32Array } {
    integerOption('n', n, 1);
    checkKnown(options, ['seed'], 'sample');
    const seed = integerOption('seed', options.seed ?? 0, Number.MIN_SAFE_INTEGER);
    return withBackend(this.#state.backend, (backend) => {
      const { weights, components } = this.#components(backend);
      const family = plainFamily(this.covarianceType, backend, this.nFeatures);
      const random = createRandom(seed, backend.log);
      const X = new Float64Array(n * this.nFeatures);
      const labels = new Int32Array(n);
      for (let i = 0; i < n; i++) {
        const k = drawComponent(weights, random);
        labels[i] = k;
        const row = family.sample(components[k] as GaussianParameters['components'][number], random);
        row.forEach((value, j) => {
          X[i * this.nFeatures + j] = value + (this.#state.origin[j] as number);
        });
      }
      return { X, labels };
    });
  }

  /** A report to read: weights, means, covariances, and the fit. `featureNames` label the columns. */
  summary(options: { featureNames?: readonly string[] } = {}): string {
    return summarizeGaussianMixture(this.#state, this.#record, this.nParameters, options.featureNames);
  }

  #fitted(what: string): FitRecord {
    if (this.#record !== undefined) return this.#record;
    throw new NotFittedError(
      `this model was built from parameters, so it has no ${what}; call score(X), predict(X) or bic(X) with data, or fit one`,
    );
  }

  #components(backend: Parameters<typeof plainFamily>[1]): GaussianParameters {
    const { covarianceType, nFeatures, origin, low } = this.#state;
    this.#parameters ??= toComponents(plainFamily(covarianceType, backend, nFeatures), this.#state, origin, low);
    return this.#parameters;
  }

  #rows(Y: DataInput, weights?: ArrayLike<number>): Rows {
    const matrix = toMatrix(Y, 'data');
    if (matrix.nFeatures !== this.nFeatures) {
      throw new InvalidDataError(
        `the model has ${this.nFeatures} features but the data have ${matrix.nFeatures} columns; pass rows of ${this.nFeatures} numbers`,
      );
    }
    return { ...matrix, sampleWeights: toSampleWeights(weights, matrix.nSamples), origin: this.#state.origin };
  }

  /** Fills whole-data outputs block by block. */
  #score(rows: Rows, out: ScoreOutput): void {
    const { covarianceType, nComponents, nFeatures, backend: name } = this.#state;
    const size = blockRows(nFeatures, nComponents);
    withBackend(name, (backend) => {
      const kernels = backend.gaussian({ data: rows, covarianceType, nComponents, rows: size });
      const parameters = this.#components(backend);
      for (const block of blocksOf(rows, size)) {
        const from = block.start;
        const to = from + block.nRows;
        const part: ScoreOutput = {};
        if (out.logProbNorm) part.logProbNorm = out.logProbNorm.subarray(from, to);
        if (out.labels) part.labels = out.labels.subarray(from, to);
        if (out.weightedLogProb) part.weightedLogProb = out.weightedLogProb.subarray(from * nComponents, to * nComponents);
        if (out.responsibilities) part.responsibilities = out.responsibilities.subarray(from * nComponents, to * nComponents);
        kernels.score(parameters, block, part);
      }
    });
  }

  #total(X: DataInput, options: { sampleWeights?: ArrayLike<number> }, where: string) {
    checkKnown(options, ['sampleWeights'], where);
    const rows = this.#rows(X, options.sampleWeights);
    const logProbNorm = new Float64Array(rows.nSamples);
    const withTop = where === 'icl';
    const terms = withTop ? new Float64Array(rows.nSamples * this.nComponents) : undefined;
    this.#score(rows, terms === undefined ? { logProbNorm } : { logProbNorm, weightedLogProb: terms });
    let logLikelihood = 0;
    let weight = 0;
    let logTop = 0;
    for (let i = 0; i < rows.nSamples; i++) {
      const s = rows.sampleWeights === undefined ? 1 : (rows.sampleWeights[i] as number);
      if (s === 0) continue;
      weight += s;
      logLikelihood += s * (logProbNorm[i] as number);
      if (terms === undefined) continue;
      let top = -Infinity;
      for (let k = 0; k < this.nComponents; k++) top = Math.max(top, terms[i * this.nComponents + k] as number);
      logTop += s * (top - (logProbNorm[i] as number));
    }
    return { logLikelihood, weight, logTop };
  }

  #log(x: number): number {
    return withBackend(this.#state.backend, (backend) => backend.log(x));
  }
}

/** Everything checked: the fit as plain data, and the rows. */
function prepare(X: DataInput, checked: CheckedOptions): { plan: FitPlan; data: Dataset } {
  const data = prepareData(X, checked);
  const { init: _, initialParameters: __, sampleWeights: ___, ...plan } = checked;
  return { plan: { ...plan, start: prepareStart(checked, data) }, data };
}

function checkDensity(logProbNorm: Float64Array): void {
  const row = logProbNorm.findIndex((value) => !Number.isFinite(value));
  if (row < 0) return;
  throw new ZeroDensityError(
    `row ${row} is so far from every component that its density is 0 in double precision, so no component is more probable; check its units (scoreSamples gives −Infinity there)`,
    row,
  );
}
