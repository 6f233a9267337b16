import { describe, expect, it } from 'vitest';
import { GaussianMixture, KMeans } from '../../src/index.js';
import { selectionPicture, tracePicture } from '../../src/plot/index.js';
import { Plot, parse, rowsOf, scaleOf, vertices } from './helpers.js';

const faithful = rowsOf('gmm_faithful_k2_full');

describe('selectionPicture', () => {
  const table = [
    { nComponents: 1, covarianceType: 'full', bic: 120, aic: 100 },
    { nComponents: 2, covarianceType: 'full', bic: 90, aic: 80 },
    { nComponents: 3, covarianceType: 'full', bic: 95, aic: 70 },
    { nComponents: 3, covarianceType: 'diag', bic: 97, aic: 90 },
    { nComponents: 1, covarianceType: 'diag', bic: 130, aic: 110 },
    { nComponents: 2, covarianceType: 'diag', bic: undefined, aic: 95 },
  ];

  it('has a line for each covariance type, with a gap where a candidate failed, and marks the lowest', () => {
    const picture = parse(selectionPicture(table, { Plot }));
    const [toX, toY] = [scaleOf(picture, 'x'), scaleOf(picture, 'y')];
    const lines = [...picture.querySelectorAll('.criterion path')];
    expect(lines).toHaveLength(2);
    const drawn = vertices(lines[0]!).map(([x, y]) => [toX(x), toY(y)]);
    [[1, 120], [2, 90], [3, 95]].forEach((want, i) => want.forEach((v, c) => expect(drawn[i]![c]).toBeCloseTo(v, 1))); // biome-ignore format: points
    expect(lines[1]!.getAttribute('d')!.match(/M/g)).toHaveLength(2);
    const best = picture.querySelector('.best circle')!;
    expect([toX(Number(best.getAttribute('cx'))), toY(Number(best.getAttribute('cy')))].map(Math.round)).toEqual([
      2, 90,
    ]);
    expect(picture.textContent).toContain('BIC (lower is better)');
    expect(picture.textContent).toContain('lowest: full, K = 2');
    expect(picture.textContent).toContain('1 of 6 candidates have no result');
    expect(selectionPicture(table, { Plot })).not.toMatch(/NaN|undefined/);
  });

  it('draws the criterion asked for; of cross-validation the highest is best, with its error', () => {
    expect(selectionPicture(table, { Plot, criterion: 'aic' })).toContain('lowest: full, K = 3');
    const folds = [-4, -3, -3.5].map((mean, i) => ({
      nComponents: i + 1,
      bic: 1,
      crossValidation: { mean, standardError: 0.1 },
    }));
    const picture = parse(selectionPicture(folds, { Plot }));
    expect(picture.textContent).toContain('highest: K = 2');
    const toY = scaleOf(picture, 'y');
    const [first] = picture.querySelectorAll('.error line');
    expect(toY(Number(first!.getAttribute('y2'))) - toY(Number(first!.getAttribute('y1')))).toBeCloseTo(0.2, 2);
  });

  it('one candidate is enough, none is not', () => {
    expect(selectionPicture([{ nComponents: 2, bic: 5 }], { Plot })).toContain('lowest: K = 2');
    expect(() => selectionPicture([{ nComponents: 2 }], { Plot })).toThrow(/no candidate has a finite/);
    expect(() => selectionPicture({} as never, { Plot })).toThrow(/must be an array/);
  });
});

describe('tracePicture', () => {
  it('ceiling and stairs are those of the trace, and meet after every E-step', () => {
    const model = GaussianMixture.fit(faithful, { nComponents: 2, seed: 1, trace: 'elbo', maxIter: 8, tol: 0 });
    const { afterE, afterM } = model.trace.elbo!;
    const picture = parse(tracePicture(model, { Plot }));
    const [above] = picture.querySelectorAll('svg');
    const [toX, toY] = [scaleOf(above!, 'x'), scaleOf(above!, 'y')];
    const read = (name: string) => vertices(picture.querySelector(`.${name} path`)!).map(([x, y]) => [toX(x), toY(y)]);
    const [ceiling, elbo] = [read('log-likelihood'), read('ELBO')];
    const tolerance = 0.02 * (afterE.at(-1)! - afterE[0]!);
    for (let t = 0; t < afterM.length; t++) {
      // after the M-step, after the E-step
      const [m, e] = [4 * t + 1, 4 * t + 3];
      expect(elbo[m]![0]).toBeCloseTo(t, 1);
      expect(Math.abs(elbo[m]![1]! - afterM[t]!)).toBeLessThan(tolerance);
      expect(Math.abs(elbo[e]![1]! - afterE[t + 1]!)).toBeLessThan(tolerance);
      expect(Math.abs(ceiling[m]![1]! - afterE[t + 1]!)).toBeLessThan(tolerance);
      expect(ceiling[e]).toEqual(elbo[e]);
    }
    expect(picture.querySelectorAll('.KL path')).toHaveLength(1);
    // below, on a logarithmic axis: a decade is as high everywhere
    const gaps = [...picture.querySelectorAll('.gap circle')].map((circle) => Number(circle.getAttribute('cy')));
    const { kl } = model.trace.elbo!;
    // what is 10¹⁰ times smaller than the whole climb is rounding
    expect(gaps).toHaveLength(kl.filter((gap) => gap >= 1e-10 * (afterE.at(-1)! - afterE[0]!)).length);
    expect(gaps.length).toBeGreaterThan(5);
    const decade = (gaps[5]! - gaps[0]!) / Math.log10(kl[0]! / kl[5]!);
    gaps.forEach((y, t) => expect(y - gaps[0]!).toBeCloseTo(decade * Math.log10(kl[0]! / kl[t]!), 1));
  });

  it('log-likelihood of a plain fit, cost of clusters, one state only', () => {
    const model = GaussianMixture.fit(faithful, { nComponents: 2, seed: 1 });
    const circles = (svg: string) => parse(svg).querySelectorAll('circle').length;
    expect(circles(tracePicture(model, { Plot }))).toBe(model.nIter + 1);
    const clusters = KMeans.fit(faithful, { nClusters: 3, seed: 1 });
    const svg = tracePicture(clusters, { Plot });
    expect(circles(svg)).toBe(clusters.nIter + 1);
    expect(svg).toContain('total cost');
    expect(tracePicture({ logLikelihood: [-3] }, { Plot })).not.toMatch(/NaN/);
    expect(() => tracePicture({}, { Plot })).toThrow(/at least one finite number/);
  });
});
