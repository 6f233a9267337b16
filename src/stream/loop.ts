/** The EM loop of `em/loop.ts` where a pass over the data has to be waited for. */
import { createConvergence, type StopReason } from '../em/convergence.js';
import { checked, type EMState } from '../em/loop.js';
import type { EMModel } from '../em/model.js';

interface AsyncLoopOptions {
  readonly tol: number;
  readonly paramTol: number;
  readonly maxIter: number;
  /** Σ weights of all rows */
  readonly totalWeight: number;
}

/**
 * As `iterate`, to the bit, given passes of the same bits. Written out because a synchronous generator cannot wait; the
 * order of the steps is that of `iterate` and has to stay so.
 *
 * @param pass the statistics of all rows under some parameters, after `iteration` M-steps
 */
export async function* iterateAsync<P, S>(
  model: EMModel<P, S>,
  pass: (parameters: P, iteration: number) => Promise<S>,
  start: P,
  options: AsyncLoopOptions,
): AsyncGenerator<EMState<P, S>, void, undefined> {
  const convergence = createConvergence(options, options.totalWeight);
  let parameters = start;
  let statistics = await pass(parameters, 0);
  let objective = checked(model.objective(statistics, parameters), 0, parameters);
  let stopReason: StopReason | undefined = options.maxIter === 0 ? 'maxIter' : undefined;
  yield { iteration: 0, parameters, statistics, objective, stopReason };

  for (let iteration = 1; stopReason === undefined; iteration++) {
    const centred = model.recentre?.(statistics, parameters);
    if (centred !== undefined) statistics = await pass(centred, iteration - 1);
    const next = model.maximization(statistics, parameters);
    statistics = await pass(next, iteration);
    const reached = checked(model.objective(statistics, next), iteration, next);
    const change = options.paramTol > 0 ? model.change?.(parameters, next) : undefined;
    stopReason = convergence(iteration, reached - objective, change);
    parameters = next;
    objective = reached;
    yield { iteration, parameters, statistics, objective, stopReason };
  }
}
