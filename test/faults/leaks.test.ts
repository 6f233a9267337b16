/** What `npm run leaks` says of 10,000 fits, of a thousand; and 200 fits at the same time. */
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { BernoulliMixture, GaussianMixture, KMeans, KMedians } from '../../src/index.js';
import { clusters, matrixOf } from '../helpers/data.js';
import { TYPES } from '../helpers/numbers.js';
import { watchWorkers } from '../helpers/workers.js';

vi.setConfig({ testTimeout: 240_000 });
const workers = watchWorkers();

it('a thousand fits leave nothing behind', async () => {
  const script = fileURLToPath(new URL('../../tools/leaks.mjs', import.meta.url));
  const flags = ['--expose-gc', '--max-semi-space-size=1'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, '--fits', '1000']);
  expect(stdout).toMatch(/\n0 leaks\n$/);
});

describe('200 fits at the same time', () => {
  const X = matrixOf(clusters(160, 3, 3, 5, 2), 3);
  const binary = { data: Uint8Array.from(X.data, (v) => (v > 0 ? 1 : 0)), rows: X.rows, columns: 3 };

  it('give, each of them, what they give one after another', async () => {
    const jobs = Array.from({ length: 200 }, (_, i) => {
      const mixture = { nComponents: 1 + (i % 4), seed: i, tol: 0, maxIter: i % 7 } as const;
      const clustering = { nClusters: 1 + (i % 5), seed: i };
      const covarianceType = TYPES[(i >> 2) % 4]!;
      const [Model, data, options] = [
        [GaussianMixture, X, { ...mixture, covarianceType }],
        [BernoulliMixture, binary, mixture],
        [KMeans, X, clustering],
        [KMedians, X, clustering],
      ][i % 4] as never as [typeof GaussianMixture, typeof X, typeof mixture];
      return { now: () => Model.fit(data, options), later: () => Model.fitAsync(data, options) };
    });
    const serial = jobs.map(({ now }) => JSON.stringify(now()));
    const models = await Promise.all(jobs.map(({ later }) => later()));
    expect(models.map((model) => JSON.stringify(model))).toEqual(serial);
    // every one had a worker, of which a few are kept for a few seconds
    expect(workers.started).toBe(200);
    await vi.waitUntil(() => workers.alive.length <= Math.max(8, availableParallelism()));
    await vi.waitUntil(() => workers.alive.length === 0, { timeout: 10_000 });
  });
});
