/** Maximum likelihood by gradient ascent: the same states as the EM loop, reached by L-BFGS. */
import type { Dataset } from '../data/dataset.js';
import { expectationOver } from '../em/blocks.js';
import { createConvergence, type StopReason } from '../em/convergence.js';
import { type EMState, type LoopOptions, NonFiniteObjective } from '../em/loop.js';
import type { EMModel, MixtureParameters, MixtureStatistics } from '../em/model.js';
import { DegenerateComponentError } from '../errors.js';
import type { MixtureChart } from './chart.js';
import { type Evaluation, type Iterate, lbfgs } from './lbfgs.js';

interface Reached<C, T> extends Evaluation {
  readonly parameters: MixtureParameters<C>;
  readonly statistics: MixtureStatistics<T>;
  readonly objective: number;
}

/**
 * Climbs the objective of a mixture (log-likelihood, plus log prior if there is one) in the free numbers of a chart. Each
 * evaluation is one E-step: by Fisher's identity the gradient of log p(X|θ) is that of Q(θ; q) at q = posterior, which the
 * expected sufficient statistics hold (Salakhutdinov, Roweis & Ghahramani 2003). States and stopping rules are those of
 * `iterate`; it also stops (reason `'tol'`) where no step raises the objective by anything a double can show.
 */
export function* ascend<C, T>(
  model: EMModel<MixtureParameters<C>, MixtureStatistics<T>>,
  chart: MixtureChart<C, T>,
  data: Dataset,
  start: MixtureParameters<C>,
  { maxIter, tol, paramTol, rows }: LoopOptions,
): Generator<EMState<MixtureParameters<C>, MixtureStatistics<T>>, void, undefined> {
  const convergence = createConvergence({ tol, paramTol, maxIter }, data.totalWeight);
  const evaluate = (parameters: MixtureParameters<C>): Reached<C, T> => {
    const statistics = expectationOver(model, parameters, data, rows);
    const objective = model.objective(statistics, parameters);
    const gradient = chart.gradient(parameters, statistics).map((slope) => -slope / data.totalWeight);
    return { value: -objective / data.totalWeight, gradient, parameters, statistics, objective };
  };

  const descent = lbfgs((free) => evaluate(chart.fromFree(free)), chart.toFree(start));
  let { at: current } = (descent.next() as IteratorYieldResult<Iterate<Reached<C, T>>>).value;
  if (!Number.isFinite(current.objective)) throw new NonFiniteObjective(0, current.objective, current.parameters);
  let stopReason: StopReason | undefined = maxIter === 0 ? 'maxIter' : undefined;
  for (let iteration = 0; ; iteration++) {
    const { parameters, statistics, objective } = current;
    const next = stopReason === undefined ? descent.next() : undefined;
    if (next === undefined || next.done) {
      // a maximum is a fixed point of EM: beside a collapse rounding ends the climb early, and the M-step throws
      if (stopReason !== 'maxIter') model.maximization(statistics, parameters);
      yield { iteration, parameters, statistics, objective, stopReason: stopReason ?? 'tol' };
      return;
    }
    yield { iteration, parameters, statistics, objective, stopReason };
    current = next.value.at;
    checkSound(chart, current.parameters, parameters);
    const change = paramTol > 0 ? model.change?.(parameters, current.parameters) : undefined;
    stopReason = convergence(iteration + 1, current.objective - objective, change);
  }
}

function checkSound<C, T>(
  chart: MixtureChart<C, T>,
  parameters: MixtureParameters<C>,
  previous: MixtureParameters<C>,
): void {
  const k = chart.degenerate(parameters);
  if (k === undefined) return;
  throw new DegenerateComponentError(
    k,
    previous,
    `component ${k} collapsed; the likelihood has no maximum there: use fewer components, another start (init, seed, nInit), or optimizer 'em' with regCovar above 0`,
  );
}
