/** The EM loop for models that users write: the same loop as the library's own, watched. */
import type { BackendName } from '../backend.js';
import { createDataset, type Dataset, toSampleWeights } from '../data/dataset.js';
import { type DataInput, toMatrix } from '../data/matrix.js';
import { createRandom } from '../data/random.js';
import { DegenerateComponentError, InvalidOptionError, show } from '../errors.js';
import { withBackend } from '../lease.js';
import { checkKnown, choiceOption, functionOption, integerOption, nonNegativeOption } from '../options.js';
import { checkSignal } from '../threads/client.js';
import { blockRows } from './blocks.js';
import type { StopReason } from './convergence.js';
import { type EMState, iterate } from './loop.js';
import type { EMModel } from './model.js';
import { assertMonotone } from './non-monotone.js';
import { Pauses } from './pauses.js';
import { hasConverged } from './restarts.js';

/** An `EMModel`, of which `initialize` may be left out where `initialParameters` are given. */
export type UserModel<P, S> = Omit<EMModel<P, S>, 'initialize'> & Partial<Pick<EMModel<P, S>, 'initialize'>>;

export interface ExpectationMaximizationOptions<P, S> {
  /** where to start; otherwise `model.initialize` is asked */
  initialParameters?: P;
  /** of the random numbers that `model.initialize` gets, any safe integer; default 0 */
  seed?: number;
  /** stop when the mean objective per unit of weight rises by less; default 1e-6; 0 runs exactly `maxIter` iterations */
  tol?: number;
  /** stop when `model.change` says less; default 0, off */
  paramTol?: number;
  /** most M-steps; default 1000 */
  maxIter?: number;
  /** weight of each row, ≥ 0; the model finds them by `blockWeights` */
  sampleWeights?: ArrayLike<number>;
  /** whether an iteration that lowers the objective is an error; default true; false for stochastic or approximate steps */
  checkMonotone?: boolean;
  /** called after every E-step */
  onProgress?: (progress: { readonly iteration: number; readonly objective: number }) => void;
  /** called after every E-step with the whole state; its statistics may be reused by the next, its parameters may not */
  onStep?: (state: EMState<P, S>) => void;
  /** checked between iterations: when it has fired, `signal.reason` is thrown */
  signal?: AbortSignal;
  /** whose logarithm the random numbers use: `'wasm'` (default) or `'js'` */
  backend?: BackendName;
}

/** What EM came to. */
export interface EMResult<P> {
  readonly parameters: P;
  /** total objective of these very parameters, nats */
  readonly objective: number;
  /** trace[t]: objective after t M-steps */
  readonly trace: Float64Array;
  /** M-steps done */
  readonly nIter: number;
  /** whether the loop ended before `maxIter` */
  readonly converged: boolean;
  readonly stopReason: StopReason;
}

/**
 * Runs EM on a model of your own, on the calling thread.
 *
 * @param model an `EMModel`, or `mixture(family, { nComponents })` for a mixture of a `Family`
 * @param X nSamples × nFeatures, in any form `GaussianMixture.fit` takes; `expectation` gets it in blocks of rows
 * @throws {NonMonotoneError} an iteration lowered the objective: a step of the model is wrong (iteration and both values named)
 * @throws {NonFiniteObjective} the objective became NaN or infinite
 * @throws {DegenerateComponentError} what the M-step threw, with the iteration and the last good parameters added
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
  'tol',
  'paramTol',
  'maxIter',
  'sampleWeights',
  'checkMonotone',
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
  const { checkMonotone = true } = options;
  if (typeof checkMonotone !== 'boolean') {
    throw new InvalidOptionError('checkMonotone', `checkMonotone must be true or false; got ${show(checkMonotone)}`);
  }
  checkSignal(options.signal);
  const criteria = {
    tol: nonNegativeOption('tol', options.tol ?? 1e-6),
    paramTol: nonNegativeOption('paramTol', options.paramTol ?? 0),
    maxIter: integerOption('maxIter', options.maxIter ?? 1000, 0),
  };
  const matrix = toMatrix(X);
  // users' models get the numbers as they are: most are not translation-equivariant
  const data = createDataset(matrix, toSampleWeights(options.sampleWeights, matrix.nSamples), false);
  const start = startOf(model, data, options, where);
  return watch(model as EMModel<P, S>, data, start, { ...options, ...criteria, checkMonotone });
}

function startOf<P, S>(
  model: UserModel<P, S>,
  data: Dataset,
  { initialParameters, seed = 0, backend = 'wasm' }: ExpectationMaximizationOptions<P, S>,
  where: string,
): P {
  integerOption('seed', seed, Number.MIN_SAFE_INTEGER);
  choiceOption('backend', backend, ['wasm', 'js']);
  if (initialParameters !== undefined) return initialParameters;
  const { initialize } = model;
  if (initialize === undefined) {
    throw new InvalidOptionError(
      'initialParameters',
      `${where} needs initialParameters, or a model with initialize(data, random)`,
    );
  }
  return withBackend(backend, ({ log }) => initialize.call(model, data, createRandom(seed, log)));
}

type Watched<P, S> = ExpectationMaximizationOptions<P, S> & { tol: number; paramTol: number; maxIter: number };

/** The loop with its monitors; pauses after every iteration. */
function* watch<P, S>(
  model: EMModel<P, S>,
  data: Dataset,
  start: P,
  { checkMonotone, onProgress, onStep, signal, tol, paramTol, maxIter }: Watched<P, S>,
): Generator<void, EMResult<P>> {
  const trace: number[] = [];
  let last: EMState<P, S> | undefined;
  try {
    for (const state of iterate(model, data, start, { tol, paramTol, maxIter, rows: blockRows(data.nFeatures, 1) })) {
      const { iteration, objective } = state;
      if (checkMonotone && last !== undefined) {
        assertMonotone(iteration, last.objective, objective, data.totalWeight);
      }
      trace.push(objective);
      last = state;
      onProgress?.({ iteration, objective });
      onStep?.(state);
      if (state.stopReason !== undefined) break;
      yield;
      signal?.throwIfAborted();
    }
  } catch (error) {
    throw error instanceof DegenerateComponentError ? located(error, last) : error;
  }
  // the loop yields t = 0 and ends with a stopReason
  const { parameters, objective, iteration, stopReason } = last as EMState<P, S> & { stopReason: StopReason };
  return {
    parameters,
    objective,
    trace: Float64Array.from(trace),
    nIter: iteration,
    converged: hasConverged(stopReason),
    stopReason,
  };
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
