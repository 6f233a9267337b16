/**
 * Components whose σ shrinks by orders of magnitude in one M-step. The kernels take moments of diagonal and spherical ones about
 * 0 where the mean is within one (old) σ of it; of the new σ that may be far too far.
 */
import { describe, expect, it } from 'vitest';
import { expectation, fitStream, GaussianMixture, maximization, mergeStatistics } from '../../src/index.js';

/** Two clusters at ±(100, m), which in their second feature are ±m ± e: a variance of e² exactly. */
function tight(e: number, m: number, quadruples: number): number[][] {
  const rows: number[][] = [];
  for (let i = 0; i < 8 * quadruples; i++) {
    const [c, a, b] = [i % 2, (i >> 1) % 2, (i >> 2) % 2].map((bit) => 2 * bit! - 1) as [number, number, number];
    rows.push([100 * c + a, m * c + e * b]);
  }
  return rows;
}

const cases = Array.from({ length: 20 }, (_, t) => {
  const [e, m] = [2 ** -(12 + t), Math.round((0.3 + 0.03 * t) * 2 ** 20) / 2 ** 20];
  return { e, m, X: tight(e, m, 1 + (t % 7)) };
});

describe.each(cases)('from σ = 1 to $e, $m from the origin', ({ e, m, X }) => {
  const given = {
    means: [
      [-100, -m],
      [100, m],
    ],
    covariances: [
      [1, 1],
      [1, 1],
    ],
  };
  const options = { nComponents: 2, covarianceType: 'diag', initialParameters: given, regCovar: 0 } as const;

  function expectTight({ covariances }: { covariances: Float64Array }): void {
    for (const variance of [covariances[1]!, covariances[3]!])
      expect(Math.abs(variance / e / e - 1)).toBeLessThan(1e-9);
  }

  it.each(['wasm', 'js'] as const)('a fit, after one step and in the end: %s', (backend) => {
    for (const maxIter of [1, 20]) expectTight(GaussianMixture.fit(X, { ...options, backend, maxIter }));
  });

  it('a fit of a stream', async () => {
    const chunks = async function* () {
      for (let i = 0; i < X.length; i += 4)
        yield { data: Float64Array.from(X.slice(i, i + 4).flat()), rows: 4, columns: 2 };
    };
    expectTight(await fitStream(GaussianMixture, chunks, options));
  });

  it('expectation and maximization, of all rows and of parts', () => {
    const model = GaussianMixture.fromParameters({ ...given, covarianceType: 'diag' });
    expectTight(maximization(expectation(model, X), { regCovar: 0 }));
    const parts = [X.slice(0, 4), X.slice(4)].map((rows) => expectation(model, rows));
    expectTight(maximization(mergeStatistics(...(parts as [(typeof parts)[0], (typeof parts)[0]])), { regCovar: 0 }));
  });
});

it('spherical: both features at once', () => {
  for (const { e } of cases) {
    const X = Array.from({ length: 16 }, (_, i) => [i % 2 ? 0.5 + e : 0.5 - e, (i >> 1) % 2 ? 0.25 + e : 0.25 - e]);
    const options = {
      nComponents: 1,
      covarianceType: 'spherical',
      initialParameters: { means: [[0.5, 0.25]], covariances: [1] },
      regCovar: 0,
      maxIter: 1,
    } as const;
    const { covariances } = GaussianMixture.fit(X, options);
    expect(Math.abs(covariances[0]! / e / e - 1)).toBeLessThan(1e-9);
  }
});
