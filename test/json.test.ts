/** fromJSON takes what others send: everything is checked, nothing but numbers and names is taken over. */
import { describe, expect, it } from 'vitest';
import { GaussianMixture, InvalidParametersError, MixwasmError, NotPositiveDefiniteError } from '../src/index.js';
import { clusters, matrixOf } from './helpers/data.js';
import { bits, TYPES, thrownBy } from './helpers/numbers.js';

const X = matrixOf(clusters(50, 2, 2), 2);
const model = GaussianMixture.fit(X, { nComponents: 2, maxIter: 5 });
const text = JSON.stringify(model);

/** The saved model with some fields replaced; `path` may reach into the fit. */
function withField(path: string, value: unknown): Record<string, unknown> {
  const json = JSON.parse(text);
  const keys = path.split('.');
  const last = keys.pop()!;
  const owner = keys.reduce((object, key) => object[key], json);
  if (value === undefined) delete owner[last];
  else owner[last] = value;
  return json;
}

describe('a saved model', () => {
  it.each(TYPES)('has the documented shape (%s)', (covarianceType) => {
    const json = JSON.parse(JSON.stringify(GaussianMixture.fit(X, { nComponents: 3, covarianceType, maxIter: 2 })));
    expect([json.format, json.version, json.covarianceType]).toEqual(['mixwasm/gaussian-mixture', 1, covarianceType]);
    const shape = (value: unknown): number[] => (Array.isArray(value) ? [value.length, ...shape(value[0])] : []);
    expect(shape(json.weights)).toEqual([3]);
    expect(shape(json.means)).toEqual([3, 2]);
    expect(shape(json.covariances)).toEqual(
      { full: [3, 2, 2], tied: [2, 2], diag: [3, 2], spherical: [3] }[covarianceType],
    );
    expect(json.fit.trace.logLikelihood.length).toBe(3);
  });

  it('leaves unknown fields out', () => {
    const copy = GaussianMixture.fromJSON({ ...JSON.parse(text), extra: 'x', toString: 'y' });
    expect(JSON.stringify(copy)).toBe(text);
  });

  it('needs no fit: parameters alone are enough', () => {
    const copy = GaussianMixture.fromJSON(withField('fit', undefined));
    expect(copy.fitted).toBe(false);
    expect(bits(copy.scoreSamples(X))).toEqual(bits(model.scoreSamples(X)));
  });
});

describe('hostile input', () => {
  it('cut off anywhere is refused', () => {
    for (let length = 0; length < text.length; length += 7) {
      const error = thrownBy<InvalidParametersError>(() => GaussianMixture.fromJSON(text.slice(0, length)));
      expect(error).toBeInstanceOf(InvalidParametersError);
      expect(error.message).toMatch(/not a saved Gaussian mixture: not valid JSON/);
    }
  });

  it.each([null, undefined, 3, true, [], 'null', '[]', '3', '{}', () => 0])('%s is no model', (value) => {
    expect(() => GaussianMixture.fromJSON(value)).toThrow(InvalidParametersError);
  });

  it('of another version says so', () => {
    for (const version of [0, 2, '1', null, undefined]) {
      expect(() => GaussianMixture.fromJSON(withField('version', version))).toThrow(
        /version must be 1; got .*another release/,
      );
    }
    expect(() => GaussianMixture.fromJSON(withField('format', 'mixwasm/other'))).toThrow(/format must be/);
  });

  it('by way of __proto__ changes nothing and gives nothing', () => {
    const poisoned = text.replace(
      /^\{/,
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},',
    );
    expect(JSON.stringify(GaussianMixture.fromJSON(poisoned))).toBe(text);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const { weights, ...rest } = JSON.parse(text);
    // inherited fields are nobody's saved model
    expect(() => GaussianMixture.fromJSON(Object.assign(Object.create({ weights }), rest))).toThrow(/weights must be/);
    expect(() => GaussianMixture.fromJSON(`{"__proto__":${text}}`)).toThrow(InvalidParametersError);
    expect(() => GaussianMixture.fromJSON(withField('covarianceType', '__proto__'))).toThrow(InvalidParametersError);
    expect(() => GaussianMixture.fromJSON(withField('covarianceType', 'constructor'))).toThrow(InvalidParametersError);
    expect(() => GaussianMixture.fromJSON(withField('backend', 'toString'))).toThrow(InvalidParametersError);
  });

  it.each([
    ['weights', []],
    ['weights', 'abc'],
    ['weights', { length: 2, 0: 0.5, 1: 0.5 }],
    ['weights', [0.5, 0.6]],
    ['weights', [1.5, -0.5]],
    ['weights', [0.5, null]],
    ['weights', undefined],
    ['means', [[0, 0]]],
    ['means', [[0, 0], [1]]],
    [
      'means',
      [
        [0, 'x'],
        [1, 1],
      ],
    ],
    ['means', [null, null]],
    ['means', undefined],
    [
      'covariances',
      [
        [1, 0],
        [0, 1],
      ],
    ],
    [
      'covariances',
      [
        [
          [1, 0],
          [0, 1],
        ],
        [[1, 0], [0]],
      ],
    ],
    [
      'covariances',
      [
        [
          [1, 0.5],
          [0, 1],
        ],
        [
          [1, 0],
          [0, 1],
        ],
      ],
    ],
    ['covariances', null],
    ['covarianceType', 'banana'],
    ['covarianceType', ['full']],
    ['backend', 'gpu'],
    ['origin', [1]],
    ['origin', [1, null]],
    ['meansLow', [[0, 0]]],
    ['fit', 3],
    ['fit', []],
    ['fit.converged', 'yes'],
    ['fit.nIter', 1.5],
    ['fit.nIter', -1],
    ['fit.logLikelihood', null],
    ['fit.stopReason', 'because'],
    ['fit.trace', {}],
    ['fit.trace', { logLikelihood: [1, '2'] }],
    ['fit.componentCounts', [1]],
  ])('%s: %j is refused with its name', (path, value) => {
    const error = thrownBy<MixwasmError>(() => GaussianMixture.fromJSON(withField(path, value)));
    expect(error).toBeInstanceOf(InvalidParametersError);
    expect(error.message).toContain(path.split('.').at(-1)!.replace('trace', 'logLikelihood'));
  });

  it('weights of another length contradict the means', () => {
    for (const weights of [[1], [0.2, 0.3, 0.5]]) {
      expect(() => GaussianMixture.fromJSON(withField('weights', weights))).toThrow(/means must have shape/);
    }
  });

  it('numbers that are not finite are refused wherever they stand', () => {
    for (const path of ['weights', 'means', 'covariances', 'fit']) {
      for (const bad of ['1e999', '-1e999', 'null', '"NaN"']) {
        const json = JSON.parse(text);
        const spoilt = JSON.stringify({ ...json, [path]: undefined }).replace(
          /\}$/,
          `,"${path}":${JSON.stringify(json[path]).replace(/(?<=[[:])-?\d+\.\d+/, bad)}}`,
        );
        expect(spoilt).toContain(bad);
        expect(() => GaussianMixture.fromJSON(spoilt)).toThrow(InvalidParametersError);
      }
    }
  });

  it('a covariance that is not positive definite is refused', () => {
    const bad = withField('covariances', [
      [
        [1, 2],
        [2, 1],
      ],
      [
        [1, 0],
        [0, 1],
      ],
    ]);
    const error = thrownBy<NotPositiveDefiniteError>(() => GaussianMixture.fromJSON(bad));
    expect(error).toBeInstanceOf(NotPositiveDefiniteError);
    expect([error.component, error.pivot]).toEqual([0, 1]);
  });

  it.each([2 ** 40, -1, 2.5, 'x'])('a made-up length of %s asks for no memory', (length) => {
    for (const json of [
      withField('means', [{ length }, { length }]),
      withField('origin', { length }),
      withField('covariances', { length }),
    ]) {
      expect(() => GaussianMixture.fromJSON(json)).toThrow(MixwasmError);
    }
  });

  it('a model of no features is no model', () => {
    const nothing = {
      format: 'mixwasm/gaussian-mixture',
      version: 1,
      covarianceType: 'full',
      weights: [1],
      means: [[]],
      covariances: [[]],
    };
    expect(() => GaussianMixture.fromJSON(nothing)).toThrow(InvalidParametersError);
    expect(() => GaussianMixture.fromParameters({ means: [[]], covariances: [[]] })).toThrow(InvalidParametersError);
  });

  it('nesting without end is refused', () => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    expect(() => GaussianMixture.fromJSON(text.replace(/"means":\[\[/, `"means":[${deep},[`))).toThrow(
      InvalidParametersError,
    );
  });
});

describe('fromParameters', () => {
  it('takes nested and flat arrays, and fills in equal weights', () => {
    const covariances = [
      [
        [1, 0.2],
        [0.2, 2],
      ],
      [
        [1, 0],
        [0, 1],
      ],
    ];
    const want = GaussianMixture.fromParameters({
      means: [
        [0, 1],
        [2, 3],
      ],
      covariances,
    }).scoreSamples(X);
    for (const means of [[0, 1, 2, 3], Float64Array.of(0, 1, 2, 3), [Float32Array.of(0, 1), Float32Array.of(2, 3)]]) {
      const nComponents = 2;
      for (const flat of [covariances, covariances.flat(2), Float64Array.from(covariances.flat(2))]) {
        const got = GaussianMixture.fromParameters({ means, covariances: flat, nComponents });
        expect(bits(got.scoreSamples(X))).toEqual(bits(want));
        expect(Array.from(got.weights)).toEqual([0.5, 0.5]);
      }
    }
  });

  it('copies: a later change of the arrays changes nothing', () => {
    const weights = Float64Array.of(0.5, 0.5);
    const means = Float64Array.of(0, 1);
    const copy = GaussianMixture.fromParameters({ weights, means, covariances: [1, 2], covarianceType: 'spherical' });
    const before = bits(copy.scoreSamples([0.5]));
    weights[0] = 0.9;
    means[0] = 100;
    expect(bits(copy.scoreSamples([0.5]))).toEqual(before);
    expect(Array.from(copy.means)).toEqual([0, 1]);
  });

  it('averages an asymmetry of rounding away, and divides out weights off by rounding', () => {
    const a = 0.3 + 1e-10;
    const { covariances } = GaussianMixture.fromParameters({
      means: [[0, 0]],
      covariances: [
        [
          [1, 0.3],
          [a, 1],
        ],
      ],
    });
    expect(covariances[1]).toBe(covariances[2]);
    const { weights } = GaussianMixture.fromParameters({
      weights: [0.5, 0.5 + 5e-9],
      means: [[0], [1]],
      covariances: [[[1]], [[1]]],
    });
    expect(weights[0]! + weights[1]!).toBeCloseTo(1, 15);
  });

  it.each([undefined, null, 3, {}])('%s is no parameters', (value) => {
    expect(() => GaussianMixture.fromParameters(value as never)).toThrow(MixwasmError);
  });
});
