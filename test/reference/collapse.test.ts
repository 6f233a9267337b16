import { describe, expect, it } from 'vitest';
import { DegenerateComponentError, GaussianMixture } from '../../src/index.js';
import { BACKENDS, relativeEach, relativeToMax, thrownBy } from '../helpers/numbers.js';
import { fitCase, load, type Parameters, type ReferenceCase, suggestedTolerance } from '../helpers/reference.js';

type CollapseCase = ReferenceCase & {
  logLikelihoodToCollapse: number[];
  minVariance: number[];
  collapse: { component: number; point: number };
  'withRegularisation1e-6': Parameters & { iterations: number; logLikelihood: number[] };
};

const FILE = 'collapse_acidity_k5.json';
const c = load<CollapseCase>(FILE);
const tolerance = suggestedTolerance(FILE);
const regularised = c['withRegularisation1e-6'];

describe.each(BACKENDS)('a component that shrinks onto an outlier, on %s', (backend) => {
  it('follows the reference to the last state of sound variances', () => {
    const model = fitCase(c, { backend });
    expect(model.nIter).toBe(188);
    expect(relativeEach(model.trace.logLikelihood, c.expected.logLikelihood)).toBeLessThanOrEqual(
      tolerance.logLikelihoodRel,
    );
    expect(relativeToMax(model.weights, c.expected.weights)).toBeLessThanOrEqual(tolerance.parametersRelToMax);
    expect(relativeToMax(model.means, c.expected.means)).toBeLessThanOrEqual(tolerance.parametersRelToMax);
    // the shrinking variance is a thousandth of the others and grows their errors: every one by itself, ten times looser
    expect(relativeEach(model.covariances, c.expected.covariances)).toBeLessThanOrEqual(
      tolerance.parametersRelToMax * 10,
    );
  });

  it('stops with an error that names the component and carries the last good parameters', () => {
    const error = thrownBy<DegenerateComponentError>(() => fitCase(c, { backend, maxIter: 1000 }));
    expect(error).toBeInstanceOf(DegenerateComponentError);
    expect(error.code).toBe('DEGENERATE_COMPONENT');
    expect(error.component).toBe(c.collapse.component);
    expect(error.message).toMatch(
      /component 0 collapsed.*regCovar.*M-step 18\d|component 0 collapsed.*regCovar.*M-step 190/,
    );
    const good = error.parameters as { weights: Float64Array; means: Float64Array; covariances: Float64Array };
    for (const values of [good.weights, good.means, good.covariances]) {
      expect(values.length).toBe(5);
      expect(values.every(Number.isFinite)).toBe(true);
    }
    expect(Math.min(...good.covariances)).toBeGreaterThan(0);
    expect(error.iteration).toBeGreaterThan(188);
    expect(error.iteration).toBeLessThanOrEqual(190);
    const reached = c.logLikelihoodToCollapse[error.iteration! - 1];
    expect(relativeEach(error.logLikelihood!, reached)).toBeLessThanOrEqual(tolerance.logLikelihoodRel);
  });

  it('gives last good parameters that make a model of that very log-likelihood', () => {
    const error = thrownBy<DegenerateComponentError>(() => fitCase(c, { backend, maxIter: 1000 }));
    const { weights, means, covariances } = error.parameters as Record<string, Float64Array>;
    const model = GaussianMixture.fromParameters({
      weights: weights!,
      means: means!,
      covariances: covariances!,
      covarianceType: 'spherical',
      backend,
    });
    expect(relativeEach(model.score(c.dataset.rows) * 155, error.logLikelihood!)).toBeLessThanOrEqual(1e-12);
  });

  it('stops soundly by tol long before', () => {
    const model = fitCase(c, { backend, tol: 1e-3, maxIter: 1000 });
    expect(model.stopReason).toBe('tol');
    expect(model.nIter).toBeLessThan(188);
  });

  it('finishes with a regularisation of 1e-6, which is then the variance of the shrunk component', () => {
    const model = fitCase(c, { backend, regCovar: 1e-6, maxIter: regularised.iterations });
    expect(relativeEach(model.trace.logLikelihood, regularised.logLikelihood)).toBeLessThanOrEqual(
      tolerance.logLikelihoodRel * 10,
    );
    expect(relativeToMax(model.weights, regularised.weights)).toBeLessThanOrEqual(tolerance.parametersRelToMax);
    expect(relativeToMax(model.means, regularised.means)).toBeLessThanOrEqual(tolerance.parametersRelToMax);
    expect(relativeToMax(model.covariances, regularised.covariances)).toBeLessThanOrEqual(tolerance.parametersRelToMax);
    expect(model.covariances[0]).toBeCloseTo(1e-6, 18);
    expect(model.means[0]).toBeCloseTo(c.collapse.point, 12);
  });
});
