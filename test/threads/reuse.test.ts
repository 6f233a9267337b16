/** Workers of fits by one thread: kept for the next fit, with their kernels, unless they were broken off or hold much. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  BernoulliMixture,
  DegenerateComponentError,
  GaussianMixture,
  KMeans,
  KMedians,
  loadKernels,
} from '../../src/index.js';
import { clusters, matrixOf } from '../helpers/data.js';
import { faultyWorkers, rejection, watchWorkers } from '../helpers/workers.js';

const workers = watchWorkers();
const faulty = faultyWorkers();
afterEach(() => {
  vi.useRealTimers();
});

const X = matrixOf(clusters(150, 3, 3), 3);
const binary = { data: Uint8Array.from(X.data, (v) => (v > 0 ? 1 : 0)), rows: X.rows, columns: 3 };
const options = { nComponents: 3, maxIter: 5, tol: 0 } as const;
const endless = { nComponents: 3, tol: 0, maxIter: 1e9 } as const;

/** A fit by a worker and the same here; every kind of kernel, both backends, modules sent in any order. */
type Pair = [later: () => Promise<unknown>, now: () => unknown];
const pairs: Pair[] = (['js', 'wasm'] as const).flatMap((backend): Pair[] => [
  [() => GaussianMixture.fitAsync(X, { ...options, backend }), () => GaussianMixture.fit(X, { ...options, backend })],
  [() => KMedians.fitAsync(X, { nClusters: 3, backend }), () => KMedians.fit(X, { nClusters: 3, backend })],
  [
    () => BernoulliMixture.fitAsync(binary, { ...options, backend }),
    () => BernoulliMixture.fit(binary, { ...options, backend }),
  ],
  [() => KMeans.fitAsync(X, { nClusters: 3, backend }), () => KMeans.fit(X, { nClusters: 3, backend })],
  [
    () => GaussianMixture.fitAsync(X, { ...options, backend, covarianceType: 'tied', onProgress: () => 'stop' }),
    () => GaussianMixture.fit(X, { ...options, backend, covarianceType: 'tied', onProgress: () => 'stop' }),
  ],
]);

async function expectSame(): Promise<void> {
  for (const [later, now] of [...pairs, ...pairs.toReversed()]) {
    // a worker hears of 'stop' when it does
    const [got, want] = [JSON.parse(JSON.stringify(await later())), JSON.parse(JSON.stringify(now()))];
    if (want.fit.stopReason === 'stopped') expect(got.fit.trace.logLikelihood[0]).toBe(want.fit.trace.logLikelihood[0]);
    else expect(got).toEqual(want);
  }
}

describe('a worker', () => {
  it('does one fit after another, each as if it were its first', async () => {
    await expectSame();
    expect(workers.started).toBe(1);
  });

  it('does fits of its own before and after it has done one with others, on their memory', async () => {
    const many = matrixOf(clusters(20_000, 8, 3), 8);
    const alone = { nComponents: 4, maxIter: 2, tol: 0 } as const;
    const clustering = { nClusters: 3, maxIter: 2 };
    for (let i = 0; i < 2; i++) {
      const model = await GaussianMixture.fitAsync(many, { ...alone, threads: 2 });
      expect(model.threads?.count).toBe(2);
      expect(JSON.stringify(model)).toBe(JSON.stringify(GaussianMixture.fit(many, alone)));
      // kernels that the first fit did without, of rows that take more memory than an engine has at least, by either worker
      const both = await Promise.all([1, 2].map(() => KMeans.fitAsync(many, clustering)));
      for (const one of both) expect(JSON.stringify(one)).toBe(JSON.stringify(KMeans.fit(many, clustering)));
    }
    // helpers go home after their fit has ended
    expect(workers.started).toBeLessThanOrEqual(4);
  });

  it('gets the kernels that were loaded since', async () => {
    await expectSame();
    await loadKernels({ module: new WebAssembly.Module(readFileSync('build/kernels.wasm')) });
    await expectSame();
    expect(workers.started).toBe(1);
  });

  it('is kept when a fit fails as fits may', async () => {
    const twice = Float64Array.from({ length: 40 }, (_, i) => (i < 20 ? 0 : i));
    const job = {
      nComponents: 2,
      regCovar: 0,
      initialParameters: { means: [0, 30], covariances: [1e-6, 100] },
      tol: 0,
    };
    for (let i = 0; i < 3; i++) {
      expect(await rejection(GaussianMixture.fitAsync(twice, job))).toBeInstanceOf(DegenerateComponentError);
      await expectSame();
    }
    expect(workers.started).toBe(1);
  });

  it('ends when it was idle for five seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await GaussianMixture.fitAsync(X, options);
    vi.advanceTimersByTime(4900);
    await GaussianMixture.fitAsync(X, options);
    vi.advanceTimersByTime(4900);
    expect([workers.started, workers.alive.length]).toEqual([1, 1]);
    vi.advanceTimersByTime(200);
    vi.useRealTimers();
    await vi.waitUntil(() => workers.alive.length === 0);
    await GaussianMixture.fitAsync(X, options);
    expect(workers.started).toBe(2);
  });

  it.each([
    ['is aborted', () => ({ signal: AbortSignal.timeout(100) })],
    [
      'has a progress function that throws',
      () => ({
        onProgress() {
          throw new DegenerateComponentError(0, undefined, 'mine');
        },
      }),
    ],
  ])('ends with a fit that %s', async (_, given) => {
    await rejection(GaussianMixture.fitAsync(X, { ...endless, ...given() }));
    await vi.waitUntil(() => workers.alive.length === 0);
    await expectSame();
    expect(workers.started).toBe(2);
  });

  it('ends with a fit that fails as none should', async () => {
    const workerUrl = faulty('no-sums', 'Float64Array.prototype.map = () => { throw new TypeError("broken"); };');
    const error = await rejection(GaussianMixture.fitAsync(X, { ...options, workerUrl }));
    expect(error.name).toBe('TypeError');
    await vi.waitUntil(() => workers.alive.length === 0);
  });

  it.each([{}, { transfer: true }])('ends with a fit of more than 16 MB, %o', async (given) => {
    const data = new Float64Array(2 ** 21 + 1).map((_, i) => i % 7);
    await GaussianMixture.fitAsync(data, { nComponents: 1, maxIter: 0, ...given });
    await vi.waitUntil(() => workers.alive.length === 0);
  });
});
