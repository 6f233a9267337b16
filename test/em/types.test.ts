/** The types users rely on: parameters and statistics are inferred from the model, by whichever way it is written. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type Block,
  blockValues,
  type EMModel,
  expectationMaximization,
  type MixtureParameters,
  mixture,
} from '../../src/index.js';
import { type PoissonComponent, poisson } from '../helpers/families.js';

describe('types', () => {
  it('are inferred from a model written in place', () => {
    const { parameters } = expectationMaximization(
      {
        expectation: (mean: number, block: Block) => {
          const x = blockValues(block);
          return { n: x.length, sum: x.reduce((a, b) => a + b), square: x.reduce((a, b) => a + (b - mean) ** 2, 0) };
        },
        merge: (a, b) => ({ n: a.n + b.n, sum: a.sum + b.sum, square: a.square + b.square }),
        maximization: ({ n, sum }) => sum / n,
        objective: ({ square }) => -square / 2,
      },
      [1, 2, 6],
      { initialParameters: 0, onStep: ({ statistics }) => expectTypeOf(statistics.n).toEqualTypeOf<number>() },
    );
    expectTypeOf(parameters).toEqualTypeOf<number>();
    expect(parameters).toBe(3);
  });

  it('are inferred from an EMModel and from a family', () => {
    const model: EMModel<{ a: number }, number> = {
      initialize: () => ({ a: 1 }),
      expectation: () => 0,
      merge: (a, b) => a + b,
      maximization: (_, previous) => previous,
      objective: () => 0,
    };
    expectTypeOf(expectationMaximization(model, [1]).parameters).toEqualTypeOf<{ a: number }>();
    const { parameters } = expectationMaximization(mixture(poisson, { nComponents: 2 }), [1, 2, 9, 8]);
    expectTypeOf(parameters).toEqualTypeOf<MixtureParameters<PoissonComponent>>();
    expect(parameters.components).toHaveLength(2);
  });
});
