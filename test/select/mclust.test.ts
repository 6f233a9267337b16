/** What `select` ends at, against mclust on the same data: test/fixtures/mclust-bic.json has mclust's answers. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type CovarianceType, type GaussianMixture, select } from '../../src/index.js';

interface Fixture {
  nComponents: number[];
  sets: Record<string, { rows: number[][]; bic: Partial<Record<CovarianceType, (number | null)[]>> }>;
}
const fixture: Fixture = JSON.parse(readFileSync(new URL('../fixtures/mclust-bic.json', import.meta.url), 'utf8'));

/** Both programs stop short of the maximum; a BIC is known that well. */
const TOLERANCE = 1e-3;

describe.each(Object.entries(fixture.sets))('%s', (_, { rows, bic }) => {
  const types = Object.keys(bic) as CovarianceType[];
  const lowest = Math.min(...Object.values(bic).flatMap((values) => values.filter((value) => value !== null)));

  it.each([0, 1, 2])('is no worse than mclust (seed %i)', async (seed) => {
    const { best, bestCandidate } = await select(rows, {
      nComponents: fixture.nComponents,
      covarianceTypes: types,
      seed,
    });
    expect(bestCandidate.bic).toBeLessThanOrEqual(lowest + TOLERANCE);
    expect(best.bic(rows)).toBe(bestCandidate.bic);
  });

  it('is no worse in any row of three components at most', async () => {
    const { candidates } = await select(rows, { nComponents: [1, 2, 3], covarianceTypes: types });
    for (const { covarianceType, nComponents, bic: ours } of candidates) {
      const theirs = (bic[covarianceType] as (number | null)[])[nComponents - 1] ?? Number.POSITIVE_INFINITY;
      expect(ours, `${covarianceType} ${nComponents}`).toBeLessThanOrEqual(theirs + TOLERANCE);
    }
  });
});

/** Variance over all rows, feature by feature. */
function variances(rows: number[][]): number[] {
  return rows[0].map((_, j) => {
    const column = rows.map((row) => row[j]);
    const mean = column.reduce((a, b) => a + b) / rows.length;
    return column.reduce((a, b) => a + (b - mean) ** 2, 0) / rows.length;
  });
}

/** The smallest variance of a feature given those before it, over all components, as a part of its variance in the data. */
function narrowest({ precisionsCholesky, nComponents, nFeatures: d }: GaussianMixture, rows: number[][]): number {
  const whole = variances(rows);
  const pivots = Array.from({ length: nComponents * d }, (_, i) => {
    const k = Math.floor(i / d);
    const j = i % d;
    return 1 / precisionsCholesky[k * d * d + j * d + j] ** 2 / whole[j];
  });
  return Math.min(...pivots);
}

it('does not pay for components that only regularisation keeps from collapsing', async () => {
  // 29 of the 50 setosas have the same petal width
  const { rows } = fixture.sets.iris;
  const options = { nComponents: [1, 2, 3, 4], covarianceTypes: 'full', seed: 1 } as const;
  const regularized = await select(rows, { ...options, regCovar: { relative: 1e-6 } });
  expect(narrowest(regularized.best, rows)).toBeLessThan(1e-5);
  const chosen = await select(rows, options);
  expect(chosen.bestCandidate).toMatchObject({ nComponents: 2, covarianceType: 'full' });
  expect(narrowest(chosen.best, rows)).toBeGreaterThan(1e-3);
});
