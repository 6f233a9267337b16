/** The loop for users' models, in the smallest models there are: starts, half-steps, collapses, options. */
import { describe, expect, it } from 'vitest';
import {
  DegenerateComponentError,
  expectationMaximization,
  expectationMaximizationAsync,
  InvalidOptionError,
  mixture,
  type UserModel,
} from '../../src/index.js';
import { poisson } from '../helpers/families.js';
import { relativeEach, thrownBy } from '../helpers/numbers.js';

/** θ goes half of the way to 0; the objective is −θ². */
const falling: UserModel<number, number> = {
  expectation: (theta) => theta,
  merge: (a) => a,
  maximization: (theta) => theta / 2,
  objective: (theta) => -theta * theta,
};
const X = [1, 2, 3];
const COUNTS = [0, 1, 1, 2, 3, 8, 9, 9, 10, 12];
const run = (model: UserModel<number, number>, options: object = {}) =>
  expectationMaximization(model, X, { initialParameters: 8, tol: 0, maxIter: 3, ...options });
const refusal = (model: unknown, options: unknown = {}) =>
  thrownBy<InvalidOptionError>(() => run(model as typeof falling, options as object));

describe('starts', () => {
  it('of nInit the one of greatest objective is kept, each from its own stream', () => {
    const streams: number[] = [];
    const model = {
      ...falling,
      initialize(_data: unknown, random: { uniform(): number }) {
        streams.push(random.uniform());
        return [16, 4, 8][streams.length - 1]!;
      },
    };
    const told: [number, number][] = [];
    const { parameters, objective, restarts, trace, nIter } = expectationMaximization(model, X, {
      nInit: 3,
      tol: 0,
      maxIter: 2,
      onProgress: ({ restart, iteration }) => told.push([restart, iteration]),
    });
    expect(new Set(streams).size).toBe(3);
    expect([parameters, objective, nIter, Array.from(trace)]).toEqual([1, -1, 2, [-16, -4, -1]]);
    expect(restarts).toEqual(
      [-16, -1, -4].map((value) => ({ objective: value, nIter: 2, converged: false, error: undefined })),
    );
    expect(told.map(([restart]) => restart)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
  });

  it('that are given are one, however many are asked for', () => {
    expect(run(falling, { nInit: 5 }).restarts).toHaveLength(1);
    // undefined is none
    expect(refusal(falling, { initialParameters: undefined }).option).toBe('initialParameters');
    expect(refusal(falling, { initialParameters: undefined }).message).toContain(
      'expectationMaximization needs initialParameters',
    );
  });

  it('with a smaller objective than the start before are no fall', () => {
    let asked = 0;
    const model = { ...falling, initialize: () => [1, 100][asked++]! };
    expect(expectationMaximization(model, X, { nInit: 2, tol: 0, maxIter: 2 }).parameters).toBe(0.25);
  });
});

describe('a collapse', () => {
  const collapsing = (iteration?: number): typeof falling => ({
    ...falling,
    maximization(theta) {
      if (theta > 3) return theta / 2;
      throw new DegenerateComponentError(1, 'raw', 'gone', {
        cause: 'why',
        ...(iteration === undefined ? {} : { iteration }),
      });
    },
  });

  it('tells when it was, and what was last sound', () => {
    const error = thrownBy<DegenerateComponentError>(() => run(collapsing()));
    expect(error).toMatchObject({ component: 1, parameters: 2, iteration: 3, logLikelihood: -4, cause: 'why' });
    expect(error.message).toBe('gone (in M-step 3)');
  });

  it('that tells it itself, or comes before there is a state, goes through as it is', () => {
    expect(thrownBy<DegenerateComponentError>(() => run(collapsing(7)))).toMatchObject({
      parameters: 'raw',
      iteration: 7,
    });
    const mine = new DegenerateComponentError(0, 'raw', 'at once');
    const model = {
      ...falling,
      initialize: () => {
        throw mine;
      },
    };
    expect(thrownBy(() => run(model, { initialParameters: undefined }))).toBe(mine);
  });
});

describe('half-steps', () => {
  it('are those of the mixture: after E the log-likelihood, after M no less, and the gap between', () => {
    const options = { seed: 1, tol: 0, maxIter: 4, trace: 'elbo' } as const;
    const model = mixture(poisson, { nComponents: 2 });
    const { trace, elboTrace } = expectationMaximization(model, COUNTS, options);
    const { afterE, afterM, kl } = elboTrace!;
    expect(afterE).toEqual(trace);
    expect(
      relativeEach(
        Array.from(afterM, (value, t) => value + kl[t]),
        trace.subarray(1),
      ),
    ).toBeLessThanOrEqual(1e-13);
    for (let t = 0; t < 4; t++) expect(afterM[t]).toBeGreaterThanOrEqual(afterE[t] - 1e-12);
    expect(expectationMaximization(model, COUNTS, { ...options, trace: 'objective' }).elboTrace).toBeUndefined();
    // a prior is no part of the ELBO
    const prior = mixture({ ...poisson, logPrior: ({ rate }) => -rate }, { nComponents: 2 });
    const mapped = expectationMaximization(prior, COUNTS, { ...options, checkMonotone: false });
    expect(mapped.elboTrace!.afterE[0]).toBeGreaterThan(mapped.trace[0]);
  });

  it('need a model that is a mixture', () => {
    const score = () => {};
    for (const part of [{}, { nComponents: 2 }, { score }, { score, nComponents: 1.5 }, { score: 3, nComponents: 2 }]) {
      const error = refusal({ ...falling, ...part }, { trace: 'elbo' });
      expect(error.option).toBe('trace');
      expect(error.message).toContain('pass mixture(family, …)');
    }
    let scored = 0;
    const model = {
      ...falling,
      nComponents: 1,
      score(this: unknown) {
        expect(this).toBe(model);
        scored++;
      },
    };
    // statistics without a logLikelihood: the objective is it
    expect(Array.from(run(model, { trace: 'elbo', maxIter: 1 }).elboTrace!.afterE)).toEqual([-64, -16]);
    expect(scored).toBe(2);
  });
});

describe('options', () => {
  it.each([
    ['onProgress', 3],
    ['onStep', 'x'],
    ['checkMonotone', 'no'],
    ['signal', {}],
    ['tol', -1],
    ['paramTol', Number.NaN],
    ['maxIter', -1],
    ['maxIter', 1.5],
    ['acceleration', 'fast'],
    ['seed', 0.5],
    ['nInit', 0],
    ['backend', 'gpu'],
    ['trace', 'elb'],
  ])('%s of %j is refused by name', (option, value) => {
    const error = refusal(falling, { [option]: value });
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.option).toBe(option);
  });

  it.each([
    'initialParameters',
    'seed',
    'nInit',
    'tol',
    'paramTol',
    'maxIter',
    'sampleWeights',
    'checkMonotone',
    'trace',
    'acceleration',
    'onProgress',
    'onStep',
    'signal',
    'backend',
  ])('%s is known', (option) => {
    expect(refusal(falling, { [`${option}x`]: 1 }).message).toContain(option);
  });

  it('acceleration needs a chart', () => {
    expect(refusal(falling, { acceleration: 'squarem' })).toMatchObject({ option: 'acceleration' });
    expect(refusal(falling, { acceleration: 'squarem' }).message).toContain(
      "acceleration 'squarem' needs a model with a chart",
    );
    expect(run(falling, { acceleration: 'none' }).parameters).toBe(1);
  });

  it('a model is four functions', async () => {
    for (const [model, verb] of [
      [undefined, 'expectation is undefined'],
      [null, 'expectation is undefined'],
      [{ ...falling, merge: 3 }, 'merge is 3'],
      [{ ...falling, maximization: undefined }, 'maximization is undefined'],
      [{ ...falling, objective: null }, 'objective is null'],
    ] as const) {
      expect(refusal(model)).toMatchObject({ option: 'model' });
      expect(refusal(model).message).toBe(
        `expectationMaximization needs a model with expectation, merge, maximization and objective; ${verb}`,
      );
    }
    const later = expectationMaximizationAsync({} as never, X).catch((error: Error) => error.message);
    expect(await later).toContain('expectationMaximizationAsync needs a model');
  });

  it('a signal that has fired ends it before the start', () => {
    let asked = false;
    const model = {
      ...falling,
      initialize: () => {
        asked = true;
        return 1;
      },
    };
    const reason = new Error('before');
    const signal = AbortSignal.abort(reason);
    expect(thrownBy(() => run(model, { initialParameters: undefined, signal }))).toBe(reason);
    expect(asked).toBe(false);
  });

  it("paramTol needs the model's change; tol has a default, maxIter too", () => {
    const model = { ...falling, change: (a: number, b: number) => Math.abs(a - b) };
    expect(run(model, { paramTol: 1.5, maxIter: 9 })).toMatchObject({ nIter: 3, stopReason: 'paramTol' });
    expect(run(falling, { tol: undefined, maxIter: undefined })).toMatchObject({ stopReason: 'tol', converged: true });
    const still = { ...falling, maximization: (theta: number) => theta };
    expect(expectationMaximization(still, X, { initialParameters: 1, tol: 0 }).nIter).toBe(1000);
  });
});

describe('expectationMaximizationAsync', () => {
  it('takes turns with other tasks and gives the same', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const slow = {
      ...falling,
      expectation(theta: number) {
        for (const end = performance.now() + 4; performance.now() < end; );
        return theta;
      },
    };
    const result = await expectationMaximizationAsync(slow, X, { initialParameters: 8, tol: 0, maxIter: 30 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
    expect(result).toEqual(run(falling, { maxIter: 30 }));
  });
});
