/** `GaussianMixture`: the model users fit, keep, ask and save. */

import type { Backend, BackendName } from '../backend.js';
import { columnsOf, type NamedRows } from '../data/columns.js';
import { Handouts } from '../data/handouts.js';
import type { DataInput } from '../data/matrix.js';
import { createRandom } from '../data/random.js';
import type { StopReason } from '../em/convergence.js';
import type { FitRecord, HalfStep, Outcome } from '../em/mixture-fit.js';
import type { GaussianParameters } from '../init/gaussian-start.js';
import { featuresOfRows } from '../init/given.js';
import type { NestedNumbers } from '../init/names.js';
import { withBackend } from '../lease.js';
import { checkKnown, choiceOption, integerOption, type NoOptions, requireObject, sampledOption } from '../options.js';
import { ASYNC_OPTIONS, type AsyncOptions, checkSignal } from '../threads/client.js';
import { checkRows } from './check-rows.js';
import { COVARIANCE_TYPES, type CovarianceType, type GaussianComponent } from './gaussian.js';
import { checkParameters, prepareData, prepareStart } from './gaussian-checks.js';
import { type GaussianPlan, gaussianFit } from './gaussian-fit.js';
import { type GaussianMixtureJSON, parseGaussianMixture, serializeGaussianMixture } from './gaussian-json.js';
import { GAUSSIAN_KERNELS } from './gaussian-kernels.js';
import {
  type CheckedOptions,
  checkOptions,
  type GaussianMixtureOptions,
  PARAMETER_FIELDS,
} from './gaussian-options.js';
import {
  countParameters,
  drawComponent,
  type FlatGaussianParameters,
  fromComponents,
  type GaussianModelState,
  plainFamily,
  toComponents,
} from './gaussian-parameters.js';
import { summarizeGaussianMixture } from './gaussian-summary.js';
import { MADE } from './internals.js';
import { MixtureModel } from './mixture-model.js';
import { BACKENDS } from './mixture-options.js';
import { fitBySteps, fitInWorker, fitNow, mapSteps, type Prepared } from './mixture-ways.js';

/** One state of EM, as `GaussianMixture.steps` yields it. */
export interface GaussianMixtureStep extends FlatGaussianParameters {
  /** M-steps done; 0 is the initialisation */
  readonly iteration: number;
  /** of these very parameters: total, nats */
  readonly logLikelihood: number;
  /** why EM stops here; undefined while it goes on */
  readonly stopReason: StopReason | undefined;
}

/** Options of `fitAsync`: those of `fit`, and what only makes sense off the main thread. */
export interface AsyncFitOptions extends GaussianMixtureOptions, AsyncOptions {}

/** What `GaussianMixture.fromParameters` takes. */
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
  /** checked against `means` if given: parameters that a step or an error handed out can be passed as they are */
  nFeatures?: number;
  /** names of the features, as the option of `fit` */
  columns?: readonly string[];
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
export class GaussianMixture extends MixtureModel<GaussianComponent, DataInput | NamedRows> {
  readonly #state: GaussianModelState;
  readonly #record: FitRecord | undefined;
  readonly #components: (backend: Backend) => GaussianParameters;
  readonly #handouts = new Handouts();

  private constructor(state: GaussianModelState, record: FitRecord | undefined) {
    const { covarianceType, nComponents, nFeatures, origin, low, backend: name, weights, columns } = state;
    // factorised when first needed, then kept
    let parameters: GaussianParameters | undefined;
    const components = (backend: Backend) => {
      parameters ??= toComponents(plainFamily(covarianceType, backend, nFeatures), state, origin, low);
      return parameters;
    };
    super(
      {
        backend: name,
        nComponents,
        nFeatures,
        nParameters: countParameters(covarianceType, nComponents, nFeatures),
        weights,
        components,
        rows: (Y, sampleWeights) => checkRows(Y, sampleWeights, nFeatures, origin, columns),
        kernels: (backend, data, rows) => backend.open(GAUSSIAN_KERNELS, { data, covarianceType, nComponents, rows }),
        streaming: (backend, data, rows) => backend.open(GAUSSIAN_KERNELS, { data, covarianceType, nComponents, rows }),
      },
      record,
    );
    this.#state = state;
    this.#record = record;
    this.#components = components;
  }

  /** @internal */
  static [MADE](state: GaussianModelState, record?: FitRecord): GaussianMixture {
    return new GaussianMixture(state, record);
  }

  // ---- making models

  /**
   * Fits by EM on the calling thread.
   *
   * @param X nSamples × nFeatures: `number[][]`, typed rows, `{ data, rows, columns }`, a flat array for one
   *   feature; objects, an Arrow or an Arquero table with the option `columns`
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
  static fit(X: DataInput | NamedRows, options: GaussianMixtureOptions): GaussianMixture {
    const prepared = prepare(X, checkOptions(options, 'GaussianMixture.fit', ['onProgress']));
    return gaussianOf(prepared, fitNow(prepared, gaussianFit, options.onProgress));
  }

  /**
   * As `fit`, in a worker (browser Worker, node worker_threads): the calling thread stays free. X is copied at
   * the call; on a SharedArrayBuffer it is read in place, and must not be written until the promise settles.
   *
   * @throws whatever `fit` throws (as a rejection), and `signal.reason` when aborted
   * @throws {InvalidDataError} X on a SharedArrayBuffer was written meanwhile, where its values show it
   * @example
   * const model = await GaussianMixture.fitAsync(X, { nComponents: 3, signal: AbortSignal.timeout(5000) });
   */
  static async fitAsync(X: DataInput | NamedRows, options: AsyncFitOptions): Promise<GaussianMixture> {
    checkSignal(options?.signal);
    // checked here, so that bad input is told at once and in the caller's stack
    const prepared = prepare(X, checkOptions(options, 'GaussianMixture.fitAsync', ASYNC_OPTIONS));
    return gaussianOf(prepared, await fitInWorker('gaussianMixture', prepared, options));
  }

  /**
   * EM one iteration at a time, parameters included: t = 0 first, last the step with a `stopReason`. One start (nInit 1).
   * With `half: true` a step is half an iteration: E at t = 0, then M and E of every iteration, each with the
   * responsibilities and the ELBO (`HalfStep`). An M-step has the new parameters and the old responsibilities.
   *
   * @example
   * for (const step of GaussianMixture.steps(X, { nComponents: 2 })) console.log(step.iteration, step.logLikelihood);
   */
  static steps(
    X: DataInput | NamedRows,
    options: GaussianMixtureOptions & { half: true },
  ): Generator<GaussianMixtureStep & HalfStep, GaussianMixture>;
  static steps(
    X: DataInput | NamedRows,
    options: GaussianMixtureOptions & { half?: boolean },
  ): Generator<GaussianMixtureStep & Partial<HalfStep>, GaussianMixture>;
  static steps(
    X: DataInput | NamedRows,
    options: GaussianMixtureOptions & { half?: boolean },
  ): Generator<GaussianMixtureStep & Partial<HalfStep>, GaussianMixture> {
    // checked at the call, not at the first step
    const prepared = prepare(X, checkOptions(options, 'GaussianMixture.steps', ['half']));
    const { data, plan } = prepared;
    return mapSteps(
      fitBySteps(prepared, gaussianFit, options.half),
      ({ parameters, iteration, statistics, stopReason, halfStep }) => {
        const { low: _, ...flat } = fromComponents(parameters, data.origin, plan.covarianceType);
        return { ...flat, iteration, logLikelihood: statistics.logLikelihood, stopReason, ...halfStep };
      },
      (outcome) => gaussianOf(prepared, outcome),
    );
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
    requireObject(parameters, 'GaussianMixture.fromParameters', 'means, covariances');
    checkKnown(parameters, [...PARAMETER_FIELDS, 'backend', 'columns'], 'GaussianMixture.fromParameters');
    const { weights, means, covariances } = parameters;
    const covarianceType = choiceOption('covarianceType', parameters.covarianceType ?? 'full', COVARIANCE_TYPES);
    const backend = choiceOption('backend', parameters.backend ?? 'wasm', BACKENDS);
    const nComponents = integerOption('nComponents', parameters.nComponents ?? weights?.length ?? means?.length, 1);
    const nFeatures = featuresOfRows(means, nComponents, 'means');
    if (parameters.nFeatures !== undefined) integerOption('nFeatures', parameters.nFeatures, nFeatures, nFeatures);
    const columns = columnsOf(parameters.columns, nFeatures);
    const flat = checkParameters(
      weights === undefined ? { means, covariances } : { weights, means, covariances },
      covarianceType,
      nComponents,
      nFeatures,
    );
    const model = new GaussianMixture(
      { ...flat, low: undefined, origin: new Float64Array(nFeatures), backend, columns },
      undefined,
    );
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
  static fromJSON(json: unknown, options?: NoOptions): GaussianMixture {
    checkKnown(options, [], 'GaussianMixture.fromJSON');
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

  /** Means μ_k (nComponents × nFeatures, row-major), in the data's units. */
  get means(): Float64Array {
    return this.#handouts.of('means', () => this.#state.means);
  }
  /**
   * Covariances, row-major: full (nComponents × nFeatures × nFeatures), tied (nFeatures × nFeatures), diag (nComponents ×
   * nFeatures), spherical (nComponents). Variances, not standard deviations.
   */
  get covariances(): Float64Array {
    return this.#handouts.of('covariances', () => this.#state.covariances);
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
  /** Names of the features, if `fit` was told: what `predict`, `score` … take from objects and tables. */
  get columns(): readonly string[] | undefined {
    return this.#state.columns;
  }
  /** Shape of the covariances. */
  get covarianceType(): CovarianceType {
    return this.#state.covarianceType;
  }
  /** Factors of the inverse covariances, W = L⁻¹ with Σ = L·Lᵀ: lower triangular, same shape as `covariances` (diag, spherical: 1/σ). */
  get precisionsCholesky(): Float64Array {
    const { components } = withBackend(this.#state.backend, (backend) => this.#components(backend));
    const parts = this.covarianceType === 'tied' ? components.slice(0, 1) : components;
    return Float64Array.from(parts.flatMap(({ precisionCholesky }) => Array.from(precisionCholesky)));
  }

  /**
   * Draws n rows: X (n × nFeatures, row-major) and the component each came from (n).
   *
   * @throws {InvalidOptionError} n is not a positive integer
   * @example
   * const { X, labels } = model.sample(100, { seed: 1 });
   */
  sample(n: number, options: { seed?: number } = {}): { X: Float64Array; labels: Int32Array } {
    sampledOption(n, this.nFeatures);
    checkKnown(options, ['seed'], 'sample');
    const seed = integerOption('seed', options.seed ?? 0, Number.MIN_SAFE_INTEGER);
    const { backend: name, nFeatures: d, origin } = this.#state;
    return withBackend(name, (backend) => {
      const { weights, components } = this.#components(backend);
      const family = plainFamily(this.covarianceType, backend, d);
      const random = createRandom(seed, backend.log);
      const X = new Float64Array(n * d);
      const labels = new Int32Array(n);
      for (let i = 0; i < n; i++) {
        const k = drawComponent(weights, random);
        labels[i] = k;
        const row = family.sample(components[k] as GaussianParameters['components'][number], random);
        for (let j = 0; j < d; j++) X[i * d + j] = (row[j] as number) + (origin[j] as number);
      }
      return { X, labels };
    });
  }

  /** `console.log(model)` under Node shows the report. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.summary();
  }

  /** A report to read: weights, means, covariances, and the fit. `featureNames` label the columns. */
  summary(options: { featureNames?: readonly string[] } = {}): string {
    return summarizeGaussianMixture(this.#state, this.#record, this.nParameters, options.featureNames ?? this.columns);
  }
}

/** Everything checked: the fit as plain data, and the rows. */
function prepare(X: DataInput | NamedRows, checked: CheckedOptions): Prepared<GaussianPlan> {
  const data = prepareData(X, checked);
  return { plan: gaussianPlan(checked, data), data };
}

/** The fit as plain data, for rows that are checked. */
export function gaussianPlan(
  checked: CheckedOptions,
  data: Pick<Prepared<GaussianPlan>['data'], 'nSamples' | 'nFeatures'>,
): GaussianPlan {
  const { init: _, initialParameters: __, sampleWeights: ___, ...plan } = checked;
  return { ...plan, start: prepareStart(checked, data) };
}

/** The model that a fit ended with. */
export function gaussianOf(
  { plan, data }: Prepared<GaussianPlan>,
  { parameters, record }: Outcome<GaussianComponent>,
): GaussianMixture {
  const { covarianceType, backend, columns } = plan;
  const { origin } = data;
  const flat = fromComponents(parameters, origin, covarianceType);
  return GaussianMixture[MADE]({ ...flat, origin, backend, columns }, record);
}
