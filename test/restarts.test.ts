/** Several starts: those that collapse are recorded and discarded; an error only when all do. */
import { describe, expect, it } from 'vitest';
import { DegenerateComponentError, GaussianMixture, MixwasmError } from '../src/index.js';
import { BACKENDS, bits, TYPES, thrownBy } from './helpers/numbers.js';
import { load, type ReferenceCase } from './helpers/reference.js';

const acidity = load<ReferenceCase>('collapse_acidity_k5.json').dataset.rows;
const collapsing = { nComponents: 5, init: 'kmeans++', regCovar: 0, maxIter: 300, tol: 0 } as const;

describe.each(BACKENDS)('nInit on %s', (backend) => {
  it('records the starts that collapse and keeps the best of the others', () => {
    const model = GaussianMixture.fit(acidity, { ...collapsing, nInit: 12, backend });
    expect(model.restarts.length).toBe(12);
    const failed = model.restarts.filter(({ error }) => error !== undefined);
    const sound = model.restarts.filter(({ error }) => error === undefined);
    expect(failed.length).toBeGreaterThan(0);
    expect(sound.length).toBeGreaterThan(0);
    for (const { error, nIter, logLikelihood, converged } of failed) {
      expect(error).toBeInstanceOf(DegenerateComponentError);
      expect(converged).toBe(false);
      expect(error!.iteration).toBe(nIter + 1);
      expect(error!.logLikelihood).toBe(logLikelihood);
      expect((error!.parameters as { means: Float64Array }).means.every(Number.isFinite)).toBe(true);
    }
    expect(model.logLikelihood).toBe(Math.max(...sound.map(({ logLikelihood }) => logLikelihood!)));
    expect(model.summary()).toMatch(new RegExp(`12, ${failed.length} collapsed`));
  });

  it('tells the listener which start it is in', () => {
    const seen = new Map<number, number>();
    const model = GaussianMixture.fit(acidity, {
      ...collapsing,
      nInit: 12,
      backend,
      onProgress: ({ restart, iteration }) => seen.set(restart, iteration),
    });
    expect([...seen.keys()]).toEqual(model.restarts.map((_, i) => i));
    expect([...seen.values()]).toEqual(model.restarts.map(({ nIter }) => nIter));
  });

  it('fails when all collapse, with the first as the cause', () => {
    // two values only: each component must end on one of them
    const X = [0, 0, 0, 0, 10, 10, 10, 10];
    const error = thrownBy<DegenerateComponentError>(() =>
      GaussianMixture.fit(X, { nComponents: 2, regCovar: 0, nInit: 4, backend }),
    );
    expect(error).toBeInstanceOf(DegenerateComponentError);
    expect(error.message).toMatch(/^all 4 starts collapsed; the first: component \d/);
    expect(error.cause).toBeInstanceOf(DegenerateComponentError);
    expect(error.component).toBe((error.cause as DegenerateComponentError).component);
    const parameters = error.parameters as { covariances: Float64Array };
    expect(parameters.covariances.every((v) => v > 0 && v < Infinity)).toBe(true);
  });

  it('keeps the greatest log-likelihood, and the first start is that of nInit 1', () => {
    const options = { nComponents: 4, maxIter: 50, tol: 1e-4, backend, init: 'random' } as const;
    const one = GaussianMixture.fit(acidity, options);
    const many = GaussianMixture.fit(acidity, { ...options, nInit: 8 });
    expect(many.restarts[0]!.logLikelihood).toBe(one.logLikelihood);
    expect(many.logLikelihood).toBe(Math.max(...many.restarts.map(({ logLikelihood }) => logLikelihood!)));
    expect(new Set(many.restarts.map(({ logLikelihood }) => logLikelihood)).size).toBeGreaterThan(1);
    const again = GaussianMixture.fit(acidity, { ...options, nInit: 8 });
    expect(bits(again.means)).toEqual(bits(many.means));
    const best = many.restarts.find(({ logLikelihood }) => logLikelihood === many.logLikelihood)!;
    expect([best.nIter, best.converged]).toEqual([many.nIter, many.converged]);
  });

  it('does not repeat a given start', () => {
    const labels = acidity.map((_, i) => i % 3);
    const model = GaussianMixture.fit(acidity, { nComponents: 3, nInit: 5, init: { labels }, maxIter: 2, backend });
    expect(model.restarts.length).toBe(1);
  });
});

describe.each(BACKENDS)('a variance that data of this magnitude cannot have, on %s', (backend) => {
  it.each(['full', 'diag', 'spherical'] as const)('is a collapse, though it is not 0 (%s)', (covarianceType) => {
    // rows one and two ulp apart, next to sound ones: √variance is below 4·ε·max|x|
    for (const at of [1, 1e6, -3e8]) {
      const ulp = Math.abs(at) * Number.EPSILON;
      const X = Array.from({ length: 40 }, (_, i) => (i < 20 ? at + (i % 3) * ulp : at * (1 + 1e-6 * Math.sin(i * i))));
      const labels = X.map((_, i) => (i < 20 ? 1 : 0));
      const options = { nComponents: 2, covarianceType, init: { labels }, regCovar: 0, backend };
      const error = thrownBy<DegenerateComponentError>(() => GaussianMixture.fit(X, options));
      expect(error).toBeInstanceOf(DegenerateComponentError);
      expect([error.component, error.iteration]).toEqual([1, 0]);
      // farther apart it is a variance like any other
      const wider = X.map((x, i) => (i < 20 ? at + (i % 3) * 64 * ulp : x));
      expect(GaussianMixture.fit(wider, { ...options, maxIter: 0 }).variances[1]).toBeGreaterThan(0);
    }
  });
});

describe.each(TYPES)('collapse, %s', (covarianceType) => {
  it.each(BACKENDS)('is told by name whatever the offset and scale, on %s', (backend) => {
    // a group of identical rows; σ of the rest is 1 in units of `scale`
    for (const [offset, scale] of [
      [0, 1],
      [1e6, 1],
      [0, 1e-6],
      [-1e3, 1e5],
    ] as const) {
      const X = Array.from({ length: 40 }, (_, i) => {
        const [a, b] = i < 20 ? [30, 30] : [Math.sin(i * 7), Math.cos(i * i)];
        return [offset + scale * a!, offset + scale * b!];
      });
      const labels = X.map((_, i) => (i < 20 ? 1 : 0));
      const options = { nComponents: 2, covarianceType, init: { labels }, regCovar: 0, backend, maxIter: 50, tol: 0 };
      if (covarianceType === 'tied') {
        // the pooled covariance is sound
        expect(GaussianMixture.fit(X, options).componentCounts[1]).toBeCloseTo(20, 6);
        continue;
      }
      const error = thrownBy<DegenerateComponentError>(() => GaussianMixture.fit(X, options));
      expect(error).toBeInstanceOf(DegenerateComponentError);
      expect(error).toBeInstanceOf(MixwasmError);
      expect(error.component).toBe(1);
      expect(error.iteration).toBe(0);
      // a regularisation is the remedy it names
      const cured = GaussianMixture.fit(X, { ...options, regCovar: { relative: 1e-6 } });
      expect(cured.means.every(Number.isFinite)).toBe(true);
      expect(cured.componentCounts[1]).toBeCloseTo(20, 6);
    }
  });
});
