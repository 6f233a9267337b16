/** `BernoulliMixture`: mixtures of independent coins, for binary data. */

import type { BackendName } from '../backend.js';
import { type BinaryInput, toBinary } from '../data/binary.js';
import { type Columns, type NamedRows, readColumns } from '../data/columns.js';
import { createDataset } from '../data/dataset.js';
import { Handouts } from '../data/handouts.js';
import { createRandom } from '../data/random.js';
import { toSampleWeights } from '../data/weights.js';
import { formatSummary, plural } from '../diagnostics/summary.js';
import type { StopReason } from '../em/convergence.js';
import type { FitRecord, HalfStep, Outcome } from '../em/mixture-fit.js';
import { InvalidDataError, InvalidOptionError } from '../errors.js';
import { featuresOfRows } from '../init/given.js';
import type { NestedNumbers } from '../init/names.js';
import { withBackend } from '../lease.js';
import { checkKnown, choiceOption, integerOption, type NoOptions, requireObject, sampledOption } from '../options.js';
import { ASYNC_OPTIONS, checkSignal } from '../threads/client.js';
import { MORE_KERNELS } from '../wasm/more-kernels.js';
import type { BernoulliComponent } from './bernoulli.js';
import { type BernoulliPlan, bernoulliFit } from './bernoulli-fit.js';
import { type BernoulliMixtureJSON, parseBernoulliMixture, serializeBernoulliMixture } from './bernoulli-json.js';
import { BERNOULLI_KERNELS } from './bernoulli-kernels.js';
import {
  type AsyncBernoulliMixtureOptions,
  type BernoulliMixtureOptions,
  checkBernoulliOptions,
  prepareBernoulliStart,
} from './bernoulli-options.js';
import {
  type BernoulliModelState,
  checkBernoulliParameters,
  countBernoulliParameters,
  type FlatBernoulliParameters,
  publishBernoulli,
  toBernoulliComponents,
} from './bernoulli-parameters.js';
import { checkUsableRows } from './gaussian-checks.js';
import { drawComponent } from './gaussian-parameters.js';
import { MADE } from './internals.js';
import { MixtureModel } from './mixture-model.js';
import { BACKENDS } from './mixture-options.js';
import { mixtureFacts, weightsTable } from './mixture-summary.js';
import { fitBySteps, fitInWorker, fitNow, mapSteps, type Prepared } from './mixture-ways.js';

/** One state of EM, as `BernoulliMixture.steps` yields it. */
export interface BernoulliMixtureStep extends FlatBernoulliParameters {
  /** M-steps done; 0 is the initialisation */
  readonly iteration: number;
  /** of these very parameters: total, nats */
  readonly logLikelihood: number;
  /** why EM stops here; undefined while it goes on */
  readonly stopReason: StopReason | undefined;
}

/**
 * A mixture of multivariate Bernoulli distributions, p(x) = Σ_k w_k Π_j θ_kj^x_j (1 − θ_kj)^(1 − x_j), fitted by EM (Bishop
 * 2006, §9.3.3): latent class analysis of binary answers, digits as black and white pixels, presence and absence.
 *
 * @example
 * const model = BernoulliMixture.fit([[1, 1, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1]], { nComponents: 2 });
 * model.probs; // 2 × 3
 */
export class BernoulliMixture extends MixtureModel<BernoulliComponent, BinaryInput | NamedRows> {
  readonly #state: BernoulliModelState;
  readonly #record: FitRecord | undefined;
  readonly #handouts = new Handouts();

  private constructor(state: BernoulliModelState, record: FitRecord | undefined) {
    const { nComponents, nFeatures, weights, weightsMode, backend, columns } = state;
    const parameters = { weights, components: toBernoulliComponents(state) };
    super(
      {
        backend,
        nComponents,
        nFeatures,
        nParameters: countBernoulliParameters(weightsMode, nComponents, nFeatures),
        weights,
        components: () => parameters,
        rows: (Y, sampleWeights) => checkRows(Y, sampleWeights, nFeatures, columns),
        kernels: (leased, data, rows) => leased.open(BERNOULLI_KERNELS, { data, nComponents, rows }),
      },
      record,
    );
    this.#state = state;
    this.#record = record;
  }

  /** @internal */
  static [MADE](state: BernoulliModelState, record?: FitRecord): BernoulliMixture {
    return new BernoulliMixture(state, record);
  }

  // ---- making models

  /**
   * Fits by EM on the calling thread.
   *
   * @param X nSamples × nFeatures of 0/1 or booleans: rows, `{ data, rows, columns }` (bytes are used in place), or a flat
   *   array for one feature. A table of response patterns fits with its counts as `sampleWeights`.
   * @throws {InvalidDataError} anything but 0 and 1 (row and column named), ragged, empty, fewer rows than components
   * @throws {InvalidOptionError} an impossible or unknown option
   * @throws {InvalidParametersError} initial parameters, labels or responsibilities of a wrong shape or domain
   * @throws {DegenerateComponentError} a component lost all responsibility in every start
   * @throws {ZeroDensityError} a row that initial probabilities of 0 or 1 forbid in every component
   * @example
   * const model = BernoulliMixture.fit(X, { nComponents: 2, nInit: 10, sampleWeights: counts });
   */
  static fit(X: BinaryInput | NamedRows, options: BernoulliMixtureOptions): BernoulliMixture {
    const prepared = prepare(X, options, 'BernoulliMixture.fit', ['onProgress']);
    return bernoulliOf(prepared, fitNow(prepared, bernoulliFit, options.onProgress));
  }

  /**
   * As `fit`, in a worker. X is copied at the call; on a SharedArrayBuffer it is read in place, and must not be
   * written until the promise settles.
   *
   * @throws whatever `fit` throws (as a rejection), and `signal.reason` when aborted
   * @throws {InvalidDataError} X on a SharedArrayBuffer was written meanwhile, where its values show it
   */
  static async fitAsync(X: BinaryInput | NamedRows, options: AsyncBernoulliMixtureOptions): Promise<BernoulliMixture> {
    checkSignal(options?.signal);
    const prepared = prepare(X, options, 'BernoulliMixture.fitAsync', ASYNC_OPTIONS);
    return bernoulliOf(prepared, await fitInWorker('bernoulliMixture', prepared, options, MORE_KERNELS));
  }

  /**
   * EM one iteration at a time, parameters included: t = 0 first, last the step with a `stopReason`. One start (nInit 1).
   * With `half: true` a step is half an iteration: E at t = 0, then M and E of every iteration, each with the
   * responsibilities and the ELBO (`HalfStep`). An M-step has the new parameters and the old responsibilities.
   *
   * @example
   * for (const { iteration, logLikelihood } of BernoulliMixture.steps(X, { nComponents: 2 })) console.log(iteration, logLikelihood);
   */
  static steps(
    X: BinaryInput | NamedRows,
    options: BernoulliMixtureOptions & { half: true },
  ): Generator<BernoulliMixtureStep & HalfStep, BernoulliMixture>;
  static steps(
    X: BinaryInput | NamedRows,
    options: BernoulliMixtureOptions & { half?: boolean },
  ): Generator<BernoulliMixtureStep & Partial<HalfStep>, BernoulliMixture>;
  static steps(
    X: BinaryInput | NamedRows,
    options: BernoulliMixtureOptions & { half?: boolean },
  ): Generator<BernoulliMixtureStep & Partial<HalfStep>, BernoulliMixture> {
    // checked at the call, not at the first step
    const prepared = prepare(X, options, 'BernoulliMixture.steps', ['half']);
    return mapSteps(
      fitBySteps(prepared, bernoulliFit, options.half),
      ({ parameters, iteration, statistics, stopReason, halfStep }) => ({
        ...publishBernoulli(parameters),
        iteration,
        logLikelihood: statistics.logLikelihood,
        stopReason,
        ...halfStep,
      }),
      (outcome) => bernoulliOf(prepared, outcome),
    );
  }

  /**
   * A model with given parameters; `weights: 'uniform'`, as in `fit`, are 1/nComponents and no free parameters.
   *
   * @throws {InvalidParametersError} wrong shapes, probabilities outside [0, 1], weights that do not sum to 1 (within 1e-8)
   * @example
   * const model = BernoulliMixture.fromParameters({ weights: [0.4, 0.6], probs: [[0.9, 0.1], [0.2, 0.7]] });
   */
  static fromParameters(parameters: {
    weights?: ArrayLike<number> | 'uniform';
    probs: NestedNumbers;
    complements?: NestedNumbers;
    backend?: BackendName;
  }): BernoulliMixture {
    requireObject(parameters, 'BernoulliMixture.fromParameters', 'probs');
    checkKnown(parameters, ['weights', 'probs', 'complements', 'backend'], 'BernoulliMixture.fromParameters');
    const { probs, complements } = parameters;
    const weightsMode = parameters.weights === 'uniform' ? 'uniform' : 'learned';
    const weights = parameters.weights === 'uniform' ? undefined : parameters.weights;
    const backend = choiceOption('backend', parameters.backend ?? 'wasm', BACKENDS);
    const nComponents = integerOption('nComponents', weights?.length ?? probs?.length, 1);
    const given = { weights, probs, complements };
    const flat = checkBernoulliParameters(given, nComponents, featuresOfRows(probs, nComponents, 'probs'));
    return new BernoulliMixture({ ...flat, weightsMode, backend }, undefined);
  }

  /**
   * A model saved by `toJSON` (the object, or its JSON text).
   * @throws {InvalidParametersError} not a saved Bernoulli mixture, another version, or parameters out of their domain
   */
  static fromJSON(json: unknown, options?: NoOptions): BernoulliMixture {
    checkKnown(options, [], 'BernoulliMixture.fromJSON');
    const { state, record } = parseBernoulliMixture(json);
    return new BernoulliMixture(state, record);
  }

  /** Plain JSON of this model: `JSON.stringify(model)` calls it. */
  toJSON(): BernoulliMixtureJSON {
    return serializeBernoulliMixture(this.#state, this.#record);
  }

  // ---- parameters

  /** θ_kj = p(x_j = 1 | k) (nComponents × nFeatures, row-major). */
  get probs(): Float64Array {
    return this.#handouts.of('probs', () => this.#state.probs);
  }
  /** Names of the features, if `fit` was told: what `predict`, `score` … take from objects and tables. */
  get columns(): readonly string[] | undefined {
    return this.#state.columns;
  }
  /** 1 − θ_kj (nComponents × nFeatures), with digits of its own where θ is near 1. */
  get complements(): Float64Array {
    return this.#handouts.of('complements', () => this.#state.complements);
  }

  /**
   * Draws n rows: X (n × nFeatures bytes, row-major) and the component each came from (n).
   * @throws {InvalidOptionError} n is not a positive integer
   */
  sample(n: number, options: { seed?: number } = {}): { X: Uint8Array; labels: Int32Array } {
    sampledOption(n, this.nFeatures);
    checkKnown(options, ['seed'], 'sample');
    const seed = integerOption('seed', options.seed ?? 0, Number.MIN_SAFE_INTEGER);
    const { weights, probs, nFeatures: d, backend } = this.#state;
    const random = withBackend(backend, ({ log }) => createRandom(seed, log));
    const X = new Uint8Array(n * d);
    const labels = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      const k = drawComponent(weights, random);
      labels[i] = k;
      for (let j = 0; j < d; j++) X[i * d + j] = random.uniform() < (probs[k * d + j] as number) ? 1 : 0;
    }
    return { X, labels };
  }

  /** A report to read; `featureNames` label the columns. */
  summary(options: { featureNames?: readonly string[] } = {}): string {
    const { nComponents: k, nFeatures: d, weights, weightsMode, probs } = this.#state;
    const names = options.featureNames ?? this.columns ?? Array.from({ length: d }, (_, j) => `x${j}`);
    if (names.length !== d) {
      throw new InvalidOptionError('featureNames', `featureNames must name all ${d} features; got ${names.length}`);
    }
    return formatSummary({
      title: `Bernoulli mixture: ${plural(k, 'component')}, ${plural(d, 'feature')}, ${weightsMode} weights`,
      facts: mixtureFacts(this.#state.backend, this.#record, this.nParameters),
      tables: [
        weightsTable(weights, this.#record),
        {
          title: 'Probabilities of 1',
          corner: 'component',
          columns: names,
          rows: Array.from(weights, (_, c) => ({ name: String(c), values: probs.subarray(c * d, (c + 1) * d) })),
        },
      ],
    });
  }
}

function checkRows(
  Y: BinaryInput | NamedRows,
  weights: ArrayLike<number> | undefined,
  nFeatures: number,
  columns: Columns,
) {
  const matrix = readColumns(toBinary, Y, columns, 'data');
  if (matrix.nFeatures !== nFeatures) {
    throw new InvalidDataError(
      `the model has ${nFeatures} features but the data have ${matrix.nFeatures} columns; pass rows of ${nFeatures} values`,
    );
  }
  const sampleWeights = toSampleWeights(weights, matrix.nSamples);
  return { ...matrix, sampleWeights, origin: new Float64Array(nFeatures) };
}

/** Everything checked: the fit as plain data, and the rows. */
function prepare(
  X: BinaryInput | NamedRows,
  options: BernoulliMixtureOptions,
  where: string,
  alsoKnown: readonly string[],
): Prepared<BernoulliPlan> {
  const { sampleWeights: given, ...checked } = checkBernoulliOptions(options, where, alsoKnown);
  const matrix = readColumns(toBinary, X, checked.columns);
  const sampleWeights = toSampleWeights(given, matrix.nSamples);
  checkUsableRows(matrix.nSamples, sampleWeights, checked.nComponents);
  const data = createDataset(matrix, sampleWeights, false);
  return { plan: { ...checked, start: prepareBernoulliStart(options, checked, data) }, data };
}

/** The model that a fit ended with. */
export function bernoulliOf(
  { plan }: Pick<Prepared<BernoulliPlan>, 'plan'>,
  { parameters, record }: Outcome<BernoulliComponent>,
): BernoulliMixture {
  const { weights: weightsMode, backend, columns } = plan;
  return BernoulliMixture[MADE]({ ...publishBernoulli(parameters), weightsMode, backend, columns }, record);
}
