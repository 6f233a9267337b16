/** Of several starts the best. */
import { DegenerateComponentError } from '../errors.js';
import type { StopReason } from './convergence.js';
import type { EMState } from './loop.js';

/** One of the nInit starts, for the record. */
export interface Restart {
  /** what the start reached (total, nats; hard EM: the negative cost); undefined if it collapsed at once */
  readonly objective: number | undefined;
  /** the other measure of it, where there is one (the log-likelihood without the prior); else the objective */
  readonly measured: number | undefined;
  /** M-steps done */
  readonly nIter: number;
  /** whether a tolerance was met within `maxIter` */
  readonly converged: boolean;
  /** why the start was discarded, if it was */
  readonly error: DegenerateComponentError | undefined;
}

/** The states of one start, reduced to what is kept: the objectives, another measure if wanted, and the last state. */
export class Run<P, S> {
  /** objective after t M-steps */
  readonly trace: number[] = [];
  /** the other measure (the log-likelihood, where the objective has a prior) after t M-steps */
  readonly measured: number[] = [];
  last: EMState<P, S> | undefined;

  constructor(private readonly measure: (state: EMState<P, S>) => number = ({ objective }) => objective) {}

  add(state: EMState<P, S>): void {
    this.trace.push(state.objective);
    this.measured.push(this.measure(state));
    this.last = state;
  }

  /** Ends the run where it is, by its caller's wish. */
  stop(): void {
    this.last = { ...this.reached, stopReason: this.reached.stopReason ?? 'stopped' };
  }

  /** The last state of a run that has one. */
  get reached(): EMState<P, S> {
    if (this.last === undefined) throw new Error('a run without states');
    return this.last;
  }

  restart(error?: DegenerateComponentError): Restart {
    const { last } = this;
    return {
      objective: last?.objective,
      measured: this.measured.at(-1),
      nIter: last?.iteration ?? 0,
      converged: hasConverged(last?.stopReason),
      error,
    };
  }
}

export function hasConverged(stopReason: StopReason | undefined): boolean {
  return stopReason !== undefined && stopReason !== 'maxIter' && stopReason !== 'stopped';
}

/** The run of greatest objective, and the record of all. */
export interface Best<P, S> {
  readonly best: Run<P, S>;
  readonly restarts: Restart[];
}

/** Told of every state; `'stop'` ends the fit there, with the best state so far. */
type OnState<P, S> = (state: EMState<P, S>, restart: number) => unknown;

/** Runs every start; those that collapse are recorded and discarded, an error only when all do. */
export function bestOfStarts<P, S>(
  nStarts: number,
  states: () => Iterable<EMState<P, S>>,
  onState?: OnState<P, S>,
  measure?: (state: EMState<P, S>) => number,
): Best<P, S> {
  const pauses = pausingStarts(nStarts, states, onState, measure);
  for (;;) {
    const { value, done } = pauses.next();
    if (done) return value;
  }
}

/** As `bestOfStarts`, with a pause after every state but the last of a start. */
export function* pausingStarts<P, S>(
  nStarts: number,
  states: () => Iterable<EMState<P, S>>,
  onState: OnState<P, S> = () => {},
  measure?: (state: EMState<P, S>) => number,
): Generator<void, Best<P, S>> {
  const restarts: Restart[] = [];
  let best: Run<P, S> | undefined;
  let stopped = false;
  for (let restart = 0; restart < nStarts && !stopped; restart++) {
    const run = new Run<P, S>(measure);
    const collapsed = yield* follow(run, states(), (state) => {
      stopped = onState(state, restart) === 'stop';
      return stopped;
    });
    if (collapsed !== undefined && nStarts === 1) throw collapsed;
    restarts.push(run.restart(collapsed));
    if (collapsed !== undefined) continue;
    if (best === undefined || run.reached.objective > best.reached.objective) best = run;
  }
  if (best === undefined) throw allCollapsed(restarts);
  return { best, restarts };
}

/** Runs one start until it ends or `onState` says so; returns its collapse. What `onState` throws is the caller's own and goes through. */
function* follow<P, S>(
  run: Run<P, S>,
  states: Iterable<EMState<P, S>>,
  onState: (state: EMState<P, S>) => boolean,
): Generator<void, DegenerateComponentError | undefined> {
  const iterator = states[Symbol.iterator]();
  try {
    for (;;) {
      let step: IteratorResult<EMState<P, S>>;
      try {
        step = iterator.next();
      } catch (error) {
        if (error instanceof DegenerateComponentError) return error;
        throw error;
      }
      if (step.done) return undefined;
      run.add(step.value);
      if (onState(step.value)) {
        run.stop();
        return undefined;
      }
      if (step.value.stopReason === undefined) yield;
    }
  } finally {
    iterator.return?.();
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
