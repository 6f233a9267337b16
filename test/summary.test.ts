/** The report is for people: the numbers must be there and be the model's, whatever the layout. */
import { describe, expect, it } from 'vitest';
import { GaussianMixture } from '../src/index.js';
import { clusters, matrixOf } from './helpers/data.js';
import { TYPES } from './helpers/numbers.js';

const X = matrixOf(clusters(90, 2, 2), 2);
/** Every number a reader finds. */
const numbersIn = (text: string) => (text.match(/-?\d+(\.\d+)?(e[+-]?\d+)?/g) ?? []).map(Number);

describe.each(TYPES)('%s', (covarianceType) => {
  const model = GaussianMixture.fit(X, { nComponents: 2, covarianceType, maxIter: 20 });
  const text = model.summary({ featureNames: ['eruptions', 'waiting'] });

  it('names the features and what was fitted', () => {
    expect(text).toContain('eruptions');
    expect(text).toContain('waiting');
    expect(text).toMatch(/2 components, 2 features/);
    expect(text).toContain(covarianceType === 'diag' ? 'diagonal' : covarianceType);
    expect(text).toContain(model.logLikelihood.toFixed(4));
    expect(text).toMatch(new RegExp(`iterations\\s+${model.nIter}\\b`));
    expect(text).toMatch(new RegExp(`free parameters\\s+${model.nParameters}\\b`));
  });

  it('has every parameter', () => {
    const printed = numbersIn(text);
    for (const value of [...model.weights, ...model.means, ...model.covariances]) {
      const nearest = printed.reduce((a, b) => (Math.abs(b - value) < Math.abs(a - value) ? b : a));
      expect(Math.abs(nearest / value - 1), String(value)).toBeLessThanOrEqual(1e-4);
    }
  });

  it('says how it ended', () => {
    expect(GaussianMixture.fit(X, { nComponents: 2, covarianceType, tol: 1e-2 }).summary()).toMatch(
      /converged \(tol\)/,
    );
    expect(GaussianMixture.fit(X, { nComponents: 2, covarianceType, tol: 0, maxIter: 2 }).summary()).toMatch(
      /not converged/,
    );
  });

  it('has no line that runs off a terminal, with many features too', () => {
    const wide = GaussianMixture.fit(matrixOf(clusters(200, 15, 2), 15), {
      nComponents: 2,
      covarianceType,
      maxIter: 2,
    });
    for (const line of [...text.split('\n'), ...wide.summary().split('\n')]) {
      expect(line.length).toBeLessThanOrEqual(120);
      expect(line).toBe(line.trimEnd());
    }
    expect(wide.summary()).toContain('x14');
  });
});

it('of one feature and one component is in the singular', () => {
  const text = GaussianMixture.fit([1, 2, 4, 8], { nComponents: 1 }).summary();
  expect(text).toMatch(/1 component, 1 feature,/);
});

it('of a model that was not fitted has its parameters only', () => {
  const text = GaussianMixture.fromParameters({
    means: [[0, 1e9]],
    covariances: [[1e-9, 12345678]],
    covarianceType: 'diag',
  }).summary();
  expect(text).not.toMatch(/log-likelihood|iterations/);
  expect(text).toMatch(/1(\.0+)?e-9/);
  expect(text).toMatch(/1\.2346e\+7|12345678/);
});
