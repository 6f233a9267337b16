/** The loop's own promises, on models of a few lines: what it asks of a model, in which order, and why it ends. */
import { describe, expect, it } from 'vitest';
import { createDataset } from '../../src/data/dataset.js';
import { blockRows, blocksOf, expectationOver } from '../../src/em/blocks.js';
import { createConvergence } from '../../src/em/convergence.js';
import { checked, iterate, type LoopOptions, NonFiniteObjective } from '../../src/em/loop.js';
import type { EMModel } from '../../src/em/model.js';
import { assertMonotone, NonMonotoneError } from '../../src/em/non-monotone.js';
import { thrownBy } from '../helpers/numbers.js';

interface Sums {
  n: number;
  x: number;
  cost: number;
}

const X = Float64Array.of(1, 2, 3, 6, 13);
const data = createDataset({ x: X, nSamples: 5, nFeatures: 1 }, undefined, false);

/** θ goes half of the way to the mean (5) in each step; the objective is −Σ(x − θ)². */
function halfway(): EMModel<number, Sums> {
  return {
    initialize: () => 0,
    expectation(theta, { data: { x }, start, nRows }) {
      const sums = { n: 0, x: 0, cost: 0 };
      for (const value of x.subarray(start, start + nRows)) {
        sums.n++;
        sums.x += value;
        sums.cost += (value - theta) ** 2;
      }
      return sums;
    },
    merge: (a, b) => ({ n: a.n + b.n, x: a.x + b.x, cost: a.cost + b.cost }),
    maximization: ({ n, x }, theta) => (x / n + theta) / 2,
    objective: ({ cost }) => -cost,
  };
}

const OPTIONS: LoopOptions = { tol: 0, paramTol: 0, maxIter: 3, rows: 2 };
const run = (model: EMModel<number, Sums>, options: Partial<LoopOptions> = {}, start = 37) => [
  ...iterate(model, data, start, { ...OPTIONS, ...options }),
];

describe('iterate', () => {
  it('yields the start and every state after an M-step, each with its own objective and statistics', () => {
    const states = run(halfway());
    expect(states.map(({ iteration }) => iteration)).toEqual([0, 1, 2, 3]);
    expect(states.map(({ parameters }) => parameters)).toEqual([37, 21, 13, 9]);
    // Σ(x − 5)² = 94
    const objectives = [37, 21, 13, 9].map((theta) => -(94 + 5 * (theta - 5) ** 2));
    expect(states.map(({ objective }) => objective)).toEqual(objectives);
    expect(states.map(({ statistics }) => -statistics.cost)).toEqual(objectives);
    expect(states.map(({ stopReason }) => stopReason)).toEqual([undefined, undefined, undefined, 'maxIter']);
  });

  it('with maxIter 0 yields the start alone', () => {
    const states = run(halfway(), { maxIter: 0 });
    expect(states.map(({ parameters, stopReason }) => [parameters, stopReason])).toEqual([[37, 'maxIter']]);
  });

  it('takes statistics again about the centres that recentre gives, for the next M-step only', () => {
    const asked: number[] = [];
    const model = halfway();
    const { expectation } = model;
    model.expectation = (theta, block) => {
      if (block.start === 0) asked.push(theta);
      return expectation(theta, block);
    };
    model.recentre = (_statistics, theta) => (theta === 21 ? -1 : undefined);
    const states = run(model);
    expect(asked).toEqual([37, 21, -1, 13, 9]);
    // the state keeps its own parameters
    expect(states.map(({ parameters }) => parameters)).toEqual([37, 21, 13, 9]);
  });

  it('asks model.change only where paramTol wants it, with the parameters before and after', () => {
    const asked: [number, number][] = [];
    const model = { ...halfway(), change: (a: number, b: number) => asked.push([a, b]) && Math.abs(a - b) };
    run(model);
    expect(asked).toEqual([]);
    const states = run(model, { paramTol: 5, maxIter: 9 });
    expect(asked).toEqual([
      [37, 21],
      [21, 13],
      [13, 9],
    ]);
    expect(states.at(-1)!.stopReason).toBe('paramTol');
  });

  it('without model.change paramTol never stops it', () => {
    expect(run(halfway(), { paramTol: 1e9 }).at(-1)!.stopReason).toBe('maxIter');
  });

  it('ends where model.stable says so, asked with the statistics now and before', () => {
    const model = { ...halfway(), stable: (now: Sums, before: Sums) => before.cost - now.cost < 200 };
    const states = run(model, { maxIter: 50 });
    // costs above the least are 5120, 1280, 320, 80, 20: the fourth step is the first to gain less than 200
    expect(states.at(-1)).toMatchObject({ iteration: 4, stopReason: 'stable' });
  });

  it('names the M-step whose objective is no finite number, and the parameters', () => {
    const model = halfway();
    model.objective = ({ cost }) => (cost < 500 ? Number.NaN : -cost);
    const error = thrownBy<NonFiniteObjective>(() => run(model));
    expect(error).toBeInstanceOf(NonFiniteObjective);
    expect(error).toMatchObject({
      name: 'NonFiniteObjective',
      code: 'NON_FINITE_OBJECTIVE',
      iteration: 2,
      objective: Number.NaN,
      parameters: 13,
    });
    expect(error.message).toContain('became NaN after 2 M-steps');
    model.objective = () => -Infinity;
    expect(thrownBy<NonFiniteObjective>(() => run(model))).toMatchObject({ iteration: 0, parameters: 37 });
    expect(checked(-3, 1, undefined)).toBe(-3);
  });
});

describe('expectationOver', () => {
  it('merges the blocks in order, or what several threads computed of them', () => {
    const text: EMModel<string, string> = {
      initialize: () => '',
      expectation: (parameters, { start, nRows }) => `${parameters}${start}+${nRows}`,
      merge: (a, b) => `(${a} ${b})`,
      maximization: () => '',
      objective: () => 0,
    };
    expect(expectationOver(text, 'p', data, 2)).toBe('((p0+2 p2+2) p4+1)');
    expect(expectationOver(text, 'p', data, 5)).toBe('p0+5');
    const expectations = (parameters: string) => [`${parameters}a`, `${parameters}b`, `${parameters}c`];
    expect(expectationOver({ ...text, expectations }, 'p', data, 2)).toBe('((pa pb) pc)');
  });
});

describe('blocks', () => {
  it('cover every row once, the last as long as there are rows', () => {
    expect([...blocksOf(data, 2)].map(({ start, nRows }) => [start, nRows])).toEqual([
      [0, 2],
      [2, 2],
      [4, 1],
    ]);
    expect([...blocksOf(data, 5)]).toEqual([{ data, start: 0, nRows: 5 }]);
  });

  it.each([
    // nanoseconds of a row: K·(4 + D + 0.08·D²)
    [1, 1, 16384],
    [2, 3, 16384],
    // 8·(4 + 2 + 0.32) = 50.56: 16384 rows are 0.83 ms
    [2, 8, 16384],
    // 16·6.32 = 101.1: 8192 rows are 0.83 ms
    [2, 16, 16384],
    // 20·6.32 = 126.4: 8192 rows are 1.04 ms
    [2, 20, 8192],
    // 8·(4 + 8 + 5.12) = 137
    [8, 8, 8192],
    // 16·(4 + 16 + 20.48) = 647.7
    [16, 16, 2048],
    // 8·(4 + 32 + 81.92) = 943.4: 1024 rows are 0.97 ms
    [32, 8, 2048],
    // 10·117.92 = 1179: 1024 rows are above 1 ms
    [32, 10, 1024],
    [128, 8, 1024],
  ])('of %i features and %i components are of %i rows: the bits of results depend on it', (d, k, rows) => {
    expect(blockRows(d, k)).toBe(rows);
  });
});

describe('createConvergence', () => {
  const criteria = { tol: 1e-3, paramTol: 1e-2, maxIter: 10 };

  it('compares the mean change, whatever its sign, with tol: below it, not at it', () => {
    const ended = createConvergence(criteria, 8);
    expect(ended(1, 7e-3, undefined)).toBe('tol');
    expect(ended(1, -7e-3, undefined)).toBe('tol');
    expect(ended(1, 8e-3, undefined)).toBeUndefined();
    expect(ended(1, -9e-3, undefined)).toBeUndefined();
    expect(ended(1, 0, undefined)).toBe('tol');
  });

  it('compares the change of parameters with paramTol', () => {
    const ended = createConvergence(criteria, 8);
    expect(ended(1, 1, 9e-3)).toBe('paramTol');
    expect(ended(1, 1, 1e-2)).toBeUndefined();
    expect(ended(1, 1, 0)).toBe('paramTol');
    // both are met: the objective is named
    expect(ended(1, 0, 0)).toBe('tol');
  });

  it('at 0 neither ever stops, and maxIter does when it is reached', () => {
    const ended = createConvergence({ tol: 0, paramTol: 0, maxIter: 10 }, 8);
    expect(ended(9, 0, 0)).toBeUndefined();
    expect(ended(9, -0, undefined)).toBeUndefined();
    expect(ended(10, 0, 0)).toBe('maxIter');
    expect(ended(11, 1, 1)).toBe('maxIter');
    // what was reached in the last iteration counts
    expect(createConvergence(criteria, 8)(10, 0, undefined)).toBe('tol');
  });
});

describe('assertMonotone', () => {
  it('allows for rounding: 1e-9 of the objective, or of the number of points', () => {
    expect(() => assertMonotone(1, -1000, -1000 - 9e-7, 10)).not.toThrow();
    expect(() => assertMonotone(1, -1000, -1000 - 1.1e-6, 10)).toThrow(NonMonotoneError);
    expect(() => assertMonotone(1, 1000, 1000 - 9e-7, 10)).not.toThrow();
    expect(() => assertMonotone(1, 0, -9e-7, 1000)).not.toThrow();
    expect(() => assertMonotone(1, 0, -1.1e-6, 1000)).toThrow(NonMonotoneError);
    expect(() => assertMonotone(1, -5, 7, 1)).not.toThrow();
  });

  it('names the step and both values', () => {
    const error = thrownBy<NonMonotoneError>(() => assertMonotone(4, 1, 0.5, 1));
    expect(error).toMatchObject({
      name: 'NonMonotoneError',
      code: 'NON_MONOTONE',
      iteration: 4,
      before: 1,
      after: 0.5,
    });
    expect(error.message).toContain('M-step 4 lowered the objective from 1 to 0.5');
  });
});
