/** A seeded sample of a stream, for the start of a fit. */
import type { Values } from '../data/matrix.js';
import type { Random } from '../data/random.js';
import type { ChunkRows } from './source.js';

/**
 * Every set of `capacity` rows is as likely as any other (Vitter 1985, algorithm R); all rows if there are not more. Rows
 * of weight 0 are left out, the others are drawn alike and keep their weights.
 */
export class Reservoir {
  readonly #capacity: number;
  readonly #nFeatures: number;
  readonly #random: Random;
  #x: Values;
  #weights: Float64Array | undefined;
  /** the row of the stream in each place */
  readonly #rows: number[] = [];
  /** rows of positive weight so far */
  seen = 0;

  constructor(capacity: number, like: { nFeatures: number; binary: boolean; weighted: boolean }, random: Random) {
    this.#capacity = capacity;
    this.#nFeatures = like.nFeatures;
    this.#random = random;
    this.#x = like.binary ? new Uint8Array(0) : new Float64Array(0);
    this.#weights = like.weighted ? new Float64Array(0) : undefined;
  }

  /** Doubles the room: the source may have far fewer rows than are wanted. */
  #grow(): void {
    const rows = Math.min(this.#capacity, Math.max(1024, (2 * this.#x.length) / this.#nFeatures));
    const [x, weights] = [this.#x, this.#weights];
    const length = rows * this.#nFeatures;
    this.#x = x instanceof Uint8Array ? new Uint8Array(length) : new Float64Array(length);
    this.#x.set(x);
    if (weights === undefined) return;
    this.#weights = new Float64Array(rows);
    this.#weights.set(weights);
  }

  add({ x, nRows, sampleWeights, firstRow }: ChunkRows): void {
    const d = this.#nFeatures;
    for (let i = 0; i < nRows; i++) {
      if (sampleWeights?.[i] === 0) continue;
      const place = this.seen < this.#capacity ? this.seen : this.#random.integer(this.seen + 1);
      this.seen++;
      if (place >= this.#capacity) continue;
      if ((place + 1) * d > this.#x.length) this.#grow();
      this.#x.set(x.subarray(i * d, (i + 1) * d), place * d);
      if (this.#weights !== undefined) this.#weights[place] = sampleWeights?.[i] as number;
      this.#rows[place] = firstRow + i;
    }
  }

  /** The sampled rows in the order of the stream. */
  sample(): { x: Values; nSamples: number; nFeatures: number; sampleWeights: Float64Array | undefined } {
    const d = this.#nFeatures;
    const nSamples = this.#rows.length;
    const order = Array.from(this.#rows.keys()).sort((a, b) => (this.#rows[a] as number) - (this.#rows[b] as number));
    const x = this.#x.slice(0, nSamples * d);
    order.forEach((place, i) => {
      x.set(this.#x.subarray(place * d, (place + 1) * d), i * d);
    });
    const weights = this.#weights;
    return {
      x,
      nSamples,
      nFeatures: d,
      sampleWeights: weights === undefined ? undefined : Float64Array.from(order, (place) => weights[place] as number),
    };
  }
}
