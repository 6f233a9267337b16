/** Numbers that others have printed. */
import { describe, expect, it } from 'vitest';
import { GaussianMixture, weightedCovariance } from '../../src/index.js';
import { BACKENDS, relativeEach, TYPES } from '../helpers/numbers.js';
import { fitCase, load, type ReferenceCase } from '../helpers/reference.js';

interface MclustCase extends ReferenceCase {
  initLabels: number[];
  published: { logLik: number; 'bicMclust(=2*logLik-params*log n)': number; logLikTightTolerance: number };
}

describe.each(BACKENDS)('mclust, EEE with three components on Old Faithful, on %s', (backend) => {
  const c = load<MclustCase>('mclust_faithful_EEE_G3.json');
  const { published } = c;
  const rows = c.dataset.rows;
  const common = { nComponents: 3, covarianceType: 'tied', regCovar: 0, backend } as const;

  it('has its log-likelihood at a tight tolerance, from its parameters', () => {
    const model = fitCase(c, { backend, maxIter: 504 });
    expect(relativeEach(model.logLikelihood, published.logLikTightTolerance)).toBeLessThanOrEqual(1e-13);
  });

  it('has it from its hard partition too', () => {
    const model = GaussianMixture.fit(rows, { ...common, init: { labels: c.initLabels }, tol: 0, maxIter: 600 });
    expect(relativeEach(model.logLikelihood, published.logLikTightTolerance)).toBeLessThanOrEqual(1e-13);
  });

  it('has its log-likelihood and BIC at its own tolerance', () => {
    // mclust stops on |Δ log L| / (1 + |log L|) < 1e-5, a little before the limit
    const model = fitCase(c, { backend, maxIter: 1000, tol: (1e-5 * 1127) / 272 / 50 });
    expect(Math.abs(model.logLikelihood - published.logLik)).toBeLessThan(0.02);
    expect(Math.abs(-model.bic(rows) - published['bicMclust(=2*logLik-params*log n)'])).toBeLessThan(0.04);
  });

  it('has the BIC that belongs to the published log-likelihood, with the opposite sign', () => {
    const bic = 2 * published.logLik - 11 * Math.log(272);
    expect(relativeEach(bic, published['bicMclust(=2*logLik-params*log n)'])).toBeLessThanOrEqual(1e-14);
    const limit = fitCase(c, { backend, maxIter: 504 });
    expect(relativeEach(limit.bic(rows), 11 * Math.log(272) - 2 * published.logLikTightTolerance)).toBeLessThanOrEqual(
      1e-13,
    );
  });
});

interface NistCase {
  name: string;
  n: number;
  x: number[];
  certified: { mean: string; 'sd(n-1)': string };
  exactForTheDoubles: { mean: number; 'sd(n-1)': number; 'mlVariance(divide by n)': number };
  numpyLogRelativeErrorDigits: { sdTwoPass: number };
}

/** Log relative error: correct digits, at most 15. */
function digits(got: number, want: number): number {
  return got === want ? 15 : Math.min(15, -Math.log10(Math.abs(got - want) / Math.abs(want)));
}

const nist = load<{ cases: NistCase[] }>('nist_strd_moments.json').cases;

describe.each(nist)('NIST StRD $name', ({ x, n, exactForTheDoubles, certified, numpyLogRelativeErrorDigits }) => {
  const exact = {
    mean: exactForTheDoubles.mean,
    sd: exactForTheDoubles['sd(n-1)'],
    variance: exactForTheDoubles['mlVariance(divide by n)'],
  };

  describe.each(BACKENDS)('on %s', (backend) => {
    // the kernels add in panels; the plain loop of the JS backend loses a digit on a thousand equal terms
    const variance = backend === 'wasm' ? 14.9 : 13.9;

    it.each(TYPES)(
      'has the mean to 15 digits, the variance to nearly as many, by a %s mixture of one',
      (covarianceType) => {
        const model = GaussianMixture.fit(x, { nComponents: 1, covarianceType, regCovar: 0, backend });
        expect(digits(model.means[0]!, exact.mean)).toBe(15);
        expect(digits(model.variances[0]!, exact.variance)).toBeGreaterThanOrEqual(variance);
        const sd = Math.sqrt((model.variances[0]! * n) / (n - 1));
        expect(digits(sd, exact.sd)).toBeGreaterThanOrEqual(variance);
        // what decimals lose by becoming doubles, no arithmetic can bring back
        expect(digits(sd, Number(certified['sd(n-1)']))).toBeGreaterThanOrEqual(
          Math.min(variance, numpyLogRelativeErrorDigits.sdTwoPass - 0.1),
        );
        expect(digits(model.means[0]!, Number(certified.mean))).toBe(15);
      },
    );

    it('has them by weightedCovariance', () => {
      const { mean, covariance, weight } = weightedCovariance(x, { backend });
      expect(weight).toBe(n);
      expect(digits(mean[0]!, exact.mean)).toBe(15);
      expect(digits(covariance[0]!, exact.variance)).toBeGreaterThanOrEqual(variance);
    });
  });
});
