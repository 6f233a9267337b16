import { availableParallelism } from 'node:os';

/**
 * Does jobs side by side, as many at once as there are processors, begun in their order. The first error ends it: no further job
 * begins, and those that run are waited for.
 *
 * @template T
 * @param {readonly (() => Promise<T>)[]} jobs
 * @returns {Promise<T[]>} what they gave, in their order
 */
export async function severalAtOnce(jobs, most = availableParallelism()) {
  const results = new Array(jobs.length);
  let next = 0;
  let failed = false;
  async function work() {
    while (next < jobs.length && !failed) {
      const at = next++;
      try {
        results[at] = await jobs[at]();
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: most }, work));
  for (const { status, reason } of ends) if (status === 'rejected') throw reason;
  return results;
}
