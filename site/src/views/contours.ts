/** Density contours of a mixture in two features: regions that hold given shares of the probability. */
import { type ContourMultiPolygon, contours } from 'd3-contour';
import { GaussianMixture } from 'mixwasm';
import type { Component2D } from '../em/gaussians.js';

/** Shares of the density's mass that the contours enclose, outermost first. */
export const SHARES = [0.99, 0.95, 0.8, 0.5, 0.2];

export interface Box {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

export interface Contours {
  readonly polygons: readonly ContourMultiPolygon[];
  readonly columns: number;
  readonly rows: number;
}

/** Contours in grid coordinates (0 … columns, 0 … rows, y downwards), of cells `columns × rows` over the box. */
export function densityContours(components: readonly Component2D[], box: Box, columns: number, rows: number): Contours {
  const model = GaussianMixture.fromParameters({
    weights: components.map(({ weight }) => weight),
    means: components.map(({ x, y }) => [x, y]),
    covariances: components.map(({ xx, xy, yy }) => [
      [xx, xy],
      [xy, yy],
    ]),
  });
  const cells = new Float64Array(columns * rows * 2);
  const [x0, x1] = box.x;
  const [y0, y1] = box.y;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      cells[(i * columns + j) * 2] = x0 + ((j + 0.5) / columns) * (x1 - x0);
      cells[(i * columns + j) * 2 + 1] = y1 - ((i + 0.5) / rows) * (y1 - y0);
    }
  }
  const logDensity = model.scoreSamples({ data: cells, rows: columns * rows, columns: 2 });
  const thresholds = levels(logDensity);
  const values = Array.from(logDensity, (value) => Math.max(value, -1e300));
  return { polygons: contours().size([columns, rows]).thresholds(thresholds)(values), columns, rows };
}

/** Log-densities above which the cells hold the shares. */
function levels(logDensity: Float64Array): number[] {
  const sorted = logDensity.slice().sort().reverse();
  const top = sorted[0];
  const masses = sorted.map((value) => Math.exp(value - top));
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const found: number[] = [];
  let sum = 0;
  let at = 0;
  for (const share of [...SHARES].reverse()) {
    while (at < masses.length - 1 && sum + masses[at] < share * total) sum += masses[at++];
    found.unshift(sorted[at]);
  }
  return found;
}
