/** `acceleration`: the fixed points of EM in fewer E-steps, every one of which counts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anderson,
  BernoulliMixture,
  type BernoulliMixtureOptions,
  type ComponentChart,
  DegenerateStatistics,
  type EMModel,
  expectationMaximization,
  expectationMaximizationAsync,
  type Family,
  GaussianMixture,
  gradient,
  mixture,
  squarem,
} from '../../src/index.js';
import { clusters, generator, rowsOf } from '../helpers/data.js';
import { BACKENDS, largestDifference, relativeToMax, TYPES, thrownBy } from '../helpers/numbers.js';
import { fitCase, load, type ReferenceCase } from '../helpers/reference.js';

const SCHEMES = ['squarem', 'anderson'] as const;
type Scheme = (typeof SCHEMES)[number];
const TO_THE_END = { tol: 1e-14, maxIter: 20_000 } as const;

/** Reference cases with the limit of EM from their start. */
const GAUSSIAN = [
  'gmm1d_acidity_k2',
  'gmm1d_acidity_k6_tied',
  'gmm1d_galaxies_k3',
  'gmm_faithful_k2_full',
  'gmm_faithful_k2_full_weighted',
  'gmm_faithful_k2_diag',
  'gmm_faithful_k2_tied',
  'gmm_faithful_k2_spherical',
  'gmm_iris_k3_full',
  'gmm_iris_k3_diag',
  'gmm_offset_1e8_k2_full',
  'gmm_near_collinear_1e-3_k2_full',
  'gmm_wine_std_k3_diag',
];
const BERNOULLI = ['bernoulli_carcinoma_k2', 'bernoulli_values_k2'];
const SLOW = ['gmm1d_acidity_k6_tied', 'gmm_iris_k3_full', 'gmm_iris_k3_diag', ...BERNOULLI];

function fitReference(file: string, options: object): GaussianMixture | BernoulliMixture {
  const c = load<ReferenceCase>(`${file}.json`);
  if (!file.startsWith('bernoulli')) return fitCase(c, options);
  const { weights, means: probs } = c.init;
  return BernoulliMixture.fit(c.dataset.rows, { nComponents: c.k, initialParameters: { weights, probs }, ...options });
}

/**
 * Weights in the order of the first coordinate of the means; those of components that coincide (acidity, K = 6), which only
 * have a sum, added up: what the mixture is, whatever its components are called.
 */
function merged(weights: ArrayLike<number>, means: number[][]): number[] {
  const order = means.map((_, k) => k).sort((a, b) => means[a][0] - means[b][0]);
  const sums: number[] = [];
  order.forEach((k, i) => {
    const before = means[order[i - 1]];
    if (before !== undefined && largestDifference(before, means[k]) < 1e-4) sums[sums.length - 1] += weights[k];
    else sums.push(weights[k]);
  });
  return sums;
}

/** No state is lower than the one before by more than the rounding of a sum. */
function expectMonotone(trace: ArrayLike<number>): void {
  for (let t = 1; t < trace.length; t++) {
    expect(trace[t] - trace[t - 1]).toBeGreaterThanOrEqual(-1e-12 * Math.abs(trace[t]));
  }
}

describe.each(SCHEMES)("acceleration: '%s'", (acceleration) => {
  it.each([...GAUSSIAN, ...BERNOULLI].flatMap((file) => BACKENDS.map((backend) => [file, backend] as const)))(
    'ends where EM ends: %s (%s)',
    (file, backend) => {
      const want = load<ReferenceCase>(`${file}.json`).fixedPoint!;
      const fit = fitReference(file, { ...TO_THE_END, backend, acceleration });
      expect(fit.converged).toBe(true);
      // near-collinear data: the log-densities themselves err by 1e-11 (INDEX.json)
      const tolerance = file.startsWith('gmm_near_collinear') ? 1e-9 : 1e-11;
      expect(Math.abs(fit.logLikelihood - want.logLikelihood)).toBeLessThanOrEqual(
        tolerance * Math.abs(want.logLikelihood),
      );
      // a rise below 1e-14 per row leaves the parameters within its square root
      const means = rowsOf(fit instanceof GaussianMixture ? fit.means : fit.probs, fit.nFeatures);
      const got = merged(fit.weights, means);
      const wanted = merged(want.weights, want.means);
      expect(got.length).toBe(wanted.length);
      expect(relativeToMax(got, wanted)).toBeLessThanOrEqual(1e-4);
      const { logLikelihood } = fit.trace;
      expectMonotone(logLikelihood);
      expect(logLikelihood.at(-1)).toBe(fit.logLikelihood);
      expect(logLikelihood.length).toBeLessThanOrEqual(fit.nIter + 1);
    },
  );

  it('needs fewer E-steps where EM is slow', () => {
    const ratios = SLOW.map((file) => {
      const options = { tol: 1e-13, maxIter: 20_000 };
      return fitReference(file, options).nIter / fitReference(file, { ...options, acceleration }).nIter;
    });
    const median = ratios.toSorted((a, b) => a - b)[ratios.length >> 1];
    expect(Math.min(...ratios)).toBeGreaterThan(1.5);
    expect(median).toBeGreaterThanOrEqual(acceleration === 'anderson' ? 5 : 3);
  });

  it.each(TYPES)('random small data: a monotone path to a fixed point of EM (%s)', (covarianceType) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom(1, 2, 3),
        (seed, d, k) => {
          const X = rowsOf(clusters(60, d, k, seed), d);
          const options = { nComponents: k, covarianceType, seed, tol: 1e-9, maxIter: 500, regCovar: 0 } as const;
          let fit: GaussianMixture;
          try {
            fit = GaussianMixture.fit(X, { ...options, acceleration });
          } catch (error) {
            // a component on one row: where the likelihood has no bound both may end there
            expect((error as { code: string }).code).toBe('DEGENERATE_COMPONENT');
            return;
          }
          expectMonotone(fit.trace.logLikelihood);
          expect(fit.nIter).toBeLessThanOrEqual(500);
          expect(fit.trace.logLikelihood.length).toBeLessThanOrEqual(fit.nIter + 1);
          if (!fit.converged) return;
          const { weights, means, covariances } = fit;
          const again = GaussianMixture.fit(X, {
            ...options,
            initialParameters: { weights, means, covariances },
            maxIter: 1,
            tol: 0,
          });
          const [before, after] = again.trace.logLikelihood;
          expect(Math.abs(after - before)).toBeLessThanOrEqual(1e-9 * X.length * (1 + 1e-6));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('regCovar above 0: the fixed point of regularised EM, which is no maximum', () => {
    const { dataset } = load<ReferenceCase>('gmm_iris_k3_full.json');
    for (const regCovar of [0.01, { relative: 1e-6 }]) {
      const initialParameters = { means: [0, 60, 110].map((i) => dataset.rows[i]) };
      const options = { nComponents: 3, regCovar, initialParameters, ...TO_THE_END };
      const em = GaussianMixture.fit(dataset.rows, options);
      const fit = GaussianMixture.fit(dataset.rows, { ...options, acceleration });
      expect(Math.abs(fit.logLikelihood - em.logLikelihood)).toBeLessThanOrEqual(1e-6);
      expect(largestDifference(fit.means, em.means)).toBeLessThanOrEqual(1e-5);
      expect(fit.nIter).toBeLessThan(em.nIter);
    }
  });

  it('Bernoulli: fixed weights, a prior, and probabilities on the border', () => {
    const g = generator(6);
    const X = rowsOf(
      // the last feature is 1 in all rows, the one before it in one class only
      Float64Array.from({ length: 300 * 5 }, (_, i) => {
        const first = Math.floor(i / 5) % 3 === 0;
        if (i % 5 === 4) return 1;
        if (i % 5 === 3) return first ? 1 : 0;
        return g.uniform() < (first ? 0.7 : 0.35) ? 1 : 0;
      }),
      5,
    );
    for (const more of [{}, { weights: 'uniform' }, { prior: { a: 2, b: 2 } }] as const) {
      const options: BernoulliMixtureOptions = { nComponents: 2, init: 'random', seed: 4, ...TO_THE_END, ...more };
      const em = BernoulliMixture.fit(X, options);
      const fit = BernoulliMixture.fit(X, { ...options, acceleration });
      const reached = ({ trace, logLikelihood }: BernoulliMixture) => trace.logPosterior?.at(-1) ?? logLikelihood;
      expect(Math.abs(reached(fit) - reached(em))).toBeLessThanOrEqual(1e-9 * Math.abs(reached(em)));
      expectMonotone(fit.trace.logPosterior ?? fit.trace.logLikelihood);
      expect(fit.probs.every((theta) => theta >= 0 && theta <= 1)).toBe(true);
      if ('weights' in more) expect(fit.weights).toEqual(Float64Array.of(0.5, 0.5));
      if (!('prior' in more)) {
        // exactly, as EM leaves it
        expect([fit.probs[4], fit.probs[9], fit.complements[4]]).toEqual([1, 1, 0]);
      }
    }
  });

  it('crosses to a worker, goes step by step, keeps the best of several starts, records half-steps', async () => {
    const X = rowsOf(clusters(200, 2, 2, 3), 2);
    const options = { nComponents: 3, acceleration, seed: 1, tol: 1e-10 } as const;
    const model = GaussianMixture.fit(X, options);
    const iterations: number[] = [];
    const told = { ...options, onProgress: ({ iteration }: { iteration: number }) => iterations.push(iteration) };
    expect(GaussianMixture.fit(X, told).means).toEqual(model.means);
    expect(iterations.length).toBe(model.trace.logLikelihood.length);
    expect(iterations.at(-1)).toBe(model.nIter);
    for (let t = 1; t < iterations.length; t++) expect(iterations[t]).toBeGreaterThan(iterations[t - 1]);
    // the constants, which bundlers see, are their names
    for (const same of [options, { ...options, acceleration: acceleration === 'squarem' ? squarem : anderson }]) {
      const there = await GaussianMixture.fitAsync(X, same);
      expect(there.means).toEqual(model.means);
      expect(there.covariances).toEqual(model.covariances);
      expect(there.trace).toEqual(model.trace);
      expect(there.nIter).toBe(model.nIter);
    }
    const states = [...GaussianMixture.steps(X, options)];
    expect(states.map(({ logLikelihood }) => logLikelihood)).toEqual(Array.from(model.trace.logLikelihood));
    expect(states.map(({ iteration }) => iteration)).toEqual(iterations);
    const several = GaussianMixture.fit(X, { ...options, nInit: 4 });
    expect(several.restarts).toHaveLength(4);
    expect(several.logLikelihood).toBe(Math.max(...several.restarts.map((restart) => restart.logLikelihood!)));
    const { elbo } = GaussianMixture.fit(X, { ...options, trace: 'elbo' }).trace;
    expect(elbo!.afterE.length).toBe(states.length);
    elbo!.kl.forEach((kl, t) => {
      expect(kl).toBeGreaterThanOrEqual(0);
      expect(elbo!.afterM[t] + kl).toBeCloseTo(elbo!.afterE[t + 1], 8);
    });
  });

  it('maxIter is never exceeded and ends in a state of EM’s own', () => {
    for (let maxIter = 0; maxIter < 30; maxIter++) {
      const { nIter, stopReason, trace, converged } = fitReference('gmm1d_acidity_k6_tied', {
        maxIter,
        tol: 0,
        acceleration,
      });
      expect({ nIter, stopReason, converged }).toEqual({ nIter: maxIter, stopReason: 'maxIter', converged: false });
      expectMonotone(trace.logLikelihood);
    }
  });

  it('paramTol stops it as well', () => {
    const fit = fitReference('gmm_iris_k3_full', { tol: 0, paramTol: 1e-6, maxIter: 20_000, acceleration });
    expect(fit.stopReason).toBe('paramTol');
    expect(fit.logLikelihood).toBeCloseTo(load<ReferenceCase>('gmm_iris_k3_full.json').fixedPoint!.logLikelihood, 6);
  });

  it('a collapse is EM’s own, and named', () => {
    const c = load<ReferenceCase>('collapse_acidity_k5.json');
    const error = thrownBy<{ code: string; parameters: unknown }>(() =>
      fitCase(c, { tol: 0, maxIter: 1000, acceleration }),
    );
    expect(error.code).toBe('DEGENERATE_COMPONENT');
    expect(error.parameters).toBeDefined();
  });

  it('does not take a saddle for the end', () => {
    const { rows } = load<ReferenceCase>('gmm1d_galaxies_k2.json').dataset;
    const sorted = rows.map(([x]) => x).sort((a, b) => a - b);
    const means = [0, 1, 2, 3].map((k) => [sorted[Math.floor((sorted.length * (k + 0.5)) / 4)]]);
    const fit = GaussianMixture.fit(rows, {
      nComponents: 4,
      covarianceType: 'tied',
      regCovar: 0,
      initialParameters: { means, covariances: [[4]] },
      tol: 1e-8,
      acceleration,
    });
    // at -212.35 two of the four coincide; EM itself creeps by 1e-8 a step there
    expect(fit.logLikelihood).toBeCloseTo(-207.72233, 4);
  });
});

describe('acceleration of models of one’s own', () => {
  const chart: ComponentChart<number> = {
    toFree: (rate) => [Math.log(rate)],
    fromFree: ([logRate]) => Math.exp(logRate),
    metric: (rate, [step]) => [rate * step],
  };
  const poisson: Family<number, { n: number; sum: number }> = {
    logDensity: (rate, [x]) => x * Math.log(rate) - rate,
    emptyStatistics: () => ({ n: 0, sum: 0 }),
    accumulate(statistics, [x], weight) {
      statistics.n += weight;
      statistics.sum += weight * x;
    },
    merge(into, from) {
      into.n += from.n;
      into.sum += from.sum;
    },
    maximize: ({ n, sum }) => sum / n,
    nParameters: () => 1,
    sample: (rate) => Float64Array.of(rate),
  };
  const g = generator(9);
  const counts = Array.from({ length: 300 }, (_, i) => Math.floor(-Math.log(1 - g.uniform()) * (i % 3 === 0 ? 3 : 6)));

  /** The model, and how many E-steps it was asked for (the data are one block). */
  function counted(family: typeof poisson) {
    const model = mixture(family, { nComponents: 2 });
    const spent = { eSteps: 0 };
    const watched: typeof model = {
      ...model,
      expectation(parameters, block) {
        spent.eSteps++;
        return model.expectation(parameters, block);
      },
    };
    return { model: watched, spent };
  }

  it.each(SCHEMES)('nIter counts every E-step after the first, the trace accepted states: %s', (acceleration) => {
    const options = { tol: 1e-12, maxIter: 10_000 };
    const em = expectationMaximization(mixture(poisson, { nComponents: 2 }), counts, options);
    for (const [more, least] of [
      [{ chart }, 3],
      [{ chart: { toFree: chart.toFree, fromFree: chart.fromFree } }, 1.2],
    ] as const) {
      const { model, spent } = counted({ ...poisson, ...more });
      const seen: number[] = [];
      const fit = expectationMaximization(model, counts, {
        ...options,
        acceleration,
        onStep: ({ iteration }) => seen.push(iteration),
      });
      expect(fit.nIter).toBe(spent.eSteps - 1);
      expect(fit.trace.length).toBe(seen.length);
      expect(seen.at(-1)).toBe(fit.nIter);
      expect(Math.abs(fit.objective - em.objective)).toBeLessThanOrEqual(1e-9 * Math.abs(em.objective));
      expect(em.nIter / fit.nIter).toBeGreaterThan(least);
      expectMonotone(fit.trace);
    }
  });

  it('proposals that have no parameters are rejected, and counted if they cost an E-step', () => {
    let refused = 0;
    const narrow: ComponentChart<number> = {
      ...chart,
      // every proposal: only free numbers that EM made have come by before
      fromFree() {
        refused++;
        throw new DegenerateStatistics('nothing here');
      },
    };
    const { model, spent } = counted({ ...poisson, chart: narrow });
    const em = expectationMaximization(mixture(poisson, { nComponents: 2 }), counts, { tol: 1e-8 });
    const fit = expectationMaximization(model, counts, { tol: 1e-8, acceleration: 'anderson' });
    expect(refused).toBeGreaterThan(0);
    expect(fit.objective).toBe(em.objective);
    expect(Array.from(fit.trace)).toEqual(Array.from(em.trace));
    expect(spent.eSteps).toBe(em.nIter + 1);
    // the trials that never came to an E-step count like those that did
    expect(fit.nIter).toBe(em.nIter);
  });

  it('a mistake in the chart is no rejection', () => {
    const broken = { ...poisson, chart: { ...chart, fromFree: () => (undefined as never as { rate: number }).rate } };
    expect(() =>
      expectationMaximization(mixture(broken, { nComponents: 2 }), counts, { acceleration: 'anderson' }),
    ).toThrow(TypeError);
  });

  it('runs asynchronously, and on an EMModel with a chart', async () => {
    const base = mixture({ ...poisson, chart }, { nComponents: 2, weights: 'uniform' });
    const model: EMModel<unknown, unknown> = base as never;
    const options = { tol: 1e-10, acceleration: anderson };
    const now = expectationMaximization(model, counts, options);
    const later = await expectationMaximizationAsync(model, counts, options);
    expect(later.trace).toEqual(now.trace);
    expect((now.parameters as { weights: Float64Array }).weights).toEqual(Float64Array.of(0.5, 0.5));
  });

  it('says what is missing', () => {
    const code = (f: () => unknown) => thrownBy<{ code: string; message: string }>(f);
    const without = code(() =>
      expectationMaximization(mixture(poisson, { nComponents: 2 }), counts, { acceleration: 'squarem' }),
    );
    expect(without.code).toBe('INVALID_OPTION');
    expect(without.message).toContain('chart');
    const fit = (more: object) => code(() => GaussianMixture.fit([1, 2, 3], { nComponents: 1, ...more }));
    expect(fit({ acceleration: 'fast' }).message).toContain("'none', 'squarem', 'anderson'");
    expect(fit({ acceleration: gradient }).message).toContain('got "gradient"');
    const both = fit({ acceleration: 'anderson' satisfies Scheme, optimizer: 'gradient' });
    expect(both.code).toBe('INVALID_OPTION');
    expect(both.message).toContain('optimizer');
    expect(code(() => BernoulliMixture.fit([1, 0, 1], { nComponents: 1, acceleration: 7 as never })).code).toBe(
      'INVALID_OPTION',
    );
  });
});
