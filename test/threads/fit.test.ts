/** fitAsync by several threads: the bits of fit, and threads that come, go, die and are kept. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { blockRows, clusterRows } from '../../src/em/blocks.js';
import {
  BernoulliMixture,
  DegenerateComponentError,
  GaussianMixture,
  InvalidOptionError,
  KMeans,
  KMedians,
  WorkerError,
} from '../../src/index.js';
import { bitsOfClasses } from '../bernoulli/helpers.js';
import { clusters, generator, matrixOf } from '../helpers/data.js';
import { bits, TYPES } from '../helpers/numbers.js';
import { rejection, watchWorkers } from '../helpers/workers.js';

const workers = watchWorkers();
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

// every pass waits for every thread: on a machine that is busy with other things that takes its time
vi.setConfig({ testTimeout: 120_000 });

/** Blocks of 1024 rows, the last one ragged. */
const D = 24;
const K = 16;
const N = 4 * 1024 + 37;
const values = clusters(N, D, K, 3, 1);
const X = matrixOf(values, D);
const weights = Float64Array.from({ length: N }, (_, i) => (i % 3) * 0.5);
const options = { nComponents: K, tol: 0, maxIter: 3 } as const;
const endless = { nComponents: K, tol: 0, maxIter: 1e9 } as const;
const COUNTS = [2, 3] as const;

function bitsOf({ weights, means, covariances, trace, labels, componentCounts }: GaussianMixture): bigint[][] {
  return [weights, means, covariances, trace.logLikelihood, labels, componentCounts].map(bits);
}
function hardBitsOf({ centers, trace, labels, clusterCounts }: KMeans | KMedians): bigint[][] {
  return [centers, trace.cost, labels, clusterCounts].map(bits);
}

it('the shapes here make several blocks', () => {
  expect(Math.ceil(N / blockRows(D, K))).toBe(5);
});

describe('the bits of fit', () => {
  it.each(TYPES)('of a Gaussian mixture, %s', async (covarianceType) => {
    for (const more of [{}, { sampleWeights: weights }]) {
      const all = { ...options, ...more, covarianceType };
      const want = GaussianMixture.fit(X, all);
      for (const count of COUNTS) {
        const model = await GaussianMixture.fitAsync(X, { ...all, threads: count });
        expect(model.threads).toEqual({ count, reason: undefined });
        expect(bitsOf(model)).toEqual(bitsOf(want));
        expect(JSON.stringify(model)).toBe(JSON.stringify(want));
      }
    }
  });

  it('of float32 far from 0, in shared memory, from two starts, with both half-steps', async () => {
    const far = matrixOf(
      Float32Array.from(values, (v) => v + 1000),
      D,
    );
    const shared = new Float64Array(new SharedArrayBuffer(values.byteLength));
    shared.set(values);
    for (const [data, more] of [
      [far, {}],
      [matrixOf(shared, D), {}],
      [X, { nInit: 2, init: 'random', maxIter: 2 }],
      [X, { trace: 'elbo', maxIter: 2 }],
    ] as const) {
      const all = { ...options, ...more };
      expect(bitsOf(await GaussianMixture.fitAsync(data, { ...all, threads: 2 }))).toEqual(
        bitsOf(GaussianMixture.fit(data, all)),
      );
    }
    expect(shared).toEqual(values);
  });

  it('where means jump, so that E-steps are repeated about other centres', async () => {
    // wide components far off: the M-step moves them by 100 of the standard deviations that they have then
    const covariances = new Float64Array(K * D * D);
    for (let i = 0; i < K * D; i++) covariances[Math.floor(i / D) * D * D + (i % D) * (D + 1)] = 1e4;
    const initialParameters = { means: values.slice(0, K * D).map((v) => v + 300), covariances };
    const all = { ...options, initialParameters, maxIter: 4 };
    const want = GaussianMixture.fit(X, all);
    expect(bitsOf(await GaussianMixture.fitAsync(X, { ...all, threads: 3 }))).toEqual(bitsOf(want));
  });

  it('where results need more room than there is at once', async () => {
    // moments of 140 kB for every block: eight of them wait at most, and there are twenty blocks
    const large = matrixOf(clusters(20 * 1024 - 5, 32, 32, 1, 1), 32);
    const all = { nComponents: 32, tol: 0, maxIter: 2, init: 'randomPoints' } as const;
    const want = GaussianMixture.fit(large, all);
    expect(bitsOf(await GaussianMixture.fitAsync(large, { ...all, threads: 2 }))).toEqual(bitsOf(want));
  });

  it('of a Bernoulli mixture', async () => {
    const binary = { data: bitsOfClasses(N, D, K, 5), rows: N, columns: D };
    for (const more of [{}, { sampleWeights: weights, prior: { a: 1.5, b: 2 } }]) {
      const all = { ...options, ...more };
      const want = BernoulliMixture.fit(binary, all);
      for (const count of COUNTS) {
        const model = await BernoulliMixture.fitAsync(binary, { ...all, threads: count });
        expect(model.threads?.count).toBe(count);
        expect([model.weights, model.probs, model.trace.logLikelihood, model.labels].map(bits)).toEqual(
          [want.weights, want.probs, want.trace.logLikelihood, want.labels].map(bits),
        );
      }
    }
  });

  describe.each([
    ['KMeans', KMeans],
    ['KMedians', KMedians],
  ] as const)('of %s', (_name, Model) => {
    // so many that blocks are as small as they get
    const nClusters = 200;
    const rows = clusterRows(D, nClusters);

    async function check(data: Parameters<typeof Model.fit>[0], all: Parameters<typeof Model.fit>[1], count: number) {
      const model = await Model.fitAsync(data, { ...all, threads: count });
      expect(model.threads).toEqual({ count, reason: undefined });
      const want = Model.fit(data, all);
      expect(hardBitsOf(model)).toEqual(hardBitsOf(want));
      expect(model.restarts).toEqual(want.restarts);
      expect(JSON.stringify(model)).toBe(JSON.stringify(want));
    }

    it.each([1, 2, 3, 5, 7, 8])('by %i threads', async (count) => {
      const data = matrixOf(clusters(8 * rows + 37, D, K, 1, 5), D);
      await check(data, { nClusters, seed: 3, maxIter: 12 }, count);
    });

    it('with weights, of float32 far from 0, from given labels, in shared memory', async () => {
      const far = matrixOf(
        Float32Array.from(values, (v) => v + 1000),
        D,
      );
      const shared = new Float64Array(new SharedArrayBuffer(values.byteLength));
      shared.set(values);
      const labels = Int32Array.from({ length: N }, (_, i) => i % nClusters);
      for (const [data, more] of [
        [X, { sampleWeights: weights }],
        [far, {}],
        [matrixOf(shared, D), { init: { labels } }],
      ] as const) {
        await check(data, { nClusters, maxIter: 6, ...more }, 3);
      }
      expect(shared).toEqual(values);
    });

    it('where there are too many clusters for a block to keep its sums', async () => {
      // 24·K·28 bytes of sums are more than a quarter of 1024·24 doubles
      await check(X, { nClusters: 90, maxIter: 6 }, 3);
    });

    it('of several starts, each of which seeds from a sample and some of which lose clusters', async () => {
      const n = 3 * 16384 + 5;
      const few = Float64Array.from({ length: 2 * n }, (_, i) => Math.floor(i / 2) % 7);
      for (const init of ['kmeans++', 'random'] as const) {
        await check(matrixOf(few, 2), { nClusters: 9, nInit: 3, init, maxIter: 5 }, 2);
      }
    });
  });

  it('for any small shape', async () => {
    const g = generator(11);
    for (let i = 0; i < 8; i++) {
      const d = 1 + Math.floor(g.uniform() * 9);
      const k = 1 + Math.floor(g.uniform() * 6);
      const n = 16384 + Math.floor(g.uniform() * 16384);
      const data = matrixOf(clusters(n, d, k, i + 1, 2), d);
      const all = { nComponents: k, tol: 0, maxIter: 2, covarianceType: TYPES[i % 4]! };
      const model = await GaussianMixture.fitAsync(data, { ...all, threads: 2 });
      expect(model.threads?.count).toBe(2);
      expect(bitsOf(model)).toEqual(bitsOf(GaussianMixture.fit(data, all)));
    }
  });
});

describe('threads', () => {
  it('are kept for the next fit and end when idle', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await GaussianMixture.fitAsync(X, { ...options, threads: 2 });
    const first = [...workers.alive];
    expect(first.length).toBe(2);
    // a helper says a moment after the fit that it is free
    await vi.waitUntil(() => vi.getTimerCount() === 2);
    await GaussianMixture.fitAsync(X, { ...options, covarianceType: 'diag', threads: 2 });
    expect(workers.alive).toEqual(first);
    await vi.waitUntil(() => vi.getTimerCount() === 2);
    const ended = first.map((worker) => once(worker, 'exit'));
    vi.advanceTimersByTime(6000);
    await Promise.all(ended);
    expect(workers.alive).toEqual([]);
  });

  it('of fits side by side do not disturb one another', async () => {
    const wants = TYPES.map((covarianceType) => GaussianMixture.fit(X, { ...options, covarianceType }));
    const models = await Promise.all(
      TYPES.map((covarianceType) => GaussianMixture.fitAsync(X, { ...options, covarianceType, threads: 2 })),
    );
    models.forEach((model, i) => expect(bitsOf(model)).toEqual(bitsOf(wants[i]!)));
  });

  it('are given up when the fit is aborted, and the next fit finds others', async () => {
    for (let i = 0; i < 3; i++) {
      const controller = new AbortController();
      const error = await rejection(
        GaussianMixture.fitAsync(X, {
          ...endless,
          threads: 3,
          signal: controller.signal,
          onProgress: () => controller.abort('enough'),
        }),
      );
      expect(error).toBe('enough');
    }
    const model = await GaussianMixture.fitAsync(X, { ...options, threads: 3 });
    expect(bitsOf(model)).toEqual(bitsOf(GaussianMixture.fit(X, options)));
    // helpers outlive an abort: no new one was needed for every fit
    expect(workers.alive.length).toBeLessThan(8);
  });

  it.each([0, 1, 2])(
    'number %i killed in the middle of a fit: a WorkerError, and the next fit runs',
    async (victim) => {
      let killed = false;
      const error = await rejection<WorkerError>(
        GaussianMixture.fitAsync(X, {
          ...endless,
          threads: 3,
          onProgress: ({ iteration }) => {
            if (killed || iteration === 0 || workers.alive.length < 3) return;
            killed = true;
            void workers.alive[victim]!.terminate();
          },
        }),
      );
      expect(error).toBeInstanceOf(WorkerError);
      expect(error.message).toMatch(/ended \(exit code 1\)/);
      const model = await GaussianMixture.fitAsync(X, { ...options, threads: 3 });
      expect(bitsOf(model)).toEqual(bitsOf(GaussianMixture.fit(X, options)));
    },
  );

  it('survive a fit that fails', async () => {
    const twice = Float64Array.from({ length: 2 * 20000 }, (_, i) => (i < 20000 ? 0 : clusters(1, 1, 1, i + 1)[0]!));
    const job = {
      nComponents: 2,
      regCovar: 0,
      initialParameters: { means: [0, 5], covariances: [1e-6, 1] },
      tol: 0,
      threads: 2,
    };
    const error = await rejection(GaussianMixture.fitAsync(twice, job));
    expect(error).toBeInstanceOf(DegenerateComponentError);
    expect((await GaussianMixture.fitAsync(X, { ...options, threads: 2 })).threads?.count).toBe(2);
    // those of the first fit did the second
    expect(workers.alive.length).toBeLessThanOrEqual(3);
  });

  it('do not keep the process alive', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mixwasm-'));
    const script = join(folder, 'exit.mjs');
    // the compiled sources of `npm run build`
    const built = new URL('../../build/js/index.js', import.meta.url);
    writeFileSync(
      script,
      `
      import { GaussianMixture } from ${JSON.stringify(built.href)};
      const data = Float64Array.from({ length: 40000 }, (_, i) => Math.sin(i * i));
      const { threads } = await GaussianMixture.fitAsync(data, { nComponents: 3, threads: 2 });
      const aborted = await GaussianMixture.fitAsync(data, { nComponents: 3, tol: 0, maxIter: 1e9, threads: 2, signal: AbortSignal.timeout(1) }).catch((e) => e.name);
      const ended = performance.now();
      process.on('exit', () => console.log(threads.count, aborted, performance.now() - ended < 3000));
    `,
    );
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 25_000 });
      expect(stdout.trim()).toBe('2 TimeoutError true');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('one thread', () => {
  it('if nothing else is asked for, as ever', async () => {
    const model = await GaussianMixture.fitAsync(X, options);
    expect(model.threads).toEqual({ count: 1, reason: undefined });
    expect(GaussianMixture.fit(X, options).threads).toBeUndefined();
  });

  it.each([
    ['without SharedArrayBuffer', { SharedArrayBuffer: undefined }, {}, /no SharedArrayBuffer/],
    ['on a page without isolation', { crossOriginIsolated: false, document: {} }, {}, /not cross-origin isolated/],
    ["on backend 'js'", {}, { backend: 'js' as const }, /backend 'js'/],
  ])('%s, and the model says why', async (_name, globals, more, reason) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    const small = matrixOf(clusters(20000, 2, 2), 2);
    const all = { nComponents: 2, maxIter: 2, tol: 0, ...more };
    for (const wanted of [2, 'auto'] as const) {
      const model = await GaussianMixture.fitAsync(small, { ...all, threads: wanted });
      expect(model.threads?.count).toBe(1);
      expect(model.threads?.reason).toMatch(reason);
      expect(bitsOf(model)).toEqual(bitsOf(GaussianMixture.fit(small, all)));
    }
  });

  it('for less than a block of rows, and no more than there are blocks', async () => {
    const few = matrixOf(values.slice(0, 1000 * D), D);
    const one = await GaussianMixture.fitAsync(few, { ...options, threads: 8 });
    expect(one.threads).toEqual({ count: 1, reason: expect.stringMatching(/one block/) });
    const five = await GaussianMixture.fitAsync(X, { ...options, threads: 8 });
    expect(five.threads).toEqual({ count: 5, reason: expect.stringMatching(/5 blocks/) });
    expect(bitsOf(five)).toEqual(bitsOf(GaussianMixture.fit(X, options)));
  });

  it("is what 'auto' takes for small data", async () => {
    const { threads } = await GaussianMixture.fitAsync(matrixOf(clusters(20000, 2, 2), 2), {
      nComponents: 2,
      threads: 'auto',
    });
    expect(threads).toEqual({ count: 1, reason: undefined });
    expect(workers.alive.filter(({ threadId }) => threadId >= 0).length).toBeLessThanOrEqual(1);
  });

  it.each([0, 1.5, 257, -1, Number.NaN, 'all', true])('threads: %s is refused', async (wanted) => {
    const error = await rejection<InvalidOptionError>(
      GaussianMixture.fitAsync(X, { ...options, threads: wanted as never }),
    );
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.message).toMatch(/threads/);
  });
});
