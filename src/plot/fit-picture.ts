/** `fitPicture`: what a model found in the rows. */
import type { BinaryInput } from '../data/binary.js';
import type { NamedRows } from '../data/columns.js';
import type { DataInput } from '../data/matrix.js';
import { InvalidOptionError, InvalidParametersError, show } from '../errors.js';
import type { BernoulliMixture } from '../families/bernoulli-mixture.js';
import type { GaussianMixture } from '../families/gaussian-mixture.js';
import type { KMeans } from '../families/k-means.js';
import type { KMedians } from '../families/k-medians.js';
import { checkKnown, integerOption } from '../options.js';
import { bernoulliPicture } from './bernoulli-picture.js';
import { clusteringScene } from './clustering-scene.js';
import { gaussianScene } from './gaussian-scene.js';
import { type PlotLibrary, requirePlot } from './library.js';
import { linePanel } from './line.js';
import { columnNames, PICTURE_OPTIONS, type PictureOptions, widthOption } from './options.js';
import { domainOf, planePanel } from './plane.js';
import { rowsNote } from './rows.js';
import { componentColour, type Scene } from './scene.js';
import { drawSheet, type LegendEntry } from './sheet.js';

export interface FitPictureOptions extends PictureOptions {
  /** names of the features; default those the model was fitted with */
  columns?: readonly string[];
  /** which features are drawn, by number; default all, or the six whose components lie farthest apart */
  features?: readonly number[];
  /** points in the picture, default 2000 (6000 over all panels of a pair plot); more rows are drawn in equal steps */
  maxPoints?: number;
  /** Bernoulli mixtures: the features are the pixels of images of this shape, row by row */
  shape?: readonly [rows: number, columns: number];
}

/** What can be drawn. */
export type PictureModel = GaussianMixture | BernoulliMixture | KMeans | KMedians;

const KNOWN = [...PICTURE_OPTIONS, 'columns', 'features', 'maxPoints', 'shape'] as const;
/** Panels of a pair plot grow with the square of the features. */
const MOST_FEATURES = 6;

/**
 * A fit as SVG text: the same text for the same input, legible on light and dark paper, in the same colours for colour-blind
 * readers. Put it into a page (`element.innerHTML = svg`) or into a file.
 *
 * - Gaussian mixtures: points in the mixed colours of their responsibilities, ellipses at one and two standard deviations of
 *   every component, contours of the density; one feature: a histogram with the curves of the components and their sum; more
 *   than two: all pairs of features with marginal ellipses, and those histograms.
 * - k-means and k-medians: points in the colour of their cluster, centres, and the region of each.
 * - Bernoulli mixtures: the probabilities, as a table or (with `shape`) as images; `X` is not looked at.
 *
 * @param X rows, as the model was fitted to
 * @throws {InvalidOptionError} no `Plot`, names or features that do not fit the model
 * @throws {InvalidDataError} bad rows, another number of columns
 * @example
 * import * as Plot from '@observablehq/plot';
 * import { fitPicture } from 'mixwasm/plot';
 * const svg = fitPicture(model, X, { Plot, columns: ['eruptions', 'waiting'] });
 */
export function fitPicture(
  model: PictureModel,
  X: DataInput | BinaryInput | NamedRows | undefined,
  options: FitPictureOptions,
): string {
  checkKnown(options, KNOWN, 'fitPicture');
  const Plot = requirePlot(options?.Plot);
  const { title, shape, columns = model?.columns } = options;
  const width = widthOption(options.width);
  if (isBernoulli(model)) return bernoulliPicture(model, { Plot, title, width, columns, shape });
  const clustering = isClustering(model);
  if (!clustering && !isGaussian(model)) {
    throw new InvalidParametersError(
      `fitPicture draws a GaussianMixture, BernoulliMixture, KMeans or KMedians; got ${show(model)}`,
    );
  }
  const features = chosenFeatures(model, options.features);
  const nPanels = (features.length * (features.length - 1)) / 2;
  const most = integerOption(
    'maxPoints',
    options.maxPoints ?? Math.min(2000, Math.floor(6000 / Math.max(nPanels, 1))),
    1,
  );
  const names = columnNames(columns, model.nFeatures);
  const scene = clustering
    ? clusteringScene(Plot, model, X as DataInput | NamedRows, most, features)
    : gaussianScene(Plot, model, X as DataInput | NamedRows, most, features);
  return drawScene(Plot, scene, features, names, width, title);
}

function isGaussian(model: PictureModel): model is GaussianMixture {
  return model !== null && typeof model === 'object' && 'covarianceType' in model;
}

function isBernoulli(model: PictureModel): model is BernoulliMixture {
  return model !== null && typeof model === 'object' && 'probs' in model;
}

function isClustering(model: PictureModel): model is KMeans | KMedians {
  return model !== null && typeof model === 'object' && 'centers' in model;
}

function chosenFeatures(model: GaussianMixture | KMeans | KMedians, given: readonly number[] | undefined): number[] {
  const d = model.nFeatures;
  if (given === undefined) return d <= MOST_FEATURES ? Array.from({ length: d }, (_, j) => j) : farthestApart(model);
  const known = Array.isArray(given) && given.length > 0 && given.every((j) => Number.isInteger(j) && j >= 0 && j < d);
  if (known && new Set(given).size === given.length) return [...given];
  throw new InvalidOptionError(
    'features',
    `features must be different numbers from 0 to ${d - 1}; got ${Array.isArray(given) ? `[${given.join(', ')}]` : show(given)}`,
  );
}

/** The features in which the centres spread most, in units of their own standard deviation where the model has one. */
function farthestApart(model: GaussianMixture | KMeans | KMedians): number[] {
  const d = model.nFeatures;
  const gaussian = 'covarianceType' in model;
  const centres = gaussian ? model.means : model.centers;
  const k = centres.length / d;
  const variances = gaussian ? model.variances : undefined;
  const spread = Array.from({ length: d }, (_, j) => {
    const column = Array.from({ length: k }, (_, c) => centres[c * d + j] as number);
    const mean = column.reduce((a, b) => a + b, 0) / k;
    const between = column.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
    const within = Array.from({ length: k }, (_, c) => variances?.[c * d + j] ?? 1).reduce((a, b) => a + b, 0);
    return between / within;
  });
  return spread
    .map((value, j) => ({ value, j }))
    .sort((a, b) => b.value - a.value || a.j - b.j)
    .slice(0, MOST_FEATURES)
    .map(({ j }) => j)
    .sort((a, b) => a - b);
}

const LEFT = 68;
const BOTTOM = 48;

function drawScene(
  Plot: PlotLibrary,
  scene: Scene,
  features: readonly number[],
  names: readonly string[],
  width: number,
  title: string | undefined,
): string {
  const legend: LegendEntry[] = scene.labels.map((label, k) => ({ label, colour: componentColour(k) }));
  const d = scene.rows.nFeatures;
  const some = features.length < d ? `${features.length} of ${d} features; ` : '';
  const sheet = (key: string, rest: { height: number; panels: Parameters<typeof drawSheet>[0]['panels'] }) =>
    drawSheet({
      title: title ?? scene.title,
      description: scene.description,
      legend,
      note: `${some}${rowsNote(scene.rows)}; ${key}`,
      width,
      ...rest,
    });
  const [first, second] = features as [number, number | undefined];
  const frame = { x: 0, y: 0, width, height: Math.round(width * 0.6), marginLeft: LEFT, marginBottom: BOTTOM };
  if (second === undefined) {
    const domain = domainOf(scene, first);
    const element = linePanel(Plot, scene, first, frame, { label: names[first] as string, density: true, domain });
    return sheet(scene.key.line, { height: frame.height, panels: [element] });
  }
  if (features.length === 2) {
    const labels = { xLabel: names[first] as string, yLabel: names[second] as string };
    const element = planePanel(Plot, scene, first, second, frame, labels);
    const contours = scene.contours === undefined ? '' : `; ${scene.key.contours}`;
    return sheet(scene.key.plane + contours, { height: frame.height, panels: [element] });
  }
  return sheet(
    `below: ${scene.key.plane}; diagonal: ${scene.key.line}`,
    pairPanels(Plot, scene, features, names, width),
  );
}

/** Histograms on the diagonal, every pair of features below it. */
function pairPanels(
  Plot: PlotLibrary,
  scene: Scene,
  features: readonly number[],
  names: readonly string[],
  width: number,
) {
  const n = features.length;
  // the left column and the bottom row have room for numbers and names
  const side = Math.floor((width - LEFT - 8) / n);
  const panels = features.flatMap((j, row) =>
    features.slice(0, row + 1).map((i, column) => {
      const [left, bottom] = [column === 0 ? LEFT : 8, row === n - 1 ? BOTTOM : 8];
      const frame = {
        x: column === 0 ? 0 : LEFT + column * side - 8,
        y: row * side,
        width: side + left,
        height: side + bottom,
        marginLeft: left,
        marginBottom: bottom,
        marginTop: 8,
        marginRight: 8,
      };
      const label = row === n - 1 ? (names[i] as string) : null;
      if (row === column)
        return linePanel(Plot, scene, i, frame, { label, density: false, domain: domainOf(scene, i) });
      return planePanel(Plot, scene, i, j, frame, {
        xLabel: label,
        yLabel: column === 0 ? (names[j] as string) : null,
        small: true,
      });
    }),
  );
  return { height: n * side + BOTTOM, panels };
}
