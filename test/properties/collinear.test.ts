/**
 * Rows that lie on a line have no density of their own: whatever rounding leaves of the zero pivot, they are refused. (The JS
 * backend adds row after row, so that equal rows by the thousand leave more than is allowed for: few rows for both.)
 */
import { describe, expect, it } from 'vitest';
import { DegenerateComponentError, GaussianMixture } from '../../src/index.js';
import { generator } from '../helpers/data.js';
import { thrownBy } from '../helpers/numbers.js';

describe.each(['wasm', 'js'] as const)('%s', (backend) => {
  it.each([
    ['two points', 2, 257],
    ['two points', 3, 300],
    ['two points', 5, 50],
    ['a line', 2, 5],
    ['a line', 3, 257],
    ['a line', 10, 1000],
  ] as const)('rows of %s in %i dimensions, %i of them', (kind, d, n) => {
    const { uniform } = generator(d * n);
    for (let round = 0; round < 20; round++) {
      const ends = [0, 1].map(() => Array.from({ length: d }, () => uniform() * 4 - 2)) as [number[], number[]];
      const rows = Array.from({ length: n }, (_, i) => {
        const along = kind === 'a line' ? uniform() : i % 2;
        return ends[0].map((from, j) => from + along * ((ends[1][j] as number) - from));
      });
      for (const covarianceType of ['full', 'tied'] as const) {
        const error = thrownBy<DegenerateComponentError>(() =>
          GaussianMixture.fit(rows, { nComponents: 1, regCovar: 0, covarianceType, backend }),
        );
        expect(error).toBeInstanceOf(DegenerateComponentError);
        expect(error.message).toContain('regCovar');
      }
    }
  });
});
