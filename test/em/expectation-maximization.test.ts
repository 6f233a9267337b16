/** The loop for users' models: what it returns, what it watches, what it refuses. */
import { describe, expect, it } from 'vitest';
import {
  blockValues,
  blockWeights,
  DegenerateComponentError,
  expectationMaximization,
  expectationMaximizationAsync,
  InvalidDataError,
  InvalidOptionError,
  mixture,
  NonFiniteObjective,
  NonMonotoneError,
  type UserModel,
} from '../../src/index.js';
import { poisson } from '../helpers/families.js';
import { bits, thrownBy } from '../helpers/numbers.js';

interface Sums {
  n: number;
  x: number;
  square: number;
  theta: number;
}

/**
 * N(θ, 1) seen through N(z, 1) noise: z is hidden, x = z + noise of variance 1. The E-step's mean of z is (x + θ)/2, the
 * M-step's θ its average: θ ← (x̄ + θ)/2, so that everything can be said in closed form.
 */
function halfway(step = (mean: number, _theta: number) => mean): UserModel<number, Sums> {
  return {
    expectation(theta, block) {
      const x = blockValues(block);
      const s = blockWeights(block);
      const sums = { n: 0, x: 0, square: 0, theta };
      for (let i = 0; i < block.nRows; i++) {
        sums.n += s[i];
        sums.x += s[i] * x[i];
        sums.square += s[i] * (x[i] - theta) ** 2;
      }
      return sums;
    },
    merge: (a, b) => ({ n: a.n + b.n, x: a.x + b.x, square: a.square + b.square, theta: a.theta }),
    maximization: ({ n, x, theta }) => step((x / n + theta) / 2, theta),
    objective: ({ n, square }) => (-n / 2) * Math.log(4 * Math.PI) - square / 4,
    change: (a, b) => Math.abs(a - b),
  };
}

const X = [1, 2, 3, 6];

describe('expectationMaximization', () => {
  it('returns parameters with their own objective, and the trace', () => {
    const result = expectationMaximization(halfway(), X, { initialParameters: 11, tol: 0, maxIter: 3 });
    expect(result.parameters).toBe(4);
    expect(result.nIter).toBe(3);
    expect(result.converged).toBe(false);
    expect(result.stopReason).toBe('maxIter');
    expect(result.trace).toHaveLength(4);
    expect(result.trace[3]).toBe(result.objective);
    const log = (theta: number) => -2 * Math.log(4 * Math.PI) - X.reduce((sum, x) => sum + (x - theta) ** 2, 0) / 4;
    for (const [t, theta] of [11, 7, 5, 4].entries()) expect(result.trace[t]).toBeCloseTo(log(theta), 12);
  });

  it('stops at tol per unit of weight, at paramTol, and returns the start for maxIter 0', () => {
    const model = halfway();
    expect(expectationMaximization(model, X, { initialParameters: 11 })).toMatchObject({
      stopReason: 'tol',
      converged: true,
    });
    const close = expectationMaximization(model, X, { initialParameters: 11, tol: 0, paramTol: 1e-3 });
    expect(close.stopReason).toBe('paramTol');
    // 8·2⁻ᵗ is first below 1e-3 between t = 13 and t − 1
    expect(close.nIter).toBe(13);
    expect(expectationMaximization(model, X, { initialParameters: 11, maxIter: 0 }).parameters).toBe(11);
  });

  it('takes weights as repetitions, and every form of data', () => {
    const options = { initialParameters: 0, tol: 0, maxIter: 5 };
    const repeated = expectationMaximization(halfway(), [1, 2, 2, 2, 5], options);
    const weighted = expectationMaximization(halfway(), [1, 2, 5, 9], { ...options, sampleWeights: [1, 3, 1, 0] });
    expect(weighted.parameters).toBeCloseTo(repeated.parameters, 14);
    expect(weighted.objective).toBeCloseTo(repeated.objective, 12);
    for (const data of [Float32Array.from(X), X.map((x) => [x]), { data: X, rows: 4, columns: 1 }]) {
      expect(expectationMaximization(halfway(), data, options).parameters).toBe(
        expectationMaximization(halfway(), X, options).parameters,
      );
    }
  });

  it('merges the statistics of many blocks', () => {
    const many = Float64Array.from({ length: 50_000 }, (_, i) => (i % 7) - 3);
    const { parameters } = expectationMaximization(halfway(), many, { initialParameters: 8, tol: 0, maxIter: 1 });
    expect(parameters).toBeCloseTo((many.reduce((a, b) => a + b) / many.length + 8) / 2, 12);
  });

  it('names the iteration that lowers the objective', () => {
    // turns round after three good steps
    let calls = 0;
    const broken = halfway((mean, theta) => (++calls === 4 ? theta + 1 : mean));
    const error = thrownBy<NonMonotoneError>(() =>
      expectationMaximization(broken, X, { initialParameters: 11, tol: 0 }),
    );
    expect(error).toBeInstanceOf(NonMonotoneError);
    expect(error.code).toBe('NON_MONOTONE');
    expect(error.iteration).toBe(4);
    expect(error.after).toBeLessThan(error.before);
    for (const part of ['M-step 4', String(error.before), String(error.after), 'merge', 'checkMonotone: false']) {
      expect(error.message).toContain(part);
    }
    calls = 0;
    const options = { initialParameters: 11, tol: 0, maxIter: 6, checkMonotone: false };
    expect(expectationMaximization(broken, X, options).nIter).toBe(6);
  });

  it('lets rounding pass', () => {
    const options = { initialParameters: 3, tol: 0, maxIter: 200 };
    expect(expectationMaximization(halfway(), X, options).nIter).toBe(200);
  });

  it('calls onProgress and onStep after every E-step', () => {
    const progress: number[] = [];
    const thetas: number[] = [];
    const { trace } = expectationMaximization(halfway(), X, {
      initialParameters: 11,
      tol: 0,
      maxIter: 3,
      onProgress: ({ iteration, objective }) => progress.push(iteration, objective),
      onStep: ({ parameters, statistics }) => {
        thetas.push(parameters);
        expect(statistics.theta).toBe(parameters);
      },
    });
    expect(progress).toEqual(Array.from(trace).flatMap((value, t) => [t, value]));
    expect(thetas).toEqual([11, 7, 5, 4]);
  });

  it('throws the reason of a signal between iterations', () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    let last = 0;
    const run = () =>
      expectationMaximization(halfway(), X, {
        initialParameters: 11,
        tol: 0,
        signal: controller.signal,
        onProgress: ({ iteration }) => {
          last = iteration;
          if (iteration === 2) controller.abort(reason);
        },
      });
    expect(thrownBy(run)).toBe(reason);
    expect(last).toBe(2);
    expect(thrownBy(run)).toBe(reason);
  });

  it('asks model.initialize with the stream of the seed', () => {
    const model = {
      ...halfway(),
      initialize: (data: { mean: Float64Array }, stream: { normal(): number }) => data.mean[0] + 10 * stream.normal(),
    };
    const fit = (seed?: number) =>
      expectationMaximization(model, X, { tol: 0, maxIter: 4, ...(seed === undefined ? {} : { seed }) });
    expect(bits(fit(5).trace)).toEqual(bits(fit(5).trace));
    expect(bits(fit().trace)).toEqual(bits(fit(0).trace));
    expect(fit(5).trace[0]).not.toBe(fit(6).trace[0]);
  });

  it('says what an objective that is no number needs', () => {
    const model = { ...halfway(), objective: () => Number.NaN };
    const error = thrownBy<NonFiniteObjective>(() => expectationMaximization(model, X, { initialParameters: 0 }));
    expect(error).toBeInstanceOf(NonFiniteObjective);
    expect(error.message).toContain('NaN after 0 M-steps');
  });

  it('adds the iteration and the last good parameters to a collapse', () => {
    let calls = 0;
    const model = halfway((mean, theta) => {
      if (++calls === 3) throw new DegenerateComponentError(0, theta, 'it is gone');
      return mean;
    });
    const error = thrownBy<DegenerateComponentError>(() =>
      expectationMaximization(model, X, { initialParameters: 11 }),
    );
    expect(error.iteration).toBe(3);
    expect(error.parameters).toBe(5);
    expect(error.message).toBe('it is gone (in M-step 3)');
  });

  it('refuses impossible arguments', () => {
    const run = (options: object, model: object = halfway(), data: never | number[] = X) =>
      thrownBy<InvalidOptionError>(() => expectationMaximization(model as never, data, options));
    expect(run({}).option).toBe('initialParameters');
    expect(run({ initialParameters: 0, maxIters: 3 }).message).toContain('did you mean maxIter?');
    expect(run({ initialParameters: 0, checkMonotone: 1 }).option).toBe('checkMonotone');
    expect(run({ initialParameters: 0, tol: -1 }).option).toBe('tol');
    expect(run({ initialParameters: 0, seed: 0.5 }).option).toBe('seed');
    expect(run({ initialParameters: 0, backend: 'gpu' }).option).toBe('backend');
    expect(run({ initialParameters: 0, onStep: 3 }).option).toBe('onStep');
    expect(run({ initialParameters: 0, signal: 'stop' }).option).toBe('signal');
    expect(run({ initialParameters: 0 }, { ...halfway(), merge: undefined }).message).toContain('merge is undefined');
    expect(run({ initialParameters: 0 }, halfway(), [1, Number.NaN])).toBeInstanceOf(InvalidDataError);
    expect(run({ initialParameters: 0, sampleWeights: [1] })).toBeInstanceOf(InvalidDataError);
  });
});

describe('expectationMaximizationAsync', () => {
  it('gives the same result', async () => {
    const options = { initialParameters: 11, tol: 0, maxIter: 20 };
    const now = expectationMaximization(halfway(), X, options);
    const later = await expectationMaximizationAsync(halfway(), X, options);
    expect(later).toEqual(now);
  });

  it('lets timers run, so that a signal can fire from outside', async () => {
    const counts = Float64Array.from({ length: 20_000 }, (_, i) => i % 5);
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('outside')), 30);
    const endless = expectationMaximizationAsync(mixture(poisson, { nComponents: 3 }), counts, {
      tol: 0,
      maxIter: 1e9,
      signal: controller.signal,
    });
    await expect(endless).rejects.toThrow('outside');
  });

  it('rejects what the call would throw', async () => {
    await expect(expectationMaximizationAsync(halfway(), X, {})).rejects.toBeInstanceOf(InvalidOptionError);
  });
});
