/** What the rows of a stream have to say if their squares underflow, kept of the first pass: a later one could be a long one. */
import type { Values } from '../data/matrix.js';
import { checkSquares } from '../data/squares.js';
import { InvalidDataError } from '../errors.js';
import type { ChunkRows } from './source.js';

/** The first row that counts, and those that are the first to differ from it in some feature: most often one. */
export class FirstDifferences {
  readonly #kept: Values[] = [];
  readonly #rows: number[] = [];
  /** features in which all rows so far are equal */
  #alike: number[] = [];

  /** Takes the next rows, of `d` features. */
  add({ x, nRows, sampleWeights, firstRow }: ChunkRows, d: number): void {
    for (let i = 0; i < nRows; i++) {
      const first = this.#kept[0];
      if (first !== undefined && this.#alike.length === 0) return;
      if (sampleWeights?.[i] === 0) continue;
      const isAlike = (j: number) => x[i * d + j] === first?.[j];
      if (first === undefined) this.#alike = Array.from({ length: d }, (_, j) => j);
      else if (this.#alike.every(isAlike)) continue;
      else this.#alike = this.#alike.filter(isAlike);
      this.#kept.push(x.slice(i * d, (i + 1) * d));
      this.#rows.push(firstRow + i);
    }
  }

  /** As `checkSquares` of all rows, whose variance it is. */
  check(variance: Float64Array, each: boolean): void {
    const nFeatures = variance.length;
    const nSamples = this.#kept.length;
    const x = new Float64Array(nSamples * nFeatures);
    this.#kept.forEach((row, i) => {
      x.set(row, i * nFeatures);
    });
    try {
      checkSquares({ x, nSamples, nFeatures, variance, sampleWeights: undefined }, each);
    } catch (error) {
      if (!(error instanceof InvalidDataError) || error.row === undefined) throw error;
      // its rows are places in what is kept
      const rowOf = (place: number) => this.#rows[place] as number;
      const message = error.message.replace(/\brow (\d+)/g, (_, place) => `row ${rowOf(Number(place))}`);
      throw new InvalidDataError(message, rowOf(error.row), error.column);
    }
  }
}
