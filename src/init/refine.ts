/** Large data: a start that is near the end already, made of a sample for a fraction of an iteration. */
import type { Dataset } from '../data/dataset.js';
import { iterate, NonFiniteObjective } from '../em/loop.js';
import type { EMModel } from '../em/model.js';
import { DegenerateComponentError } from '../errors.js';

/** All rows for each of the sample, or work on it saves little. */
const SHARE = 4;
/** Rows of the sample for each parameter, or its maximum tells little of that of all rows. */
const ROWS_PER_PARAMETER = 4;
/** E-steps on the sample take together as long as so many on all rows at most … */
const WORTH = 2;
/** … and are no more than this. */
const MOST = 100;

/** Whether a start should be improved on the sample first: by Lloyd's k-means, and then by `refine`. */
export function isLarge(data: Dataset, sample: Dataset): boolean {
  return data.nSamples >= SHARE * sample.nSamples;
}

/**
 * EM on the sample of large data from `start`. It ends when an iteration raises the mean log-likelihood by less than a fiftieth
 * of what the sample's maximum has it too high by on average, nParameters / (2 · nSamples) (Akaike 1974): what is left fits
 * the sample, not the data. Where it collapses, or a row has no density, the last sound parameters are what there is.
 */
export function refine<P, S>(
  model: EMModel<P, S>,
  start: P,
  { data, sample, nParameters, rows }: { data: Dataset; sample: Dataset; nParameters: number; rows: number },
): P {
  const n = sample.nSamples;
  if (!isLarge(data, sample) || n < ROWS_PER_PARAMETER * nParameters) return start;
  const options = {
    tol: nParameters / (100 * n),
    paramTol: 0,
    maxIter: Math.min(MOST, Math.floor((WORTH * data.nSamples) / n)),
    rows,
  };
  let best = start;
  try {
    for (const { parameters } of iterate(model, sample, start, options)) best = parameters;
  } catch (error) {
    if (!(error instanceof DegenerateComponentError || error instanceof NonFiniteObjective)) throw error;
  }
  return best;
}
