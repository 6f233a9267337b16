/** Every form in which bits come, and everything that is refused, with its place. */
import { describe, expect, it } from 'vitest';
import {
  BernoulliMixture,
  type BernoulliMixtureOptions,
  DegenerateComponentError,
  InvalidDataError,
  InvalidOptionError,
  InvalidParametersError,
  ZeroDensityError,
} from '../../src/index.js';
import { rowsOf } from '../helpers/data.js';
import { BACKENDS, bits, thrownBy } from '../helpers/numbers.js';
import { bitsOfClasses, matrix } from './helpers.js';

const [N, D] = [60, 5];
const x = bitsOfClasses(N, D, 2);
const rows = rowsOf(x, D);
const options: BernoulliMixtureOptions = { nComponents: 2, maxIter: 8, tol: 0 };

// biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may pass
type Anything = any;
const fit = (X: Anything, more: Anything = {}) => BernoulliMixture.fit(X, { ...options, ...more });

function bitsOf({ weights, probs, complements, trace, labels }: BernoulliMixture): bigint[][] {
  return [weights, probs, complements, trace.logLikelihood, labels].map(bits);
}

describe.each(BACKENDS)('forms on %s', (backend) => {
  const want = bitsOf(fit(rows, { backend }));

  it.each<[string, Anything]>([
    ['rows of booleans', rows.map((row) => row.map((bit) => bit === 1))],
    ['booleans and numbers', rows.map((row) => row.map((bit, j) => (j % 2 === 0 ? bit === 1 : bit)))],
    ['rows of bytes', rows.map((row) => Uint8Array.from(row))],
    ['rows of doubles', rows.map((row) => Float64Array.from(row))],
    ['rows of clamped bytes', rows.map((row) => Uint8ClampedArray.from(row))],
    ['array-like rows', rows.map((row) => ({ ...row, length: D }))],
    ['a matrix of bytes', matrix(x, D)],
    ['a matrix of bytes with an offset', matrix(Uint8Array.from([7, ...x, 9]).subarray(1, 1 + N * D), D)],
    ['a matrix of a Node buffer', { data: Buffer.from(x), rows: N, columns: D }],
    ['a matrix of doubles', { data: Float64Array.from(x), rows: N, columns: D }],
    ['a matrix of floats', { data: Float32Array.from(x), rows: N, columns: D }],
    ['a matrix of numbers', { data: Array.from(x), rows: N, columns: D }],
    ['a matrix of booleans', { data: Array.from(x, Boolean), rows: N, columns: D }],
    ['a matrix of rows', { data: rows, rows: N, columns: D }],
    [
      'bytes of a SharedArrayBuffer',
      matrix(
        new Uint8Array(new SharedArrayBuffer(N * D)).map((_, i) => x[i]!),
        D,
      ),
    ],
    ['zeros of either sign', rows.map((row) => row.map((bit) => (bit === 0 ? -0 : 1)))],
  ])('%s', (_, X) => {
    const model = fit(X, { backend });
    expect(bitsOf(model)).toEqual(want);
    expect(Array.from(model.predict(X))).toEqual(Array.from(model.labels));
  });

  it('flat arrays for one feature', () => {
    const flat = x.subarray(0, 40);
    const one = bitsOf(fit(matrix(flat, 1), { backend }));
    for (const X of [flat, Array.from(flat), Array.from(flat, Boolean), Float64Array.from(flat)]) {
      expect(bitsOf(fit(X, { backend }))).toEqual(one);
    }
  });

  it('does not change what it is given', () => {
    const data = x.slice();
    fit(matrix(data, D), { backend });
    expect(data).toEqual(x);
  });
});

describe('refused, with row and column:', () => {
  it.each<[string, unknown]>([
    ['2', 2],
    ['0.5', 0.5],
    ['-1', -1],
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['"1"', '1'],
    ['null', null],
    ['undefined', undefined],
    ['1n', 1n],
    ['an array of 1', [1]],
  ])('%s', (shown, value) => {
    const bad: unknown[][] = rows.map((row) => row.slice());
    bad[7]![3] = value;
    const inputs: unknown[] = [bad, { data: bad, rows: N, columns: D }, { data: bad.flat(0), rows: N, columns: D }];
    const flat = Array.from(x) as unknown[];
    flat[7 * D + 3] = value;
    inputs[2] = { data: flat, rows: N, columns: D };
    for (const X of inputs) {
      for (const call of [
        () => fit(X),
        () => fit(rows).predict(X as Anything),
        () => BernoulliMixture.steps(X as Anything, options),
      ]) {
        const error = thrownBy<InvalidDataError>(call);
        expect(error).toBeInstanceOf(InvalidDataError);
        expect([error.row, error.column]).toEqual([7, 3]);
        expect(error.message).toContain(`got ${shown} at row 7, column 3`);
      }
    }
    const column = Array.from(x) as unknown[];
    column[11] = value;
    if (typeof value === 'object' && value !== null) return;
    expect([
      thrownBy<InvalidDataError>(() => fit(column)).row,
      thrownBy<InvalidDataError>(() => fit(column)).column,
    ]).toEqual([11, 0]);
  });

  it('a byte of 2', () => {
    const data = x.slice();
    data[3 * D + 1] = 2;
    const error = thrownBy<InvalidDataError>(() => fit(matrix(data, D)));
    expect([error.row, error.column]).toEqual([3, 1]);
    expect(error.message).toMatch(/binarise/);
  });

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /must be an array of rows .* got undefined/],
    ['null', null, /got null/],
    ['text', '0101', /got "0101"/],
    ['an object', {}, /must be an array of rows/],
    ['no rows', [], /empty/],
    ['no columns', [[], []], /empty/],
    ['an empty matrix', { data: [], rows: 0, columns: 3 }, /empty/],
    ['ragged rows', [[0, 1], [1]], /ragged: row 1 has 1 values, row 0 has 2/],
    ['a row that is none', [[0, 1], 1], /row 1 must be an array/],
    ['a first row that is none', [{}, [1]], /row 0 must be an array/],
    ['too few values', { data: new Uint8Array(5), rows: 2, columns: 3 }, /5 values but rows × columns = 2 × 3/],
    [
      'rows of another shape',
      {
        data: [
          [0, 1, 1],
          [1, 0, 0],
        ],
        rows: 3,
        columns: 2,
      },
      /2 × 3 values .* 3 × 2/,
    ],
    ['sizes that are none', { data: [1], rows: 1.5, columns: 1 }, /non-negative integers; got 1.5, 1/],
    ['data that are none', { data: 1, rows: 1, columns: 1 }, /data must be an array; got 1/],
  ])('%s', (_, X, message) => {
    const error = thrownBy(() => fit(X));
    expect(error).toBeInstanceOf(InvalidDataError);
    expect(error.message).toMatch(message);
  });

  it('rows of another width than the model has', () => {
    expect(() => fit(rows).predict([[0, 1]])).toThrow(/the model has 5 features but the data have 2 columns/);
  });

  it('fewer rows than components, sample weights that do not fit', () => {
    expect(() => fit([[0], [1]], { nComponents: 3 })).toThrow(InvalidDataError);
    expect(() => fit(rows, { sampleWeights: [1] })).toThrow(/expected 60, got 1/);
    expect(() => fit(rows, { sampleWeights: new Array(N).fill(-1) })).toThrow(/not negative; got -1 at row 0/);
    expect(() => fit(rows, { sampleWeights: new Array(N).fill(0) })).toThrow(/all zero/);
  });
});

describe('options', () => {
  it.each<[Anything, string, RegExp]>([
    [{ nComponents: 0 }, 'nComponents', /integer ≥ 1; got 0/],
    [{ nComponents: '2' }, 'nComponents', /got "2"/],
    [{ weights: 'fixed' }, 'weights', /'learned', 'uniform'; got "fixed"/],
    [{ weights: [0.5, 0.5] }, 'weights', /got an array of 2/],
    [{ prior: { a: 0.5, b: 1 } }, 'prior.a', /finite number ≥ 1 \(1 is none\); got 0.5/],
    [{ prior: { a: 2 } }, 'prior.b', /got undefined/],
    [{ prior: { a: NaN, b: 1 } }, 'prior.a', /got NaN/],
    [{ prior: { a: 1, b: Infinity } }, 'prior.b', /got Infinity/],
    [{ prior: { a: 1, b: 2, c: 3 } }, 'c', /prior has no option "c"/],
    [{ prior: 2 }, 'options', /prior: options must be an object; got 2/],
    [{ init: 'kmeans' }, 'init', /'kmeans\+\+', 'random'; got "kmeans"/],
    [{ init: {} }, 'init', /either labels or responsibilities/],
    [{ maxIter: -1 }, 'maxIter', /integer ≥ 0/],
    [{ tol: NaN }, 'tol', /finite number ≥ 0/],
    [{ backend: 'gpu' }, 'backend', /'wasm', 'js'/],
    [{ covarianceType: 'full' }, 'covarianceType', /no option "covarianceType"/],
    [{ wieghts: 'uniform' }, 'wieghts', /did you mean weights\?/],
    [{ onProgress: 1 }, 'onProgress', /must be a function/],
  ])('%j', (more, option, message) => {
    const error = thrownBy<InvalidOptionError>(() => fit(rows, more));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.option).toBe(option);
    expect(error.message).toMatch(message);
  });

  it('are needed', () => {
    expect(() => BernoulliMixture.fit(rows, undefined as Anything)).toThrow(/needs options with nComponents/);
  });

  it.each<[Anything, RegExp, number?]>([
    [{ probs: [[0.5, 0.5]] }, /probs must have shape 2 × 5/],
    [{ probs: [new Array(5).fill(0.5), [0.5, 1.5, 0, 0, 0]] }, /got 1.5 for component 1, feature 1/, 1],
    [{ probs: [new Array(5).fill(-0.1), new Array(5).fill(0.5)] }, /got -0.1 for component 0, feature 0/, 0],
    [{ probs: new Array(10).fill(NaN) }, /finite numbers; got NaN/],
    [{ probs: new Array(10).fill(0.5), weights: [1] }, /weights must have shape 2/],
    [{ probs: new Array(10).fill(0.5), weights: [0.5, 0.4] }, /weights must sum to 1/],
    [{ probs: new Array(10).fill(0.5), complements: new Array(10).fill(0.4) }, /complements must be 1 − probs/, 0],
  ])('initialParameters %j', (initialParameters, message, component) => {
    const error = thrownBy<InvalidParametersError>(() => fit(rows, { initialParameters }));
    expect(error).toBeInstanceOf(InvalidParametersError);
    expect(error.message).toMatch(message);
    if (component !== undefined) expect(error.component).toBe(component);
  });

  it('uniform weights are 1/K, whatever the start is told', () => {
    const probs = [new Array(5).fill(0.3), new Array(5).fill(0.6)];
    const told = { weights: 'uniform', initialParameters: { weights: [0.3, 0.7], probs } };
    expect(() => fit(rows, told)).toThrow(InvalidParametersError);
    expect(() => fit(rows, told)).toThrow(/keeps all weights at 0.5; .* 0.3 for component 0/);
    const near = { weights: 'uniform', initialParameters: { weights: [0.5 + 1e-10, 0.5 - 1e-10], probs } };
    expect(Array.from(fit(rows, near).weights)).toEqual([0.5, 0.5]);
  });

  it('of given starts: labels and responsibilities', () => {
    const labels = Array.from({ length: N }, (_, i) => i % 2);
    const responsibilities = labels.map((k) => [1 - k, k]);
    expect(bitsOf(fit(rows, { init: { labels } }))).toEqual(bitsOf(fit(rows, { init: { responsibilities } })));
    expect(() => fit(rows, { init: { labels: [0] } })).toThrow(/one label per row: expected 60/);
    expect(() => fit(rows, { init: { labels: labels.map(() => 2) } })).toThrow(/integers from 0 to 1; got 2 at row 0/);
    expect(() => fit(rows, { init: { responsibilities: labels.map(() => [1, 1]) } })).toThrow(/row 0 sums to 2/);
  });
});

describe.each(BACKENDS)('probabilities of 0 and 1 on %s', (backend) => {
  const start = (value: number) => ({
    probs: [0, 1].map((k) => rows[0]!.map((_, j) => (j === 2 ? value : 0.3 + 0.3 * k))),
  });
  const certain = rows.map((row, i) => row.map((bit, j) => (j === 2 ? (i === 41 ? 1 : 0) : bit)));

  it('that a row contradicts name the row', () => {
    const error = thrownBy<ZeroDensityError>(() => fit(certain, { backend, initialParameters: start(0) }));
    expect(error).toBeInstanceOf(ZeroDensityError);
    expect(error.row).toBe(41);
    const weights = certain.map((_, i) => (i === 41 ? 0 : 1));
    const model = fit(certain, { backend, initialParameters: start(0), sampleWeights: weights });
    expect(model.trace.logLikelihood.every(Number.isFinite)).toBe(true);
    expect([model.probs[2], model.complements[2]]).toEqual([0, 1]);
    const scores = model.scoreSamples(certain);
    scores.forEach((value, i) => expect(value === -Infinity).toBe(i === 41));
    expect(thrownBy<ZeroDensityError>(() => model.predict(certain)).row).toBe(41);
    expect(thrownBy<ZeroDensityError>(() => model.predictProba(certain)).row).toBe(41);
  });

  it('that no row contradicts stay, without NaN', () => {
    const constant = rows.map((row) => row.map((bit, j) => (j === 1 ? 1 : j === 4 ? 0 : bit)));
    for (const more of [{}, { init: 'random' }, { initialParameters: start(0.5) }]) {
      const model = fit(constant, { backend, ...more });
      for (const k of [0, 1]) {
        expect([model.probs[k * D + 1], model.complements[k * D + 1]]).toEqual([1, 0]);
        expect([model.probs[k * D + 4], model.complements[k * D + 4]]).toEqual([0, 1]);
      }
      expect(model.trace.logLikelihood.every(Number.isFinite)).toBe(true);
      const back = BernoulliMixture.fromJSON(JSON.stringify(model));
      expect(bits(back.probs)).toEqual(bits(model.probs));
    }
  });

  it('are moved inside by a prior, constant features too', () => {
    const constant = rows.map((row) => row.map((bit, j) => (j === 1 ? 1 : j === 4 ? 0 : bit)));
    for (const init of ['kmeans++', 'random'] as const) {
      const model = fit(constant, { backend, init, prior: { a: 2, b: 2 } });
      expect(Math.min(...model.probs)).toBeGreaterThan(0);
      expect(Math.min(...model.complements)).toBeGreaterThan(0);
      expect(model.trace.logPosterior!.every(Number.isFinite)).toBe(true);
    }
    for (const [prior, value] of [
      [{ a: 2, b: 1 }, 0],
      [{ a: 1, b: 2 }, 1],
    ] as const) {
      const error = thrownBy<InvalidParametersError>(() =>
        fit(rows, { backend, prior, initialParameters: start(value) }),
      );
      expect(error).toBeInstanceOf(InvalidParametersError);
      expect(error.component).toBe(0);
      expect(error.message).toMatch(/component 0, feature 2, which a Beta/);
    }
  });

  it('leave a component without any row, which is named', () => {
    const initialParameters = { probs: [new Array(D).fill(0.5), new Array(D).fill(0.5)], weights: [1, 0] };
    const error = thrownBy<DegenerateComponentError>(() => fit(rows, { backend, initialParameters }));
    expect(error).toBeInstanceOf(DegenerateComponentError);
    expect(error.component).toBe(1);
    expect(Object.keys(error.parameters as object)).toContain('probs');
  });

  it('of a single row, of all rows alike', () => {
    const one = fit([[1, 0, 1]], { backend, nComponents: 1 });
    expect(Array.from(one.probs)).toEqual([1, 0, 1]);
    expect(one.logLikelihood).toBe(0);
    const alike = fit(new Array(9).fill([1, 0, 1]), { backend, nComponents: 3 });
    expect(alike.logLikelihood).toBeCloseTo(0, 14);
    expect(Array.from(alike.probs.subarray(0, 3))).toEqual([1, 0, 1]);
  });
});

describe('models of given parameters', () => {
  const given = {
    weights: [0.4, 0.6],
    probs: [
      [0.9, 0.1],
      [0.2, 0.7],
    ],
  };

  it('with uniform weights have no free ones, as after a fit with them', () => {
    const model = BernoulliMixture.fromParameters({ ...given, weights: 'uniform' });
    expect(Array.from(model.weights)).toEqual([0.5, 0.5]);
    expect(model.nParameters).toBe(4);
    expect(BernoulliMixture.fromParameters(given).nParameters).toBe(5);
  });

  it('are what they say', () => {
    const model = BernoulliMixture.fromParameters(given);
    expect(Array.from(model.probs)).toEqual([0.9, 0.1, 0.2, 0.7]);
    const p = 0.4 * 0.9 * 0.9 + 0.6 * 0.2 * 0.3;
    expect(model.scoreSamples([[1, 0]])[0]).toBeCloseTo(Math.log(p), 14);
    expect(model.predictProba([[true, false]])[0]).toBeCloseTo((0.4 * 0.81) / p, 14);
    expect(model.fitted).toBe(false);
    expect(() => model.logLikelihood).toThrow(/built from parameters/);
    expect(model.nParameters).toBe(5);
    // handed out as a copy
    model.probs[0] = 7;
    expect(model.scoreSamples([[1, 0]])[0]).toBeCloseTo(Math.log(p), 14);
    expect(model.toJSON().probs[0]).toEqual([0.9, 0.1]);
    expect(model.summary({ featureNames: ['tea', 'coffee'] })).toMatch(/tea/);
    expect(() => model.summary({ featureNames: ['tea'] })).toThrow(InvalidOptionError);
    expect(model.summary()).not.toContain('BIC');
  });

  it('summaries tell how the fit went', () => {
    const Y = [[1], [0], [1]];
    const model = BernoulliMixture.fit(Y, { nComponents: 1 });
    const lines = model.summary().split('\n');
    expect(lines[0]).toBe('Bernoulli mixture: 1 component, 1 feature, learned weights');
    expect(lines).toContain(`  BIC (lower is better)  ${model.bic(Y).toFixed(4)}`);
    expect(lines).toContain(`  AIC (lower is better)  ${model.aic(Y).toFixed(4)}`);
  });

  it.each<[Anything, RegExp]>([
    [undefined, /needs an object with probs/],
    [{}, /nComponents must be/],
    [{ ...given, probs: [[0.9, 0.1], [0.2]] }, /shape 2 × 2/],
    [
      {
        ...given,
        probs: [
          [0.9, 2],
          [0.2, 0.7],
        ],
      },
      /got 2 for component 0, feature 1/,
    ],
    [{ ...given, weights: [0.5, 0.6] }, /sum to 1/],
    [{ ...given, means: [] }, /no option "means"/],
  ])('%j is refused', (parameters, message) => {
    expect(() => BernoulliMixture.fromParameters(parameters)).toThrow(message);
  });

  it.each<[string, (json: Anything) => Anything, RegExp]>([
    ['another format', (json) => ({ ...json, format: 'x' }), /format must be/],
    ['another version', (json) => ({ ...json, version: 2 }), /version must be 1/],
    ['no text of JSON', () => '{', /not valid JSON/],
    ['no weights', (json) => ({ ...json, weights: [] }), /weights must be a non-empty array/],
    [
      'probabilities out of range',
      (json) => ({
        ...json,
        probs: [
          [2, 0.1],
          [0.2, 0.7],
        ],
      }),
      /probs must lie in/,
    ],
    [
      'complements that are none',
      (json) => ({
        ...json,
        complements: [
          [0.5, 0.5],
          [0.5, 0.5],
        ],
      }),
      /complements must be/,
    ],
    ['another mode', (json) => ({ ...json, weightsMode: 'x' }), /weightsMode must be one of/],
  ])('JSON with %s is refused', (_, change, message) => {
    const json = JSON.parse(JSON.stringify(BernoulliMixture.fromParameters(given)));
    const call = () => BernoulliMixture.fromJSON(change(json));
    expect(call).toThrow(InvalidParametersError);
    expect(call).toThrow(message);
  });
});
