/** One feature: a histogram, the components' curves over it, and their sum. */
import type { Mark, PlotLibrary } from './library.js';
import { histogram, padded } from './rows.js';
import { type Curve, componentColour, type Scene } from './scene.js';
import { axes, HALO, type PanelFrame, panel } from './sheet.js';
import type { SvgElement } from './svg-document.js';

export interface LineOptions {
  readonly label: string | null;
  /** density axis and its label; pair plots have none */
  readonly density: boolean;
  readonly domain: readonly [number, number];
}

export function linePanel(
  Plot: PlotLibrary,
  scene: Scene,
  feature: number,
  frame: PanelFrame,
  { label, density, domain }: LineOptions,
): SvgElement {
  const { rows, nComponents } = scene;
  const extent = rows.extents[feature] as readonly [number, number];
  const { bins } = histogram(rows.column(feature), extent[1] > extent[0] ? extent : padded(...extent));
  const curves = scene.curves(feature, domain);
  const whole = sumOf(curves);
  const top = Math.max(...bins.map((bin) => bin.density), ...whole.map(([, y]) => y));
  const grid = axes(Plot, { label, ticks: density ? undefined : 4 }, { label: density ? 'density' : null });
  return panel(Plot, frame, {
    x: { domain },
    y: { domain: [0, top * 1.08] },
    marks: [
      // without an axis of densities: the grid and the axis along x only
      ...(density ? grid : [grid[0] as Mark, grid[2] as Mark]),
      Plot.rect(bins, {
        x1: 'from',
        x2: 'to',
        y1: 0,
        y2: 'density',
        fill: 'currentColor',
        fillOpacity: 0.16,
        inset: 0.4,
        className: 'histogram',
      }),
      ...(density ? [rug(Plot, scene, feature)] : []),
      // wide and below, so that the component it consists of in most places stays visible
      curves.length > 1
        ? lineOf(Plot, whole, { stroke: 'currentColor', strokeWidth: 5, strokeOpacity: 0.35, className: 'mixture' })
        : null,
      ...curves.flatMap((curve, k) => curveMarks(Plot, curve, k)),
      Plot.ruleY([0], { strokeOpacity: 0.5 }),
      ...(curves.length > 0 ? numbers(Plot, curves, density) : centres(Plot, scene, feature, nComponents, density)),
    ],
  });
}

function lineOf(Plot: PlotLibrary, points: readonly (readonly [number, number])[], options: object): Mark {
  return Plot.line(points, { x: (p: number[]) => p[0], y: (p: number[]) => p[1], curve: 'linear', ...options });
}

function curveMarks(Plot: PlotLibrary, { points }: Curve, k: number): Mark[] {
  const colour = componentColour(k);
  return [
    Plot.areaY(points, { x: (p: number[]) => p[0], y: (p: number[]) => p[1], fill: colour, fillOpacity: 0.14 }),
    lineOf(Plot, points, { stroke: colour, strokeWidth: 2, className: 'curve' }),
  ];
}

/** All components together; they are given at the same places. */
function sumOf(curves: readonly Curve[]): (readonly [number, number])[] {
  const [first] = curves;
  if (first === undefined) return [];
  return first.points.map(([x], at) => [
    x,
    curves.reduce((sum, { points }) => sum + (points[at] as readonly [number, number])[1], 0),
  ]);
}

function numbers(Plot: PlotLibrary, curves: readonly Curve[], large: boolean): Mark[] {
  const data = curves.map(({ peak: [x, y] }, k) => ({ x, y, k: String(k) }));
  const text = { text: 'k', dy: large ? -11 : -7, fontSize: large ? 14 : 10, fontWeight: 700, fill: 'currentColor' };
  return [Plot.text(data, { x: 'x', y: 'y', ...text, ...HALO, strokeWidth: large ? 4 : 2.5, className: 'component' })];
}

/** Of hard clusters: a line at every centre. */
function centres(Plot: PlotLibrary, scene: Scene, feature: number, nComponents: number, large: boolean): Mark[] {
  const data = Array.from({ length: nComponents }, (_, k) => ({
    x: scene.centre(k, feature),
    k: String(k),
    colour: componentColour(k),
  }));
  const text = { text: 'k', frameAnchor: 'top', fontSize: large ? 14 : 10, fontWeight: 700, fill: 'currentColor' };
  return [
    Plot.ruleX(data, { x: 'x', stroke: 'colour', strokeWidth: 2, className: 'centre' }),
    Plot.text(data, { x: 'x', ...text, ...HALO, strokeWidth: large ? 4 : 2.5, className: 'component' }),
  ];
}

/** A stroke for every drawn row below the histogram. */
function rug(Plot: PlotLibrary, { rows, colours }: Scene, feature: number): Mark {
  const { x, nSamples, nFeatures } = rows;
  const data = Array.from({ length: nSamples }, (_, i) => ({ x: x[i * nFeatures + feature], colour: colours[i] }));
  const place = { x: 'x', frameAnchor: 'bottom', symbol: RUG, r: 5, rotate: 0, dy: -6 };
  return Plot.dot(data, {
    ...place,
    stroke: 'colour',
    strokeWidth: 1.2,
    strokeOpacity: 0.8,
    sort: null,
    className: 'points',
  });
}

/** A vertical stroke as a symbol: ticks of the library would go through the whole panel. */
const RUG = {
  draw(context: { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void }): void {
    context.moveTo(0, -5);
    context.lineTo(0, 5);
  },
};
