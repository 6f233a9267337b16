/**
 * How a data set is cut into blocks and how their statistics are added up. Both are part of the definition of the result's
 * bits: they depend on the shape only, never on threads, memory or the machine.
 */
import type { Block, Dataset, Rows } from '../data/dataset.js';
import type { EMModel } from './model.js';

/** Rows of a block at most; every block size divides it. */
export const LARGEST_BLOCK = 16384;

/**
 * Rows of a block: a power of two that makes 1 to 2 ms of kernel work (estimated from flops), not so few that copying the
 * statistics out shows, not so many that N = 100,000 could not keep several threads busy.
 */
export function blockRows(nFeatures: number, nComponents: number): number {
  return rowsFor(1e6, nComponents * (4 + nFeatures + 0.08 * nFeatures * nFeatures));
}

/** The same for clusterings, whose rows take much less: ¼ to ½ ms of k-means where every row is compared with every centre. */
export function clusterRows(nFeatures: number, nClusters: number): number {
  return rowsFor(5e5, 18 + 0.75 * nFeatures + nClusters * (0.6 + 0.09 * nFeatures));
}

/** The sums of a block of k-means are kept from pass to pass unless they take more than this share of the block's values. */
export const KEPT_SHARE = 1 / 4;

function rowsFor(nanoseconds: number, nanosecondsPerRow: number): number {
  let rows = 1024;
  while (rows < LARGEST_BLOCK && rows * nanosecondsPerRow < nanoseconds) rows *= 2;
  return rows;
}

/** What a fit's plan says of its blocks. */
export interface Sizes {
  readonly nComponents?: number;
  readonly nClusters?: number;
}

/** Components or clusters of a plan, and the rows of its blocks. */
export function planned({ nComponents, nClusters }: Sizes, nFeatures: number): { k: number; rows: number } {
  if (nComponents !== undefined) return { k: nComponents, rows: blockRows(nFeatures, nComponents) };
  return { k: nClusters as number, rows: clusterRows(nFeatures, nClusters as number) };
}

/** The blocks of a data set, in order. */
export function* blocksOf(data: Rows, rows: number): Generator<Block> {
  for (let start = 0; start < data.nSamples; start += rows) {
    yield { data, start, nRows: Math.min(rows, data.nSamples - start) };
  }
}

/**
 * Merges statistics as a binary tree over the block index: at most log₂(blocks) partial sums are alive, rounding grows
 * with the logarithm of N, and the shape does not depend on who computed which block.
 */
export class TreeSum<S> {
  private readonly partial: (S | undefined)[] = [];
  constructor(private readonly merge: (a: S, b: S) => S) {}

  add(statistics: S): void {
    let carry = statistics;
    let level = 0;
    for (;;) {
      const other = this.partial[level];
      if (other === undefined) break;
      carry = this.merge(other, carry);
      this.partial[level++] = undefined;
    }
    this.partial[level] = carry;
  }

  /** The sum of all that was added; undefined if nothing was. */
  total(): S | undefined {
    let sum: S | undefined;
    for (const part of this.partial) {
      if (part !== undefined) sum = sum === undefined ? part : this.merge(part, sum);
    }
    return sum;
  }
}

/** A property that no model of a user's has. */
export const COMPLETE = Symbol('complete');

/** A model whose E-step ends with what only all blocks together tell. */
export interface CompletedModel<P, S> extends EMModel<P, S> {
  /** The statistics of all blocks with that; undefined if the E-step has to be done once more for it. */
  [COMPLETE]?(statistics: S, parameters: P): S | undefined;
}

/** The E-step over all data: expectation of every block, merged. */
export function expectationOver<P, S>(model: CompletedModel<P, S>, parameters: P, data: Dataset, rows: number): S {
  for (;;) {
    const sum = new TreeSum<S>((a, b) => model.merge(a, b));
    const parts = model.expectations?.(parameters);
    if (parts !== undefined) for (const statistics of parts) sum.add(statistics);
    else for (const block of blocksOf(data, rows)) sum.add(model.expectation(parameters, block));
    // a Dataset has at least one row, so there is at least one block
    const all = sum.total() as S;
    const whole = model[COMPLETE] === undefined ? all : model[COMPLETE](all, parameters);
    if (whole !== undefined) return whole;
  }
}
