/** The EM loop. It reads like the textbook and names no model. */
import type { Dataset } from '../data/dataset.js';
import { MixwasmError } from '../errors.js';
import { expectationOver } from './blocks.js';
import { createConvergence, type StopReason } from './convergence.js';
import type { EMModel } from './model.js';

export interface LoopOptions {
  /** stop when the mean objective per unit of weight rises by less; 0 never stops */
  tol: number;
  /** stop when no parameter moves more than this (scaled); 0 never stops */
  paramTol: number;
  /** E-steps after the first */
  maxIter: number;
  /** rows of a block */
  rows: number;
}

/**
 * A state of the loop: the parameters after `iteration` M-steps (with `acceleration`: E-steps after the first) and the
 * objective of these very parameters.
 */
export interface EMState<P, S> {
  /** M-steps done; 0 is the initialisation */
  readonly iteration: number;
  /** reached after that many M-steps */
  readonly parameters: P;
  /** of all data under `parameters`; only until the next state is asked for */
  readonly statistics: S;
  /** total, in nats */
  readonly objective: number;
  /** why the loop ends here; undefined while it goes on */
  readonly stopReason: StopReason | undefined;
}

/**
 * Runs EM from `start`, yielding every state: first t = 0, last the one with a `stopReason`. `src/stream/loop.ts` is the same
 * loop with waiting, to the bit: change both.
 */
export function* iterate<P, S>(
  model: EMModel<P, S>,
  data: Dataset,
  start: P,
  options: LoopOptions,
): Generator<EMState<P, S>, void, undefined> {
  const convergence = createConvergence(options, data.totalWeight);
  let parameters = start;
  let statistics = expectationOver(model, parameters, data, options.rows);
  let objective = checked(model.objective(statistics, parameters), 0, parameters);
  let stopReason: StopReason | undefined = options.maxIter === 0 ? 'maxIter' : undefined;
  yield { iteration: 0, parameters, statistics, objective, stopReason };

  for (let iteration = 1; stopReason === undefined; iteration++) {
    const centred = model.recentre?.(statistics, parameters);
    if (centred !== undefined) statistics = expectationOver(model, centred, data, options.rows);
    const next = model.maximization(statistics, parameters);
    const before = statistics;
    statistics = expectationOver(model, next, data, options.rows);
    const reached = checked(model.objective(statistics, next), iteration, next);
    const change = options.paramTol > 0 ? model.change?.(parameters, next) : undefined;
    stopReason = model.stable?.(statistics, before) ? 'stable' : convergence(iteration, reached - objective, change);
    parameters = next;
    objective = reached;
    yield { iteration, parameters, statistics, objective, stopReason };
  }
}

/** The objective, if it is a finite number. */
export function checked(objective: number, iteration: number, parameters: unknown): number {
  if (Number.isFinite(objective)) return objective;
  throw new NonFiniteObjective(iteration, objective, parameters);
}

/** The objective overflowed; whoever knows the data turns it into an error that names the row. */
export class NonFiniteObjective extends MixwasmError {
  override name = 'NonFiniteObjective';
  constructor(
    /** M-steps done */
    readonly iteration: number,
    /** what is not finite */
    readonly objective: number,
    /** that gave it */
    readonly parameters: unknown,
  ) {
    super(
      'NON_FINITE_OBJECTIVE',
      `the objective became ${objective} after ${iteration} M-steps; expectation and objective must give finite numbers for the parameters that maximization returns`,
    );
  }
}
