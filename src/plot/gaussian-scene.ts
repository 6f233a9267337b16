/** A Gaussian mixture to be drawn: ellipses, contours of its density, marginal curves. */
import type { BackendName } from '../backend.js';
import type { NamedRows } from '../data/columns.js';
import type { DataInput } from '../data/matrix.js';
import { GaussianMixture } from '../families/gaussian-mixture.js';
import { withBackend } from '../lease.js';
import { ellipse, type Point } from './ellipse.js';
import type { Mark, PlotLibrary } from './library.js';
import { blend, hex } from './palette.js';
import { pictureRows, rowsNote } from './rows.js';
import type { Curve, Plane, Scene } from './scene.js';

const DEVIATIONS = [1, 2];
/** Axes go so many standard deviations from the means: a contour around 95 % of a Gaussian's rows lies at 2.45. */
const REACH = 2.6;
/** Shares of the drawn rows that lie inside the contours. */
const SHARES = [0.5, 0.8, 0.95];
/** A value of the density every so many pixels. */
const GRID_PIXELS = 4;
/** Places along a curve: equal steps, and these many standard deviations from every mean, so that no peak is missed. */
const CURVE_STEPS = 160;
const NEAR = Array.from({ length: 33 }, (_, i) => (i - 16) / 4);

export function gaussianScene(
  Plot: PlotLibrary,
  model: GaussianMixture,
  X: DataInput | NamedRows,
  most: number,
  features: readonly number[],
): Scene {
  const { nComponents: k, nFeatures: d, covarianceType, weights, means } = model;
  const { backend } = model.toJSON();
  const rows = pictureRows(X, model, most);
  const drawn = { data: rows.x, rows: rows.nSamples, columns: d };
  const responsibilities = model.predictProba(drawn);
  const covariance = covarianceEntries(model);
  const mean = (c: number, j: number) => means[c * d + j] as number;
  const deviation = (c: number, j: number) => Math.sqrt(covariance(c, j, j));
  const components = k === 1 ? '1 component' : `${k} components`;
  return {
    title: `Gaussian mixture: ${components}, ${covarianceType} covariances`,
    description: `${rowsNote(rows)}, coloured by the components' responsibilities. ${Array.from(
      weights,
      (w, c) => `Component ${c}: weight ${w.toFixed(2)}, mean ${features.map((j) => short(mean(c, j))).join(', ')}.`,
    ).join(' ')}`,
    key: {
      plane: 'ellipses at one and two standard deviations',
      line: 'curves: weight × density of each component; grey: their sum',
      contours: `grey contours of the density around ${SHARES.map((s) => 100 * s).join(', ')} % of the rows`,
    },
    nComponents: k,
    labels: Array.from(weights, (w, c) => `${c}  weight ${w.toFixed(2)}`),
    rows,
    colours: Array.from({ length: rows.nSamples }, (_, i) => hex(blend(responsibilities, i * k, k))),
    planeShape(c, i, j) {
      const plane = { xx: covariance(c, i, i), xy: covariance(c, i, j), yy: covariance(c, j, j) };
      const centre: Point = [mean(c, i), mean(c, j)];
      return { centre, outlines: DEVIATIONS.map((s) => ellipse(centre, plane, s)) };
    },
    reach(c, j) {
      const room = REACH * deviation(c, j);
      return [mean(c, j) - room, mean(c, j) + room];
    },
    contours: (plane) => contourMarks(Plot, marginal(model, [plane.i, plane.j], backend), rows, plane),
    curves: (j, domain) => marginalCurves(marginal(model, [j], backend), domain, backend),
    centre: mean,
  };
}

/** Σ_k[i, j], whatever the type. */
function covarianceEntries({ covarianceType: type, covariances, nFeatures: d }: GaussianMixture) {
  return (k: number, i: number, j: number): number => {
    if (type === 'full') return covariances[(k * d + i) * d + j] as number;
    if (type === 'tied') return covariances[i * d + j] as number;
    if (i !== j) return 0;
    return covariances[type === 'diag' ? k * d + i : k] as number;
  };
}

/** The mixture of some of the features: means and covariances lose the others' entries. */
function marginal(model: GaussianMixture, features: readonly number[], backend: BackendName): GaussianMixture {
  const { nComponents, nFeatures: d, weights, means } = model;
  const covariance = covarianceEntries(model);
  const each = <T>(of: (k: number) => T) => Array.from({ length: nComponents }, (_, k) => of(k));
  return GaussianMixture.fromParameters({
    weights,
    means: each((k) => features.map((j) => means[k * d + j] as number)),
    covariances: each((k) => features.map((i) => features.map((j) => covariance(k, i, j)))),
    backend,
  });
}

/**
 * Contours of log p around shares of the rows (highest density regions, Hyndman 1996): the level of a share is the log-density
 * that this share of the drawn rows exceeds.
 */
function contourMarks(
  Plot: PlotLibrary,
  plane: GaussianMixture,
  rows: Scene['rows'],
  { i, j, x, y, ...size }: Plane,
): Mark[] {
  const { x: values, nSamples, nFeatures: d } = rows;
  const inPlane = new Float64Array(2 * nSamples);
  for (let row = 0; row < nSamples; row++) {
    inPlane[2 * row] = values[row * d + i] as number;
    inPlane[2 * row + 1] = values[row * d + j] as number;
  }
  const sorted = plane.scoreSamples({ data: inPlane, rows: nSamples, columns: 2 }).sort();
  const thresholds = SHARES.map((share) => sorted[Math.floor((1 - share) * (nSamples - 1))] as number);
  const grid = densityGrid(plane, x, y, size);
  // −Infinity has no neighbours to interpolate with
  const floor = Math.min(...thresholds.filter(Number.isFinite)) - 100;
  const data = grid.logDensity.map((value) => Math.max(value, floor));
  return [
    Plot.contour(data, {
      width: grid.columns,
      height: grid.rows,
      x1: x[0],
      x2: x[1],
      y1: y[0],
      y2: y[1],
      x: null,
      y: null,
      thresholds: [...new Set(thresholds)].filter(Number.isFinite).sort((a, b) => a - b),
      stroke: 'currentColor',
      strokeOpacity: 0.4,
      strokeWidth: 1,
      fill: 'currentColor',
      fillOpacity: 0.045,
      className: 'density',
    }),
  ];
}

/** log p at the middles of the cells of a grid over the plane, row by row from the least y. */
function densityGrid(
  model: GaussianMixture,
  x: readonly [number, number],
  y: readonly [number, number],
  size: { readonly width: number; readonly height: number },
) {
  const points = planeGrid(x, y, size);
  return { ...points, logDensity: model.scoreSamples({ data: points.data, rows: points.data.length / 2, columns: 2 }) };
}

/** Middles of the cells of a grid over a plane (rows × columns of pairs), row by row from the least y. */
export function planeGrid(
  x: readonly [number, number],
  y: readonly [number, number],
  { width, height }: { readonly width: number; readonly height: number },
): { readonly data: Float64Array; readonly columns: number; readonly rows: number } {
  const columns = Math.max(2, Math.round(width / GRID_PIXELS));
  const rows = Math.max(2, Math.round(height / GRID_PIXELS));
  const data = new Float64Array(2 * rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const at = 2 * (r * columns + c);
      data[at] = x[0] + ((c + 0.5) / columns) * (x[1] - x[0]);
      data[at + 1] = y[0] + ((r + 0.5) / rows) * (y[1] - y[0]);
    }
  }
  return { data, columns, rows };
}

/** Weight × density of every component of a mixture over one feature, at the same places for all. */
function marginalCurves(line: GaussianMixture, [from, to]: readonly [number, number], backend: BackendName): Curve[] {
  const { nComponents: k, means, variances } = line;
  const places = Array.from({ length: CURVE_STEPS + 1 }, (_, i) => from + (i / CURVE_STEPS) * (to - from));
  for (let c = 0; c < k; c++) {
    const deviation = Math.sqrt(variances[c] as number);
    places.push(...NEAR.map((z) => (means[c] as number) + z * deviation));
  }
  const xs = [...new Set(places)].filter((x) => x >= from && x <= to).sort((a, b) => a - b);
  return withBackend(backend, ({ exp }) => {
    const density = (at: readonly number[]) => line.weightedLogProb(at).map(exp);
    const [curves, peaks] = [density(xs), density(Array.from(means))];
    return Array.from({ length: k }, (_, c) => ({
      points: xs.map((x, i): Point => [x, curves[i * k + c] as number]),
      peak: [means[c] as number, peaks[c * k + c] as number] as const,
    }));
  });
}

/** Three significant digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
