/** `optimizer: 'gradient'` goes where EM goes. */
import { describe, expect, it } from 'vitest';
import { BernoulliMixture, gradient as byGradient, GaussianMixture } from '../../src/index.js';
import { clusters, generator, rowsOf } from '../helpers/data.js';
import { BACKENDS, relativeToMax, thrownBy } from '../helpers/numbers.js';
import { fitCase, load, type ReferenceCase } from '../helpers/reference.js';

/** Reference cases whose maximum near the start is an interior one. */
const GAUSSIAN = [
  'gmm_faithful_k2_full',
  'gmm_faithful_k2_full_weighted',
  'gmm_faithful_k2_diag',
  'gmm_faithful_k2_tied',
  'gmm_faithful_k2_spherical',
  'gmm1d_galaxies_k2',
  'gmm1d_acidity_k2',
  'gmm_offset_1e8_k2_full',
];
const TO_THE_END = { tol: 1e-14, maxIter: 5000 } as const;

describe("optimizer: 'gradient'", () => {
  it.each(GAUSSIAN.flatMap((file) => BACKENDS.map((backend) => [file, backend] as const)))(
    'reaches the optimum of EM: %s (%s)',
    (file, backend) => {
      const c = load<ReferenceCase>(`${file}.json`);
      const em = fitCase(c, { ...TO_THE_END, backend });
      const gradient = fitCase(c, { ...TO_THE_END, backend, optimizer: 'gradient' });
      const want = c.fixedPoint?.logLikelihood ?? em.logLikelihood;
      expect(Math.abs(gradient.logLikelihood - want)).toBeLessThanOrEqual(1e-11 * Math.abs(want));
      expect(relativeToMax(gradient.weights, em.weights)).toBeLessThanOrEqual(1e-5);
      // comparable traces: the same start, both rising, the gradient's strictly
      const [a, b] = [em.trace.logLikelihood, gradient.trace.logLikelihood];
      expect(Math.abs(a[0] - b[0])).toBeLessThanOrEqual(1e-12 * Math.abs(a[0]));
      for (let t = 1; t < b.length; t++) expect(b[t]).toBeGreaterThan(b[t - 1]);
      expect(b.length).toBe(gradient.nIter + 1);
      expect(b.at(-1)).toBe(gradient.logLikelihood);
    },
  );

  it('never calls a collapse a maximum', () => {
    const rows = load<ReferenceCase>('gmm_faithful_k2_full.json').dataset.rows.slice(0, 12);
    const outcomes = Array.from({ length: 8 }, (_, seed) => {
      try {
        const options = { nComponents: 5, regCovar: 0, optimizer: 'gradient', tol: 1e-10, seed } as const;
        return GaussianMixture.fit(rows, options).converged ? 'converged' : 'unfinished';
      } catch (error) {
        return (error as Error).name;
      }
    });
    expect(outcomes).not.toContain('converged');
    expect(outcomes.filter((outcome) => outcome === 'DegenerateComponentError').length).toBeGreaterThan(4);
  });

  it('does not leave a regCovar out in silence', () => {
    const options = { nComponents: 1, optimizer: 'gradient', regCovar: 0.1 } as const;
    expect(() => GaussianMixture.fit([0, 1, 2, 5], options)).toThrow(/adds nothing to covariances; got regCovar 0.1/);
    expect(GaussianMixture.fit([0, 1, 2, 5], { ...options, regCovar: 0 }).converged).toBe(true);
  });

  it.each(BACKENDS)('Bernoulli: two latent classes in the answers of Stouffer and Toby (%s)', (backend) => {
    const c = load<ReferenceCase>('bernoulli_values_k2.json');
    const { weights, means: probs } = c.init;
    const options = { nComponents: 2, initialParameters: { weights, probs }, ...TO_THE_END, backend };
    const em = BernoulliMixture.fit(c.dataset.rows, options);
    const gradient = BernoulliMixture.fit(c.dataset.rows, { ...options, optimizer: 'gradient' });
    const want = c.fixedPoint!.logLikelihood;
    expect(Math.abs(gradient.logLikelihood - want)).toBeLessThanOrEqual(1e-12 * Math.abs(want));
    expect(relativeToMax(rowsOf(gradient.probs, 4), c.fixedPoint!.means)).toBeLessThanOrEqual(1e-5);
    expect(gradient.nIter).toBeLessThan(em.nIter);
  });

  it('Bernoulli: weights learned or fixed, and with a prior', () => {
    const g = generator(6);
    const X = rowsOf(
      Float64Array.from({ length: 400 * 4 }, (_, i) => (g.uniform() < (i % 8 < 4 ? 0.8 : 0.25) ? 1 : 0)),
      4,
    );
    for (const more of [{}, { weights: 'uniform' }, { prior: { a: 2, b: 2 } }] as const) {
      const options = { nComponents: 2, seed: 4, ...TO_THE_END, ...more };
      const em = BernoulliMixture.fit(X, options);
      const gradient = BernoulliMixture.fit(X, { ...options, optimizer: 'gradient' });
      const reached = ({ trace, logLikelihood }: BernoulliMixture) => trace.logPosterior?.at(-1) ?? logLikelihood;
      expect(Math.abs(reached(gradient) - reached(em))).toBeLessThanOrEqual(1e-11 * Math.abs(reached(em)));
      expect(gradient.nIter).toBeLessThan(em.nIter);
      if ('weights' in more) expect(gradient.weights).toEqual(Float64Array.of(0.5, 0.5));
    }
  });

  it('a probability of 0 stays where it is, as in EM', () => {
    const X = [
      [1, 0],
      [1, 1],
      [1, 1],
      [1, 0],
      [1, 0],
    ];
    const initialParameters = {
      weights: [0.5, 0.5],
      probs: [
        [1, 0.3],
        [1, 0.6],
      ],
    };
    const options = { nComponents: 2, initialParameters, tol: 1e-14 };
    const gradient = BernoulliMixture.fit(X, { ...options, optimizer: 'gradient' });
    expect(gradient.logLikelihood).toBeCloseTo(BernoulliMixture.fit(X, options).logLikelihood, 10);
    expect(gradient.probs[0]).toBe(1);
  });

  it('crosses to a worker, goes step by step, and records half-steps', async () => {
    const X = rowsOf(clusters(200, 2, 2, 3), 2);
    const options = { nComponents: 2, optimizer: 'gradient', seed: 1 } as const;
    const model = GaussianMixture.fit(X, options);
    expect((await GaussianMixture.fitAsync(X, options)).means).toEqual(model.means);
    // the constant, which bundlers see, is its name
    const same = { ...options, optimizer: byGradient };
    expect(GaussianMixture.fit(X, same).means).toEqual(model.means);
    expect((await GaussianMixture.fitAsync(X, same)).means).toEqual(model.means);
    const states = [...GaussianMixture.steps(X, options)];
    expect(states.map(({ logLikelihood }) => logLikelihood)).toEqual(Array.from(model.trace.logLikelihood));
    expect(states.filter(({ stopReason }) => stopReason !== undefined)).toHaveLength(1);
    const { elbo } = GaussianMixture.fit(X, { ...options, trace: 'elbo' }).trace;
    elbo!.kl.forEach((kl, t) => {
      expect(kl).toBeGreaterThanOrEqual(0);
      expect(elbo!.afterM[t] + kl).toBeCloseTo(elbo!.afterE[t + 1], 8);
    });
  });

  it('maxIter counts accepted steps; tol stops it as it stops EM', () => {
    const c = load<ReferenceCase>('gmm_faithful_k2_full.json');
    expect(fitCase(c, { optimizer: 'gradient', maxIter: 3 })).toMatchObject({ nIter: 3, stopReason: 'maxIter' });
    expect(fitCase(c, { optimizer: 'gradient', maxIter: 0 })).toMatchObject({ nIter: 0, stopReason: 'maxIter' });
    expect(fitCase(c, { optimizer: 'gradient', maxIter: 500, tol: 1e-6 }).stopReason).toBe('tol');
    // with tol 0 it ends where doubles end
    expect(fitCase(c, { optimizer: 'gradient', maxIter: 5000 })).toMatchObject({ converged: true, stopReason: 'tol' });
  });

  it('where the likelihood has no maximum the component is named', () => {
    const X = [[0], [0.01], [0.02], [5], [5], [5]];
    const initialParameters = { means: [[0], [5]], covariances: [[[1]], [[0.5]]] };
    const error = thrownBy<{ code: string; component: number }>(() =>
      GaussianMixture.fit(X, { nComponents: 2, initialParameters, optimizer: 'gradient', tol: 0, maxIter: 10_000 }),
    );
    expect(error).toMatchObject({ code: 'DEGENERATE_COMPONENT', component: 1 });
  });

  it('an unknown optimizer is refused', () => {
    expect(() => GaussianMixture.fit([1, 2], { nComponents: 1, optimizer: 'adam' as never })).toThrow(
      "'em', 'gradient'",
    );
  });
});
