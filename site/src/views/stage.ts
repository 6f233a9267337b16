/** The picture of data and model: canvas for what there is much of, SVG above it for ellipses, means and axes. */
import { type ScaleLinear, scaleLinear } from 'd3-scale';
import { type Component2D, ellipseOf } from '../em/gaussians.js';
import { h, s, setAttributes } from '../ui/dom.js';
import { short } from '../ui/format.js';
import { componentColour } from '../ui/palette.js';
import { type Box, densityContours } from './contours.js';

export interface Handle {
  readonly x: number;
  readonly y: number;
  /** what a screen reader says */
  readonly label: string;
}

export interface Curve {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** the component whose colour it has; undefined for the whole mixture */
  readonly component: number | undefined;
}

/** What is drawn; coordinates are those of the data. */
export interface Scene {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** three bytes a point */
  readonly colours: Uint8ClampedArray;
  /** ellipses, and contours of the whole */
  readonly components?: readonly Component2D[];
  readonly contours?: boolean;
  readonly curves?: readonly Curve[];
  /** bars [x0, x1, height] behind everything */
  readonly bars?: readonly (readonly [number, number, number])[];
  readonly handles: readonly Handle[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** axis without numbers below zero: where points lie under a density curve */
  readonly densityAxis?: boolean;
  /** what a screen reader says of the whole */
  readonly description: string;
}

/** What can be done with the mouse, a finger or the keyboard; coordinates are those of the data. */
export interface StageActions {
  addPoint?(x: number, y: number): void;
  movePoint?(row: number, x: number, y: number): void;
  removePoint?(row: number): void;
  moveHandle?(k: number, x: number, y: number): void;
  /** a drag or a key press has ended */
  settled?(): void;
}

const MARGIN = { top: 12, right: 14, bottom: 40, left: 52 };
/** More points than this are not all drawn. */
const MOST_DRAWN = 20_000;
/** Cells of the grid that contours are computed on. */
const GRID = { columns: 96, rows: 72 };

/** How many there have been: names of clip paths must differ. */
let stages = 0;

export class Stage {
  readonly element: HTMLElement;
  readonly #canvas = h('canvas', { role: 'img', tabindex: -1 });
  /** grid and axes lie under the points, means and ellipses over them */
  readonly #ground = s('svg', { class: 'stage-layer', 'aria-hidden': 'true' });
  readonly #svg = s('svg', { class: 'stage-layer' });
  readonly #axes = s('g', { class: 'axes' });
  readonly #clip = s('rect', {});
  readonly #ellipses = s('g', { 'aria-hidden': 'true', 'clip-path': `url(#plot-area-${++stages})` });
  readonly #handles = s('g', { class: 'handles' });
  readonly #x: ScaleLinear<number, number> = scaleLinear();
  readonly #y: ScaleLinear<number, number> = scaleLinear();
  readonly #actions: StageActions;
  #scene: Scene | undefined;
  #width = 0;
  #height = 0;

  constructor(actions: StageActions) {
    this.#actions = actions;
    this.#ground.append(this.#axes);
    this.#svg.append(s('clipPath', { id: `plot-area-${stages}` }, this.#clip), this.#ellipses, this.#handles);
    this.element = h('div', { class: 'stage' }, this.#ground, this.#canvas, this.#svg);
    new ResizeObserver(() => this.#resize()).observe(this.element);
    this.element.addEventListener('pointerdown', (event) => this.#press(event));
    // a finger on a point or a mean drags it; anywhere else it scrolls the page
    this.element.addEventListener(
      'touchstart',
      (event) => {
        const [touch] = event.touches;
        if (event.touches.length === 1 && this.#hit(touch.clientX, touch.clientY, 22) !== undefined)
          event.preventDefault();
      },
      { passive: false },
    );
  }

  /** Fixes the range of both axes, in data units, with a little room around. */
  setDomain(x: readonly [number, number], y: readonly [number, number], roomX = 0.07, roomY = roomX): void {
    const padded = ([low, high]: readonly [number, number], room: number): [number, number] => {
      const width = high - low || Math.abs(high) || 1;
      return [low - room * width, high + room * width];
    };
    this.#x.domain(padded(x, roomX));
    this.#y.domain(padded(y, roomY));
  }

  get domain(): Box {
    return { x: this.#x.domain() as [number, number], y: this.#y.domain() as [number, number] };
  }

  draw(scene: Scene): void {
    this.#scene = scene;
    if (this.#width === 0) this.#resize();
    else this.#paint();
  }

  #resize(): void {
    const { width, height } = this.element.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    this.#width = width;
    this.#height = height;
    const ratio = window.devicePixelRatio || 1;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    for (const layer of [this.#ground, this.#svg])
      setAttributes(layer, { viewBox: `0 0 ${width} ${height}`, width, height });
    setAttributes(this.#clip, {
      x: MARGIN.left,
      y: MARGIN.top,
      width: Math.max(0, width - MARGIN.left - MARGIN.right),
      height: Math.max(0, height - MARGIN.top - MARGIN.bottom),
    });
    this.#x.range([MARGIN.left, width - MARGIN.right]);
    this.#y.range([height - MARGIN.bottom, MARGIN.top]);
    this.#paint();
  }

  #paint(): void {
    const scene = this.#scene;
    if (scene === undefined || this.#width === 0) return;
    this.#paintCanvas(scene);
    this.#paintAxes(scene);
    this.#paintEllipses(scene);
    this.#paintHandles(scene);
    this.#canvas.setAttribute('aria-label', scene.description);
  }

  #paintCanvas(scene: Scene): void {
    const context = this.#canvas.getContext('2d') as CanvasRenderingContext2D;
    const ratio = this.#canvas.width / this.#width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.#width, this.#height);
    context.save();
    context.beginPath();
    context.rect(
      MARGIN.left,
      MARGIN.top,
      this.#width - MARGIN.left - MARGIN.right,
      this.#height - MARGIN.top - MARGIN.bottom,
    );
    context.clip();
    const style = getComputedStyle(this.element);
    if (scene.contours && scene.components !== undefined) this.#paintContours(context, scene.components, style);
    for (const [x0, x1, height] of scene.bars ?? []) {
      context.fillStyle = style.getPropertyValue('--bar');
      const left = this.#x(x0);
      context.fillRect(left + 0.5, this.#y(height), this.#x(x1) - left - 1, this.#y(0) - this.#y(height));
    }
    this.#paintPoints(context, scene);
    for (const curve of scene.curves ?? []) this.#paintCurve(context, curve, style);
    context.restore();
  }

  #paintContours(
    context: CanvasRenderingContext2D,
    components: readonly Component2D[],
    style: CSSStyleDeclaration,
  ): void {
    const { polygons, columns, rows } = densityContours(components, this.domain, GRID.columns, GRID.rows);
    const [x0, x1] = this.#x.range();
    const [y1, y0] = this.#y.range();
    context.save();
    context.translate(x0, y0);
    context.scale((x1 - x0) / columns, (y1 - y0) / rows);
    context.lineWidth = 0.12;
    context.fillStyle = style.getPropertyValue('--contour-fill');
    context.strokeStyle = style.getPropertyValue('--contour-line');
    for (const { coordinates } of polygons) {
      context.beginPath();
      for (const ring of coordinates.flat()) {
        const [first, ...others] = ring;
        context.moveTo(first[0], first[1]);
        for (const [x, y] of others) context.lineTo(x, y);
        context.closePath();
      }
      context.fill('evenodd');
      context.stroke();
    }
    context.restore();
  }

  #paintPoints(context: CanvasRenderingContext2D, { x, y, colours }: Scene): void {
    const step = Math.ceil(x.length / MOST_DRAWN);
    const radius = x.length > 4000 ? 1.6 : x.length > 800 ? 2.6 : this.#width < 500 ? 3 : 3.8;
    context.globalAlpha = x.length > 4000 ? 0.55 : 0.85;
    for (let i = 0; i < x.length; i += step) {
      context.fillStyle = `rgb(${colours[3 * i]} ${colours[3 * i + 1]} ${colours[3 * i + 2]})`;
      context.beginPath();
      context.arc(this.#x(x[i]), this.#y(y[i]), radius, 0, 2 * Math.PI);
      context.fill();
    }
    context.globalAlpha = 1;
  }

  #paintCurve(context: CanvasRenderingContext2D, { x, y, component }: Curve, style: CSSStyleDeclaration): void {
    context.beginPath();
    for (let i = 0; i < x.length; i++) context.lineTo(this.#x(x[i]), this.#y(y[i]));
    context.lineWidth = component === undefined ? 2.5 : 2;
    context.strokeStyle = component === undefined ? style.getPropertyValue('--ink') : componentColour(component);
    context.stroke();
  }

  #paintAxes(scene: Scene): void {
    const bottom = this.#height - MARGIN.bottom;
    const right = this.#width - MARGIN.right;
    const nX = Math.max(3, Math.round(this.#width / 110));
    const nY = Math.max(3, Math.round(this.#height / 80));
    const yTicks = this.#y.ticks(nY).filter((tick) => !scene.densityAxis || tick >= 0);
    const formatX = this.#x.tickFormat(nX);
    const formatY = this.#y.tickFormat(nY);
    this.#axes.replaceChildren(
      ...this.#x
        .ticks(nX)
        .flatMap((tick) => [
          s('line', { class: 'grid', x1: this.#x(tick), x2: this.#x(tick), y1: MARGIN.top, y2: bottom }),
          s('text', { x: this.#x(tick), y: bottom + 16, 'text-anchor': 'middle' }, formatX(tick)),
        ]),
      ...yTicks.flatMap((tick) => [
        s('line', { class: 'grid', x1: MARGIN.left, x2: right, y1: this.#y(tick), y2: this.#y(tick) }),
        s('text', { x: MARGIN.left - 8, y: this.#y(tick) + 4, 'text-anchor': 'end' }, formatY(tick)),
      ]),
      s(
        'text',
        { class: 'axis-label', x: (MARGIN.left + right) / 2, y: this.#height - 6, 'text-anchor': 'middle' },
        scene.xLabel,
      ),
      s(
        'text',
        {
          class: 'axis-label',
          transform: `translate(13 ${(MARGIN.top + bottom) / 2}) rotate(-90)`,
          'text-anchor': 'middle',
        },
        scene.yLabel,
      ),
    );
  }

  #paintEllipses(scene: Scene): void {
    const components = scene.curves === undefined ? (scene.components ?? []) : [];
    const [x0, x1] = this.#x.domain();
    const [y0, y1] = this.#y.domain();
    const sx = (this.#x(x1) - this.#x(x0)) / (x1 - x0);
    const sy = (this.#y(y1) - this.#y(y0)) / (y1 - y0);
    this.#ellipses.replaceChildren(
      ...components.flatMap((component, k) => {
        const { cx, cy, rx, ry, angle } = ellipseOf(component, this.#x(component.x), this.#y(component.y), sx, sy);
        return [2, 1].map((sigmas) =>
          s('ellipse', {
            class: `sigma sigma-${sigmas}`,
            cx,
            cy,
            // what has collapsed is still seen
            rx: Math.max(sigmas * rx, 1),
            ry: Math.max(sigmas * ry, 1),
            transform: `rotate(${angle} ${cx} ${cy})`,
            stroke: componentColour(k),
          }),
        );
      }),
    );
  }

  /** Means keep their elements, and with them the focus. */
  #paintHandles({ handles }: Scene): void {
    const movable = this.#actions.moveHandle !== undefined;
    while (this.#handles.childElementCount > handles.length) this.#handles.lastElementChild?.remove();
    while (this.#handles.childElementCount < handles.length) {
      const k = this.#handles.childElementCount;
      const handle = s(
        'g',
        {
          class: 'handle',
          ...(movable
            ? {
                tabindex: 0,
                role: 'button',
                'aria-roledescription': 'movable mean',
                keydown: (event: KeyboardEvent) => this.#key(event, k),
              }
            : { role: 'img' }),
        },
        s('circle', { r: 17, class: 'focus-ring' }),
        s('circle', { r: 11 }),
        s('text', { 'text-anchor': 'middle', y: 4.2, 'aria-hidden': 'true' }, String(k + 1)),
      );
      this.#handles.append(handle);
    }
    handles.forEach(({ x, y, label }, k) => {
      const handle = this.#handles.children[k];
      setAttributes(handle, {
        transform: `translate(${this.#x(x).toFixed(2)} ${this.#y(y).toFixed(2)})`,
        'aria-label': movable ? `${label}; arrow keys move it` : label,
        style: `--component: ${componentColour(k)}`,
      });
    });
  }

  // ---- what is done to it

  /** The mean or point under the pointer. */
  #hit(clientX: number, clientY: number, reach: number): { handle: number } | { row: number } | undefined {
    const scene = this.#scene;
    if (scene === undefined) return undefined;
    const { left, top } = this.element.getBoundingClientRect();
    const px = clientX - left;
    const py = clientY - top;
    const distance = (x: number, y: number) => Math.hypot(this.#x(x) - px, this.#y(y) - py);
    if (this.#actions.moveHandle !== undefined) {
      const near = nearest(
        scene.handles.length,
        (k) => distance(scene.handles[k].x, scene.handles[k].y),
        Math.max(14, reach),
      );
      if (near !== undefined) return { handle: near };
    }
    if (this.#actions.movePoint !== undefined) {
      const near = nearest(scene.x.length, (i) => distance(scene.x[i], scene.y[i]), reach);
      if (near !== undefined) return { row: near };
    }
    return undefined;
  }

  #press(event: PointerEvent): void {
    if (event.button !== 0 || this.#scene === undefined) return;
    const actions = this.#actions;
    const hit = this.#hit(event.clientX, event.clientY, event.pointerType === 'mouse' ? 8 : 22);
    if (hit === undefined && actions.addPoint === undefined) return;
    if (hit !== undefined && 'row' in hit && (event.shiftKey || event.altKey)) {
      actions.removePoint?.(hit.row);
      return;
    }
    const { left, top } = this.element.getBoundingClientRect();
    const at = ({ clientX, clientY }: PointerEvent): [number, number] => [
      this.#x.invert(clientX - left),
      this.#y.invert(clientY - top),
    ];
    if (event.pointerType === 'mouse') event.preventDefault();
    const target = this.element;
    if (hit !== undefined) target.setPointerCapture(event.pointerId);
    let travelled = 0;
    const move = (moved: PointerEvent) => {
      travelled = Math.max(travelled, Math.hypot(moved.clientX - event.clientX, moved.clientY - event.clientY));
      if (hit === undefined || travelled < 2) return;
      if ('handle' in hit) actions.moveHandle?.(hit.handle, ...at(moved));
      else actions.movePoint?.(hit.row, ...at(moved));
    };
    const end = (ended: PointerEvent) => {
      target.removeEventListener('pointermove', move);
      target.removeEventListener('pointerup', end);
      target.removeEventListener('pointercancel', end);
      if (ended.type === 'pointerup' && hit === undefined && travelled < 6 && this.#inside(event))
        actions.addPoint?.(...at(event));
      actions.settled?.();
    };
    target.addEventListener('pointermove', move);
    target.addEventListener('pointerup', end);
    target.addEventListener('pointercancel', end);
  }

  #inside({ clientX, clientY }: PointerEvent): boolean {
    const { left, top } = this.element.getBoundingClientRect();
    const [x0, x1] = this.#x.range();
    const [y1, y0] = this.#y.range();
    return clientX - left >= x0 && clientX - left <= x1 && clientY - top >= y0 && clientY - top <= y1;
  }

  #key(event: KeyboardEvent, k: number): void {
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [
      0, 0,
    ];
    if (dx === 0 && dy === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const handle = this.#scene?.handles[k];
    if (handle === undefined) return;
    const [x0, x1] = this.#x.domain();
    const [y0, y1] = this.#y.domain();
    const part = event.shiftKey ? 0.05 : 0.01;
    this.#actions.moveHandle?.(k, handle.x + dx * part * (x1 - x0), handle.y + dy * part * (y1 - y0));
    this.#actions.settled?.();
  }
}

/** The index of least distance within reach. */
function nearest(n: number, distance: (i: number) => number, reach: number): number | undefined {
  let best: number | undefined;
  let least = reach;
  for (let i = 0; i < n; i++) {
    const d = distance(i);
    if (d > least) continue;
    least = d;
    best = i;
  }
  return best;
}

/** "2.04, 79.9": where a mean is, for its label. */
export function place(...values: number[]): string {
  return values.map(short).join(', ');
}
