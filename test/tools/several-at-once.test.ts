/** tools/several-at-once.mjs: the programs of the build and of the pages, side by side. */
import { describe, expect, it } from 'vitest';

const { severalAtOnce } = (await import(new URL('../../tools/several-at-once.mjs', import.meta.url).href)) as {
  severalAtOnce<T>(jobs: (() => Promise<T>)[], most?: number): Promise<T[]>;
};
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Jobs that take turns, and how many of them ran at a time at most. */
function watched(count: number, failing: readonly number[] = []) {
  const log = { begun: [] as number[], ended: [] as number[], running: 0, most: 0, begunAtFailure: 0 };
  const jobs = Array.from({ length: count }, (_, i) => async () => {
    log.begun.push(i);
    log.most = Math.max(log.most, ++log.running);
    // later ones are done sooner
    for (let turns = 0; turns < 2 + count - i; turns++) await turn();
    log.running--;
    log.ended.push(i);
    if (failing.includes(i)) {
      log.begunAtFailure = log.begun.length;
      throw new Error(`job ${i}`);
    }
    return `result ${i}`;
  });
  return { jobs, log };
}

describe('several jobs at once', () => {
  it.each([1, 2, 3, 7, 100])('at most %i, begun in their order, give results in their order', async (most) => {
    const { jobs, log } = watched(7);
    expect(await severalAtOnce(jobs, most)).toEqual(jobs.map((_, i) => `result ${i}`));
    expect(log.begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(log.most).toBe(Math.min(most, 7));
  });

  it('of which there are none', async () => {
    expect(await severalAtOnce([])).toEqual([]);
  });

  it.each([1, 2, 3])(
    'by %i: the first error is thrown once those that run have ended, and no other begins',
    async (most) => {
      const { jobs, log } = watched(8, [2]);
      await expect(severalAtOnce(jobs, most)).rejects.toThrow('job 2');
      expect(log.running).toBe(0);
      expect(log.ended.length).toBe(log.begun.length);
      expect(log.begun.length).toBe(log.begunAtFailure);
    },
  );
});
