/** EM in longer steps: the states of the EM loop, of which a scheme extrapolates some. */
import type { Dataset } from '../data/dataset.js';
import { expectationOver } from '../em/blocks.js';
import { createConvergence, type StopReason } from '../em/convergence.js';
import { checked, type EMState, type LoopOptions } from '../em/loop.js';
import type { EMModel, ParameterChart } from '../em/model.js';
import { MixwasmError } from '../errors.js';
import { add, dot, subtract } from '../numeric/vectors.js';

/** Where the path is: free numbers, and the step that EM takes from there. */
export interface Place {
  readonly free: Float64Array;
  /** M(free) − free: what the fixed point makes 0 */
  readonly step: Float64Array;
  /** the inner product of steps at this place … */
  readonly inner: (a: Float64Array, b: Float64Array) => number;
  /** … is the dot product of one with this of the other; it costs much more than that product */
  readonly metric: (step: Float64Array) => Float64Array;
}

/** How steps are made longer: told of every step that was taken, asked for the next. */
export interface Extrapolation {
  /** The step to try from here; undefined for EM's own. */
  propose(at: Place): Float64Array | undefined;
  /** The path has gone from one place to another, by EM's own step (`plain`) or by the proposal. */
  moved(from: Place, to: Place, plain: boolean): void;
  /** The proposal lowered the objective, or led nowhere. */
  rejected(): void;
}

/**
 * Runs EM from `start`; the states are those of `iterate`, except that some steps are a scheme's proposals.
 *
 * Safeguard: a proposal is accepted only if its objective is no lower than the present one, and an M-step from it exists.
 * Else it is dropped, and EM's own step is taken from where the path is: there the objective rises as EM guarantees, and
 * every limit is a fixed point of EM (Varadhan & Roland 2008, §5; Henderson & Varadhan 2019, §3). Where EM itself has just
 * lowered the objective (`regCovar` above 0 has a fixed point of its own, not quite the maximum), the objective is no
 * judge; there a proposal must shorten the EM step instead.
 *
 * Cost: each trial is one E-step, accepted or not; M-steps are small. `iteration` counts E-steps after the first, and
 * skips those of rejected proposals: only accepted states are yielded. The last one allowed is never spent on a proposal.
 *
 * Stopping: `tol` and `paramTol` mean what they mean to plain EM: what one application of the EM map to the present state
 * still changes. A proposal may rise by little because it is a bad one, or by much although EM would already stop; so
 * neither stops anything. A small rise by a proposal only makes the next steps EM's own, and these decide: two in a row must
 * be small, the second no longer than the first. One would not do: a proposal may land so near a saddle (components that
 * are alike) that EM hardly moves at first, and it moves on by steps that grow. What is returned is an M-step's answer,
 * except where `maxIter` is 0.
 */
export function* accelerate<P, S>(
  model: EMModel<P, S>,
  chart: ParameterChart<P>,
  data: Dataset,
  start: P,
  { tol, paramTol, maxIter, rows }: LoopOptions,
  scheme: Extrapolation,
): Generator<EMState<P, S>, void, undefined> {
  const convergence = createConvergence({ tol, paramTol, maxIter }, data.totalWeight);
  /** E-steps after the first */
  let iteration = -1;
  const expect = (parameters: P): Evaluated<P, S> => {
    iteration++;
    const statistics = expectationOver(model, parameters, data, rows);
    return { parameters, statistics, objective: model.objective(statistics, parameters) };
  };
  /** The M-step from a state: as `iterate` does it. */
  const depart = (state: Evaluated<P, S>): Departure<P> => {
    const { parameters } = state;
    const centred = model.recentre?.(state.statistics, parameters);
    const statistics = centred === undefined ? state.statistics : expectationOver(model, centred, data, rows);
    const next = model.maximization(statistics, parameters);
    const free = chart.toFree(parameters);
    const step = subtract(chart.toFree(next), free);
    const metric = (v: Float64Array) => chart.metric?.(parameters, v) ?? v;
    return { next, free, step, inner: (a, b) => dot(a, metric(b)), metric };
  };

  /** The proposal's state and the M-step from it, or undefined where it must be rejected. */
  const attempt = (before: Evaluated<P, S>, from: Departure<P>, proposal: Float64Array, falling: boolean) => {
    const free = add(from.free, proposal);
    chart.clip?.(free, add(from.free, from.step));
    if (!free.every(Number.isFinite)) return undefined;
    try {
      const parameters = chart.fromFree(free);
      if (chart.degenerate?.(parameters) !== undefined) return undefined;
      const state = expect(parameters);
      if (!Number.isFinite(state.objective)) return undefined;
      if (state.objective < before.objective && !falling) return undefined;
      const departure = depart(state);
      if (!departure.step.every(Number.isFinite)) return undefined;
      return falling && !(squaredLength(departure) < squaredLength(from)) ? undefined : { state, departure };
    } catch (error) {
      // collapsed, not positive definite, a density of 0: no place to go, and no fault of the fit's
      if (error instanceof MixwasmError) return undefined;
      throw error;
    }
  };

  const departIfPossible = (at: Evaluated<P, S>) => {
    try {
      return depart(at);
    } catch (error) {
      if (error instanceof MixwasmError) return undefined;
      throw error;
    }
  };

  let state = expect(start);
  checked(state.objective, 0, start);
  let stopReason: StopReason | undefined = maxIter === 0 ? 'maxIter' : undefined;
  /** where EM's own step last lowered the objective, the objective is no judge */
  let falling = false;
  yield { iteration, ...state, stopReason };

  let from: Departure<P> | undefined;
  let pending: { from: Departure<P>; plain: boolean } | undefined;
  /** a step changed so little that it may be the end: EM's own steps decide */
  let quiet = false;
  /** EM's own steps since the last accepted proposal */
  let sinceLeap = CONFIRMED;
  while (stopReason === undefined) {
    from ??= depart(state);
    if (pending !== undefined) scheme.moved(pending.from, from, pending.plain);
    pending = undefined;

    // one E-step left: EM's own is sure
    const proposal = quiet || iteration < FIRST || iteration + 1 >= maxIter ? undefined : scheme.propose(from);
    if (proposal !== undefined) {
      const reached = attempt(state, from, proposal, falling);
      if (reached !== undefined) {
        const rise = reached.state.objective - state.objective;
        const change = paramTol > 0 ? model.change?.(state.parameters, reached.state.parameters) : undefined;
        const settled = convergence(iteration, rise, change);
        quiet = settled !== undefined;
        sinceLeap = 0;
        pending = { from, plain: false };
        ({ state, departure: from } = reached);
        yield { iteration, ...state, stopReason };
        continue;
      }
      scheme.rejected();
    }

    const before = state;
    state = expect(from.next);
    checked(state.objective, iteration, state.parameters);
    const rise = state.objective - before.objective;
    falling = rise < -FALL * Math.max(Math.abs(before.objective), data.totalWeight);
    const change = paramTol > 0 ? model.change?.(before.parameters, state.parameters) : undefined;
    stopReason = model.stable?.(state.statistics, before.statistics) ? 'stable' : convergence(iteration, rise, change);
    pending = { from, plain: true };
    from = undefined;
    sinceLeap++;
    quiet = false;
    if (stopReason === 'tol' || stopReason === 'paramTol') {
      from = departIfPossible(state);
      const grows = from !== undefined && squaredLength(from) > squaredLength(pending.from);
      // EM's own steps go on until they tell
      quiet = grows || sinceLeap < CONFIRMED;
      if (quiet) stopReason = undefined;
    }
    if (iteration >= maxIter) stopReason ??= 'maxIter';
    yield { iteration, ...state, stopReason };
  }
}

interface Evaluated<P, S> {
  readonly parameters: P;
  readonly statistics: S;
  readonly objective: number;
}

interface Departure<P> extends Place {
  /** the M-step's answer */
  readonly next: P;
}

/** Plain steps before the first proposal: fits that need no more than these cost what they cost without acceleration. */
const FIRST = 2;

/** Small plain steps in a row that end a fit after a proposal. */
const CONFIRMED = 2;

/** A fall of the objective, relative, that is more than rounding. */
const FALL = 1e-12;

function squaredLength({ step, inner }: Place): number {
  return inner(step, step);
}
