/** Hard clusters to be drawn: points of their cluster's colour, centres, and the borders between clusters. */
import type { NamedRows } from '../data/columns.js';
import type { DataInput } from '../data/matrix.js';
import type { KMeans } from '../families/k-means.js';
import type { KMedians } from '../families/k-medians.js';
import type { Point } from './ellipse.js';
import { planeGrid, short } from './gaussian-scene.js';
import type { Mark, PlotLibrary } from './library.js';
import { pictureRows, rowsNote } from './rows.js';
import { componentColour, type Plane, type Scene } from './scene.js';

export function clusteringScene(
  Plot: PlotLibrary,
  model: KMeans | KMedians,
  X: DataInput | NamedRows,
  most: number,
  features: readonly number[],
): Scene {
  const { nClusters: k, nFeatures: d, centers } = model;
  const rows = pictureRows(X, model, most);
  const labels = model.predict({ data: rows.x, rows: rows.nSamples, columns: d });
  const medians = model.toJSON().format.includes('medians');
  const name = medians ? 'k-medians' : 'k-means';
  const centre = (c: number, j: number) => centers[c * d + j] as number;
  return {
    title: `${name}: ${k === 1 ? '1 cluster' : `${k} clusters`}`,
    description: `${rowsNote(rows)}, coloured by their nearest centre. ${Array.from(
      { length: k },
      (_, c) => `Centre ${c}: ${features.map((j) => short(centre(c, j))).join(', ')}.`,
    ).join(' ')}`,
    key: {
      plane: 'numbers stand at the centres',
      line: 'lines stand at the centres',
      contours: 'tints: the places nearest to each centre',
    },
    nComponents: k,
    labels: Array.from({ length: k }, (_, c) => `cluster ${c}`),
    rows,
    colours: Array.from(labels, componentColour),
    planeShape: (c, i, j) => ({ centre: [centre(c, i), centre(c, j)] as Point, outlines: [] }),
    reach: (c, j) => [centre(c, j), centre(c, j)],
    // a plane of two out of more features has no borders: a row's cluster depends on the others too
    ...(d === 2 ? { contours: (plane: Plane) => cellMarks(Plot, model, plane) } : {}),
    curves: () => [],
    centre,
  };
}

/**
 * The cell of every centre, as the region where the second nearest is farther: correct for the norm of the model (straight
 * borders for k-means, broken ones for k-medians), whatever the scales of the axes.
 */
function cellMarks(Plot: PlotLibrary, model: KMeans | KMedians, { x, y, ...size }: Plane): Mark[] {
  const k = model.nClusters;
  if (k === 1) return [];
  const grid = planeGrid(x, y, size);
  const n = grid.data.length / 2;
  const distances = model.transform({ data: grid.data, rows: n, columns: 2 });
  return Array.from({ length: k }, (_, c) => {
    const margin = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      let others = Infinity;
      for (let o = 0; o < k; o++) if (o !== c) others = Math.min(others, distances[i * k + o] as number);
      margin[i] = others - (distances[i * k + c] as number);
    }
    const bounds = { width: grid.columns, height: grid.rows, x1: x[0], x2: x[1], y1: y[0], y2: y[1], x: null, y: null };
    const look = {
      fill: componentColour(c),
      fillOpacity: 0.1,
      stroke: 'currentColor',
      strokeOpacity: 0.4,
      className: 'cell',
    };
    return Plot.contour(margin, { ...bounds, thresholds: [0], ...look });
  });
}
