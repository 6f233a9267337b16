/** Whether rows in shared memory are still those that were checked. */
import { InvalidDataError } from '../errors.js';
import type { Dataset } from './dataset.js';
import { isShared } from './shared.js';

/**
 * After a fit of rows on a SharedArrayBuffer, which are read where they are: any thread may have written there since they were
 * checked. Found is what is no number any more, or greater than every value there was; other changes cannot be told from data.
 *
 * @throws {InvalidDataError} with the first such value
 */
export function checkUnwritten({ x, nFeatures: d, largest, sampleWeights: s }: Dataset): void {
  if (!isShared(x.buffer)) return;
  for (let at = 0; at < x.length; at++) {
    // negated, so that NaN counts; `largest` is of the rows with weight
    if (Math.abs(x[at] as number) <= (largest[at % d] as number)) continue;
    const row = Math.floor(at / d);
    if (s?.[row] === 0) continue;
    throw new InvalidDataError(
      `X lies on a SharedArrayBuffer and was written during the fit (now ${x[at]} at row ${row}, column ${at % d}); leave it alone until the promise settles, or pass a copy`,
      row,
      at % d,
    );
  }
}
