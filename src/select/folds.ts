/** Folds of cross-validation: which rows are held out, and the data without them. */
import { createDataset, type Dataset, type Rows } from '../data/dataset.js';
import type { Values } from '../data/matrix.js';
import type { Random } from '../data/random.js';
import { weightOf } from '../data/weights.js';
import { InvalidOptionError } from '../errors.js';

/** A fold: `ofRow` has the number of each row's fold (nSamples), −1 for rows that do not count. */
export interface Fold {
  readonly ofRow: Int32Array;
  readonly index: number;
}

/**
 * Deals the rows of positive weight out to folds whose sizes differ by one at most, in an order shuffled by `random`.
 *
 * @throws {InvalidOptionError} more folds than rows of positive weight
 */
export function assignFolds(
  { nSamples, sampleWeights }: Pick<Rows, 'nSamples' | 'sampleWeights'>,
  nFolds: number,
  random: Random,
): Int32Array {
  const order: number[] = [];
  for (let i = 0; i < nSamples; i++) if (weightOf(sampleWeights, i) > 0) order.push(i);
  if (order.length < nFolds) {
    throw new InvalidOptionError(
      'nFolds',
      `nFolds must be at most the number of rows${sampleWeights === undefined ? '' : ' of positive weight'}, ${order.length}; got ${nFolds}`,
    );
  }
  const ofRow = new Int32Array(nSamples).fill(-1);
  // Fisher and Yates: each row goes to the next fold in turn, drawn from those that are left
  for (let left = order.length; left > 0; left--) {
    const at = random.integer(left);
    ofRow[order[at] as number] = (order.length - left) % nFolds;
    order[at] = order[left - 1] as number;
  }
  return ofRow;
}

/** The rows that a fold leaves to be fitted, summarised anew: nothing of the held-out rows may show through. */
export function training(data: Dataset, { ofRow, index, centre }: Fold & { readonly centre: boolean }): Dataset {
  const { sampleWeights, ...matrix } = gather(data, (fold) => fold >= 0 && fold !== index, ofRow);
  return createDataset(matrix, sampleWeights, centre);
}

/** The rows of a fold, seen from the origin of those that were fitted. */
export function heldOut(data: Dataset, { origin }: Dataset, { ofRow, index }: Fold): Rows {
  return { ...gather(data, (fold) => fold === index, ofRow), origin };
}

function gather({ x, nFeatures, sampleWeights }: Dataset, wanted: (fold: number) => boolean, ofRow: Int32Array) {
  const nSamples = ofRow.reduce((n, fold) => n + (wanted(fold) ? 1 : 0), 0);
  const values = new (x.constructor as new (length: number) => Values)(nSamples * nFeatures);
  const weights = sampleWeights === undefined ? undefined : new Float64Array(nSamples);
  let at = 0;
  ofRow.forEach((fold, i) => {
    if (!wanted(fold)) return;
    values.set(x.subarray(i * nFeatures, (i + 1) * nFeatures), at * nFeatures);
    if (weights !== undefined) weights[at] = sampleWeights?.[i] as number;
    at++;
  });
  return { x: values, nSamples, nFeatures, sampleWeights: weights };
}
