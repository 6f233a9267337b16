/** A mixture fit from a checked plan to the best state: starts, loops, keeps the best of nInit. Knows no family. */
import type { BackendName, LinearAlgebra } from '../backend.js';
import type { Columns } from '../data/columns.js';
import type { Block, Dataset } from '../data/dataset.js';
import type { Random } from '../data/random.js';
import { weightOf } from '../data/weights.js';
import { DegenerateComponentError, ZeroDensityError } from '../errors.js';
import type { MixtureChart } from '../optimize/chart.js';
import { type AccelerationName, accelerationOf, type Charts, gradientOptimizer } from '../optimize/method.js';
import type { ThreadsUsed } from '../threads/client.js';
import { blocksOf } from './blocks.js';
import type { StopReason } from './convergence.js';
import { ElboRecorder, type ElboTrace } from './elbo-trace.js';
import { type EMState, iterate, NonFiniteObjective } from './loop.js';
import type { BlockKernels, EMModel, MixtureParameters, MixtureStatistics, ScoreOutput } from './model.js';
import { bestOfStarts, hasConverged, type Restart, type Run } from './restarts.js';

/** What every mixture fit has to know: plain data, so that a worker can be told. */
export interface MixturePlan {
  readonly nComponents: number;
  readonly seed: number;
  readonly nInit: number;
  readonly tol: number;
  readonly paramTol: number;
  readonly maxIter: number;
  readonly backend: BackendName;
  /** names of the features, for the model */
  readonly columns?: Columns;
  /** `'elbo'` also records both half-steps of every iteration */
  readonly trace: TraceName;
  readonly optimizer: OptimizerName;
  readonly acceleration: AccelerationName;
}

/** `'em'`, or `'gradient'`: L-BFGS on the log-likelihood. */
export type OptimizerName = 'em' | 'gradient';

/** What a fit records: the log-likelihoods, or also the ELBO after both half-steps. */
export type TraceName = 'logLikelihood' | 'elbo';

/** One of the nInit starts of a mixture, for the record. */
export interface MixtureRestart extends Omit<Restart, 'objective' | 'measured'> {
  /** total, nats; undefined if the start collapsed at once */
  readonly logLikelihood: number | undefined;
}

/** What only a fit knows. */
export interface FitRecord {
  /** total, nats */
  readonly logLikelihood: number;
  /** whether `tol` or `paramTol` was met within `maxIter` */
  readonly converged: boolean;
  /** M-steps; with `acceleration`: E-steps after the first, those of rejected steps included */
  readonly nIter: number;
  /** why EM stopped */
  readonly stopReason: StopReason;
  /** logLikelihood[t]: total after t M-steps (with `acceleration`: t accepted steps) */
  readonly trace: {
    /** total, nats; index 0 is the initialisation */
    readonly logLikelihood: Float64Array;
    /** with a prior: log-likelihood plus log prior (up to a constant), which is what EM climbs then */
    readonly logPosterior?: Float64Array;
    /** with `trace: 'elbo'`: both half-steps of every iteration */
    readonly elbo?: ElboTrace;
  };
  /** N_k = Σ_n s_n r_nk (nComponents) */
  readonly componentCounts: Float64Array;
  /** all nInit starts, in order */
  readonly restarts: readonly MixtureRestart[];
  /** most probable component of every training row (nSamples); not saved with a model */
  readonly labels: Int32Array | undefined;
  /** of a fit in workers: the threads that did it */
  readonly threads?: ThreadsUsed;
}

export interface Outcome<C> {
  readonly parameters: MixtureParameters<C>;
  readonly record: FitRecord;
}

/** Called after every E-step of a fit. If it returns `'stop'`, the fit ends there and keeps the best state so far (`stopReason: 'stopped'`). */
export type OnProgress = (progress: {
  /** M-steps done in this start (with `acceleration`: E-steps after the first) */
  readonly iteration: number;
  /** total, nats */
  readonly logLikelihood: number;
  /** which of the nInit starts, from 0 */
  readonly restart: number;
}) => unknown;

/** What `steps` with `half: true` adds: each iteration is two steps, after M and after E. */
export interface HalfStep {
  /** what was chosen last: `'E'` the responsibilities, given the parameters; `'M'` the parameters, given the responsibilities */
  readonly half: 'E' | 'M';
  /** q (nSamples × nComponents, row-major); after M still that of before */
  readonly responsibilities: Float64Array;
  /** ELBO(q, parameters), total, nats: never falls from step to step */
  readonly elbo: number;
  /** KL(q ‖ posterior), total, nats: logLikelihood − elbo; 0 after E */
  readonly kl: number;
}

export interface MixtureState<C, T> extends EMState<MixtureParameters<C>, MixtureStatistics<T>> {
  /** which half-step this is, if they are asked for */
  readonly halfStep?: HalfStep;
  /** the half-steps of this start up to here, if they are recorded */
  readonly halfSteps?: ElboRecorder<MixtureParameters<C>>;
}
export type MixtureEM<C, T> = EMModel<MixtureParameters<C>, MixtureStatistics<T>>;

/** What a family supplies to be fitted. */
export interface FitParts<C, T> {
  readonly data: Dataset;
  readonly plan: MixturePlan;
  readonly model: MixtureEM<C, T>;
  readonly kernels: BlockKernels<C, T>;
  readonly algebra: LinearAlgebra;
  /** free numbers for the parameters of a start, for gradient ascent and accelerated EM */
  chart(charts: Charts, start: MixtureParameters<C>): MixtureChart<C, T>;
  /** rows of a block */
  readonly rows: number;
  readonly random: Random;
  /** how many starts make sense: given ones are all alike */
  readonly nStarts: number;
  /** parameters as users see them, for errors */
  publish(parameters: MixtureParameters<C>): unknown;
}

/** One fit on one lease of a backend. */
export class MixtureFit<C, T> {
  constructor(readonly parts: FitParts<C, T>) {}

  /** Every state of one start; errors name the iteration and carry the last good parameters as users see them. */
  *states(): Generator<MixtureState<C, T>> {
    const { model, data, plan, random } = this.parts;
    const halfSteps =
      plan.trace === 'elbo' ? new ElboRecorder({ ...this.parts, nComponents: plan.nComponents }) : undefined;
    let last: MixtureState<C, T> | undefined;
    try {
      const start = model.initialize(data, random.split());
      for (const state of this.climb(start)) {
        last = state;
        halfSteps?.add(state.parameters, state.statistics.logLikelihood);
        yield halfSteps === undefined ? state : { ...state, halfSteps };
      }
    } catch (error) {
      throw this.explain(error, last);
    }
  }

  /** EM from a start, or what the plan has in its place. */
  private climb(start: MixtureParameters<C>): Iterable<EMState<MixtureParameters<C>, MixtureStatistics<T>>> {
    const { model, data, rows, plan, chart } = this.parts;
    const { tol, paramTol, maxIter, optimizer, acceleration } = plan;
    const options = { tol, paramTol, maxIter, rows };
    if (optimizer === 'gradient') {
      const method = gradientOptimizer();
      return method.ascend(model, chart(method, start), data, start, options);
    }
    if (acceleration === 'none') return iterate(model, data, start, options);
    const method = accelerationOf(acceleration);
    return method.accelerate(model, chart(method, start), data, start, options);
  }

  /** Runs every start. */
  best(onProgress?: OnProgress): Outcome<C> {
    const { best, restarts } = bestOfStarts(
      this.parts.nStarts,
      () => this.states(),
      ({ iteration, statistics }, restart) =>
        onProgress?.({ iteration, logLikelihood: statistics.logLikelihood, restart }),
      logLikelihoodOf,
    );
    return this.outcome(best, restarts);
  }

  /** The model of a run's last state. */
  outcome(run: Run<MixtureParameters<C>, MixtureStatistics<T>>, restarts: readonly Restart[]): Outcome<C> {
    const { parameters } = run.reached;
    return { parameters, record: recordOf(run, restarts, this.labels(parameters)) };
  }

  /** Both half-steps that led to a state, or the E-step alone for the first; `q` are the responsibilities before. */
  halves(state: MixtureState<C, T>, q: Float64Array | undefined): MixtureState<C, T>[] {
    const { parameters, statistics, halfSteps } = state;
    const k = this.parts.plan.nComponents;
    const responsibilities = new Float64Array(this.parts.data.nSamples * k);
    this.score(parameters, (start, end) => ({ responsibilities: responsibilities.subarray(start * k, end * k) }));
    const e: HalfStep = { half: 'E', responsibilities, elbo: statistics.logLikelihood, kl: 0 };
    const afterE = { ...state, halfStep: e };
    if (q === undefined || halfSteps === undefined) return [afterE];
    const m: HalfStep = { half: 'M', responsibilities: q, ...halfSteps.last };
    return [{ ...state, stopReason: undefined, halfStep: m }, afterE];
  }

  /** Most probable components of the training rows. */
  private labels(parameters: MixtureParameters<C>): Int32Array {
    const labels = new Int32Array(this.parts.data.nSamples);
    this.score(parameters, (start, end) => ({ labels: labels.subarray(start, end) }));
    return labels;
  }

  /** Scores every block into what `out` gives for its rows. */
  private score(parameters: MixtureParameters<C>, out: (start: number, end: number) => ScoreOutput): void {
    const { data, kernels, rows } = this.parts;
    for (const block of blocksOf(data, rows)) {
      kernels.score(parameters, block, out(block.start, block.start + block.nRows));
    }
  }

  private explain(error: unknown, last: MixtureState<C, T> | undefined): unknown {
    if (error instanceof DegenerateComponentError) return locateCollapse(error, last, this.parts.publish);
    if (error instanceof NonFiniteObjective) return this.zeroDensity(error);
    return error;
  }

  private zeroDensity({ iteration, parameters }: NonFiniteObjective): ZeroDensityError {
    const { data, kernels, rows } = this.parts;
    for (const block of blocksOf(data, rows)) {
      const row = zeroDensityRow(kernels, parameters as MixtureParameters<C>, block);
      if (row >= 0) return zeroDensityError(iteration, row);
    }
    return zeroDensityError(iteration);
  }
}

/** A collapse with when it was and what was last sound, as users see it. */
export function locateCollapse<C, T>(
  error: DegenerateComponentError,
  last: EMState<MixtureParameters<C>, MixtureStatistics<T>> | undefined,
  publish: (parameters: MixtureParameters<C>) => unknown,
): DegenerateComponentError {
  const iteration = last === undefined ? 0 : last.iteration + 1;
  const good = last === undefined ? undefined : publish(last.parameters);
  const when = iteration === 0 ? 'in the initialisation' : `in M-step ${iteration}`;
  return new DegenerateComponentError(error.component, good, `${error.message} (${when})`, {
    iteration,
    ...(last === undefined ? {} : { logLikelihood: last.statistics.logLikelihood }),
    cause: error.cause,
  });
}

/** The first row of positive weight that has no density, counted from the first of the data; −1 if all have one. */
export function zeroDensityRow<C>(
  kernels: Pick<BlockKernels<C, unknown>, 'score'>,
  parameters: MixtureParameters<C>,
  block: Block,
): number {
  const { start, nRows, data } = block;
  const logProbNorm = new Float64Array(nRows);
  kernels.score(parameters, block, { logProbNorm });
  const i = logProbNorm.findIndex(
    (value, at) => !Number.isFinite(value) && weightOf(data.sampleWeights, start + at) !== 0,
  );
  return i < 0 ? i : start + i;
}

/** Why the log-likelihood is not finite: a row (0-based) without density, or an overflow. */
export function zeroDensityError(iteration: number, row?: number): ZeroDensityError {
  return new ZeroDensityError(
    row === undefined
      ? `the log-likelihood overflowed after ${iteration} M-steps; scale the data or the weights down`
      : `row ${row} has a density of 0 under every component (after ${iteration} M-steps): it is too far from all, or impossible where probs are exactly 0 or 1; remove or mend the row, or start with a wider spread`,
    row,
  );
}

/** What is remembered of a run. */
export function recordOf<C, T>(
  run: Run<MixtureParameters<C>, MixtureStatistics<T>>,
  restarts: readonly Restart[],
  labels: Int32Array | undefined,
): FitRecord {
  const { statistics, iteration, stopReason } = run.reached;
  return {
    logLikelihood: statistics.logLikelihood,
    converged: hasConverged(stopReason),
    nIter: iteration,
    stopReason: stopReason as StopReason,
    trace: traceOf(run),
    componentCounts: statistics.counts.slice(),
    restarts: restarts.map(({ objective: _, measured, ...rest }) => ({ logLikelihood: measured, ...rest })),
    labels,
  };
}

/** The log-likelihood of a state, which a prior is no part of. */
export function logLikelihoodOf<C, T>({ statistics }: MixtureState<C, T>): number {
  return statistics.logLikelihood;
}

function traceOf<C, T>(run: Run<MixtureParameters<C>, MixtureStatistics<T>>): FitRecord['trace'] {
  const logLikelihood = Float64Array.from(run.measured);
  const logPosterior = Float64Array.from(run.trace);
  const { halfSteps } = run.reached as MixtureState<C, T>;
  return {
    logLikelihood,
    ...(logPosterior.every((value, t) => value === logLikelihood[t]) ? {} : { logPosterior }),
    ...(halfSteps === undefined ? {} : { elbo: halfSteps.trace }),
  };
}
