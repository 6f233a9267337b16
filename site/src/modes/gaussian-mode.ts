/** A Gaussian mixture on the stage: points in soft colours, ellipses and contours, or histogram and curves for one feature. */
import { type GaussianMixtureOptions, gaussian } from 'mixwasm';
import { traceChart } from '../charts/trace.js';
import { columnOf, type Dataset, extent, withoutRow, withRow, withValue } from '../data/dataset.js';
import { type GaussianFrame, GaussianSession } from '../em/gaussian-session.js';
import { between, covarianceAt, marginal, type Parameters } from '../em/gaussians.js';
import type { SearchJob } from '../search.js';
import type { Settings } from '../settings.js';
import { nats, plural, short } from '../ui/format.js';
import { mixColours } from '../ui/palette.js';
import { histogram } from '../views/histogram.js';
import { type Curve, place, type Scene, Stage } from '../views/stage.js';
import type { Figure, Mode } from './mode.js';

/** More rows than this are not edited by hand, nor animated. */
const MOST_EDITED = 5000;

export interface GaussianHost {
  /** the frame, or the data, are no longer what they were; `settled` when a drag has ended */
  changed(what: 'mean' | 'data', settled: boolean): void;
}

export class GaussianMode implements Mode {
  readonly stage: Stage;
  readonly explanation = {
    title: 'log p(X) = ELBO + KL',
    text: 'For any responsibilities q the log-likelihood is the ELBO plus the KL divergence from q to the posterior. The E step sets q to the posterior and closes the gap; the M step raises the ELBO and pushes the ceiling up.',
  };
  readonly #settings: Settings;
  readonly #host: GaussianHost;
  #dataset: Dataset;
  #session: GaussianSession | undefined;
  #error: unknown;
  #axes: readonly [number, number];
  #from: Parameters | undefined;
  #animation = 0;
  #edited = false;

  constructor(dataset: Dataset, settings: Settings, host: GaussianHost, from?: Parameters) {
    this.#dataset = dataset;
    this.#settings = settings;
    this.#host = host;
    this.#from = from;
    this.#axes = [0, Math.min(1, dataset.columns.length - 1)];
    const editable = dataset.matrix.rows <= MOST_EDITED;
    const addable = editable && dataset.columns.length <= 2;
    this.stage = new Stage({
      moveHandle: (k, x, y) => this.#moveMean(k, x, y),
      ...(editable && {
        movePoint: (row, x, y) => this.#movePoint(row, x, y),
        removePoint: (row) => this.#removePoint(row),
      }),
      ...(addable && { addPoint: (x, y) => this.#addPoint(x, y) }),
      settled: () => {
        if (this.#edited) host.changed('data', true);
        else host.changed('mean', true);
        this.#edited = false;
      },
    });
    this.#begin();
    this.#setDomain();
  }

  get element() {
    return this.stage.element;
  }
  get player() {
    return this.#session?.player;
  }
  get error() {
    return this.#error;
  }
  get dataset() {
    return this.#dataset;
  }
  /** points to add before there is anything to fit */
  get missing(): number {
    const { rows, columns } = this.#dataset.matrix;
    return Math.max(0, Math.max(this.#settings.k, columns) + 1 - rows);
  }
  /** where EM began, unless at the start that the settings name */
  get from() {
    return this.#from;
  }
  get axes(): readonly [number, number] {
    return this.#axes;
  }
  set axes(axes: readonly [number, number]) {
    this.#axes = axes;
    this.#setDomain();
    this.draw();
  }

  #options(): GaussianMixtureOptions {
    const { k, covariance, init, seed, regularise } = this.#settings;
    return { nComponents: k, covarianceType: covariance, init, seed, ...(regularise ? {} : { regCovar: 0 }) };
  }

  /** A new session on the present data; without data there is nothing to say yet. */
  #begin(): void {
    this.#session?.player.close();
    this.#session = undefined;
    this.#error = undefined;
    if (this.missing > 0) return;
    try {
      this.#session = new GaussianSession(this.#dataset, this.#options(), this.#from);
    } catch (error) {
      this.#error = error;
    }
  }

  close(): void {
    cancelAnimationFrame(this.#animation);
    this.#session?.player.close();
  }

  // ---- what is done by hand

  #moveMean(k: number, x: number, y: number): void {
    const session = this.#session;
    if (session === undefined) return;
    try {
      const [a, b] = this.#axes;
      session.moveMean(
        k,
        a === b
          ? [{ feature: a, value: x }]
          : [
              { feature: a, value: x },
              { feature: b, value: y },
            ],
      );
    } catch {
      // a place without density for some point: the mean stays where it was
      return;
    }
    this.#from = session.player.frame.parameters;
    this.#host.changed('mean', false);
  }

  #movePoint(row: number, x: number, y: number): void {
    let moved = withValue(this.#dataset, row, this.#axes[0], rounded(x, this.stage.domain.x));
    if (this.#dataset.columns.length > 1) moved = withValue(moved, row, this.#axes[1], rounded(y, this.stage.domain.y));
    this.#edit(moved);
  }

  #addPoint(x: number, y: number): void {
    const { x: xs, y: ys } = this.stage.domain;
    this.#edit(withRow(this.#dataset, [rounded(x, xs), rounded(y, ys)].slice(0, this.#dataset.columns.length)));
  }

  #removePoint(row: number): void {
    this.#edit(withoutRow(this.#dataset, row));
    this.#host.changed('data', true);
  }

  /** Other data, same parameters: EM goes on from where it is. Before the first M-step the start is chosen anew. */
  #edit(dataset: Dataset): void {
    const player = this.#session?.player;
    const begun = this.#from !== undefined || (player?.cursor ?? 0) > 1;
    this.#dataset = dataset;
    if (begun && player !== undefined) this.#from = player.frame.parameters;
    this.#edited = true;
    this.#begin();
    if (!begun) this.#session?.player.seek(1);
    this.#host.changed('data', false);
  }

  // ---- what is seen

  #setDomain(): void {
    const { matrix, columns } = this.#dataset;
    const [a, b] = this.#axes;
    if (matrix.rows === 0) {
      this.stage.setDomain([0, 10], [0, 10], 0);
      return;
    }
    const x = columnOf(matrix, a);
    if (columns.length > 1) {
      this.stage.setDomain(extent(x), extent(columnOf(matrix, b)));
      return;
    }
    const top = 1.5 * Math.max(...histogram(x).map(([, , density]) => density));
    this.stage.setDomain(extent(x), [-0.2 * top, top], 0.07, 0);
  }

  draw(from?: GaussianFrame, milliseconds = 0): void {
    cancelAnimationFrame(this.#animation);
    const session = this.#session;
    const to = session?.player.frame;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches || this.#dataset.matrix.rows > MOST_EDITED;
    if (session === undefined || to === undefined || from === undefined || milliseconds === 0 || still) {
      this.#show(to, to?.parameters, to && session?.responsibilities(to));
      return;
    }
    const after = session.responsibilities(to);
    const before = session.responsibilities(from) ?? after;
    const began = performance.now();
    const tick = () => {
      const t = Math.min(1, (performance.now() - began) / milliseconds);
      const ease = t * t * (3 - 2 * t);
      const q = after && before && t < 1 ? after.map((r, i) => (1 - ease) * before[i] + ease * r) : after;
      this.#show(to, t < 1 ? between(from.parameters, to.parameters, ease) : to.parameters, q);
      if (t < 1) this.#animation = requestAnimationFrame(tick);
    };
    tick();
  }

  #show(frame: GaussianFrame | undefined, parameters: Parameters | undefined, q: Float64Array | undefined): void {
    const { matrix, columns } = this.#dataset;
    const k = parameters?.nComponents ?? 0;
    const colours = mixColours(q, matrix.rows, k);
    const scene = columns.length === 1 ? this.#scene1D(parameters) : this.#scene2D(parameters);
    const what = frame === undefined ? 'no model yet' : `${plural(k, 'component')}, after ${nameOf(frame)}`;
    const description = `${plural(matrix.rows, 'point')}: ${scene.xLabel} and ${scene.yLabel}; ${what}`;
    this.stage.draw({ ...scene, colours, description });
  }

  #scene2D(parameters: Parameters | undefined): Omit<Scene, 'colours' | 'description'> {
    const { matrix, columns } = this.#dataset;
    const [a, b] = this.#axes;
    const components = parameters && marginal(parameters, a, b);
    return {
      x: columnOf(matrix, a),
      y: columnOf(matrix, b),
      xLabel: columns[a],
      yLabel: columns[b],
      contours: true,
      ...(components && { components }),
      handles: (components ?? []).map(({ x, y, weight }, i) => ({
        x,
        y,
        label: `Mean ${i + 1}, weight ${weight.toFixed(2)}: ${columns[a]} ${short(x)}, ${columns[b]} ${short(y)}`,
      })),
    };
  }

  #scene1D(parameters: Parameters | undefined): Omit<Scene, 'colours' | 'description'> {
    const { matrix, columns } = this.#dataset;
    const x = columnOf(matrix, 0);
    const [low] = this.stage.domain.y;
    // points lie below the axis, spread by their number
    const y = x.map((_, i) => low * (0.25 + 0.6 * ((i * 0.618033988749895) % 1)));
    return {
      x,
      y,
      xLabel: columns[0],
      yLabel: 'density',
      densityAxis: true,
      bars: matrix.rows > 1 ? histogram(x) : [],
      curves: parameters === undefined ? [] : densityCurves(parameters, this.stage.domain.x),
      handles: Array.from(parameters?.means ?? [], (mean, i) => ({
        x: mean,
        y: 0,
        label: `Mean ${i + 1}: ${columns[0]} ${place(mean)}`,
      })),
    };
  }

  chart(width: number, last: number | undefined): Element {
    const { frames, cursor } = this.#session?.player ?? { frames: [], cursor: 0 };
    return traceChart({ frames, cursor, width, last });
  }

  figures(): Figure[] {
    return decompositionFigures(this.#session?.player.frame);
  }

  save() {
    const session = this.#session;
    if (session === undefined) return undefined;
    return {
      name: 'gaussian-mixture.json',
      json: { ...session.model().toJSON(), featureNames: this.#dataset.columns },
    };
  }

  search(most: number): SearchJob | undefined {
    const { matrix } = this.#dataset;
    if (matrix.rows < 2) return undefined;
    const ks = Array.from({ length: Math.min(most, matrix.rows - 1) }, (_, i) => i + 1);
    return {
      matrix,
      ks,
      shapes: matrix.columns === 1 ? ['full', 'tied'] : ['full', 'tied', 'diag', 'spherical'],
      seeds: 5,
    };
  }
}

/** log p(X) = ELBO + KL in figures. */
export function decompositionFigures(
  frame: { logLikelihood: number; elbo: number | undefined; kl: number | undefined } | undefined,
): Figure[] {
  return [
    { id: 'log-likelihood', name: 'log p(X)', text: nats(frame?.logLikelihood), value: frame?.logLikelihood },
    { id: 'elbo', name: 'ELBO', text: nats(frame?.elbo), value: frame?.elbo, sign: '=' },
    { id: 'kl', name: 'KL', text: nats(frame?.kl), value: frame?.kl, sign: '+' },
  ];
}

function nameOf({ kind, iteration }: GaussianFrame): string {
  if (kind === 'start') return 'choosing a start';
  return kind === 'moved' ? 'moving a mean by hand' : `${kind} step ${iteration}`;
}

/** As many digits as the axis resolves: data stay short in links. */
function rounded(value: number, [low, high]: readonly [number, number]): number {
  const digits = Math.max(0, 3 - Math.floor(Math.log10(high - low)));
  return Number(value.toFixed(Math.min(digits, 12)));
}

/** Weighted densities of the components and their sum, for one feature. */
function densityCurves(parameters: Parameters, [low, high]: readonly [number, number]): Curve[] {
  const x = Float64Array.from({ length: 241 }, (_, i) => low + (i / 240) * (high - low));
  const sum = new Float64Array(x.length);
  const curves = Array.from(parameters.weights, (weight, component) => {
    const one = gaussian({ mean: parameters.means[component], covariance: covarianceAt(parameters, component, 0, 0) });
    const y = one.logDensity(x).map((value) => weight * Math.exp(value));
    y.forEach((value, i) => {
      sum[i] += value;
    });
    return { x, y, component };
  });
  return [...curves, { x, y: sum, component: undefined }];
}
