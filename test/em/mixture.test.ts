/** The mixture of any family as a model: sums, weights, priors, collapses, changes. */
import { describe, expect, it } from 'vitest';
import { createDataset } from '../../src/data/dataset.js';
import { DegenerateStatistics, type MixtureOptions, mixture, proportions } from '../../src/em/mixture.js';
import type { Family, MixtureStatistics } from '../../src/em/model.js';
import { DegenerateComponentError } from '../../src/errors.js';
import { thrownBy } from '../helpers/numbers.js';

interface Sum {
  n: number;
}

/** A component is the sum of its statistics. */
const family: Family<number, Sum> = {
  logDensity: () => 0,
  emptyStatistics: () => ({ n: 0 }),
  accumulate() {},
  merge(into, from) {
    into.n += from.n;
  },
  maximize({ n }) {
    if (n < 0) throw new DegenerateStatistics('its sum is negative');
    return n;
  },
  nParameters: () => 1,
  sample: () => Float64Array.of(0),
};
const statistics = (counts: number[], sums = counts): MixtureStatistics<Sum> => ({
  logLikelihood: -10,
  weight: 4,
  counts: Float64Array.from(counts),
  components: sums.map((n) => ({ n })),
});
const kernels = { expectation: () => statistics([1, 3]) };
const of = (overrides: Partial<Family<number, Sum>> = {}, options: Partial<MixtureOptions<number, Sum>> = {}) =>
  mixture({ ...family, ...overrides }, { nComponents: 2, kernels, initialize: () => previous, ...options });
const previous = { weights: Float64Array.of(0.25, 0.75), components: [5, 8] };
const data = createDataset({ x: Float64Array.of(1, 2), nSamples: 2, nFeatures: 1 }, undefined, false);

describe('a mixture as a model', () => {
  it('starts and expects as it is told to', () => {
    const seen: unknown[] = [];
    const given = statistics([1, 1]);
    const model = of(
      {},
      {
        kernels: {
          expectation(...args) {
            seen.push(...args);
            return given;
          },
        },
      },
    );
    expect(model.initialize(data, undefined as never)).toBe(previous);
    const block = { data, start: 0, nRows: 2 };
    expect(model.expectation(previous, block)).toBe(given);
    expect(seen).toEqual([previous, block]);
    expect(model.expectations).toBeUndefined();
    const expectations = () => [given];
    expect(of({}, { kernels: { ...kernels, expectations } }).expectations).toBe(expectations);
  });

  it('merges every part, into the first', () => {
    const a = statistics([1, 3]);
    const merged = of().merge(a, { ...statistics([10, 20]), logLikelihood: -7, weight: 2 });
    expect(merged).toBe(a);
    expect(merged).toEqual({
      logLikelihood: -17,
      weight: 6,
      counts: Float64Array.of(11, 23),
      components: [{ n: 11 }, { n: 23 }],
    });
  });

  it('maximises weights and components; uniform weights stay', () => {
    expect(of().maximization(statistics([1, 3]), previous)).toEqual({
      weights: Float64Array.of(0.25, 0.75),
      components: [1, 3],
    });
    const fixed = of({}, { weights: 'uniform' }).maximization(statistics([1, 3]), {
      ...previous,
      weights: Float64Array.of(0.5, 0.5),
    });
    expect(fixed.weights).toEqual(Float64Array.of(0.5, 0.5));
    expect(proportions(Float64Array.of(1, 2, 5))).toEqual(Float64Array.of(0.125, 0.25, 0.625));
  });

  it('maximises all components at once where the family says so', () => {
    const all = of({ maximizeAll: (parts) => parts.map(({ n }) => -n) });
    expect(all.maximization(statistics([1, 3]), previous).components).toEqual([-1, -3]);
  });

  it.each([0, -1, Number.NaN])('names a component whose responsibility is %d', (count) => {
    const error = thrownBy<DegenerateComponentError>(() => of().maximization(statistics([1, count]), previous));
    expect(error).toBeInstanceOf(DegenerateComponentError);
    expect(error).toMatchObject({ component: 1, parameters: previous });
    expect(error.message).toContain('component 1 has no responsibility for any row; use fewer components');
  });

  it('names a component that has no maximiser, with the reason', () => {
    const error = thrownBy<DegenerateComponentError>(() => of().maximization(statistics([1, 3], [1, -1]), previous));
    expect(error).toBeInstanceOf(DegenerateComponentError);
    expect(error).toMatchObject({ component: 1, parameters: previous });
    expect(error.message).toContain(
      'component 1 collapsed: its sum is negative after the M-step; the likelihood has no',
    );
    expect(error.cause).toMatchObject({ name: 'DegenerateStatistics', code: 'DEGENERATE_STATISTICS' });
    const mine = new Error('mine');
    const broken = of({
      maximize() {
        throw mine;
      },
    });
    expect(thrownBy(() => broken.maximization(statistics([1, 3]), previous))).toBe(mine);
  });

  it('climbs the log-likelihood, and what the prior says of every component', () => {
    expect(of().objective(statistics([1, 3]), previous)).toBe(-10);
    expect(of({ logPrior: (component) => component }).objective(statistics([1, 3]), previous)).toBe(3);
  });

  it('has changed by the largest relative change of a weight, or by what the family says', () => {
    const next = { weights: Float64Array.of(0.3, 0.7), components: [6, 6] };
    expect(of().change!(previous, next)).toBeCloseTo(0.2, 14);
    // of the second weight, downwards
    expect(
      of().change!(
        { ...previous, weights: Float64Array.of(0.25, 0.75) },
        { ...next, weights: Float64Array.of(0.25, 0.5) },
      ),
    ).toBeCloseTo(1 / 3, 14);
    expect(of({ change: (a, b) => Math.abs(a - b) }).change!(previous, next)).toBe(2);
    expect(of({ change: () => 0 }).change!(previous, previous)).toBe(0);
  });

  it('takes moments again where the family asks for it, at the same weights', () => {
    expect(of().recentre).toBeUndefined();
    const asked: unknown[] = [];
    const model = of({
      recentre(parts, components) {
        asked.push(parts, components);
        return parts[0]!.n > 1 ? [50, 80] : undefined;
      },
    });
    expect(model.recentre!(statistics([1, 3]), previous)).toBeUndefined();
    expect(model.recentre!(statistics([2, 3]), previous)).toEqual({ weights: previous.weights, components: [50, 80] });
    expect(asked.slice(0, 2)).toEqual([
      [{ n: 1 }, { n: 3 }],
      [5, 8],
    ]);
  });
});
