/** Every asynchronous way in, broken off in the middle: the promise rejects with `signal.reason`, and nothing stays. */
import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import {
  BernoulliMixture,
  expectationMaximizationAsync,
  fitStream,
  GaussianMixture,
  KMeans,
  KMedians,
  mixture,
  select,
} from '../../src/index.js';
import { clusters, matrixOf, rowsOf } from '../helpers/data.js';
import { plane } from '../helpers/families.js';
import { bits } from '../helpers/numbers.js';
import { rejection, watchWorkers } from '../helpers/workers.js';

vi.setConfig({ testTimeout: 120_000 });
const workers = watchWorkers();

const X = matrixOf(clusters(2100, 2, 3, 1, 1), 2);
const rows = rowsOf(X.data, 2);
const binary = { data: Uint8Array.from(X.data, (v) => (v > 0 ? 1 : 0)), rows: X.rows, columns: 2 };
const endless = { nComponents: 3, tol: 0, maxIter: 1e9 } as const;

/** Every way in, with options that never end it. `signal` ends it; `onProgress` tells that it has begun. */
type Given = { signal: AbortSignal; onProgress: () => void };
const WAYS: Record<string, (given: Given) => Promise<unknown>> = {
  'GaussianMixture.fitAsync': (given) => GaussianMixture.fitAsync(X, { ...endless, ...given }),
  'GaussianMixture.fitAsync, accelerated': (given) =>
    GaussianMixture.fitAsync(X, { ...endless, nInit: 1e6, acceleration: 'squarem', ...given }),
  'BernoulliMixture.fitAsync': (given) => BernoulliMixture.fitAsync(binary, { ...endless, ...given }),
  'KMeans.fitAsync': (given) => KMeans.fitAsync(X, { nClusters: 9, nInit: 1e8, ...given }),
  'KMedians.fitAsync': (given) => KMedians.fitAsync(X, { nClusters: 9, nInit: 1e8, ...given }),
  expectationMaximizationAsync: (given) =>
    expectationMaximizationAsync(mixture(plane, { nComponents: 2 }), rows, { tol: 0, maxIter: 1e9, ...given } as never),
  fitStream: (given) =>
    fitStream(
      GaussianMixture,
      async function* () {
        yield X;
      },
      { ...endless, ...given } as never,
    ),
  select: ({ signal, onProgress }) =>
    select(X, {
      nComponents: Array.from({ length: 60 }, (_, i) => (i % 6) + 1),
      tol: 0,
      maxIter: 2000,
      threads: 1,
      signal,
      onProgress,
    } as never),
};

describe.each(Object.entries(WAYS))('%s', (_name, start) => {
  it('in the middle, by a controller', async () => {
    const controller = new AbortController();
    const reason = { any: 'value' };
    const error = await rejection(start({ signal: controller.signal, onProgress: () => controller.abort(reason) }));
    expect(error).toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    await vi.waitUntil(() => workers.alive.length === 0);
  });

  it('by a deadline', async () => {
    const signal = AbortSignal.timeout(300);
    const error = await rejection<DOMException>(start({ signal, onProgress: () => {} }));
    expect(error).toBe(signal.reason);
    expect(error.name).toBe('TimeoutError');
  });

  it('before it begins', async () => {
    const signal = AbortSignal.abort('never mind');
    expect(await rejection(start({ signal, onProgress: () => {} }))).toBe('never mind');
    expect(workers.started).toBe(0);
  });
});

it('after all of them a fit has the bits that it always has', async () => {
  const options = { ...endless, maxIter: 5 };
  expect(bits((await GaussianMixture.fitAsync(X, options)).means)).toEqual(bits(GaussianMixture.fit(X, options).means));
});
