/** Cross-validation in `select`: the folds, and the held-out log-likelihood computed another way. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random.js';
import { GaussianMixture, select } from '../../src/index.js';
import { assignFolds } from '../../src/select/folds.js';
import { clusters, matrixOf, rowsOf } from '../helpers/data.js';
import { relativeEach, sum } from '../helpers/numbers.js';

const random = (seed: number) => createRandom(seed, Math.log);

describe('folds', () => {
  it.each([2, 3, 5, 23])('are %i parts of the rows, their sizes equal or one apart', (nFolds) => {
    const ofRow = assignFolds({ nSamples: 23, sampleWeights: undefined }, nFolds, random(1));
    const sizes = Array.from({ length: nFolds }, (_, fold) => ofRow.filter((f) => f === fold).length);
    expect(sum(sizes)).toBe(23);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it('are of the seed, and not in the order of the rows', () => {
    const of = (seed: number) => [...assignFolds({ nSamples: 40, sampleWeights: undefined }, 4, random(seed))];
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    expect(of(1)).not.toEqual(Array.from({ length: 40 }, (_, i) => i % 4));
  });

  it('leave out rows of no weight', () => {
    const sampleWeights = Float64Array.of(1, 0, 2, 0, 1, 1);
    const ofRow = assignFolds({ nSamples: 6, sampleWeights }, 2, random(1));
    expect([...ofRow].map((fold) => fold < 0)).toEqual([false, true, false, true, false, false]);
  });
});

// far from 0, so that origins differ from fold to fold
const values = clusters(90, 2, 3).map((value) => value + 1e6);
const rows = rowsOf(values, 2);
const weights = Float64Array.from({ length: 90 }, (_, i) => [1, 0, 0.5][i % 3]);

describe.each([
  ['without weights', undefined],
  ['with weights', weights],
])('%s', (_, sampleWeights) => {
  it('the mean is that of fits without each fold, scored on it', async () => {
    const nFolds = 4;
    const seed = 7;
    const fit = { nComponents: 2, nInit: 2, seed, covarianceType: 'full', regCovar: 0 } as const;
    const { bestCandidate, best } = await select(matrixOf(values, 2), {
      nComponents: 2,
      covarianceTypes: 'full',
      nInit: 2,
      seed,
      nFolds,
      criterion: 'crossValidation',
      ...(sampleWeights && { sampleWeights }),
    });
    const ofRow = assignFolds({ nSamples: 90, sampleWeights }, nFolds, random(seed));
    const weightOf = (i: number) => sampleWeights?.[i] ?? 1;
    const folds = Array.from({ length: nFolds }, (_, fold) => {
      const take = (wanted: (f: number) => boolean) => [...ofRow.keys()].filter((i) => wanted(ofRow[i]));
      const kept = take((f) => f >= 0 && f !== fold);
      const held = take((f) => f === fold);
      const model = GaussianMixture.fit(
        kept.map((i) => rows[i]),
        { ...fit, sampleWeights: kept.map(weightOf) },
      );
      const logs = model.scoreSamples(held.map((i) => rows[i]));
      return { total: sum(held.map((i, at) => weightOf(i) * logs[at])), weight: sum(held.map(weightOf)) };
    });
    const mean = sum(folds.map(({ total }) => total)) / sum(folds.map(({ weight }) => weight));
    const means = folds.map(({ total, weight }) => total / weight);
    const center = sum(means) / nFolds;
    const error = Math.sqrt(sum(means.map((m) => (m - center) ** 2)) / (nFolds - 1) / nFolds);
    const got = bestCandidate.crossValidation;
    expect(relativeEach([got?.mean as number], [mean])).toBeLessThan(1e-12);
    expect(relativeEach([got?.standardError as number], [error])).toBeLessThan(1e-10);
    expect(relativeEach(got?.folds as Float64Array, means)).toBeLessThan(1e-12);
    // the winner has seen all rows
    const all = GaussianMixture.fit(rows, { ...fit, ...(sampleWeights && { sampleWeights }) });
    expect(best.logLikelihood).toBe(all.logLikelihood);
  });
});

it('the highest mean wins', async () => {
  const { candidates, bestCandidate } = await select(matrixOf(values, 2), {
    nComponents: [1, 2, 3, 6],
    covarianceTypes: ['spherical', 'full'],
    nInit: 2,
    criterion: 'crossValidation',
  });
  const means = candidates.map(({ crossValidation }) => crossValidation?.mean as number);
  expect(bestCandidate.crossValidation?.mean).toBe(Math.max(...means));
});

it('a fold that cannot be fitted is told with the candidate, which does not win', async () => {
  // five rows: without a fold of two, three are left
  const five = rows.slice(0, 5);
  const { candidates, bestCandidate } = await select(five, {
    nComponents: [1, 4],
    covarianceTypes: 'spherical',
    criterion: 'crossValidation',
    nFolds: 3,
  });
  expect(candidates[1].error?.message).toMatch(/without fold 0 there are 3; lower nComponents, or raise nFolds/);
  expect(candidates[1].crossValidation).toBeUndefined();
  expect(bestCandidate).toBe(candidates[0]);
});
