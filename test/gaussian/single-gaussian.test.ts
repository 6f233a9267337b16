/** One Gaussian: by maximum likelihood, by its parameters, its marginals and conditionals, sums of two. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  addGaussians,
  DegenerateComponentError,
  fitGaussian,
  type GaussianLike,
  GaussianMixture,
  gaussian,
  InvalidDataError,
  InvalidOptionError,
  InvalidParametersError,
  klDivergence,
  NotPositiveDefiniteError,
  weightedCovariance,
} from '../../src/index.js';
import { clusters, generator, matrixOf, spd } from '../helpers/data.js';
import { BACKENDS, bits, largestDifference, relativeToMax, sum, thrownBy } from '../helpers/numbers.js';

const nist = JSON.parse(
  readFileSync(new URL('../fixtures/reference/nist_strd_moments.json', import.meta.url), 'utf8'),
) as { cases: { name: string; x: number[]; exactForTheDoubles: Record<string, number> }[] };

const D = 4;
const mean = Float64Array.of(1, -2, 0.5, 3);
const covariance = spd(D, generator(8));

describe.each(BACKENDS)('fitGaussian on %s', (backend) => {
  it.each(nist.cases)('has the mean and variance of NIST $name', ({ x, exactForTheDoubles: exact }) => {
    const fit = fitGaussian(x, { backend });
    expect(Math.abs(fit.mean[0] - exact.mean)).toBeLessThanOrEqual(1e-15 * Math.abs(exact.mean));
    const variance = exact['mlVariance(divide by n)'];
    expect(Math.abs(fit.covariance[0] - variance)).toBeLessThanOrEqual(1e-12 * variance);
  });

  const [n, d] = [500, 3];
  const x = clusters(n, d, 2, 3);
  const X = matrixOf(x, d);
  const sampleWeights = Float64Array.from({ length: n }, (_, i) => (i % 3) * 0.75);

  it('divides by the sum of the weights', () => {
    const weighted = fitGaussian(X, { sampleWeights, backend });
    const total = sum(sampleWeights);
    const mu = Array.from({ length: d }, (_, j) => sum(sampleWeights.map((s, i) => s * x[i * d + j])) / total);
    const sigma = Array.from({ length: d * d }, (_, at) => {
      const [i, j] = [Math.floor(at / d), at % d];
      return sum(sampleWeights.map((s, row) => s * (x[row * d + i] - mu[i]) * (x[row * d + j] - mu[j]))) / total;
    });
    expect(relativeToMax(weighted.mean, mu)).toBeLessThan(1e-14);
    expect(relativeToMax(weighted.covariance, sigma)).toBeLessThan(1e-14);
    const plain = fitGaussian(X, { backend });
    expect(bits(plain.covariance)).toEqual(bits(weightedCovariance(X, { backend }).covariance));
  });

  it.each(['full', 'diag', 'spherical'] as const)('is GaussianMixture with one component (%s)', (covarianceType) => {
    const options = { covarianceType, sampleWeights, regCovar: 0.25, backend };
    const fit = fitGaussian(X, options);
    const one = GaussianMixture.fit(X, { ...options, nComponents: 1 });
    expect(relativeToMax(fit.mean, one.means)).toBeLessThan(1e-14);
    const diagonal = Array.from({ length: d }, (_, j) => fit.covariance[j * (d + 1)]);
    expect(relativeToMax(diagonal, one.variances)).toBeLessThan(1e-14);
    if (covarianceType !== 'full') expect(sum(fit.covariance)).toBe(sum(diagonal));
    expect(relativeToMax(fit.logDensity(X), one.scoreSamples(X))).toBeLessThan(1e-13);
  });

  it('keeps its digits at an offset of 1e8', () => {
    const near = x.map((value) => Math.round(value * 1024) / 1024);
    const far = near.map((value) => value + 1e8);
    const a = fitGaussian(matrixOf(near, d), { backend });
    const b = fitGaussian(matrixOf(far, d), { backend });
    expect(relativeToMax(b.covariance, a.covariance)).toBeLessThan(1e-14);
    expect(largestDifference(b.logDensity(matrixOf(far, d)), a.logDensity(matrixOf(near, d)))).toBeLessThan(1e-6);
  });

  it('refuses rows that differ by so little that their squares underflow', () => {
    const rows = [
      [0, 1e-160],
      [1, 3e-160],
      [3, 2e-160],
    ];
    const error = thrownBy<InvalidDataError>(() => fitGaussian(rows, { backend, covarianceType: 'diag' }));
    expect(error).toBeInstanceOf(InvalidDataError);
    expect(error.message).toMatch(
      /^squares of differences underflow \(row 1 and row 0 in column 1: 3e-160 and 1e-160\); multiply it/,
    );
    expect(fitGaussian(rows, { backend, covarianceType: 'spherical' }).mean.length).toBe(2);
  });

  it('says why there is no maximum', () => {
    const flat = Array.from({ length: 9 }, (_, i) => [i, 5]);
    const error = thrownBy<DegenerateComponentError>(() => fitGaussian(flat, { backend }));
    expect(error).toBeInstanceOf(DegenerateComponentError);
    expect(error.message).toContain('feature 1');
    expect(error.message).toContain('regCovar');
    expect(fitGaussian(flat, { backend, regCovar: 0.1 }).covariance[3]).toBe(0.1);
    expect(thrownBy(() => fitGaussian([[1, 2]], { backend }))).toBeInstanceOf(DegenerateComponentError);
    expect(thrownBy(() => fitGaussian([[1, 2]], { covarianceType: 'tied' as never }))).toBeInstanceOf(
      InvalidOptionError,
    );
    expect(thrownBy(() => fitGaussian([[1, Number.NaN]]))).toBeInstanceOf(InvalidDataError);
  });
});

describe.each(BACKENDS)('gaussian on %s', (backend) => {
  const model = gaussian({ mean, covariance }, { backend });

  it('has the density, and integrates to 1', () => {
    const plane = gaussian(
      {
        mean: [0.3, -0.2],
        covariance: [
          [0.5, 0.2],
          [0.2, 0.4],
        ],
      },
      { backend },
    );
    const determinant = 0.5 * 0.4 - 0.04;
    const want =
      -Math.log(2 * Math.PI) -
      Math.log(determinant) / 2 -
      (0.4 * 0.49 - 0.4 * 0.7 * 1.2 + 0.5 * 1.44) / (2 * determinant);
    expect(plane.logDensity([[1, 1]])[0]).toBeCloseTo(want, 14);
    const h = 0.1;
    const grid = Array.from({ length: 151 * 151 }, (_, i) => [(Math.floor(i / 151) - 75) * h, ((i % 151) - 75) * h]);
    expect(sum(plane.logDensity(grid).map(Math.exp)) * h * h).toBeCloseTo(1, 12);
    const entropy = -sum(plane.logDensity(grid).map((value) => value * Math.exp(value))) * h * h;
    expect(plane.entropy).toBeCloseTo(entropy, 12);
    expect(gaussian({ mean: 0, covariance: 1 }, { backend }).entropy).toBeCloseTo(
      Math.log(2 * Math.PI * Math.E) / 2,
      15,
    );
    expect(thrownBy(() => plane.logDensity([1, 2]))).toBeInstanceOf(InvalidDataError);
  });

  it('draws what it says, reproducibly', () => {
    const n = 40_000;
    const { X } = model.sample(n, { seed: 3 });
    expect(bits(model.sample(9, { seed: 3 }).X)).toEqual(bits(X.subarray(0, 9 * D)));
    const fit = fitGaussian(matrixOf(X, D), { backend });
    // four standard errors
    for (let i = 0; i < D; i++) {
      expect(Math.abs(fit.mean[i] - mean[i])).toBeLessThan(4 * Math.sqrt(covariance[i * (D + 1)] / n));
      for (let j = 0; j < D; j++) {
        const spread = covariance[i * (D + 1)] * covariance[j * (D + 1)] + covariance[i * D + j] ** 2;
        expect(Math.abs(fit.covariance[i * D + j] - covariance[i * D + j])).toBeLessThan(4 * Math.sqrt(spread / n));
      }
    }
    expect(thrownBy(() => model.sample(0))).toBeInstanceOf(InvalidOptionError);
  });

  it('has marginals: the integral over the others', () => {
    const plane = gaussian(
      {
        mean: [1, 2],
        covariance: [
          [2, 0.9],
          [0.9, 1],
        ],
      },
      { backend },
    );
    const h = 0.05;
    for (const y of [0.5, 2.5]) {
      const line = Array.from({ length: 481 }, (_, i) => [1 + (i - 240) * h, y]);
      const integral = sum(plane.logDensity(line).map(Math.exp)) * h;
      expect(plane.marginal([1]).logDensity([y])[0]).toBeCloseTo(Math.log(integral), 12);
    }
    const swapped = model.marginal([2, 0]);
    expect(Array.from(swapped.mean)).toEqual([mean[2], mean[0]]);
    expect(Array.from(swapped.covariance)).toEqual([10, 8, 2, 0].map((at) => covariance[at]));
  });

  it('has conditionals: joint over marginal', () => {
    const known = [3, 1];
    const values = [2.5, -1];
    const conditional = model.conditional(known, values);
    const g = generator(5);
    for (let i = 0; i < 10; i++) {
      const [p, q] = [g.normal(), g.normal()];
      const joint = model.logDensity([[p, values[1], q, values[0]]])[0];
      const want = joint - model.marginal(known).logDensity([values])[0];
      expect(conditional.logDensity([[p, q]])[0]).toBeCloseTo(want, 11);
    }
    const plane = gaussian(
      {
        mean: [1, 2],
        covariance: [
          [4, 1.2],
          [1.2, 1],
        ],
      },
      { backend },
    );
    const line = plane.conditional([1], [3]);
    expect(line.mean[0]).toBeCloseTo(1 + 1.2, 14);
    expect(line.covariance[0]).toBeCloseTo(4 - 1.44, 14);
  });

  it('stays positive definite when hardly anything is left', () => {
    const tight = gaussian(
      {
        mean: [0, 0],
        covariance: [
          [1, 1],
          [1, 1 + 1e-14],
        ],
      },
      { backend },
    );
    const { covariance: left } = tight.conditional([0], [1]);
    expect(left[0]).toBeGreaterThan(0);
    expect(left[0]).toBeLessThan(2e-14);
  });

  it('adds up by the chain rule: entropy of all = of some + of the others given them', () => {
    expect(model.entropy).toBeCloseTo(model.marginal([0, 2]).entropy + model.conditional([0, 2], [9, 9]).entropy, 12);
  });

  it('names impossible features', () => {
    const message = (call: () => unknown) => {
      const error = thrownBy<InvalidParametersError>(call);
      expect(error).toBeInstanceOf(InvalidParametersError);
      return error.message;
    };
    expect(message(() => model.marginal([0, 4]))).toContain('from 0 to 3; got 4 at index 1');
    expect(message(() => model.marginal([1, 1]))).toContain('feature 1 is named twice');
    expect(message(() => model.marginal([]))).toContain('1 to 4');
    expect(message(() => model.marginal(2 as never))).toContain('got 2');
    expect(message(() => model.conditional([0, 1, 2, 3], [0, 0, 0, 0]))).toContain('none is left');
    expect(message(() => model.conditional([0, 1], [0]))).toContain('values');
    expect(message(() => model.conditional([0], [Number.NaN]))).toContain('finite');
  });

  it('survives JSON, hands out copies, and is what klDivergence takes', () => {
    const again = gaussian(JSON.parse(JSON.stringify(model)), { backend });
    expect(bits(again.mean)).toEqual(bits(mean));
    expect(bits(again.covariance)).toEqual(bits(model.covariance));
    expect(klDivergence(model, again).value).toBe(0);
    const [density] = again.logDensity([mean]);
    again.mean[0] = 77;
    expect(again.toJSON().mean).toEqual(model.toJSON().mean);
    expect(again.logDensity([mean])[0]).toBe(density);
    const one = gaussian({ mean: 1, covariance: 2 }, { backend });
    expect(gaussian(JSON.parse(JSON.stringify(one))).toJSON()).toEqual({
      type: 'gaussian',
      mean: [1],
      covariance: [[2]],
    });
  });

  it('refuses what is no covariance', () => {
    const indefinite = thrownBy<NotPositiveDefiniteError>(() =>
      gaussian(
        {
          mean: [0, 0],
          covariance: [
            [1, 2],
            [2, 1],
          ],
        },
        { backend },
      ),
    );
    expect(indefinite).toBeInstanceOf(NotPositiveDefiniteError);
    expect(indefinite.pivot).toBe(1);
    expect(
      thrownBy(() =>
        gaussian({
          mean: [0, 0],
          covariance: [
            [1, 0.5],
            [0, 1],
          ],
        }),
      ),
    ).toBeInstanceOf(InvalidParametersError);
    expect(thrownBy(() => gaussian(undefined as never))).toBeInstanceOf(InvalidParametersError);
  });
});

describe.each(BACKENDS)('addGaussians on %s', (backend) => {
  const other = { mean: [0, 1, 2, 3], covariance: spd(D, generator(21), 2) };

  it('is the distribution of a sum of draws', () => {
    const total = addGaussians({ mean, covariance }, other, { backend });
    expect(largestDifference(total.mean, [1, -1, 2.5, 6])).toBe(0);
    expect(
      largestDifference(
        total.covariance,
        covariance.map((value, i) => value + other.covariance[i]),
      ),
    ).toBeLessThan(1e-15);
    const n = 40_000;
    const a = gaussian({ mean, covariance }, { backend }).sample(n, { seed: 1 }).X;
    const b = gaussian(other, { backend }).sample(n, { seed: 2 }).X;
    const fit = fitGaussian(
      matrixOf(
        a.map((value, i) => value + b[i]),
        D,
      ),
      { backend },
    );
    for (let i = 0; i < D; i++) {
      const variance = total.covariance[i * (D + 1)];
      expect(Math.abs(fit.mean[i] - total.mean[i])).toBeLessThan(4 * Math.sqrt(variance / n));
      for (let j = 0; j < D; j++) {
        const spread = variance * total.covariance[j * (D + 1)] + total.covariance[i * D + j] ** 2;
        expect(Math.abs(fit.covariance[i * D + j] - total.covariance[i * D + j])).toBeLessThan(
          4 * Math.sqrt(spread / n),
        );
      }
    }
    // and nothing else than that: the estimated Gaussian is as near as n draws bring it
    expect(klDivergence(fit, total).value).toBeLessThan((2 * (D * (D + 3))) / 2 / n);
  });

  it('adds numbers, variances and matrices, of equal dimension', () => {
    expect(addGaussians({ mean: 1, covariance: 4 }, { mean: 2, covariance: 9 }).covariance[0]).toBe(13);
    const mixed = addGaussians(
      { mean: [0, 0], covariance: [1, 2] },
      {
        mean: [0, 0],
        covariance: [
          [1, 0.5],
          [0.5, 1],
        ],
      },
    );
    expect(Array.from(mixed.covariance)).toEqual([2, 0.5, 0.5, 3]);
    expect(thrownBy(() => addGaussians({ mean: 0, covariance: 1 }, other))).toBeInstanceOf(InvalidParametersError);
    // a sum that is a covariance does not excuse a part that is none
    const three = [
      { mean: 0, covariance: 1 },
      { mean: 0, covariance: 1 },
      { mean: 0, covariance: 1 },
    ] as const;
    expect(() => addGaussians(...(three as unknown as [GaussianLike, GaussianLike]))).toThrow(/adds two Gaussians/);
    expect(thrownBy(() => addGaussians({ mean: 0, covariance: 5 }, { mean: 0, covariance: -1 }))).toBeInstanceOf(
      InvalidParametersError,
    );
  });
});
