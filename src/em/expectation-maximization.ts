/** The EM loop for models that users write: the same loop as the library's own, watched. */
import type { Backend, BackendName } from '../backend.js';
import { createDataset, type Dataset } from '../data/dataset.js';
import { type DataInput, toMatrix } from '../data/matrix.js';
import { createRandom, type Random } from '../data/random.js';
import { toSampleWeights } from '../data/weights.js';
import { DegenerateComponentError, InvalidOptionError, show } from '../errors.js';
import { leaseBackend } from '../lease.js';
import { type Acceleration, type AccelerationName, accelerationOf, checkAcceleration } from '../optimize/method.js';
import {
  booleanOption,
  checkKnown,
  choiceOption,
  functionOption,
  integerOption,
  nonNegativeOption,
} from '../options.js';
import { checkSignal } from '../threads/client.js';
import { blockRows } from './blocks.js';
import type { StopReason } from './convergence.js';
import { ElboRecorder, type ElboTrace } from './elbo-trace.js';
import { type EMState, iterate, type LoopOptions } from './loop.js';
import type { EMModel } from './model.js';
import { assertMonotone } from './non-monotone.js';
import { Pauses } from './pauses.js';
import { hasConverged, pausingStarts, type Restart } from './restarts.js';

/** An `EMModel`, of which `initialize` may be left out where `initialParameters` are given. */
export type UserModel<P, S> = Omit<EMModel<P, S>, 'initialize'> & Partial<Pick<EMModel<P, S>, 'initialize'>>;

/** Options of `expectationMaximization`. */
export interface ExpectationMaximizationOptions<P, S> {
  /** where to start; otherwise `model.initialize` is asked */
  initialParameters?: P;
  /** of the random numbers that `model.initialize` gets, any safe integer; default 0 */
  seed?: number;
  /** times that `model.initialize` is asked for a start, of which the one of greatest objective is kept; default 1 */
  nInit?: number;
  /** stop when the mean objective per unit of weight rises by less; default 1e-6; 0 runs exactly `maxIter` iterations */
  tol?: number;
  /** stop when `model.change` says less; default 0, off */
  paramTol?: number;
  /** most M-steps; default 1000 */
  maxIter?: number;
  /**
   * `'none'` (default), `'anderson'` or `'squarem'`: EM in longer steps, as `GaussianMixture.fit` describes it, for models with a
   * `chart` and mixtures of families with one. With a `metric` in the chart `'anderson'` is the one to choose, else `'squarem'`.
   */
  acceleration?: AccelerationName | Acceleration;
  /** weight of each row, ≥ 0; the model finds them by `blockWeights` */
  sampleWeights?: ArrayLike<number>;
  /** whether an iteration that lowers the objective is an error; default true; false for stochastic or approximate steps */
  checkMonotone?: boolean;
  /**
   * `'objective'` (default), or `'elbo'`: also `elboTrace`, the ELBO after both half-steps of every iteration. For mixtures
   * (`mixture(family)`, or any model with `nComponents` and `score`), at the price of a pass over the data.
   */
  trace?: 'objective' | 'elbo';
  /**
   * called after every E-step; `restart` says in which of the nInit starts, from 0. Returning `'stop'` ends the fit with the
   * best state so far
   */
  onProgress?: (progress: {
    readonly iteration: number;
    readonly objective: number;
    readonly restart: number;
  }) => unknown;
  /**
   * called after every E-step with the whole state (a new start begins at iteration 0); its statistics may be reused by the
   * next, its parameters may not
   */
  onStep?: (state: EMState<P, S>) => void;
  /** checked between iterations: when it has fired, `signal.reason` is thrown */
  signal?: AbortSignal;
  /** whose logarithm the random numbers and the ELBO use: `'wasm'` (default) or `'js'` */
  backend?: BackendName;
}

/** What EM came to. */
export interface EMResult<P> {
  /** of greatest objective */
  readonly parameters: P;
  /** total objective of these very parameters, nats */
  readonly objective: number;
  /** trace[t]: objective after t M-steps (with `acceleration`: t accepted steps) */
  readonly trace: Float64Array;
  /** M-steps done; with `acceleration`: E-steps after the first, those of rejected steps included */
  readonly nIter: number;
  /** whether the loop ended before `maxIter` */
  readonly converged: boolean;
  /** why the loop ended */
  readonly stopReason: StopReason;
  /** all starts, in order; those that collapsed carry their error */
  readonly restarts: readonly EMRestart[];
  /** with `trace: 'elbo'`: both half-steps of every iteration (as `model.trace.elbo` of `GaussianMixture.fit`) */
  readonly elboTrace?: ElboTrace;
}

/** One of the nInit starts, for the record: its objective is undefined if it collapsed at once. */
export type EMRestart = Omit<Restart, 'measured'>;

/**
 * Runs EM on a model of your own, on the calling thread.
 *
 * @param model an `EMModel`, or `mixture(family, { nComponents })` for a mixture of a `Family`
 * @param X nSamples × nFeatures, in any form `GaussianMixture.fit` takes; `expectation` gets it in blocks of rows
 * @throws {NonMonotoneError} an iteration lowered the objective: a step of the model is wrong (iteration and both values named)
 * @throws {NonFiniteObjective} the objective became NaN or infinite
 * @throws {DegenerateComponentError} what the M-step threw, with the iteration and the last good parameters added; of
 *   several starts only when all collapse
 * @throws {InvalidOptionError} also `trace: 'elbo'` for a model that is no mixture
 * @throws {InvalidDataError | InvalidOptionError} as `GaussianMixture.fit`
 * @throws `signal.reason` when aborted
 * @example
 * const { parameters, objective } = expectationMaximization(mixture(poisson, { nComponents: 2 }), counts, { seed: 1 });
 */
export function expectationMaximization<P, S>(
  model: UserModel<P, S>,
  X: DataInput,
  options: ExpectationMaximizationOptions<P, S> = {},
): EMResult<P> {
  const states = prepare(model, X, options, 'expectationMaximization');
  for (;;) {
    const { value, done } = states.next();
    if (done) return value;
  }
}

/**
 * As `expectationMaximization`, but lets other tasks run between iterations (a function cannot be sent to a worker). An
 * iteration is never divided, so the longest pause of a page is one of these.
 *
 * @throws whatever `expectationMaximization` throws (as a rejection)
 * @example
 * await expectationMaximizationAsync(model, X, { signal: AbortSignal.timeout(5000) });
 */
export async function expectationMaximizationAsync<P, S>(
  model: UserModel<P, S>,
  X: DataInput,
  options: ExpectationMaximizationOptions<P, S> = {},
): Promise<EMResult<P>> {
  const states = prepare(model, X, options, 'expectationMaximizationAsync');
  const pauses = new Pauses();
  for (;;) {
    const { value, done } = states.next();
    if (done) return value;
    if (pauses.due()) await pauses.pause();
  }
}

const OPTIONS = [
  'initialParameters',
  'seed',
  'nInit',
  'tol',
  'paramTol',
  'maxIter',
  'sampleWeights',
  'checkMonotone',
  'trace',
  'acceleration',
  'onProgress',
  'onStep',
  'signal',
  'backend',
] as const;

/** Checks everything at the call; nothing has run yet when it returns. */
function prepare<P, S>(
  model: UserModel<P, S>,
  X: DataInput,
  options: ExpectationMaximizationOptions<P, S>,
  where: string,
): Generator<void, EMResult<P>> {
  checkModel(model, where);
  checkKnown(options, OPTIONS, where);
  functionOption('onProgress', options.onProgress);
  functionOption('onStep', options.onStep);
  const checkMonotone = booleanOption('checkMonotone', options.checkMonotone ?? true);
  checkSignal(options.signal);
  const criteria = {
    tol: nonNegativeOption('tol', options.tol ?? 1e-6),
    paramTol: nonNegativeOption('paramTol', options.paramTol ?? 0),
    maxIter: integerOption('maxIter', options.maxIter ?? 1000, 0),
    acceleration: checkAcceleration(options.acceleration),
  };
  if (criteria.acceleration !== 'none' && typeof model.chart !== 'function') {
    throw new InvalidOptionError(
      'acceleration',
      `acceleration '${criteria.acceleration}' needs a model with a chart (its parameters as free numbers), or a mixture of a family with one; leave acceleration out to run plain EM`,
    );
  }
  integerOption('seed', options.seed ?? 0, Number.MIN_SAFE_INTEGER);
  const nInit = integerOption('nInit', options.nInit ?? 1, 1);
  const backend = choiceOption('backend', options.backend ?? 'wasm', ['wasm', 'js']);
  const wanted = choiceOption('trace', options.trace ?? 'objective', ['objective', 'elbo']);
  const scored = wanted === 'elbo' ? scoredParts(model) : undefined;
  if (options.initialParameters === undefined && model.initialize === undefined) {
    throw new InvalidOptionError(
      'initialParameters',
      `${where} needs initialParameters, or a model with initialize(data, random)`,
    );
  }
  const matrix = toMatrix(X);
  // users' models get the numbers as they are: most are not translation-equivariant
  const data = createDataset(matrix, toSampleWeights(options.sampleWeights, matrix.nSamples), false);
  const rows = blockRows(data.nFeatures, 1);
  return climb(model as EMModel<P, S>, data, { ...options, ...criteria, checkMonotone, nInit, backend, scored, rows });
}

interface Checked<P, S>
  extends Omit<ExpectationMaximizationOptions<P, S>, keyof LoopOptions | 'acceleration'>,
    LoopOptions {
  readonly acceleration: AccelerationName;
  readonly checkMonotone: boolean;
  readonly nInit: number;
  readonly backend: BackendName;
  /** what records the half-steps, if they are wanted */
  readonly scored: ScoredParts<P> | undefined;
}

/** What makes a model a mixture. */
interface ScoredParts<P> {
  readonly nComponents: number;
  readonly kernels: { score: NonNullable<EMModel<P, unknown>['score']> };
}

/** A state with the half-steps of its start up to here, if they are recorded. */
interface RecordedState<P, S> extends EMState<P, S> {
  readonly halfSteps?: ElboRecorder<P>;
}

/** All starts; pauses between iterations. */
function* climb<P, S>(model: EMModel<P, S>, data: Dataset, options: Checked<P, S>): Generator<void, EMResult<P>> {
  const { initialParameters, seed = 0, nInit, checkMonotone, onProgress, onStep } = options;
  const backend = leaseBackend(options.backend);
  try {
    const random = createRandom(seed, backend.log);
    // given starts are all alike
    const nStarts = initialParameters === undefined ? nInit : 1;
    let before = Number.NaN;
    const { best, restarts } = yield* pausingStarts<P, S>(
      nStarts,
      () => statesOf(model, data, options, random.split(), backend),
      (state, restart) => {
        const { iteration, objective } = state;
        if (checkMonotone && iteration > 0) assertMonotone(iteration, before, objective, data.totalWeight);
        before = objective;
        const answer = onProgress?.({ iteration, objective, restart });
        onStep?.(state);
        return answer;
      },
    );
    const { halfSteps, ...last } = best.reached as RecordedState<P, S>;
    const { parameters, objective, iteration } = last;
    // the loop ends with a stopReason
    const stopReason = last.stopReason as StopReason;
    return {
      parameters,
      objective,
      trace: Float64Array.from(best.trace),
      nIter: iteration,
      converged: hasConverged(stopReason),
      stopReason,
      restarts: restarts.map(({ measured: _, ...restart }) => restart),
      ...(halfSteps === undefined ? {} : { elboTrace: halfSteps.trace }),
    };
  } catch (error) {
    backend.release(error);
    throw error;
  } finally {
    backend.release();
  }
}

/** The states of one start. */
function* statesOf<P, S>(
  model: EMModel<P, S>,
  data: Dataset,
  { initialParameters, signal, scored, tol, paramTol, maxIter, rows, acceleration }: Checked<P, S>,
  random: Random,
  algebra: Pick<Backend, 'log'>,
): Generator<RecordedState<P, S>> {
  let last: EMState<P, S> | undefined;
  signal?.throwIfAborted();
  try {
    const start = initialParameters === undefined ? model.initialize(data, random) : initialParameters;
    const halfSteps = scored === undefined ? undefined : new ElboRecorder({ ...scored, data, algebra, rows });
    const options = { tol, paramTol, maxIter, rows };
    const climb =
      acceleration === 'none' || model.chart === undefined
        ? iterate(model, data, start, options)
        : accelerationOf(acceleration).accelerate(model, model.chart(start), data, start, options);
    for (const state of climb) {
      last = state;
      halfSteps?.add(state.parameters, logLikelihoodOf(state));
      yield halfSteps === undefined ? state : { ...state, halfSteps };
      signal?.throwIfAborted();
    }
  } catch (error) {
    throw error instanceof DegenerateComponentError ? located(error, last) : error;
  }
}

/** Without the prior, where the statistics tell. */
function logLikelihoodOf<P, S>({ statistics, objective }: EMState<P, S>): number {
  const told = (statistics as { readonly logLikelihood?: unknown } | undefined)?.logLikelihood;
  return typeof told === 'number' ? told : objective;
}

function scoredParts<P, S>(model: UserModel<P, S>): ScoredParts<P> {
  const { nComponents, score } = model;
  if (typeof score === 'function' && Number.isInteger(nComponents)) {
    return { nComponents: nComponents as number, kernels: { score: (...args) => score.apply(model, args) } };
  }
  throw new InvalidOptionError(
    'trace',
    "trace: 'elbo' compares p(z|x) before and after each M-step, which this model does not tell: pass mixture(family, …), or give the model nComponents and score(parameters, block, out); a hidden variable that is not one of K has no such table: leave trace out",
  );
}

/** A collapse with when it was and what was last sound. */
function located<P, S>(error: DegenerateComponentError, last: EMState<P, S> | undefined): DegenerateComponentError {
  if (last === undefined || error.iteration !== undefined) return error;
  const iteration = last.iteration + 1;
  return new DegenerateComponentError(error.component, last.parameters, `${error.message} (in M-step ${iteration})`, {
    iteration,
    logLikelihood: last.objective,
    cause: error.cause,
  });
}

function checkModel(model: unknown, where: string): void {
  const given = model as Record<string, unknown> | null | undefined;
  for (const verb of ['expectation', 'merge', 'maximization', 'objective']) {
    if (typeof given?.[verb] === 'function') continue;
    throw new InvalidOptionError(
      'model',
      `${where} needs a model with expectation, merge, maximization and objective; ${verb} is ${show(given?.[verb])}`,
    );
  }
}
