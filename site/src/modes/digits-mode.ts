/** A Bernoulli mixture of images: every component is a picture of probabilities, with the images that belong to it. */
import { BernoulliMixture } from 'mixwasm';
import { traceChart } from '../charts/trace.js';
import { digitImages } from '../data/presets.js';
import type { HalfStepFrame } from '../em/half-steps.js';
import { Player } from '../em/player.js';
import type { SearchJob } from '../search.js';
import type { Settings } from '../settings.js';
import { h } from '../ui/dom.js';
import { componentColour } from '../ui/palette.js';
import { decompositionFigures } from './gaussian-mode.js';
import type { Figure, Mode } from './mode.js';

interface DigitsFrame extends HalfStepFrame {
  /** (nComponents) */
  readonly weights: Float64Array;
  /** (nComponents × nFeatures) */
  readonly probs: Float64Array;
  readonly complements: Float64Array;
  /** most probable component of every image; undefined before the first E-step */
  readonly labels: Int32Array | undefined;
}

/** Images shown beside each component. */
const EXAMPLES = 6;

export class DigitsMode implements Mode {
  readonly element = h('div', { class: 'digits' });
  readonly player: Player<DigitsFrame, BernoulliMixture> | undefined;
  readonly error: unknown;
  readonly explanation = {
    title: 'log p(X) = ELBO + KL',
    text: 'The same identity holds for every mixture: the E step closes the gap between log-likelihood and ELBO, the M step (here: the share of white pixels, weighted by responsibilities) raises both.',
  };
  readonly #images = digitImages();

  constructor({ k, seed }: Settings) {
    try {
      this.player = new Player(this.#frames(k, seed));
    } catch (error) {
      this.error = error;
    }
  }

  *#frames(nComponents: number, seed: number): Generator<DigitsFrame, BernoulliMixture> {
    const steps = BernoulliMixture.steps(this.#images, { nComponents, seed, init: 'random', half: true });
    let labels: Int32Array | undefined;
    try {
      for (;;) {
        const { value: step, done } = steps.next();
        if (done) return step;
        const { half, iteration, logLikelihood, elbo, kl, stopReason, weights, probs, complements } = step;
        const frame = { iteration, logLikelihood, elbo, kl, stopReason, weights, probs, complements };
        if (labels === undefined) yield { ...frame, kind: 'start', labels, elbo: undefined, kl: undefined };
        if (half === 'E') labels = mostProbable(step.responsibilities, nComponents);
        yield { ...frame, kind: half, labels };
      }
    } finally {
      steps.return(undefined as never);
    }
  }

  draw(): void {
    const frame = this.player?.frame;
    if (frame === undefined) return;
    const { weights, probs, labels } = frame;
    const { columns } = this.#images;
    this.element.replaceChildren(
      ...Array.from(weights, (weight, k) => {
        const rows = labels === undefined ? [] : rowsOf(labels, k, EXAMPLES);
        return h(
          'figure',
          { class: 'component', style: `--component: ${componentColour(k)}` },
          this.#picture(
            probs.subarray(k * columns, (k + 1) * columns),
            `Component ${k + 1}: the probability of each pixel`,
          ),
          h(
            'figcaption',
            {},
            h('span', { class: 'badge' }, String(k + 1)),
            ` ${(100 * weight).toFixed(1)} %`,
            h('span', { class: 'examples' }, ...rows.map((row) => this.#image(row))),
          ),
        );
      }),
    );
  }

  #picture(values: ArrayLike<number>, label: string): HTMLCanvasElement {
    const canvas = h('canvas', { width: 8, height: 8, role: 'img', 'aria-label': label });
    this.#paint(canvas, values);
    return canvas;
  }

  #image(row: number): HTMLCanvasElement {
    const { data, columns } = this.#images;
    const canvas = h('canvas', { width: 8, height: 8, 'aria-hidden': 'true' });
    this.#paint(canvas, data.subarray(row * columns, (row + 1) * columns));
    return canvas;
  }

  #paint(canvas: HTMLCanvasElement, values: ArrayLike<number>): void {
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    const image = context.createImageData(8, 8);
    // pixels that are black in all images are no features
    for (let pixel = 0; pixel < 64; pixel++) image.data[4 * pixel + 3] = 255;
    this.#images.pixels.forEach((pixel, j) => {
      image.data.fill(Math.round(255 * values[j]), 4 * pixel, 4 * pixel + 3);
    });
    context.putImageData(image, 0, 0);
  }

  chart(width: number, last: number | undefined): Element {
    const { frames, cursor } = this.player ?? { frames: [], cursor: 0 };
    return traceChart({ frames, cursor, width, last });
  }

  figures(): Figure[] {
    return decompositionFigures(this.player?.frame);
  }

  save() {
    if (this.player === undefined) return undefined;
    const { atEnd, result, frame } = this.player;
    const { weights, probs, complements } = frame;
    const model =
      atEnd && result !== undefined ? result : BernoulliMixture.fromParameters({ weights, probs, complements });
    return { name: 'bernoulli-mixture.json', json: model.toJSON() };
  }

  search(most: number): SearchJob {
    const { data, rows, columns } = this.#images;
    return {
      matrix: { data, rows, columns },
      ks: Array.from({ length: most }, (_, i) => i + 1),
      shapes: ['bernoulli'],
      seeds: 3,
    };
  }

  close(): void {
    this.player?.close();
  }
}

function mostProbable(q: Float64Array, k: number): Int32Array {
  return Int32Array.from({ length: q.length / k }, (_, i) => {
    let best = 0;
    for (let c = 1; c < k; c++) if (q[i * k + c] > q[i * k + best]) best = c;
    return best;
  });
}

/** The first rows with a label. */
function rowsOf(labels: Int32Array, label: number, most: number): number[] {
  const rows: number[] = [];
  for (let i = 0; i < labels.length && rows.length < most; i++) if (labels[i] === label) rows.push(i);
  return rows;
}
