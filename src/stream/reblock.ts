/** Cuts the rows of a stream into the blocks that data in memory are cut into, whatever the chunks are. */
import type { Block, Rows } from '../data/dataset.js';
import type { Values } from '../data/matrix.js';
import type { ChunkRows } from './source.js';

/** A buffer of one block, filled across the borders of chunks. */
export class BlockBuffer {
  readonly rows: Rows;
  #filled = 0;
  #firstRow = 0;

  /** for blocks of `nRows` rows; float32 is stored as float64, which changes no number */
  constructor(nRows: number, like: { nFeatures: number; binary: boolean; weighted: boolean; origin: Float64Array }) {
    const { nFeatures, binary, weighted, origin } = like;
    const length = nRows * nFeatures;
    const x: Values = binary ? new Uint8Array(length) : new Float64Array(length);
    const sampleWeights = weighted ? new Float64Array(nRows) : undefined;
    this.rows = { x, nSamples: nRows, nFeatures, sampleWeights, origin, refilled: true };
  }

  /** Forgets the rows of a pass that was broken off. */
  restart(): void {
    this.#filled = 0;
    this.#firstRow = 0;
  }

  /** Takes the rows of a chunk; yields whenever the block is full, with the row of the stream where it begins. */
  *add({ x, nRows, sampleWeights }: ChunkRows): Generator<[Block, number]> {
    const { rows } = this;
    const d = rows.nFeatures;
    for (let at = 0; at < nRows; ) {
      const n = Math.min(nRows - at, rows.nSamples - this.#filled);
      rows.x.set(x.subarray(at * d, (at + n) * d), this.#filled * d);
      if (sampleWeights !== undefined) rows.sampleWeights?.set(sampleWeights.subarray(at, at + n), this.#filled);
      this.#filled += n;
      at += n;
      if (this.#filled === rows.nSamples) yield* this.rest();
    }
  }

  /** The block that is not full, if there is one. */
  *rest(): Generator<[Block, number]> {
    if (this.#filled === 0) return;
    yield [{ data: this.rows, start: 0, nRows: this.#filled }, this.#firstRow];
    this.#firstRow += this.#filled;
    this.#filled = 0;
  }
}
