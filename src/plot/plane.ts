/** Two features: points and the components' outlines. */
import type { Mark, PlotLibrary } from './library.js';
import { padded } from './rows.js';
import { componentColour, type Plane, type PlaneShape, type Scene } from './scene.js';
import { axes, HALO, type PanelFrame, panel } from './sheet.js';
import type { SvgElement } from './svg-document.js';

export interface PlaneOptions {
  readonly xLabel: string | null;
  readonly yLabel: string | null;
  /** of pair plots: smaller marks, no contours, fewer ticks */
  readonly small?: boolean;
}

/** How far one feature's axis goes: all rows, and all outlines. */
export function domainOf(scene: Scene, feature: number): [number, number] {
  let [least, greatest] = scene.rows.extents[feature] as readonly [number, number];
  for (let k = 0; k < scene.nComponents; k++) {
    const [from, to] = scene.reach(k, feature);
    least = Math.min(least, from);
    greatest = Math.max(greatest, to);
  }
  return padded(least, greatest);
}

export function planePanel(
  Plot: PlotLibrary,
  scene: Scene,
  i: number,
  j: number,
  frame: PanelFrame,
  { xLabel, yLabel, small = false }: PlaneOptions,
): SvgElement {
  const [x, y] = [domainOf(scene, i), domainOf(scene, j)];
  const { rows, nComponents, colours } = scene;
  const { x: values, nSamples, nFeatures: d } = rows;
  const shapes = Array.from({ length: nComponents }, (_, k) => scene.planeShape(k, i, j));
  const plane: Plane = { i, j, x, y, width: frame.width - frame.marginLeft, height: frame.height - frame.marginBottom };
  const points = Array.from({ length: nSamples }, (_, row) => ({
    x: values[row * d + i] as number,
    y: values[row * d + j] as number,
    colour: colours[row] as string,
  }));
  const ticks = small ? 4 : undefined;
  return panel(Plot, frame, {
    x: { domain: x },
    y: { domain: y },
    marks: [
      ...axes(Plot, { label: xLabel, ticks }, { label: yLabel, ticks }),
      ...(small ? [] : (scene.contours?.(plane) ?? [])),
      Plot.dot(points, {
        x: 'x',
        y: 'y',
        fill: 'colour',
        r: small ? 1.8 : 3,
        fillOpacity: 0.7,
        sort: null,
        className: 'points',
      }),
      ...shapes.flatMap((shape, k) => outlineMarks(Plot, shape, k, small)),
      ...centreMarks(Plot, shapes, small),
    ],
  });
}

function outlineMarks(Plot: PlotLibrary, { outlines }: PlaneShape, k: number, small: boolean): Mark[] {
  const options = { x: (p: number[]) => p[0], y: (p: number[]) => p[1], curve: 'linear-closed', className: 'ellipse' };
  return outlines.map((outline, at) =>
    Plot.line(outline, {
      ...options,
      stroke: componentColour(k),
      strokeWidth: (small ? 1.2 : 2) - 0.4 * at,
      ...(at === 0 ? {} : { strokeOpacity: 0.85 }),
    }),
  );
}

/** Crosses at the centres, with the components' numbers. */
function centreMarks(Plot: PlotLibrary, shapes: readonly PlaneShape[], small: boolean): Mark[] {
  const data = shapes.map(({ centre: [x, y] }, k) => ({ x, y, k: String(k) }));
  const place = { x: 'x', y: 'y' };
  const numbers = Plot.text(data, {
    ...place,
    text: 'k',
    fill: 'currentColor',
    fontSize: small ? 10 : 14,
    fontWeight: 700,
    ...HALO,
    strokeWidth: small ? 2.5 : 4,
    className: 'component',
  });
  return [numbers];
}
