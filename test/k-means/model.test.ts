/** Models: input forms, errors, JSON, reports, workers. */
import { describe, expect, it } from 'vitest';
import { InvalidDataError, InvalidOptionError, InvalidParametersError, NotFittedError } from '../../src/index.js';
import { KINDS } from '../helpers/clusterings.js';
import { clusters, matrixOf, rowsOf } from '../helpers/data.js';
import { BACKENDS, bits, relativeEach, thrownBy } from '../helpers/numbers.js';

const x = clusters(90, 2, 3, 8, 6);
const X = matrixOf(x, 2);
const table = KINDS.flatMap((kind) => BACKENDS.map((backend) => ({ ...kind, backend })));

describe.each(table)('$name on $backend', ({ Model, name, backend }) => {
  const model = Model.fit(X, { nClusters: 3, backend });

  it('takes data in every form', () => {
    for (const form of [
      rowsOf(x, 2),
      rowsOf(x, 2).map((row) => Float64Array.from(row)),
      { data: Array.from(x), rows: 90, columns: 2 },
    ]) {
      expect(bits(Model.fit(form, { nClusters: 3, backend }).centers)).toEqual(bits(model.centers));
    }
    const single = matrixOf(Float32Array.from(x), 2);
    const double = matrixOf(Float64Array.from(single.data), 2);
    const [a, b] = [single, double].map((form) => Model.fit(form, { nClusters: 3, backend }));
    expect(bits(a!.centers)).toEqual(bits(b!.centers));
    expect(
      Array.from(Model.fit([1, 2, 9], { nClusters: 2, backend }).labels).filter((k, _, all) => k === all[0]!).length,
    ).toBe(2);
  });

  it('names bad data', () => {
    const fit =
      (data: unknown, options: object = {}) =>
      () =>
        Model.fit(data as never, { nClusters: 2, backend, ...options });
    expect(fit([])).toThrow(InvalidDataError);
    expect(fit([[1, 2], [3]])).toThrow(/ragged: row 1/);
    expect(
      fit([
        [1, 2],
        [Number.NaN, 1],
      ]),
    ).toThrow(/row 1, column 0/);
    expect(fit([[1, 2]])).toThrow(/2 clusters need at least 2 rows; got 1; lower nClusters/);
    expect(fit([[1], [2], [3]], { sampleWeights: [0, 0, 1] })).toThrow(/2 rows of positive weight; got 1/);
    expect(fit([[1], [2]], { sampleWeights: [1, -1] })).toThrow(/sampleWeights/);
    const tooFar = thrownBy<InvalidDataError>(
      fit([1.7e308, -1.7e308], { initialParameters: { centers: [[1.7e308], [1.7e308]] } }),
    );
    expect(tooFar).toBeInstanceOf(InvalidDataError);
    expect(tooFar.row).toBe(1);
    expect(() => model.predict([[1]])).toThrow(/the model has 2 features but the data have 1 columns/);
    if (name === 'KMeans') {
      expect(() =>
        model.predict([
          [0, 0],
          [1e200, 0],
        ]),
      ).toThrow(/row 1 is so far/);
      // its square overflows, the distance does not
      expect(model.transform([[1e200, 0]])[0]).toBe(1e200);
    }
  });

  it('names bad options', () => {
    const fit = (options: object) => () => Model.fit(X, { nClusters: 2, backend, ...options } as never);
    expect(() => Model.fit(X, undefined as never)).toThrow(InvalidOptionError);
    expect(() => Model.fit(X, null as never)).toThrow(InvalidOptionError);
    expect(fit({ nCluster: 3 })).toThrow(/did you mean nClusters\?/);
    expect(fit({ nClusters: 0 })).toThrow(/nClusters must be an integer ≥ 1; got 0/);
    expect(fit({ nClusters: 2.5 })).toThrow(InvalidOptionError);
    expect(fit({ init: 'kmeans' })).toThrow(/init must be one of 'kmeans\+\+', 'greedyKmeans\+\+', 'random'/);
    expect(fit({ init: {} })).toThrow(/init as an object needs labels/);
    expect(fit({ tol: -1 })).toThrow(InvalidOptionError);
    expect(fit({ maxIter: Number.NaN })).toThrow(InvalidOptionError);
    expect(fit({ nInit: 0 })).toThrow(InvalidOptionError);
    expect(fit({ backend: 'gpu' })).toThrow(InvalidOptionError);
    expect(fit({ onProgress: 'no' as never })).toThrow(InvalidOptionError);
    expect(fit({ initialParameters: {} })).toThrow(/initialParameters needs centers/);
    expect(fit({ initialParameters: { means: [[1, 2]] } })).toThrow(/has no option "means"/);
    expect(() => [...Model.steps(X, { nClusters: 2, nInit: 3, backend })]).toThrow(/nInit/);
    if (name === 'KMedians') expect(fit({ tie: 'upper' })).toThrow(/tie must be one of 'mid', 'lower'; got "upper"/);
    else expect(fit({ tie: 'mid' })).toThrow(/no option "tie"/);
  });

  it('names bad starts and centers', () => {
    const fit = (options: object) => () => Model.fit(X, { nClusters: 2, backend, ...options } as never);
    expect(fit({ initialParameters: { centers: [[1, 2]] } })).toThrow(InvalidParametersError);
    expect(
      fit({
        initialParameters: {
          centers: [
            [1, 2],
            [1, Number.NaN],
          ],
        },
      }),
    ).toThrow(/finite numbers/);
    expect(fit({ init: { labels: [0, 1] } })).toThrow(/one label per row: expected 90, got 2/);
    expect(fit({ init: { labels: Array.from({ length: 90 }, () => 0) } })).toThrow(/no row has 1/);
    for (const bad of [
      undefined,
      {},
      { centers: [] },
      { centers: [[]] },
      { centers: [1, 2] },
      { centers: { length: 1e9 } },
    ]) {
      expect(() => Model.fromParameters(bad as never)).toThrow(InvalidParametersError);
    }
  });

  it('is saved and read back', () => {
    const json = JSON.parse(JSON.stringify(model));
    const same = Model.fromJSON(json);
    expect(bits(same.centers)).toEqual(bits(model.centers));
    expect(same.totalCost).toBe(model.totalCost);
    expect(same.stopReason).toBe('stable');
    expect(Array.from(same.trace.cost)).toEqual(Array.from(model.trace.cost));
    expect(Array.from(same.predict(X))).toEqual(Array.from(model.labels));
    expect(() => same.labels).toThrow(NotFittedError);
    expect(JSON.stringify(same)).toBe(JSON.stringify(model));
    for (const bad of [
      3,
      '{',
      {},
      { ...json, format: 'x' },
      { ...json, version: 2 },
      { ...json, centers: [[null]] },
      { ...json, fit: { ...json.fit, nIter: -1 } },
    ]) {
      expect(() => Model.fromJSON(bad)).toThrow(InvalidParametersError);
    }
    const other = KINDS.find((kind) => kind.name !== name)!;
    expect(() => other.Model.fromJSON(json)).toThrow(/format must be/);
  });

  it('takes its own centers back, flat as they are', () => {
    const again = Model.fromParameters({ centers: model.centers, nClusters: model.nClusters, backend });
    expect(bits(again.centers)).toEqual(bits(model.centers));
    expect(Array.from(again.predict(X))).toEqual(Array.from(model.labels));
    expect(() => Model.fromParameters({ centers: model.centers })).toThrow(/flat beside nClusters/);
    expect(() => Model.fromParameters({ centers: [1, 2, 3], nClusters: 2 })).toThrow(InvalidParametersError);
  });

  it('made of centers scores, but was not fitted', () => {
    const made = Model.fromParameters({ centers: rowsOf(model.centers, 2), backend });
    expect(made.fitted).toBe(false);
    expect(() => made.totalCost).toThrow(NotFittedError);
    expect(Array.from(made.predict(X))).toEqual(Array.from(model.labels));
    expect(relativeEach(made.score(X), -model.totalCost / 90)).toBeLessThanOrEqual(1e-14);
    const weights = Array.from({ length: 90 }, (_, i) => i % 3);
    const doubled = made.score(X, { sampleWeights: weights.map((w) => 2 * w) });
    expect(relativeEach(made.score(X, { sampleWeights: weights }), doubled)).toBeLessThanOrEqual(1e-15);
    expect(made.summary()).toMatch(/3 clusters, 2 features/);
  });

  it('tells what it found, under the names of the features', () => {
    const text = model.summary({ featureNames: ['height', 'width'] });
    expect(text).toMatch(name === 'KMeans' ? /^K-means: 3 clusters/ : /^K-medians: 3 clusters/);
    expect(text).toMatch(/converged \(stable\)/);
    expect(text).toMatch(/count +height +width/);
    expect(() => model.summary({ featureNames: ['a'] })).toThrow(/must name all 2 features; got 1/);
  });

  it('hands out copies', () => {
    const before = model.centers[0]!;
    const fresh = Model.fromJSON(JSON.stringify(model));
    fresh.centers[0] = 1e9;
    expect(Model.fromJSON(JSON.stringify(fresh)).centers[0]).toBe(before);
  });

  it('tells its progress and stops where a step says so', () => {
    const seen: number[] = [];
    const fitted = Model.fit(X, { nClusters: 3, backend, onProgress: ({ totalCost }) => seen.push(totalCost) });
    expect(seen).toEqual(Array.from(fitted.trace.cost));
    const steps = Model.steps(X, { nClusters: 3, backend });
    let last = steps.next();
    const costs: number[] = [];
    while (!last.done) {
      costs.push(last.value.totalCost);
      last = steps.next();
    }
    expect(costs).toEqual(seen);
    expect(bits(last.value.centers)).toEqual(bits(fitted.centers));
  });

  it('is fitted the same in a worker', async () => {
    const options = { nClusters: 3, backend, nInit: 2, init: 'random' as const };
    const [there, here] = [await Model.fitAsync(X, options), Model.fit(X, options)];
    expect(bits(there.centers)).toEqual(bits(here.centers));
    expect(there.restarts).toEqual(here.restarts);
    expect(Array.from(there.labels)).toEqual(Array.from(here.labels));
    await expect(Model.fitAsync(X, { ...options, nClusters: 100 })).rejects.toThrow(/lower nClusters/);
    const reason = new Error('enough');
    await expect(Model.fitAsync(X, { ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
