/** Hard EM without any kernel: empty clusters, merged statistics, when labels have settled. */
import { describe, expect, it } from 'vitest';
import { createDataset } from '../../src/data/dataset.js';
import { type HardMethod, type HardStatistics, hardModel, joinLabels, labelled, mergeHard } from '../../src/em/hard.js';

const x = Float64Array.of(1, 10, 2, 20, 3, 30, 4, 40);
const plain = createDataset({ x, nSamples: 4, nFeatures: 2 }, undefined, false);

function statistics(overrides: Partial<HardStatistics> = {}): HardStatistics {
  const counts = Float64Array.of(2, 0, 1, 0);
  return { cost: 7, weight: 4, counts, farthest: { distance: 5, row: 2 }, runs: [], ...overrides };
}

const run = (start: number, ...labels: number[]) => ({ start, labels: Int32Array.from(labels) });

/** Its best centres are 100, 101, … whatever the rows. */
const method: HardMethod<HardStatistics> = {
  term: Math.abs,
  merge: mergeHard,
  update: ({ counts }) => Float64Array.from({ length: 2 * counts.length }, (_, i) => 100 + i),
  fromLabels: labelled,
};
const previous = { centers: Float64Array.from({ length: 8 }, (_, i) => -i - 1) };
const modelOf = (data = plain) =>
  hardModel(method, { expectation: () => statistics() }, data, () => ({ centers: Float64Array.of(9) }));

describe('hardModel', () => {
  it('maximises −cost', () => {
    expect(modelOf().objective(statistics(), previous)).toBe(-7);
  });

  it('moves the first empty cluster to the farthest row and leaves the others where they were', () => {
    const { centers } = modelOf().maximization(statistics(), previous);
    expect(Array.from(centers)).toEqual([100, 101, 3, 30, 104, 105, -7, -8]);
  });

  it('places it less the origin, as all centres are', () => {
    const data = { ...plain, origin: Float64Array.of(0.5, 7) };
    const { centers } = modelOf(data).maximization(statistics({ farthest: { distance: 1e-300, row: 1 } }), previous);
    expect(Array.from(centers.subarray(2, 4))).toEqual([1.5, 13]);
  });

  it('leaves empty clusters where they are when every row lies on its centre', () => {
    const { centers } = modelOf().maximization(statistics({ farthest: { distance: 0, row: 0 } }), previous);
    expect(Array.from(centers)).toEqual([100, 101, -3, -4, 104, 105, -7, -8]);
  });

  it('has expectations where the kernels have them, and only there', () => {
    expect(modelOf().expectations).toBeUndefined();
    const all = [statistics()];
    const shared = hardModel(
      method,
      { expectation: () => statistics(), expectations: () => all },
      plain,
      () => previous,
    );
    expect(shared.expectations?.(previous)).toBe(all);
  });

  it('asks for a start, and blocks of its kernels', () => {
    const random = {} as never;
    const seen: unknown[] = [];
    const kernels = {
      expectation(...args: unknown[]) {
        seen.push(...args);
        return statistics();
      },
    };
    const model = hardModel(method, kernels, plain, (given) => {
      seen.push(given);
      return previous;
    });
    expect(model.initialize(plain, random)).toBe(previous);
    const block = { data: plain, start: 0, nRows: 4 };
    model.expectation(previous, block);
    expect(seen).toEqual([random, previous, block]);
    expect(model.merge(statistics(), statistics()).cost).toBe(14);
  });

  it('is stable when no row that counts changes its label', () => {
    const before = statistics({ runs: [run(0, 0, 1), run(2, 2, 0)] });
    const same = statistics({ runs: [run(0, 0, 1), run(2, 2, 0)] });
    const last = statistics({ runs: [run(0, 0, 1), run(2, 2, 1)] });
    const first = statistics({ runs: [run(0, 3, 1), run(2, 2, 0)] });
    const { stable } = modelOf();
    expect([same, last, first].map((now) => stable!(now, before))).toEqual([true, false, false]);
    // weights of the rows, not of their places in a run
    const weighted = modelOf(createDataset(plain, Float64Array.of(1, 1, 2, 0), false)).stable!;
    expect([same, last, first].map((now) => weighted(now, before))).toEqual([true, true, false]);
  });
});

describe('mergeHard', () => {
  it('adds costs, weights and counts, and joins the labels', () => {
    const merged = mergeHard(
      statistics({ runs: [run(0, 1, 2)] }),
      statistics({ cost: 3, weight: 1, counts: Float64Array.of(1, 2, 3, 4), runs: [run(2, 0, 3)] }),
    );
    expect(merged).toMatchObject({ cost: 10, weight: 5 });
    expect(Array.from(merged.counts)).toEqual([3, 2, 4, 4]);
    expect(Array.from(joinLabels(merged))).toEqual([1, 2, 0, 3]);
  });

  it.each([
    ['the farther row', { distance: 1, row: 9 }, { distance: 2, row: 30 }, 30],
    ['the farther row', { distance: 2, row: 9 }, { distance: 1, row: 3 }, 9],
    ['the lower row of equals', { distance: 2, row: 9 }, { distance: 2, row: 3 }, 3],
    ['the lower row of equals', { distance: 2, row: 9 }, { distance: 2, row: 30 }, 9],
    // where all lie on their centres there is no farthest row, whatever block says so
    ['the first where nothing is far', { distance: 0, row: 9 }, { distance: 0, row: 3 }, 9],
  ])('keeps %s', (_, a, b, row) => {
    expect(mergeHard(statistics({ farthest: a }), statistics({ farthest: b })).farthest.row).toBe(row);
  });
});

describe('labelled', () => {
  it('counts rows, or their weights', () => {
    const labels = Int32Array.of(2, 0, 2, 2);
    const counted = labelled(labels, 3, plain);
    expect(Array.from(counted.counts)).toEqual([1, 0, 3]);
    expect(counted).toMatchObject({
      cost: 0,
      weight: 4,
      farthest: { distance: 0, row: 0 },
      runs: [{ start: 0, labels }],
    });
    const weighted = labelled(labels, 3, createDataset(plain, Float64Array.of(1, 2, 0.5, 3), false));
    expect(Array.from(weighted.counts)).toEqual([2, 0, 4.5]);
    expect(weighted.weight).toBe(6.5);
  });
});

describe('joinLabels', () => {
  it('puts each run where its rows are', () => {
    expect(Array.from(joinLabels(statistics({ runs: [run(3, 7), run(0, 4, 5, 6)] })))).toEqual([4, 5, 6, 7]);
    expect(joinLabels(statistics())).toEqual(new Int32Array(0));
  });
});
