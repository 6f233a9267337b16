/** Several starts of anything that yields states: which is kept, what is recorded, what is closed. */
import { describe, expect, it } from 'vitest';
import type { StopReason } from '../../src/em/convergence.js';
import type { EMState } from '../../src/em/loop.js';
import { bestOfStarts, hasConverged, pausingStarts, Run } from '../../src/em/restarts.js';
import { DegenerateComponentError } from '../../src/errors.js';
import { thrownBy } from '../helpers/numbers.js';

type State = EMState<string, number>;

/** States of a start: these objectives, the last with its reason. */
function states(name: string, objectives: readonly number[], stopReason: StopReason = 'tol'): State[] {
  return objectives.map((objective, iteration) => ({
    iteration,
    parameters: `${name}${iteration}`,
    statistics: 10 * objective,
    objective,
    stopReason: iteration === objectives.length - 1 ? stopReason : undefined,
  }));
}

/** Gives one start after the other; notes which have been closed. */
function starts(...all: (() => Iterable<State>)[]) {
  const closed: number[] = [];
  let next = 0;
  return {
    closed,
    *make(): Generator<State> {
      const at = next++;
      try {
        yield* all[at]!();
      } finally {
        closed.push(at);
      }
    },
  };
}

function* collapsing(name: string, objectives: readonly number[], error: Error): Generator<State> {
  // no last state: it goes on until it collapses
  for (const state of states(name, [...objectives, 0]).slice(0, -1)) yield state;
  throw error;
}

const collapse = (component: number) =>
  new DegenerateComponentError(component, 'last', `component ${component} is gone`);

describe('bestOfStarts', () => {
  it('keeps the start of greatest objective, the first of equals, and records all', () => {
    const { make, closed } = starts(
      () => states('a', [1, 2]),
      () => states('b', [1, 3, 5], 'maxIter'),
      () => states('c', [5], 'paramTol'),
      () => states('d', [-1, 4], 'stable'),
    );
    const { best, restarts } = bestOfStarts(4, make);
    expect(best.reached.parameters).toBe('b2');
    expect(best.trace).toEqual([1, 3, 5]);
    expect(best.measured).toEqual([1, 3, 5]);
    expect(restarts.map(({ objective, nIter, converged }) => [objective, nIter, converged])).toEqual([
      [2, 1, true],
      [5, 2, false],
      [5, 0, true],
      [4, 1, true],
    ]);
    expect(restarts.every(({ measured, objective, error }) => measured === objective && error === undefined)).toBe(
      true,
    );
    expect(closed).toEqual([0, 1, 2, 3]);
  });

  it('records another measure beside the objective, which decides', () => {
    const { make } = starts(
      () => states('a', [1, 2]),
      () => states('b', [0, 1]),
    );
    const { best, restarts } = bestOfStarts(2, make, undefined, ({ statistics }) => -statistics);
    expect(best.reached.parameters).toBe('a1');
    expect(best.measured).toEqual([-10, -20]);
    expect(restarts.map(({ objective, measured }) => [objective, measured])).toEqual([
      [2, -20],
      [1, -10],
    ]);
  });

  it('tells of every state, with its start', () => {
    const { make } = starts(
      () => states('a', [1, 2]),
      () => collapsing('b', [7], collapse(0)),
      () => states('c', [3]),
    );
    const told: unknown[] = [];
    bestOfStarts(3, make, ({ parameters }, restart) => told.push([parameters, restart]));
    expect(told).toEqual([
      ['a0', 0],
      ['a1', 0],
      ['b0', 1],
      ['c0', 2],
    ]);
  });

  it("ends where it is told 'stop', and closes the start that was running", () => {
    const { make, closed } = starts(
      () => states('a', [3, 4]),
      () => states('b', [1, 2, 9]),
      () => states('c', [100]),
    );
    const { best, restarts } = bestOfStarts(3, make, ({ parameters }) => (parameters === 'b1' ? 'stop' : 'go on'));
    expect(best.reached.parameters).toBe('a1');
    expect(restarts.length).toBe(2);
    expect(restarts[1]).toEqual({ objective: 2, measured: 2, nIter: 1, converged: false, error: undefined });
    expect(closed).toEqual([0, 1]);
  });

  it('a start that is stopped in its last state keeps the reason it ended for', () => {
    const { make } = starts(() => states('a', [3, 4]));
    const { best } = bestOfStarts(1, make, ({ stopReason }) => (stopReason === undefined ? '' : 'stop'));
    expect(best.reached.stopReason).toBe('tol');
    const running = starts(() => states('a', [3, 4]));
    expect(bestOfStarts(1, running.make, () => 'stop').best.reached).toMatchObject({
      iteration: 0,
      stopReason: 'stopped',
    });
  });

  it('discards a start that collapses however well it did, and records where it was', () => {
    const error = collapse(1);
    const { make, closed } = starts(
      () => collapsing('a', [50, 99], error),
      () => collapsing('b', [], error),
      () => states('c', [1]),
    );
    const { best, restarts } = bestOfStarts(3, make);
    expect(best.reached.parameters).toBe('c0');
    expect(restarts[0]).toEqual({ objective: 99, measured: 99, nIter: 1, converged: false, error });
    expect(restarts[1]).toEqual({ objective: undefined, measured: undefined, nIter: 0, converged: false, error });
    expect(closed).toEqual([0, 1, 2]);
  });

  it('throws the collapse of a single start as it is', () => {
    const error = collapse(0);
    const { make } = starts(() => collapsing('a', [1], error));
    expect(thrownBy(() => bestOfStarts(1, make))).toBe(error);
  });

  it('when all collapse, throws one error with the first as its cause', () => {
    const first = new DegenerateComponentError(2, 'sound', 'component 2 is gone', { iteration: 7, logLikelihood: -3 });
    const { make } = starts(
      () => collapsing('a', [1], first),
      () => collapsing('b', [1], collapse(0)),
    );
    const error = thrownBy<DegenerateComponentError>(() => bestOfStarts(2, make));
    expect(error.message).toBe('all 2 starts collapsed; the first: component 2 is gone');
    expect(error).toMatchObject({ component: 2, parameters: 'sound', iteration: 7, logLikelihood: -3, cause: first });
    const bare = starts(
      () => collapsing('a', [], collapse(0)),
      () => collapsing('b', [], collapse(1)),
    );
    const other = thrownBy<DegenerateComponentError>(() => bestOfStarts(2, bare.make));
    expect([other.component, other.iteration, other.logLikelihood]).toEqual([0, undefined, undefined]);
  });

  it('lets other errors through, and closes the start', () => {
    const error = new TypeError('mine');
    const { make, closed } = starts(
      () => collapsing('a', [1], error),
      () => states('b', [1]),
    );
    expect(thrownBy(() => bestOfStarts(2, make))).toBe(error);
    const listening = starts(() => states('a', [1, 2]));
    const run = () =>
      bestOfStarts(1, listening.make, () => {
        throw error;
      });
    expect(thrownBy(run)).toBe(error);
    // even a collapse, if it is the listener's own
    const own = starts(
      () => states('a', [1, 2]),
      () => states('b', [1]),
    );
    const mine = collapse(5);
    const rethrow = () =>
      bestOfStarts(2, own.make, () => {
        throw mine;
      });
    expect(thrownBy(rethrow)).toBe(mine);
    expect([closed, listening.closed, own.closed]).toEqual([[0], [0], [0]]);
  });

  it('takes iterables that cannot be closed', () => {
    const endless = {
      [Symbol.iterator]: () => ({ next: () => ({ done: false as const, value: states('a', [1, 2])[0]! }) }),
    };
    expect(
      bestOfStarts(
        1,
        () => endless,
        () => 'stop',
      ).best.trace,
    ).toEqual([1]);
  });
});

describe('pausingStarts', () => {
  it('pauses after every state that is not the last of its start', () => {
    const { make } = starts(
      () => states('a', [1, 2, 3, 4]),
      () => states('b', [5]),
      () => states('c', [0, 1]),
    );
    const pauses = pausingStarts(3, make);
    let paused = 0;
    let step = pauses.next();
    for (; !step.done; step = pauses.next()) paused++;
    expect(paused).toBe(4);
    expect(step.value.best.reached.parameters).toBe('b0');
  });
});

describe('Run', () => {
  it('has no state before the first', () => {
    const run = new Run<string, number>();
    expect(() => run.reached).toThrow('a run without states');
    expect(() => run.stop()).toThrow('a run without states');
    expect(run.restart()).toEqual({
      objective: undefined,
      measured: undefined,
      nIter: 0,
      converged: false,
      error: undefined,
    });
  });
});

describe('hasConverged', () => {
  it('is so for a reason other than maxIter and the caller', () => {
    const reasons = ['tol', 'paramTol', 'stable', 'maxIter', 'stopped', undefined] as const;
    expect(reasons.map(hasConverged)).toEqual([true, true, true, false, false, false]);
  });
});
