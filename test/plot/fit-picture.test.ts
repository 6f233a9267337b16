import { describe, expect, it } from 'vitest';
import { BernoulliMixture, GaussianMixture, KMeans, KMedians } from '../../src/index.js';
import { fitPicture } from '../../src/plot/index.js';
import { JSDOM, Plot, parse, rowsOf, scaleOf, vertices } from './helpers.js';

const faithful = rowsOf('gmm_faithful_k2_full');
const iris = rowsOf('gmm_iris_k3_full');
const galaxies = rowsOf('gmm1d_galaxies_k3');
const carcinoma = rowsOf('bernoulli_carcinoma_k2');
const types = ['full', 'tied', 'diag', 'spherical'] as const;

const twoD = (covarianceType: (typeof types)[number] = 'full') =>
  GaussianMixture.fit(faithful, { nComponents: 2, covarianceType, seed: 1 });

/** Σ_k of the first two features, whatever the type. */
function covariance({ covarianceType: type, covariances: c }: GaussianMixture, k: number): [number, number, number] {
  if (type === 'full') return [c[4 * k]!, c[4 * k + 1]!, c[4 * k + 3]!];
  if (type === 'tied') return [c[0]!, c[1]!, c[3]!];
  return type === 'diag' ? [c[2 * k]!, 0, c[2 * k + 1]!] : [c[k]!, 0, c[k]!];
}

const pictures: [string, () => string][] = [
  ['two features', () => fitPicture(twoD(), faithful, { Plot, columns: ['eruptions', 'waiting'] })],
  ['four features', () => fitPicture(GaussianMixture.fit(iris, { nComponents: 3, seed: 1 }), iris, { Plot })],
  ['one feature', () => fitPicture(GaussianMixture.fit(galaxies, { nComponents: 3, seed: 1 }), galaxies, { Plot })],
  ['k-means', () => fitPicture(KMeans.fit(faithful, { nClusters: 3, seed: 1 }), faithful, { Plot })],
  ['k-medians', () => fitPicture(KMedians.fit(faithful, { nClusters: 3, seed: 1 }), faithful, { Plot })],
  ['k-means, four features', () => fitPicture(KMeans.fit(iris, { nClusters: 3, seed: 1 }), iris, { Plot })],
  ['k-means, one feature', () => fitPicture(KMeans.fit(galaxies, { nClusters: 3, seed: 1 }), galaxies, { Plot })],
  ['Bernoulli', () => fitPicture(BernoulliMixture.fit(carcinoma, { nComponents: 2 }), undefined, { Plot })],
];

describe.each(pictures)('fitPicture: %s', (_, draw) => {
  const svg = draw();

  it('is well-formed, says what it shows, and has no number that is none', () => {
    const picture = parse(svg);
    expect(picture.getAttribute('role')).toBe('img');
    expect(picture.querySelector('title')!.textContent).toBe(picture.getAttribute('aria-label'));
    expect(picture.querySelector('desc')!.textContent!.length).toBeGreaterThan(20);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('is legible on light and dark paper, without style sheets too', () => {
    const picture = parse(svg);
    expect(picture.querySelector('style')!.textContent).toMatch(/prefers-color-scheme: dark/);
    expect(picture.getAttribute('fill')).toBe('currentColor');
    expect(picture.getAttribute('color')).toMatch(/^#/);
    // inside a page its text colour goes before that attribute
    const { window } = new JSDOM(`<body style="color: rgb(1, 2, 3)">${svg}`);
    const inside = window.document.querySelector('svg') as unknown as Element;
    expect(window.getComputedStyle(inside).color).toBe('rgb(1, 2, 3)');
    // ink never has a colour of its own
    expect(svg).not.toMatch(/(?:fill|stroke)="(?:black|white|#000|#fff)/);
  });

  it('has the same text every time, and no ids that could meet another picture’s', () => {
    expect(draw()).toBe(svg);
    expect(svg).not.toMatch(/ id="|url\(#/);
  });
});

describe('fitPicture of two features', () => {
  it.each(types)('ellipses lie at one and two standard deviations: %s', (type) => {
    const model = twoD(type);
    const picture = parse(fitPicture(model, faithful, { Plot }));
    const outlines = [...picture.querySelectorAll('.ellipse path')].map(vertices);
    expect(outlines).toHaveLength(4);
    const [toX, toY] = [scaleOf(picture, 'x'), scaleOf(picture, 'y')];
    outlines.forEach((outline, at) => {
      const k = Math.floor(at / 2);
      const [a, b, c] = covariance(model, k);
      expect(outline).toHaveLength(64);
      for (const [px, py] of outline) {
        const [x, y] = [toX(px) - model.means[2 * k]!, toY(py) - model.means[2 * k + 1]!];
        const squared = (c * x * x - 2 * b * x * y + a * y * y) / (a * c - b * b);
        // hundredths of a pixel
        expect(Math.sqrt(squared)).toBeCloseTo((at % 2) + 1, 2);
      }
    });
  });

  it('contours are lines of equal density, around 50, 80 and 95 % of the rows', () => {
    const model = twoD();
    const picture = parse(fitPicture(model, faithful, { Plot }));
    const [toX, toY] = [scaleOf(picture, 'x'), scaleOf(picture, 'y')];
    const density = model.scoreSamples(faithful).sort();
    const paths = [...picture.querySelectorAll('.density path')];
    expect(paths).toHaveLength(3);
    [0.95, 0.8, 0.5].forEach((share, i) => {
      const level = density[Math.floor((1 - share) * (faithful.length - 1))]!;
      const points = vertices(paths[i]!).map(([px, py]) => [toX(px), toY(py)]);
      expect(points.length).toBeGreaterThan(40);
      // log-density between the points of a grid is interpolated
      for (const value of model.scoreSamples(points)) expect(Math.abs(value - level)).toBeLessThan(0.03);
    });
  });

  it('draws every row in the mixed colours of its responsibilities', () => {
    const model = twoD();
    const responsibilities = model.predictProba(faithful);
    const circles = [...parse(fitPicture(model, faithful, { Plot })).querySelectorAll('.points circle')];
    expect(circles).toHaveLength(272);
    const mix = (i: number) =>
      [
        [0x00, 0xd5],
        [0x72, 0x5e],
        [0xb2, 0x00],
      ].map(([a, b]) => responsibilities[2 * i]! * a! + responsibilities[2 * i + 1]! * b!);
    circles.forEach((circle, i) => {
      const drawn = circle
        .getAttribute('fill')!
        .match(/[0-9a-f]{2}/g)!
        .map((part) => Number.parseInt(part, 16));
      mix(i).forEach((value, c) => expect(Math.abs(value - drawn[c]!)).toBeLessThanOrEqual(0.5));
    });
  });

  it('draws some of many rows, always the same, and says how many', () => {
    const model = twoD();
    const svg = fitPicture(model, faithful, { Plot, maxPoints: 50 });
    expect(parse(svg).querySelectorAll('.points circle')).toHaveLength(50);
    expect(svg).toContain('50 of 272 rows drawn');
    expect(fitPicture(model, faithful, { Plot, maxPoints: 50 })).toBe(svg);
  });

  it('names the axes, and escapes what the names hold', () => {
    const labels = parse(fitPicture(twoD(), faithful, { Plot, columns: ['a < b & "c"', 'ü'], title: '</svg>' }));
    expect(labels.querySelector('[aria-label="x-axis label"]')!.textContent).toBe('a < b & "c"');
    expect(labels.querySelector('[aria-label="y-axis label"]')!.textContent).toBe('ü');
    expect(labels.querySelector('title')!.textContent).toBe('</svg>');
  });
});

describe('fitPicture of other shapes', () => {
  it('four features: six planes with marginal ellipses, four histograms with curves', () => {
    const model = GaussianMixture.fit(iris, { nComponents: 3, seed: 1 });
    const picture = parse(fitPicture(model, iris, { Plot, columns: ['sl', 'sw', 'pl', 'pw'] }));
    const panels = [...picture.querySelectorAll('svg')];
    expect(panels).toHaveLength(10);
    expect(panels.map((panel) => panel.querySelectorAll('.ellipse').length).sort()).toEqual([
      0, 0, 0, 0, 6, 6, 6, 6, 6, 6,
    ]);
    expect(panels.filter((panel) => panel.querySelectorAll('.curve').length === 3)).toHaveLength(4);
    const names = [...picture.querySelectorAll('[aria-label="x-axis label"]')].map((label) => label.textContent);
    expect(names).toEqual(['sl', 'sw', 'pl', 'pw']);
  });

  it('the contours of two out of four features are those of the marginal density', () => {
    const model = GaussianMixture.fit(iris, { nComponents: 3, seed: 1 });
    const picture = parse(fitPicture(model, iris, { Plot, features: [2, 3] }));
    const [toX, toY] = [scaleOf(picture, 'x'), scaleOf(picture, 'y')];
    const of = (k: number, i: number, j: number) => model.covariances[16 * k + 4 * i + j]!;
    const marginal = GaussianMixture.fromParameters({
      weights: model.weights,
      means: [0, 1, 2].map((k) => [model.means[4 * k + 2]!, model.means[4 * k + 3]!]),
      covariances: [0, 1, 2].map((k) => [
        [of(k, 2, 2), of(k, 2, 3)],
        [of(k, 3, 2), of(k, 3, 3)],
      ]),
    });
    for (const path of picture.querySelectorAll('.density path')) {
      const values = marginal.scoreSamples(vertices(path).map(([x, y]) => [toX(x), toY(y)]));
      const middle = Float64Array.from(values).sort()[values.length >> 1]!;
      for (const value of values) expect(Math.abs(value - middle)).toBeLessThan(0.3);
    }
  });

  it('one feature: bars of area 1, and curves that sum to the mixture’s density', () => {
    const model = GaussianMixture.fit(galaxies, { nComponents: 3, seed: 1 });
    const picture = parse(fitPicture(model, galaxies, { Plot }));
    const [toX, toY] = [scaleOf(picture, 'x'), scaleOf(picture, 'y')];
    const area = [...picture.querySelectorAll('.histogram rect')].reduce((sum, bar) => {
      const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => Number(bar.getAttribute(name)));
      // bars stand 0.4 pixels apart from their places on every side
      return sum + (toX(x! + width! + 0.4) - toX(x! - 0.4)) * (toY(y! - 0.4) - toY(y! + height! + 0.4));
    }, 0);
    expect(area).toBeCloseTo(1, 2);
    const points = vertices(picture.querySelector('.mixture path')!);
    const densities = model.scoreSamples(points.map(([x]) => [toX(x)]));
    points.forEach(([, y], i) => expect(Math.abs(toY(y) - Math.exp(densities[i]!))).toBeLessThan(2e-4));
  });

  it.each([
    ['k-means', KMeans],
    ['k-medians', KMedians],
  ])('%s: borders between cells are equally far from two centres', (_, Model) => {
    const model = Model.fit(faithful, { nClusters: 3, seed: 1 });
    const picture = parse(fitPicture(model, faithful, { Plot }));
    const [toX, toY] = [scaleOf(picture, 'x'), scaleOf(picture, 'y')];
    const cells = [...picture.querySelectorAll('.cell path')];
    expect(cells).toHaveLength(3);
    const frame = cells.flatMap(vertices);
    const [left, right] = [Math.min(...frame.map(([x]) => x)), Math.max(...frame.map(([x]) => x))];
    const [top, bottom] = [Math.min(...frame.map(([, y]) => y)), Math.max(...frame.map(([, y]) => y))];
    const inside = frame.filter(([x, y]) => x > left + 4 && x < right - 4 && y > top + 4 && y < bottom - 4);
    expect(inside.length).toBeGreaterThan(50);
    const distances = model.transform(inside.map(([x, y]) => [toX(x), toY(y)]));
    for (let i = 0; i < inside.length; i++) {
      const [nearest, second] = [...distances.subarray(3 * i, 3 * i + 3)].sort((a, b) => a - b);
      expect(second! - nearest!).toBeLessThan(0.05 * second!);
    }
  });

  it('Bernoulli: the ink of every cell is its probability, as table and as images', () => {
    const rows = [[1, 1, 0, 0, 1, 0], [1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 0, 1]]; // biome-ignore format: rows
    const model = BernoulliMixture.fit(rows, { nComponents: 2, prior: { a: 2, b: 2 } });
    for (const options of [{}, { shape: [2, 3] as const }]) {
      const picture = parse(fitPicture(model, rows, { Plot, ...options }));
      const ink = [...picture.querySelectorAll('.probability rect')].map((cell) => cell.getAttribute('fill-opacity'));
      expect(ink.map(Number)).toEqual(Array.from(model.probs));
    }
    expect(parse(fitPicture(model, rows, { Plot, shape: [2, 3] })).querySelectorAll('svg')).toHaveLength(2);
  });

  it('finds the columns of a model in objects, and names the axes after them', () => {
    const rows = [[1, 2], [1.5, 2.5], [1.2, 1.8], [6, 7], [6.5, 7.2], [5.8, 7.9]]; // biome-ignore format: rows
    const objects = rows.map(([length, width]) => ({ id: 'x', width, length }));
    const columns = ['length', 'width'];
    const options = { nComponents: 2, covarianceType: 'diag' } as const;
    const named = GaussianMixture.fit(objects, { ...options, columns });
    const plain = GaussianMixture.fit(rows, options);
    expect(fitPicture(named, objects, { Plot })).toBe(fitPicture(plain, rows, { Plot, columns }));
    const clusters = KMeans.fit(objects, { nClusters: 2, columns });
    expect(fitPicture(clusters, objects, { Plot })).toBe(fitPicture(clusters, rows, { Plot, columns }));
  });

  it('draws the six features of many in which the components lie farthest apart', () => {
    const d = 9;
    const apart = [1, 2, 4, 5, 7, 8];
    const mean = (shift: number) => Array.from({ length: d }, (_, j) => (apart.includes(j) ? shift : 0));
    const truth = { means: [mean(0), mean(5)], covariances: [1, 1], covarianceType: 'spherical' as const };
    const model = GaussianMixture.fromParameters(truth);
    const X = { data: model.sample(60, { seed: 1 }).X, rows: 60, columns: d };
    const picture = parse(fitPicture(model, X, { Plot }));
    const names = [...picture.querySelectorAll('[aria-label="x-axis label"]')].map((label) => label.textContent);
    expect(names).toEqual(apart.map((j) => `x${j}`));
    expect(picture.textContent).toContain('6 of 9 features');
  });

  it('a single row, and rows that are all alike', () => {
    const model = GaussianMixture.fromParameters({ means: [[0, 0]], covariances: [1], covarianceType: 'spherical' });
    for (const X of [[[1, 1]], [[2, 3], [2, 3], [2, 3]]]) expect(fitPicture(model, X, { Plot })).not.toMatch(/NaN/); // biome-ignore format: rows
    const clusters = KMeans.fromParameters({ centers: [[2]] });
    expect(fitPicture(clusters, [[2], [2]], { Plot })).not.toMatch(/NaN/);
  });
});

describe('fitPicture: what it cannot draw', () => {
  const model = twoD();
  it('says what to install when no plotting library is passed', () => {
    expect(() => fitPicture(model, faithful, {} as never)).toThrow(/npm install @observablehq\/plot/);
  });
  it('other columns, names, features, shapes, options, models', () => {
    expect(() => fitPicture(model, iris, { Plot })).toThrow(/2 features but X has 4 columns/);
    expect(() => fitPicture(model, faithful, { Plot, columns: ['a'] })).toThrow(/2 names/);
    expect(() => fitPicture(model, faithful, { Plot, features: [0, 2] })).toThrow(/from 0 to 1/);
    expect(() => fitPicture(model, faithful, { Plot, width: 10 })).toThrow(/width must be/);
    expect(() => fitPicture(model, faithful, { Plot, colums: [] } as never)).toThrow(/did you mean/);
    expect(() => fitPicture({} as never, faithful, { Plot })).toThrow(/got Object object/);
    const coins = BernoulliMixture.fromParameters({ probs: [[0.1, 0.2]] });
    expect(() => fitPicture(coins, undefined, { Plot, shape: [2, 2] })).toThrow(/rows × columns = 2/);
  });
});
