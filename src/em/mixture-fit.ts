/** A mixture fit from a checked plan to the best state: starts, loops, keeps the best of nInit. Knows no family. */
import type { BackendName, LinearAlgebra } from '../backend.js';
import type { Dataset } from '../data/dataset.js';
import type { Random } from '../data/random.js';
import { DegenerateComponentError, ZeroDensityError } from '../errors.js';
import type { MixtureChart } from '../optimize/chart.js';
import { gradientOptimizer, type Optimizer } from '../optimize/optimizer.js';
import type { ThreadsUsed } from '../threads/client.js';
import type { StopReason } from './convergence.js';
import { ElboRecorder, type ElboTrace } from './elbo-trace.js';
import { type EMState, iterate, NonFiniteObjective } from './loop.js';
import type { BlockKernels, EMModel, MixtureParameters, MixtureStatistics } from './model.js';
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
  /** `'elbo'` also records both half-steps of every iteration */
  readonly trace: TraceName;
  readonly optimizer: OptimizerName;
}

/** `'em'`, or `'gradient'`: L-BFGS on the log-likelihood. */
export type OptimizerName = 'em' | 'gradient';

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
  readonly converged: boolean;
  readonly nIter: number;
  readonly stopReason: StopReason;
  /** logLikelihood[t]: total after t M-steps */
  readonly trace: {
    readonly logLikelihood: Float64Array;
    /** with a prior: log-likelihood plus log prior (up to a constant), which is what EM climbs then */
    readonly logPosterior?: Float64Array;
    /** with `trace: 'elbo'`: both half-steps of every iteration */
    readonly elbo?: ElboTrace;
  };
  readonly componentCounts: Float64Array;
  readonly restarts: readonly MixtureRestart[];
  readonly labels: Int32Array | undefined;
  /** of a fit in workers: the threads that did it */
  readonly threads?: ThreadsUsed;
}

export interface Outcome<C> {
  readonly parameters: MixtureParameters<C>;
  readonly record: FitRecord;
}

/** Called after every E-step of a fit. */
export type OnProgress = (progress: {
  /** M-steps done in this start */
  readonly iteration: number;
  /** total, nats */
  readonly logLikelihood: number;
  /** which of the nInit starts, from 0 */
  readonly restart: number;
}) => void;

export interface MixtureState<C, T> extends EMState<MixtureParameters<C>, MixtureStatistics<T>> {
  /** the half-steps of this start up to here, if they are recorded */
  readonly halfSteps?: ElboRecorder<C>;
}
export type MixtureEM<C, T> = EMModel<MixtureParameters<C>, MixtureStatistics<T>>;

/** What a family supplies to be fitted. */
export interface FitParts<C, T> {
  readonly data: Dataset;
  readonly plan: MixturePlan;
  readonly model: MixtureEM<C, T>;
  readonly kernels: BlockKernels<C, T>;
  readonly algebra: LinearAlgebra;
  /** free numbers for the parameters of a start, for gradient ascent */
  chart(optimizer: Optimizer, start: MixtureParameters<C>): MixtureChart<C, T>;
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
  constructor(private readonly parts: FitParts<C, T>) {}

  /** Every state of one start; errors name the iteration and carry the last good parameters as users see them. */
  *states(): Generator<MixtureState<C, T>> {
    const { model, data, rows, plan, random, chart } = this.parts;
    const { tol, paramTol, maxIter } = plan;
    const halfSteps = plan.trace === 'elbo' ? new ElboRecorder(this.parts) : undefined;
    let last: MixtureState<C, T> | undefined;
    try {
      const start = model.initialize(data, random.split());
      const options = { tol, paramTol, maxIter, rows };
      const optimizer = plan.optimizer === 'gradient' ? gradientOptimizer() : undefined;
      const climb =
        optimizer === undefined
          ? iterate(model, data, start, options)
          : optimizer.ascend(model, chart(optimizer, start), data, start, options);
      for (const state of climb) {
        last = state;
        halfSteps?.add(state.parameters, state.statistics.logLikelihood);
        yield halfSteps === undefined ? state : { ...state, halfSteps };
      }
    } catch (error) {
      throw this.explain(error, last);
    }
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
    const { parameters, statistics, iteration, stopReason } = run.reached;
    return {
      parameters,
      record: {
        logLikelihood: statistics.logLikelihood,
        converged: hasConverged(stopReason),
        nIter: iteration,
        stopReason: stopReason as StopReason,
        trace: traceOf(run),
        componentCounts: statistics.counts.slice(),
        restarts: restarts.map(({ objective: _, measured, ...rest }) => ({ logLikelihood: measured, ...rest })),
        labels: this.labels(parameters),
      },
    };
  }

  /** Most probable components of the training rows. */
  private labels(parameters: MixtureParameters<C>): Int32Array {
    const { data, kernels, rows } = this.parts;
    const labels = new Int32Array(data.nSamples);
    for (let start = 0; start < data.nSamples; start += rows) {
      const nRows = Math.min(rows, data.nSamples - start);
      kernels.score(parameters, { data, start, nRows }, { labels: labels.subarray(start, start + nRows) });
    }
    return labels;
  }

  private explain(error: unknown, last: MixtureState<C, T> | undefined): unknown {
    if (error instanceof DegenerateComponentError) {
      const iteration = last === undefined ? 0 : last.iteration + 1;
      const good = last === undefined ? undefined : this.parts.publish(last.parameters);
      const when = iteration === 0 ? 'in the initialisation' : `in M-step ${iteration}`;
      return new DegenerateComponentError(error.component, good, `${error.message} (${when})`, {
        iteration,
        ...(last === undefined ? {} : { logLikelihood: last.statistics.logLikelihood }),
        cause: error.cause,
      });
    }
    if (error instanceof NonFiniteObjective) return this.zeroDensity(error);
    return error;
  }

  private zeroDensity(error: NonFiniteObjective): ZeroDensityError {
    const { data, kernels, rows } = this.parts;
    const parameters = error.parameters as MixtureParameters<C>;
    for (let start = 0; start < data.nSamples; start += rows) {
      const nRows = Math.min(rows, data.nSamples - start);
      const logProbNorm = new Float64Array(nRows);
      kernels.score(parameters, { data, start, nRows }, { logProbNorm });
      const i = logProbNorm.findIndex(
        (value, at) =>
          !Number.isFinite(value) && (data.sampleWeights === undefined || data.sampleWeights[start + at] !== 0),
      );
      if (i >= 0) {
        return new ZeroDensityError(
          `row ${start + i} has a density of 0 under every component (after ${error.iteration} M-steps): it is too far from all of them; remove the outlier, scale the data, or start with a wider spread`,
          start + i,
        );
      }
    }
    return new ZeroDensityError(
      `the log-likelihood overflowed after ${error.iteration} M-steps; scale the data or the weights down`,
    );
  }
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
