/** A picture: panels drawn by the plotting library under a title and a legend, as one SVG text that stands alone. */
import type { Mark, PlotLibrary } from './library.js';
import { INK, PAPER } from './palette.js';
import { SvgDocument, type SvgElement } from './svg-document.js';

export interface PanelFrame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly marginLeft: number;
  readonly marginBottom: number;
  readonly marginTop?: number;
  readonly marginRight?: number;
}

/** Axes and their marks, at a place of the sheet. */
export interface PanelOptions {
  readonly x?: object;
  readonly y?: object;
  readonly marks: readonly (Mark | null)[];
}

export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  /** `'dot'` (default), or a line, dashed if so many pixels are given */
  readonly line?: boolean;
  readonly dash?: string;
}

export interface Sheet {
  readonly title: string;
  /** for those who do not see it: what is drawn, in a sentence or two */
  readonly description: string;
  readonly legend: readonly LegendEntry[];
  /** what the lines mean, how many rows are drawn */
  readonly note?: string;
  readonly width: number;
  /** of the panels together */
  readonly height: number;
  readonly panels: readonly SvgElement[];
}

const MARGIN = 14;
const TITLE_HEIGHT = 32;
const LINE_HEIGHT = 19;
/** of 12-pixel text, about: there is nothing to measure it with */
const CHARACTER = 6.4;
const SWATCH = 16;
export const FONT = 'system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif';

/**
 * Inside a page the ink is the page's text colour and the paper is the page's; a file of its own (`:root`) brings both, for
 * light and dark. Pages may set `--mixwasm-paper`, the halo of labels. (The attribute `color` is for programs that know no CSS;
 * without `inherit` it would go before the page's.)
 */
const STYLE = `.mixwasm-picture { max-width: 100%; height: auto; color: inherit; }
.mixwasm-picture text { white-space: pre; }
.mixwasm-picture:root { color: ${INK.light}; --mixwasm-paper: ${PAPER.light}; }
.mixwasm-picture:root .paper { fill: var(--mixwasm-paper); }
@media (prefers-color-scheme: dark) {
  .mixwasm-picture:root { color: ${INK.dark}; --mixwasm-paper: ${PAPER.dark}; }
}`;

/** Labels over lines and points are outlined with the colour of the paper. */
export const HALO = { stroke: 'var(--mixwasm-paper, transparent)', strokeWidth: 4, strokeOpacity: 0.85 } as const;

/** One plot, placed. */
export function panel(Plot: PlotLibrary, { x, y, ...frame }: PanelFrame, options: PanelOptions): SvgElement {
  const svg = Plot.plot({
    document: new SvgDocument(),
    marginTop: 8,
    marginRight: 12,
    ...frame,
    ...options,
    x: { axis: null, ...options.x },
    y: { axis: null, ...options.y },
  }) as SvgElement;
  // the sheet says these once for all
  for (const child of svg.children) if (child.tagName === 'style') svg.removeChild(child);
  for (const name of ['class', 'fill', 'font-family', 'font-size']) svg.removeAttribute(name);
  svg.setAttribute('x', x);
  svg.setAttribute('y', y);
  return svg;
}

/** One axis: its name, about how many ticks (or which), `offset` pixels between the frame and the name. */
export interface AxisOptions {
  readonly label: string;
  readonly ticks?: number | readonly number[] | undefined;
  readonly offset?: number;
  readonly tickFormat?: (value: number) => string;
}

/** Grid lines, and the axes that are given: a panel inside a pair plot shares those of the outer ones. */
export function axes(Plot: PlotLibrary, x: AxisOptions | null, y: AxisOptions | null, gridTicks?: number): Mark[] {
  const look = { labelAnchor: 'center', labelArrow: 'none', tickSize: 4, fontSize: 12 };
  const grid = { strokeOpacity: 0.12 };
  const marks = [
    Plot.gridX({ ticks: x?.ticks ?? gridTicks, ...grid }),
    Plot.gridY({ ticks: y?.ticks ?? gridTicks, ...grid }),
  ];
  if (x !== null) marks.push(Plot.axisX({ ...look, labelOffset: x.offset ?? 36, ...x }));
  if (y !== null) marks.push(Plot.axisY({ ...look, labelOffset: y.offset ?? 50, ...y }));
  return marks;
}

export function drawSheet({ title, description, legend, note, width, height, panels }: Sheet): string {
  const document = new SvgDocument();
  const append = (parent: SvgElement, name: string, attributes: Record<string, string | number>, text?: string) => {
    const child = parent.appendChild(document.createElementNS('', name));
    for (const [key, value] of Object.entries(attributes)) child.setAttribute(key, value);
    if (text !== undefined) child.textContent = text;
    return child;
  };
  const svg = document.createElementNS('', 'svg');
  const set = (attributes: Record<string, string | number>) => {
    for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  };
  set({ xmlns: svg.namespaceURI, class: 'mixwasm-picture', role: 'img', 'aria-label': title });
  append(svg, 'title', {}, title);
  append(svg, 'desc', {}, description);
  append(svg, 'style', {}, STYLE);
  append(svg, 'rect', { class: 'paper', width: '100%', height: '100%', fill: 'none' });
  append(svg, 'text', { x: MARGIN, y: 23, 'font-size': 15, 'font-weight': 600, 'text-anchor': 'start' }, title);

  let top = TITLE_HEIGHT;
  let across = MARGIN;
  for (const [i, { label, colour, line, dash }] of legend.entries()) {
    const wide = SWATCH + 18 + label.length * CHARACTER;
    if (i > 0 && across + wide > width - MARGIN) {
      across = MARGIN;
      top += LINE_HEIGHT;
    }
    const middle = top + 9;
    if (line === true) {
      const stroke = {
        stroke: colour,
        'stroke-width': 2.5,
        ...(dash === undefined ? {} : { 'stroke-dasharray': dash }),
      };
      append(svg, 'line', { x1: across, x2: across + SWATCH, y1: middle, y2: middle, ...stroke });
    } else append(svg, 'circle', { cx: across + 8, cy: middle, r: 5, fill: colour });
    append(svg, 'text', { x: across + SWATCH + 5, y: middle + 4, 'text-anchor': 'start' }, label);
    across += wide;
  }
  if (legend.length > 0) top += LINE_HEIGHT + 4;

  const inside = append(svg, 'g', { transform: `translate(0 ${top})`, 'text-anchor': 'middle' });
  for (const one of panels) inside.appendChild(one);
  let bottom = top + height;
  if (note !== undefined) {
    for (const text of wrap(note, Math.floor((width - 2 * MARGIN) / (CHARACTER * 0.92)))) {
      append(svg, 'text', { x: MARGIN, y: bottom + 14, 'font-size': 11, opacity: 0.75, 'text-anchor': 'start' }, text);
      bottom += 15;
    }
    bottom += 9;
  }
  set({ viewBox: `0 0 ${width} ${bottom}`, width, height: bottom });
  set({ fill: 'currentColor', 'font-family': FONT, 'font-size': 12 });
  // for viewers without style sheets
  set({ color: INK.light });
  return `${svg.outerHTML}\n`;
}

function wrap(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > most) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
