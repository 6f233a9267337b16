/** A mixture of coins: the probabilities of every component, as images or as a table. */
import { InvalidOptionError, show } from '../errors.js';
import type { BernoulliMixture } from '../families/bernoulli-mixture.js';
import type { PlotLibrary } from './library.js';
import { columnNames } from './options.js';
import { componentColour } from './scene.js';
import { drawSheet, panel } from './sheet.js';

export interface BernoulliPictureOptions {
  readonly Plot: PlotLibrary;
  readonly title?: string | undefined;
  readonly width: number;
  readonly columns?: readonly string[] | undefined;
  readonly shape?: readonly [rows: number, columns: number] | undefined;
}

const NOTE = 'the more ink, the nearer the probability of a 1 is to 1';
/** Cells wider than this say their number. */
const ROOM_FOR_NUMBERS = 34;
const CELL_HEIGHT = 26;
const GAP = 12;
const LEAST_IMAGE = 90;

export function bernoulliPicture(model: BernoulliMixture, options: BernoulliPictureOptions): string {
  const { nComponents: k, nFeatures: d } = model;
  const title = options.title ?? `Bernoulli mixture: ${k === 1 ? '1 component' : `${k} components`}, ${d} features`;
  const weights = Array.from(model.weights, (w, c) => `Component ${c}: weight ${w.toFixed(2)}.`).join(' ');
  const description = `The probability of a 1 in each of ${d} features, for each of ${k} components. ${weights}`;
  const drawn = options.shape === undefined ? table(model, options) : images(model, options, options.shape);
  return drawSheet({ title, description, legend: [], note: NOTE, width: options.width, ...drawn });
}

/** One row a component. */
function table(model: BernoulliMixture, { Plot, width, columns }: BernoulliPictureOptions) {
  const { nComponents: k, nFeatures: d, probs, weights } = model;
  const names = columnNames(columns, d);
  const marginLeft = 104;
  const cell = (width - marginLeft - 16) / d;
  const longest = Math.max(...names.map((name) => name.length));
  // upright names where they do not fit side by side; none where not even that
  const upright = longest * 6.6 > cell;
  const named = cell > 12;
  const marginBottom = !named ? 12 : upright ? Math.min(160, longest * 6.6 + 14) : 30;
  const numbered = cell >= ROOM_FOR_NUMBERS;
  const cells = Array.from(probs, (p, at) => ({ j: at % d, k: Math.floor(at / d), p }));
  const place = { x1: (c: { j: number }) => c.j, x2: (c: { j: number }) => c.j + 1 };
  const line = { y1: (c: { k: number }) => c.k, y2: (c: { k: number }) => c.k + 1 };
  const rows = Array.from(weights, (w, c) => ({
    y: c + 0.5,
    text: `${c}  weight ${w.toFixed(2)}`,
    colour: componentColour(c),
  }));
  const height = k * CELL_HEIGHT + marginBottom + 8;
  const frame = { x: 0, y: 0, width, height, marginLeft, marginBottom, marginRight: 16 };
  const middle = { x: (c: { j: number }) => c.j + 0.5, y: (c: { k: number }) => c.k + 0.5 };
  const element = panel(Plot, frame, {
    x: { domain: [0, d] },
    y: { domain: [k, 0] },
    marks: [
      Plot.rect(cells, {
        ...place,
        ...line,
        fill: 'currentColor',
        fillOpacity: { value: 'p', scale: null },
        stroke: 'currentColor',
        // thin enough for numbers in the same ink to stand out, whatever the colours of the page
        opacity: numbered ? 0.4 : 1,
        strokeOpacity: numbered ? 0.6 : 0.25,
        strokeWidth: 0.5,
        className: 'probability',
      }),
      numbered
        ? Plot.text(cells, {
            ...middle,
            text: (c: { p: number }) => c.p.toFixed(2),
            fill: 'currentColor',
            className: 'probability',
          })
        : null,
      Plot.text(rows, {
        x: 0,
        y: 'y',
        text: 'text',
        dx: -8,
        textAnchor: 'end',
        fill: 'currentColor',
        className: 'component',
      }),
      named
        ? Plot.text(names, {
            x: (_: string, j: number) => j + 0.5,
            y: k,
            dy: upright ? 6 : 14,
            rotate: upright ? -90 : 0,
            textAnchor: upright ? 'end' : 'middle',
            text: (name: string) => name,
            fill: 'currentColor',
            className: 'feature',
          })
        : null,
    ],
  });
  return { height, panels: [element] };
}

/** One image a component, as many side by side as there is room for. */
function images(model: BernoulliMixture, { Plot, width }: BernoulliPictureOptions, shape: readonly [number, number]) {
  const { nComponents: k, nFeatures: d, probs, weights } = model;
  const [rows, columns] = shape;
  if (
    !Array.isArray(shape) ||
    shape.length !== 2 ||
    !shape.every((n) => Number.isInteger(n) && n > 0) ||
    rows * columns !== d
  ) {
    throw new InvalidOptionError(
      'shape',
      `shape must be [rows, columns] with rows × columns = ${d}, the number of features; got ${Array.isArray(shape) ? `[${shape.join(', ')}]` : show(shape)}`,
    );
  }
  const side = width - 2 * GAP;
  const most = Math.max(1, Math.floor((side + GAP) / (LEAST_IMAGE + GAP)));
  const lines = Math.ceil(k / most);
  const across = Math.ceil(k / lines);
  const imageWidth = Math.min(220, (side - (across - 1) * GAP) / across);
  const caption = 20;
  const imageHeight = (imageWidth * rows) / columns;
  const panels = Array.from({ length: k }, (_, c) => {
    const cells = Array.from(probs.subarray(c * d, (c + 1) * d), (p, at) => ({
      j: at % columns,
      i: Math.floor(at / columns),
      p,
    }));
    const frame = {
      x: GAP + (c % across) * (imageWidth + GAP),
      y: Math.floor(c / across) * (imageHeight + caption + GAP),
      width: imageWidth,
      height: imageHeight + caption,
      marginLeft: 0.5,
      marginRight: 0.5,
      marginTop: caption,
      marginBottom: 0.5,
    };
    return panel(Plot, frame, {
      x: { domain: [0, columns] },
      y: { domain: [rows, 0] },
      marks: [
        Plot.rect(cells, {
          x1: 'j',
          x2: (cell: { j: number }) => cell.j + 1,
          y1: 'i',
          y2: (cell: { i: number }) => cell.i + 1,
          fill: 'currentColor',
          fillOpacity: { value: 'p', scale: null },
          className: 'probability',
        }),
        Plot.rect([0], {
          x1: 0,
          x2: columns,
          y1: 0,
          y2: rows,
          fill: 'none',
          stroke: 'currentColor',
          strokeOpacity: 0.4,
        }),
        Plot.text([`${c}  weight ${(weights[c] as number).toFixed(2)}`], {
          x: columns / 2,
          y: 0,
          dy: -10,
          text: (name: string) => name,
          fill: 'currentColor',
          className: 'component',
        }),
      ],
    });
  });
  return { height: lines * (imageHeight + caption + GAP), panels };
}
