/** Of several starts the best, and what is kept of it. */
import type { BackendName } from '../backend.js';
import type { StopReason } from '../em/convergence.js';
import { DegenerateComponentError } from '../errors.js';
import type { GaussianFit, GaussianState, Restart } from './gaussian-fit.js';
import { type FlatGaussianParameters, fromComponents } from './gaussian-parameters.js';

/** What only a fit knows. */
export interface FitRecord {
  readonly logLikelihood: number;
  readonly converged: boolean;
  readonly nIter: number;
  readonly stopReason: StopReason;
  /** logLikelihood[t]: total after t M-steps */
  readonly trace: { readonly logLikelihood: Float64Array };
  readonly componentCounts: Float64Array;
  readonly restarts: readonly Restart[];
  readonly labels: Int32Array | undefined;
}

/** A model's parameters, with what scoring needs to repeat the fit's arithmetic. */
export interface ModelState extends FlatGaussianParameters {
  /** digits of the means below their last place, for data far from 0 */
  readonly low: Float64Array | undefined;
  readonly origin: Float64Array;
  readonly backend: BackendName;
}

export interface Outcome {
  readonly state: ModelState;
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

/** Runs every start; those that collapse are recorded and discarded, an error only when all do. */
export function bestFit(fit: GaussianFit, onProgress: OnProgress | undefined): Outcome {
  const restarts: Restart[] = [];
  let best: Run | undefined;
  for (let restart = 0; restart < fit.nStarts; restart++) {
    const run = new Run();
    try {
      for (const state of fit.states()) {
        run.add(state);
        onProgress?.({ iteration: state.iteration, logLikelihood: state.objective, restart });
      }
    } catch (error) {
      if (!(error instanceof DegenerateComponentError) || fit.nStarts === 1) throw error;
      restarts.push(run.restart(error));
      continue;
    }
    restarts.push(run.restart());
    if (best === undefined || run.objective > best.objective) best = run;
  }
  if (best === undefined) throw allCollapsed(restarts);
  return best.outcome(fit, restarts);
}

/** The states of one start, reduced to what is kept. */
export class Run {
  private readonly trace: number[] = [];
  private last: GaussianState | undefined;

  add(state: GaussianState): void {
    this.trace.push(state.objective);
    this.last = state;
  }

  get objective(): number {
    return this.last?.objective ?? -Infinity;
  }

  restart(error?: DegenerateComponentError): Restart {
    const { last } = this;
    return {
      logLikelihood: last?.objective,
      nIter: last?.iteration ?? 0,
      converged: last?.stopReason !== undefined && last.stopReason !== 'maxIter',
      error,
    };
  }

  /** The model of the last state. */
  outcome(fit: GaussianFit, restarts: readonly Restart[]): Outcome {
    const { parameters, statistics, objective, iteration, stopReason } = this.last as GaussianState;
    const { covarianceType, backend } = fit.plan;
    const { origin } = fit.data;
    return {
      state: { ...fromComponents(parameters, origin, covarianceType), origin, backend },
      record: {
        logLikelihood: objective,
        converged: stopReason !== 'maxIter',
        nIter: iteration,
        stopReason: stopReason as StopReason,
        trace: { logLikelihood: Float64Array.from(this.trace) },
        componentCounts: statistics.counts.slice(),
        restarts,
        labels: fit.labels(parameters),
      },
    };
  }
}

function allCollapsed(restarts: readonly Restart[]): DegenerateComponentError {
  const first = restarts[0]?.error as DegenerateComponentError;
  return new DegenerateComponentError(
    first.component,
    first.parameters,
    `all ${restarts.length} starts collapsed; the first: ${first.message}`,
    {
      ...(first.iteration === undefined ? {} : { iteration: first.iteration }),
      ...(first.logLikelihood === undefined ? {} : { logLikelihood: first.logLikelihood }),
      cause: first,
    },
  );
}
