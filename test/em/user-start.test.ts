/** How mixtures of a user's family start, and what is said of densities that are none. */
import { describe, expect, it } from 'vitest';
import { createDataset } from '../../src/data/dataset.js';
import { createRandom } from '../../src/data/random.js';
import {
  type Family,
  InvalidDataError,
  InvalidOptionError,
  InvalidParametersError,
  mixture,
  responsibilitiesOf,
  ZeroDensityError,
} from '../../src/index.js';
import { bits, thrownBy } from '../helpers/numbers.js';

interface Sums {
  weight: number;
  sum: number;
  points: Float64Array[];
}

/** N(mean, 1) on a line, which keeps the points it was given. */
const line: Family<{ mean: number }, Sums> = {
  logDensity: ({ mean }, [x]) => -0.5 * (x! - mean) ** 2,
  emptyStatistics: () => ({ weight: 0, sum: 0, points: [] }),
  accumulate(statistics, x, weight) {
    statistics.weight += weight;
    statistics.sum += weight * x[0]!;
    statistics.points.push(x);
  },
  merge(into, from) {
    into.weight += from.weight;
    into.sum += from.sum;
  },
  maximize: ({ weight, sum }) => ({ mean: sum / weight }),
  nParameters: () => 1,
  sample: () => Float64Array.of(0),
};
const rows = (x: number[], weights?: number[]) =>
  createDataset(
    { x: Float64Array.from(x), nSamples: x.length, nFeatures: 1 },
    weights && Float64Array.from(weights),
    false,
  );
const random = () => createRandom(3, Math.log);
const means = (parameters: { components: readonly { mean: number }[] }) =>
  parameters.components.map(({ mean }) => mean).sort((a, b) => a - b);

describe('a start by kmeans++', () => {
  it('gives nine tenths of each row to the nearest seed, and a share of the rest to every component', () => {
    const model = mixture(line, { nComponents: 2 });
    const start = model.initialize(rows([0, 0, 0, 10]), random());
    // of three rows at 0 and one at 10: 0.95 and 0.05 of each
    expect(means(start)[0]).toBeCloseTo((0.05 * 10) / (3 * 0.95 + 0.05), 12);
    expect(means(start)[1]).toBeCloseTo((0.95 * 10) / (3 * 0.05 + 0.95), 12);
    expect(Array.from(start.weights).sort()[1]).toBeCloseTo((3 * 0.95 + 0.05) / 4, 12);
  });

  it('counts rows by their weight, and those of weight 0 not at all', () => {
    let seen = 0;
    const counting = {
      ...line,
      accumulate(statistics: Sums, x: Float64Array, weight: number) {
        expect(weight).toBeGreaterThan(0);
        seen++;
        line.accumulate(statistics, x, weight);
      },
    };
    const start = mixture(counting, { nComponents: 1 }).initialize(rows([1, 4, 100], [2, 1, 0]), random());
    expect(means(start)).toEqual([2]);
    expect(seen).toBe(2);
  });

  it('hands out points that the family may keep', () => {
    const kept: Sums[] = [];
    const keeping = {
      ...line,
      emptyStatistics() {
        kept.push(line.emptyStatistics(1));
        return kept.at(-1)!;
      },
    };
    mixture(keeping, { nComponents: 1 }).initialize(rows([1, 4, 9]), random());
    expect(kept[0]!.points.map((point) => Array.from(point))).toEqual([[1], [4], [9]]);
  });

  it('cuts rows of several features, and multiplies their share by their weight', () => {
    const kept: Sums[] = [];
    const keeping = {
      ...line,
      emptyStatistics() {
        kept.push(line.emptyStatistics(2));
        return kept.at(-1)!;
      },
    };
    const plane = createDataset(
      { x: Float64Array.of(1, 2, 3, 4, 50, 60), nSamples: 3, nFeatures: 2 },
      Float64Array.of(2, 3, 4),
      false,
    );
    const start = mixture(keeping, { nComponents: 2 }).initialize(plane, random());
    for (const { points } of kept)
      expect(points.map((point) => Array.from(point))).toEqual([
        [1, 2],
        [3, 4],
        [50, 60],
      ]);
    // 0.95 of the last row and 0.05 of the others, or the other way round
    const [a, b] = [0.05 * 5 + 0.95 * 4, 0.95 * 5 + 0.05 * 4];
    expect(Array.from(kept, ({ weight }) => weight).sort()[0]).toBeCloseTo(a, 12);
    expect(Array.from(start.weights).sort()[1]).toBeCloseTo(b / 9, 12);
  });

  it('needs as many rows as components', () => {
    const model = mixture(line, { nComponents: 3 });
    const error = thrownBy(() => model.initialize(rows([1, 2]), random()));
    expect(error).toBeInstanceOf(InvalidDataError);
    expect(error.message).toBe('3 components need at least 3 rows; got 2');
    expect(model.initialize(rows([1, 5, 9]), random()).components).toHaveLength(3);
  });
});

describe('other starts', () => {
  it('by random responsibilities, nearly alike', () => {
    const model = mixture(line, { nComponents: 2, init: 'random' });
    const x = Array.from({ length: 200 }, (_, i) => (i % 2) * 10);
    const [a, b] = means(model.initialize(rows(x), random()));
    expect(a).not.toBe(b);
    expect(b! - a!).toBeLessThan(2);
    expect(bits(means(model.initialize(rows(x), random())))).toEqual(bits([a!, b!]));
  });

  it('of one’s own', () => {
    const mine = { weights: Float64Array.of(1), components: [{ mean: 3 }] };
    const data = rows([1]);
    const asked: unknown[] = [];
    const initialize = (...args: unknown[]) => asked.push(...args) && mine;
    const stream = random();
    expect(mixture(line, { nComponents: 1, initialize: initialize as never }).initialize(data, stream)).toBe(mine);
    expect(asked).toEqual([data, stream]);
  });
});

describe('weights', () => {
  it('are learned, or stay uniform', () => {
    const data = rows([0, 0, 0, 10]);
    const uniform = mixture(line, { nComponents: 2, weights: 'uniform' });
    const start = uniform.initialize(data, random());
    expect(Array.from(start.weights)).toEqual([0.5, 0.5]);
    const statistics = uniform.expectation(start, { data, start: 0, nRows: 4 });
    expect(Array.from(uniform.maximization(statistics, start).weights)).toEqual([0.5, 0.5]);
  });
});

describe('an expectation', () => {
  const model = (logDensity: typeof line.logDensity, weights?: number[]) => {
    const one = mixture({ ...line, logDensity }, { nComponents: 1 });
    const data = rows([1, 2, 3, 4], weights);
    return () =>
      one.expectation({ weights: Float64Array.of(1), components: [{ mean: 0 }] }, { data, start: 1, nRows: 3 });
  };

  it('names the row that has no density, unless it does not count', () => {
    const error = thrownBy<ZeroDensityError>(model(({ mean }, [x]) => (x === 3 ? -Infinity : mean)));
    expect(error).toBeInstanceOf(ZeroDensityError);
    expect(error.row).toBe(2);
    expect(error.message).toBe(
      'row 2 has a density of 0 under every component; check that the family allows such a value',
    );
    expect(model(({ mean }, [x]) => (x === 3 ? -Infinity : mean), [1, 1, 0, 1])().logLikelihood).toBe(0);
  });

  it.each([Number.NaN, Infinity])('names row and component of a log-density of %d', (value) => {
    const error = thrownBy<InvalidParametersError>(model((_, [x]) => (x === 4 ? value : 0)));
    expect(error).toBeInstanceOf(InvalidParametersError);
    expect(error.component).toBe(0);
    expect(error.message).toContain(`the log-density of component 0 is ${value} for row 3`);
  });

  it('says that a sum has overflowed', () => {
    const error = thrownBy<ZeroDensityError>(model(() => -1e308));
    expect(error).toBeInstanceOf(ZeroDensityError);
    expect([error.row, error.message]).toEqual([
      undefined,
      'the log-likelihood overflowed; scale the data or the weights down',
    ]);
  });

  it('wants as many weights and components as it has', () => {
    const two = mixture(line, { nComponents: 2 });
    const block = { data: rows([1]), start: 0, nRows: 1 };
    const parameters = { weights: Float64Array.of(1), components: [{ mean: 0 }, { mean: 1 }] };
    expect(() => two.expectation(parameters, block)).toThrow(
      'parameters must be { weights, components } of 2 each; got 1 weights and 2 components',
    );
    expect(() => two.expectation({} as never, block)).toThrow('got undefined weights and undefined components');
    expect(() =>
      two.expectation({ ...parameters, components: [{ mean: 0 }], weights: Float64Array.of(0.5, 0.5) }, block),
    ).toThrow('got 2 weights and 1 components');
  });
});

describe('scores', () => {
  it('are what is asked for: terms, norm, responsibilities, labels', () => {
    const model = mixture(line, { nComponents: 2 });
    const parameters = { weights: Float64Array.of(0.25, 0.75), components: [{ mean: 0 }, { mean: 4 }] };
    const data = rows([9, 0, 4, 2]);
    const block = { data, start: 1, nRows: 3 };
    const all = {
      weightedLogProb: new Float64Array(6),
      logProbNorm: new Float64Array(3),
      responsibilities: new Float64Array(6),
      labels: new Int32Array(3),
    };
    model.score!(parameters, block, all);
    const terms = [0, 4, 2].flatMap((x) => [Math.log(0.25) - x ** 2 / 2, Math.log(0.75) - (x - 4) ** 2 / 2]);
    terms.forEach((term, at) => expect(all.weightedLogProb[at]).toBeCloseTo(term, 12));
    for (let i = 0; i < 3; i++) {
      const norm = Math.log(Math.exp(terms[2 * i]!) + Math.exp(terms[2 * i + 1]!));
      expect(all.logProbNorm[i]).toBeCloseTo(norm, 12);
      for (const k of [0, 1])
        expect(all.responsibilities[2 * i + k]).toBeCloseTo(Math.exp(terms[2 * i + k]! - norm), 12);
    }
    expect(Array.from(all.labels)).toEqual([0, 1, 1]);
    // one at a time: the same
    for (const [name, want] of Object.entries(all)) {
      const out = { [name]: want.slice().fill(7) };
      model.score!(parameters, block, out);
      expect(out[name]).toEqual(want);
    }
    // of equal terms the first; a component of weight 0 has none
    const labels = new Int32Array(1);
    const even = { weights: Float64Array.of(0, 0.5), components: [{ mean: 4 }, { mean: 4 }] };
    model.score!(even, { data, start: 2, nRows: 1 }, { labels });
    expect(labels[0]).toBe(1);
    model.score!({ ...even, weights: Float64Array.of(0.5, 0.5) }, { data, start: 2, nRows: 1 }, { labels });
    expect(labels[0]).toBe(0);
  });
});

describe('responsibilitiesOf', () => {
  const parameters = { weights: Float64Array.of(0.25, 0.75), components: [{ mean: 0 }, { mean: 4 }] };

  it.each(['wasm', 'js'] as const)('tells rows apart, and adds their densities up (%s)', (backend) => {
    const X = [0, 4, 2];
    const { responsibilities, logDensity, labels, logLikelihood } = responsibilitiesOf(line, parameters, X, {
      backend,
    });
    const terms = X.map((x) => [0.25 * Math.exp((-x * x) / 2), 0.75 * Math.exp(-((x - 4) ** 2) / 2)] as const);
    terms.forEach(([a, b], i) => {
      expect(logDensity[i]).toBeCloseTo(Math.log(a + b), 12);
      expect(responsibilities[2 * i]).toBeCloseTo(a / (a + b), 12);
      expect(responsibilities[2 * i + 1]).toBeCloseTo(b / (a + b), 12);
    });
    expect([responsibilities.length, logDensity.length, Array.from(labels)]).toEqual([6, 3, [0, 1, 1]]);
    expect(logLikelihood).toBe(logDensity[0]! + logDensity[1]! + logDensity[2]!);
  });

  it('names the row without density, and row and component of what is none', () => {
    const odd = (value: number) => ({
      ...line,
      logDensity: ({ mean }: { mean: number }, [x]: Float64Array) => (x === 7 && (value < 0 || mean > 0) ? value : 0),
    });
    const empty = thrownBy<ZeroDensityError>(() => responsibilitiesOf(odd(-Infinity) as never, parameters, [1, 2, 7]));
    expect(empty).toBeInstanceOf(ZeroDensityError);
    expect(empty.row).toBe(2);
    const none = thrownBy<InvalidParametersError>(() =>
      responsibilitiesOf(odd(Infinity) as never, parameters, [1, 2, 7]),
    );
    expect(none.component).toBe(1);
    expect(none.message).toContain('component 1 is Infinity for row 2; logDensity must give a number below +Infinity');
  });

  it('takes a family, its parameters, and a backend', () => {
    const run = (...[family, given, options]: unknown[]) =>
      thrownBy<InvalidOptionError>(() => responsibilitiesOf(family as never, given as never, [1], options as never));
    expect(run({}, parameters).option).toBe('family');
    expect(run(line, parameters, { backend: 'gpu' }).option).toBe('backend');
    expect(run(line, parameters, { backends: 'js' }).message).toContain('did you mean backend?');
    expect(run(line, parameters, { backends: 'js' }).message).toContain('responsibilitiesOf');
    expect(run(line, { ...parameters, weights: Float64Array.of(1) }).message).toContain('of 2 each; got 1 weights');
    expect(run(line, { components: parameters.components }).message).toContain('got undefined weights');
  });
});

describe('options of mixture', () => {
  it.each([
    [{ nComponents: 0 }, 'nComponents'],
    [{ nComponents: 1.5 }, 'nComponents'],
    [undefined, 'nComponents'],
    [{ nComponents: 1, weights: 'even' }, 'weights'],
    [{ nComponents: 1, init: 'kmeans' }, 'init'],
    [{ nComponents: 1, initialize: 3 }, 'initialize'],
    [{ nComponents: 1, inits: 'random' }, 'inits'],
  ])('%j is refused', (options, option) => {
    const error = thrownBy<InvalidOptionError>(() => mixture(line, options as never));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.option).toBe(option);
  });

  it.each(['logDensity', 'emptyStatistics', 'accumulate', 'merge', 'maximize'])(
    'a family without %s is none',
    (verb) => {
      const error = thrownBy<InvalidOptionError>(() => mixture({ ...line, [verb]: 3 } as never, { nComponents: 1 }));
      expect([error.option, error.message]).toEqual(['family', `a family needs a function ${verb}; got 3`]);
      expect(() => mixture(null as never, { nComponents: 1 })).toThrow(
        'a family needs a function logDensity; got undefined',
      );
    },
  );
});

describe('the chart of a mixture', () => {
  const charted = {
    ...line,
    chart: {
      toFree: ({ mean }: { mean: number }) => [mean, 2 * mean],
      fromFree: ([mean]: Float64Array) => ({ mean: mean! }),
      metric: (_: unknown, step: Float64Array) => step.map((value) => 10 * value),
    },
  };
  const start = { weights: Float64Array.of(0.25, 0.75), components: [{ mean: 3 }, { mean: 5 }] };

  it('is that of each component, after the weights, and goes back', () => {
    const chart = mixture(charted, { nComponents: 2 }).chart!(start);
    const free = chart.toFree(start);
    expect(Array.from(free.subarray(free.length - 4))).toEqual([3, 6, 5, 10]);
    const back = chart.fromFree(free);
    expect(back.components).toEqual(start.components);
    expect(back.weights[0]).toBeCloseTo(0.25, 14);
    const step = new Float64Array(free.length);
    step.set([1, 2, 3, 4], free.length - 4);
    expect(Array.from(chart.metric!(start, step).subarray(free.length - 4))).toEqual([2.5, 5, 22.5, 30]);
  });

  it('leaves weights that are fixed alone, and is none without that of the family', () => {
    const fixed = mixture(charted, { nComponents: 2, weights: 'uniform' }).chart!(start);
    expect(Array.from(fixed.toFree(start))).toEqual([3, 6, 5, 10]);
    expect(fixed.fromFree(Float64Array.of(1, 0, 2, 0))).toEqual({
      weights: start.weights,
      components: [{ mean: 1 }, { mean: 2 }],
    });
    expect(mixture(line, { nComponents: 2 }).chart).toBeUndefined();
    const { metric: _, ...plain } = charted.chart;
    const flat = mixture({ ...line, chart: plain }, { nComponents: 2, weights: 'uniform' }).chart!(start);
    expect(Array.from(flat.toFree(start))).toEqual([3, 6, 5, 10]);
    // without a metric a step is measured as it is
    expect(Array.from(flat.metric?.(start, Float64Array.of(1, 2, 3, 4)) ?? [1, 2, 3, 4])).toEqual([1, 2, 3, 4]);
  });
});
