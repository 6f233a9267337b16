/** What errors about covariances give as the reason, and what they advise: neither may be wrong for the data at hand. */
import { describe, expect, it } from 'vitest';
import {
  type CovarianceType,
  DegenerateComponentError,
  fitGaussian,
  GaussianMixture,
  InvalidDataError,
} from '../src/index.js';
import { clusters, matrixOf } from './helpers/data.js';
import { TYPES, thrownBy } from './helpers/numbers.js';

const values = clusters(60, 2, 2);
const fit = (covarianceType: CovarianceType, x: Float64Array, more: object = {}) =>
  thrownBy<DegenerateComponentError>(() =>
    GaussianMixture.fit(matrixOf(x, 2), { nComponents: 2, covarianceType, ...more }),
  );
const message = (...given: Parameters<typeof fit>) => {
  const error = fit(...given);
  expect(error).toBeInstanceOf(DegenerateComponentError);
  return error.message;
};

describe.each(TYPES)('a %s covariance', (type) => {
  const feature = type === 'spherical' ? '' : ' of feature 0';

  it('of data whose offset has eaten their digits says that', () => {
    const told = message(
      type,
      values.map((v) => v + 1e16),
    );
    expect(told).toMatch(`the variance${feature} is `);
    expect(told).toMatch(/less than numbers of this magnitude carry; subtract the offset/);
    expect(told).not.toMatch(/covarianceType|drop|features before/);
  });

  it('of overflowing squares advises to scale, nothing else', () => {
    const told = message(
      type,
      values.map((v) => v * 1e160),
    );
    expect(told).toMatch(
      new RegExp(
        `^the covariance of the data overflows: the variance${feature} is (Infinity|NaN); scale the columns down`,
      ),
    );
    expect(told).not.toMatch(/features before|drop/);
  });

  it('of constant data, or of one row, says that the variance is 0', () => {
    for (const x of [new Float64Array(20).fill(3), Float64Array.of(1, 2)]) {
      const told = message(type, x, { nComponents: 1 });
      expect(told).toMatch(`: the variance${feature} is 0; drop columns`);
      expect(told).not.toMatch('features before');
      // what is diagonal already is not told to become it
      expect(/use covarianceType 'diag'/.test(told)).toBe(type === 'full' || type === 'tied');
    }
  });

  it('of weights that leave nothing but a row blames the weights', () => {
    const sampleWeights = new Float64Array(60).fill(1);
    sampleWeights[0] = 1e-300;
    sampleWeights[1] = 1e300;
    const error = thrownBy(() =>
      GaussianMixture.fit(values.map((v) => Math.round(v)).subarray(0, 60), {
        nComponents: 1,
        covarianceType: type,
        sampleWeights,
      }),
    );
    expect(error.message).toMatch('sampleWeights');
  });
});

it.each(['full', 'tied'] as const)('a %s covariance of dependent features says which is lost', (type) => {
  const doubled = Float64Array.from(values, (_, i) => values[i - (i % 2)]!);
  const told = message(type, doubled, { nComponents: 1, regCovar: 0 });
  expect(told).toMatch(
    /the variance of feature 1 is [\d.]+, but what the features before it leave of that is lost in rounding/,
  );
  expect(told).toMatch("use covarianceType 'diag'");
});

it('weights that let squares vanish are blamed with their rows', () => {
  const sampleWeights = [1e-300, 1e300, 1, 1];
  const error = thrownBy<InvalidDataError>(() =>
    GaussianMixture.fit([1.2, 1, 3, 4], { nComponents: 1, sampleWeights }),
  );
  expect(error).toBeInstanceOf(InvalidDataError);
  expect(error.message).toMatch(
    /^sampleWeights let variances underflow \(row 1 and row 0 in column 0: 1 and 1.2, weights 1e\+300 and 1e-300\)/,
  );
});

describe('fitGaussian', () => {
  const told = (x: number[], covarianceType: 'full' | 'diag' | 'spherical') =>
    thrownBy(() => fitGaussian(x, { covarianceType })).message;

  it.each(['full', 'diag', 'spherical'] as const)('%s advises what helps', (type) => {
    expect(told([1e160, 2e160, 4e160], type)).toMatch(/the variance.* is Infinity; scale the columns down$/);
    expect(told([1e16, 1e16 + 2, 1e16 + 4], type)).toMatch(
      /less than numbers of this magnitude carry; subtract the offset/,
    );
    expect(told([3, 3, 3], type)).toMatch(/the variance.* is 0; (drop|pass).*regCovar above 0/);
    expect(told([1e-161, 2e-161, 4e-161], type)).toMatch(/^squares of differences underflow/);
  });
});
