/** Fits whose iterations cannot be timed one by one, because they run in workers. */
import { performance } from 'node:perf_hooks';
import { median } from './statistics.mjs';

/** Pairs of fits that are timed at most, and for how long. */
const MOST_PAIRS = 25;
const PAIRS_MS = 3000;

/**
 * The time of an iteration as the difference of two fits, one `iterations` longer than the other: the median of several such
 * pairs, of more where fits are short and drown in the noise of their starts.
 *
 * @param {(maxIter: number) => Promise<object>} start a fit
 * @returns milliseconds, and the longer model of the last pair
 */
export async function pairedIteration(start, iterations) {
  const timed = async (maxIter) => {
    const begin = performance.now();
    const model = await start(maxIter);
    return { ms: performance.now() - begin, model };
  };
  const differences = [];
  let model;
  const began = performance.now();
  while (differences.length < 3 || (differences.length < MOST_PAIRS && performance.now() - began < PAIRS_MS)) {
    const short = await timed(1);
    const long = await timed(1 + iterations);
    differences.push((long.ms - short.ms) / (long.model.nIter - short.model.nIter));
    ({ model } = long);
  }
  return { ms: median(differences), model };
}
