/** `onProgress` may end a fit: the best state so far is the result. */
import { describe, expect, it } from 'vitest';
import { expectationMaximization, type Family, fitStream, GaussianMixture, KMeans, mixture } from '../src/index.js';

const X = Float64Array.from({ length: 3000 }, (_, i) => Math.sin(i * 1.7) * 3 + (i % 4) * 5);
const options = { nComponents: 4, tol: 0, maxIter: 100_000, init: 'random', seed: 2 } as const;

describe("onProgress returning 'stop'", () => {
  it('is the fit of so many iterations', () => {
    const stopped = GaussianMixture.fit(X, {
      ...options,
      onProgress: ({ iteration }) => (iteration === 7 ? 'stop' : ''),
    });
    const seven = GaussianMixture.fit(X, { ...options, maxIter: 7 });
    expect(stopped.means).toEqual(seven.means);
    expect(stopped.trace).toEqual(seven.trace);
    expect([stopped.nIter, stopped.stopReason, stopped.converged]).toEqual([7, 'stopped', false]);
    expect(GaussianMixture.fromJSON(JSON.stringify(stopped)).stopReason).toBe('stopped');
    expect(stopped.summary()).toContain('7, not converged (stopped)');
  });

  it('keeps the best start, and does not begin another', () => {
    const starts = { ...options, maxIter: 40, nInit: 5 };
    const stopped = GaussianMixture.fit(X, {
      ...starts,
      onProgress: ({ restart, iteration }) => (restart === 2 && iteration === 0 ? 'stop' : undefined),
    });
    const two = GaussianMixture.fit(X, { ...starts, nInit: 2 });
    expect(stopped.restarts.length).toBe(3);
    expect(stopped.logLikelihood).toBe(Math.max(two.logLikelihood, stopped.restarts[2]!.logLikelihood!));
  });

  it.each([1, 2])('in a worker, with %i threads', async (threads) => {
    const big = { data: Float64Array.from({ length: 40_000 }, (_, i) => Math.sin(i * 1.7)), rows: 20_000, columns: 2 };
    const stopped = await GaussianMixture.fitAsync(big, { ...options, threads, onProgress: () => 'stop' });
    expect(stopped.stopReason).toBe('stopped');
    const same = GaussianMixture.fit(big, { ...options, maxIter: stopped.nIter });
    expect(stopped.means).toEqual(same.means);
  });

  it('k-means, models of one’s own, streams', async () => {
    const clusters = KMeans.fit(X, {
      nClusters: 20,
      onProgress: ({ iteration }) => (iteration === 2 ? 'stop' : undefined),
    });
    expect([clusters.nIter, clusters.stopReason]).toEqual([2, 'stopped']);
    const poisson: Family<number, { n: number; sum: number }> = {
      logDensity: (rate, [x]) => x! * Math.log(rate) - rate,
      emptyStatistics: () => ({ n: 0, sum: 0 }),
      accumulate(statistics, [x], weight) {
        statistics.n += weight;
        statistics.sum += weight * x!;
      },
      merge(into, from) {
        into.n += from.n;
        into.sum += from.sum;
      },
      maximize: ({ n, sum }) => sum / n,
      nParameters: () => 1,
      sample: () => Float64Array.of(1),
    };
    const counts = Float64Array.from({ length: 60 }, (_, i) => (i % 2) * 9 + (i % 5));
    const own = expectationMaximization(mixture(poisson, { nComponents: 2 }), counts, {
      tol: 0,
      onProgress: ({ iteration }) => (iteration === 3 ? 'stop' : undefined),
    });
    expect([own.nIter, own.stopReason, own.converged]).toEqual([3, 'stopped', false]);
    const streamed = await fitStream(GaussianMixture, () => [X], {
      nFeatures: 1,
      nComponents: 4,
      tol: 0,
      onProgress: ({ iteration }) => (iteration === 4 ? 'stop' : undefined),
    });
    expect([streamed.nIter, streamed.stopReason]).toEqual([4, 'stopped']);
  });
});
