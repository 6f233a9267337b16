/** Two Gaussians: the closed form against mpmath, nearly equal pairs included, and what must hold of any two. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  GaussianMixture,
  InvalidOptionError,
  InvalidParametersError,
  klDivergence,
  NotPositiveDefiniteError,
} from '../../src/index.js';
import { generator } from '../helpers/data.js';
import { BACKENDS, relativeEach, thrownBy } from '../helpers/numbers.js';

interface Normal {
  mean: number[];
  covariance: number[][];
}
const cases = JSON.parse(readFileSync(new URL('../fixtures/information.json', import.meta.url), 'utf8')).gaussians as {
  kind: string;
  p: Normal;
  q: Normal;
  kl: number;
}[];

const diagonalOf = ({ mean, covariance }: Normal) => ({ mean, covariance: covariance.map((row, i) => row[i]) });
const asMatrix = ({ mean, covariance }: { mean: number[]; covariance: number[] }): Normal => ({
  mean,
  covariance: covariance.map((v, i) => covariance.map((_, j) => (i === j ? v : 0))),
});

/** A + shift of every point: means move, covariances become A·Σ·Aᵀ. */
function affine({ mean, covariance }: Normal, a: number[][], shift: number[]): Normal {
  const times = (x: number[][], y: number[][]) =>
    x.map((row) => y[0].map((_, j) => row.reduce((s, v, k) => s + v * y[k][j], 0)));
  const transposed = a[0].map((_, j) => a.map((row) => row[j]));
  const moved = times(times(a, covariance), transposed);
  return {
    mean: times(
      a,
      mean.map((v) => [v]),
    ).map(([v], i) => v + shift[i]),
    covariance: moved.map((row, i) => row.map((_, j) => moved[Math.max(i, j)][Math.min(i, j)])),
  };
}

describe.each(BACKENDS)('Gaussians on %s', (backend) => {
  const kl = (p: Parameters<typeof klDivergence>[0], q: Parameters<typeof klDivergence>[1]) =>
    klDivergence(p, q, { backend }).value;

  it.each(cases.map((c) => ({ ...c, d: c.p.mean.length })))('$d features, $kind', ({ p, q, kind, kl: want }) => {
    // what the inputs' own last bits are worth: ε times the condition of the covariances, 3e6 where near collinear
    expect(relativeEach([kl(p, q)], [want])).toBeLessThanOrEqual(kind.includes('collinear') ? 1e-9 : 1e-12);
    expect(kl(p, p)).toBe(0);
    expect(kl(q, p)).toBeGreaterThan(0);
  });

  it('says that it is exact', () => {
    const { p, q } = cases[0];
    expect(klDivergence(p, q, { backend })).toMatchObject({ method: 'exact', standardError: 0, quadratureError: 0 });
    expect(klDivergence(p, q, { backend, method: 'exact' }).value).toBe(kl(p, q));
  });

  it('takes a flat matrix, variances, one variance, and numbers for one feature', () => {
    for (const { p, q } of cases) {
      const flat = (g: Normal) => ({ mean: Float64Array.from(g.mean), covariance: g.covariance.flat() });
      // a single flat number is a variance of one feature: the same number by a shorter way
      expect(relativeEach([kl(flat(p), flat(q))], [kl(p, q)])).toBeLessThanOrEqual(1e-12);
      const [a, b] = [diagonalOf(p), diagonalOf(q)];
      expect(relativeEach([kl(a, b)], [kl(asMatrix(a), asMatrix(b))])).toBeLessThanOrEqual(1e-12);
      expect(relativeEach([kl(a, q)], [kl(asMatrix(a), q)])).toBe(0);
    }
    const spherical = { mean: [0, 0, 0], covariance: 4 };
    const unit = { mean: [1, 0, 0], covariance: [1, 1, 1] };
    expect(kl(spherical, unit)).toBeCloseTo((3 * (4 - 1 - Math.log(4)) + 1) / 2, 14);
    expect(kl({ mean: 0, covariance: 1 }, { mean: 1, covariance: 1 })).toBe(0.5);
    expect(kl({ mean: [0], covariance: [[1]] }, { mean: 1, covariance: 1 })).toBe(0.5);
  });

  it('does not change when both are moved, scaled and turned alike', () => {
    const { uniform } = generator(5);
    for (const { p, q, kind, kl: want } of cases.filter((c) => c.kind === 'far' || c.kind === '0.1 apart')) {
      const d = p.mean.length;
      const a = Array.from({ length: d }, (_, i) =>
        Array.from({ length: d }, (_, j) => uniform() - 0.5 + (i === j ? 2 : 0)),
      );
      const shift = Array.from({ length: d }, () => 10 * uniform());
      const got = kl(affine(p, a, shift), affine(q, a, shift));
      expect(relativeEach([got], [want]), `${kind} ${d}`).toBeLessThanOrEqual(1e-11);
    }
  });

  it('adds up over independent coordinates', () => {
    for (const { p, q } of cases) {
      const [a, b] = [diagonalOf(p), diagonalOf(q)];
      const each = a.mean.map((mean, j) =>
        kl({ mean, covariance: a.covariance[j] }, { mean: b.mean[j], covariance: b.covariance[j] }),
      );
      expect(relativeEach([kl(a, b)], [each.reduce((x, y) => x + y)])).toBeLessThanOrEqual(1e-14);
    }
  });

  it('is not symmetric', () => {
    const [narrow, wide] = [
      { mean: 0, covariance: 1 },
      { mean: 0, covariance: 100 },
    ];
    expect(kl(narrow, wide)).toBeCloseTo((0.01 - 1 + Math.log(100)) / 2, 14);
    expect(kl(wide, narrow)).toBeCloseTo((100 - 1 - Math.log(100)) / 2, 12);
  });

  it('is that of mixtures of one component, of every covariance type', () => {
    const p = { mean: [1, 2], covariance: [[2, 0.5], [0.5, 1]] }; // biome-ignore format: a matrix
    for (const [covarianceType, covariances, matrix] of [
      [
        'full',
        [
          [
            [2, 0.5],
            [0.5, 1],
          ],
        ],
        [
          [2, 0.5],
          [0.5, 1],
        ],
      ],
      [
        'tied',
        [
          [3, 1],
          [1, 1],
        ],
        [
          [3, 1],
          [1, 1],
        ],
      ],
      [
        'diag',
        [[2, 3]],
        [
          [2, 0],
          [0, 3],
        ],
      ],
      [
        'spherical',
        [2],
        [
          [2, 0],
          [0, 2],
        ],
      ],
    ] as const) {
      const model = GaussianMixture.fromParameters({
        means: [[0, 1]],
        covariances: covariances as never,
        covarianceType,
      });
      const result = klDivergence(p, model, { backend });
      expect(result.method).toBe('exact');
      expect(result.value).toBeCloseTo(kl(p, { mean: [0, 1], covariance: matrix as never }), 14);
      expect(kl(model, model)).toBe(0);
    }
  });
});

describe('wrong Gaussians', () => {
  const unit = { mean: [0, 0], covariance: [1, 1] };
  it.each([
    ['dimensions that differ', { mean: [0], covariance: [1] }, /p has 2, q has 1/],
    ['not square', { mean: [0, 0], covariance: [[1, 0]] }, /^q: .*shape 2 × 2/],
    [
      'not symmetric',
      {
        mean: [0, 0],
        covariance: [
          [1, 0.5],
          [0, 1],
        ],
      },
      /^q: .*symmetric/,
    ],
    ['a variance of 0', { mean: [0, 0], covariance: [1, 0] }, /^q: .*positive/],
    ['a negative variance', { mean: [0, 0], covariance: -1 }, /^q: .*positive/],
    ['a mean that is not a number', { mean: [0, Number.NaN], covariance: 1 }, /^q: mean must hold finite numbers/],
    ['no mean', { mean: undefined, covariance: 1 }, /^q: mean must be/],
    ['no covariance', { mean: [0, 0], covariance: undefined }, /^q: /],
  ])('%s', (_, q, message) => {
    const error = thrownBy(() => klDivergence(unit, q as never));
    expect(error).toBeInstanceOf(InvalidParametersError);
    expect(error.message).toMatch(message);
  });

  it('names the pivot of a covariance that is not positive definite, and whose it is', () => {
    const bad = { mean: [0, 0], covariance: [[1, 2], [2, 1]] }; // biome-ignore format: a matrix
    for (const [p, q, name] of [
      [bad, unit, 'p'],
      [unit, bad, 'q'],
    ] as const) {
      const error = thrownBy<NotPositiveDefiniteError>(() => klDivergence(p, q));
      expect(error).toBeInstanceOf(NotPositiveDefiniteError);
      expect(error.pivot).toBe(1);
      expect(error.message).toContain(`covariance of ${name}`);
    }
  });

  it('quadrature is for one feature', () => {
    expect(() => klDivergence(unit, unit, { method: 'quadrature' })).toThrow(InvalidOptionError);
  });
});
