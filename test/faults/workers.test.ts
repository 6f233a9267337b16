/** Workers that die in the middle of their work: every promise is settled by a named error, and the next fit runs. */
import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { BernoulliMixture, GaussianMixture, KMeans, KMedians, select, WorkerError } from '../../src/index.js';
import { clusters, matrixOf } from '../helpers/data.js';
import { bits } from '../helpers/numbers.js';
import { faultyWorkers, rejection, watchWorkers } from '../helpers/workers.js';

// on a machine that is busy with other things, starting workers takes its time
vi.setConfig({ testTimeout: 120_000 });

const workers = watchWorkers();
const faulty = faultyWorkers();

const D = 24;
const K = 16;
const values = clusters(3 * 1024 + 7, D, K, 3, 1);
const X = matrixOf(values, D);
const binary = { data: Uint8Array.from(values, (v) => (v > 0 ? 1 : 0)), rows: X.rows, columns: D };
/** Runs until it is stopped. */
const endless = { nComponents: K, tol: 0, maxIter: 1e9 } as const;
const ordinary = { nComponents: K, tol: 0, maxIter: 2 } as const;
const wanted = bits(GaussianMixture.fit(X, ordinary).covariances);

/** Nothing of a fault is left behind: a fit gives the bits that it always gives. */
async function expectSound(threads: number): Promise<void> {
  const model = await GaussianMixture.fitAsync(X, { ...ordinary, threads });
  expect(bits(model.covariances)).toEqual(wanted);
  expect(model.threads?.count).toBe(threads);
}

/** Dies on its first word of progress, in the middle of the fit. */
const onProgress = (fault: string) => `
  const post = parentPort.postMessage.bind(parentPort);
  parentPort.postMessage = (message) => {
    post(message);
    if (message.type === 'progress') { ${fault} }
  };`;
/** Dies in the middle of its n-th block of helping; whoever runs the fit goes on. */
const whileHelping = (fault: string) => `
  parentPort.once('message', (first) => {
    if ('job' in first) return;
    const store = Atomics.store;
    let blocks = 0;
    Atomics.store = (...words) => {
      if (++blocks === 3) { ${fault} }
      return store(...words);
    };
  });`;
const EXIT = 'process.exit(7);';
const HOARD = 'const hoard = []; for (;;) hoard.push(new Array(1000).fill({}).map(() => ({})));';

describe('a worker that dies in the middle of a fit', () => {
  const families = {
    gaussian: (signals: object) => GaussianMixture.fitAsync(X, { ...endless, ...signals }),
    bernoulli: (signals: object) => BernoulliMixture.fitAsync(binary, { ...endless, ...signals }),
    // hard EM ends by itself: a start after a start keeps it busy
    'k-means': (signals: object) => KMeans.fitAsync(X, { nClusters: K, nInit: 1e6, ...signals }),
    'k-medians': (signals: object) => KMedians.fitAsync(X, { nClusters: K, nInit: 1e6, ...signals }),
  };

  it.each(Object.entries(families))('by terminate, %s', async (_name, fit) => {
    const kill = () => void workers.alive[0]?.terminate();
    const error = await rejection(fit({ onProgress: kill }));
    expect(error).toBeInstanceOf(WorkerError);
    expect(error.message).toMatch(/ended \(exit code 1\) before its job; start the fit again/);
    await workers.endAll();
    expect(workers.alive).toEqual([]);
    await expectSound(1);
  });

  it.each([1, 2])('by process.exit, %i threads', async (threads) => {
    const workerUrl = faulty('exits', onProgress(EXIT));
    const error = await rejection(
      GaussianMixture.fitAsync(X, { ...endless, threads, workerUrl, onProgress: () => {} }),
    );
    expect(error).toBeInstanceOf(WorkerError);
    expect(error.message).toMatch(/exit code 7/);
    await expectSound(threads);
  });

  it.each([1, 2])('by its memory, %i threads', async (threads) => {
    workers.limits = { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 8 };
    const workerUrl = faulty('hoards', onProgress(HOARD));
    const error = await rejection(
      GaussianMixture.fitAsync(X, { ...endless, threads, workerUrl, onProgress: () => {} }),
    );
    expect(error).toBeInstanceOf(WorkerError);
    expect(error.message).toMatch(/ran out of memory/);
    expect((error.cause as NodeJS.ErrnoException).code).toBe('ERR_WORKER_OUT_OF_MEMORY');
    workers.limits = undefined;
    await expectSound(threads);
  });

  it.each([
    ['process.exit', EXIT, /exit code 7/],
    ['its memory', HOARD, /ran out of memory/],
    ['an error', 'throw new Error("a fault of its own");', /a fault of its own/],
  ])('as a helper, by %s', async (name, fault, message) => {
    workers.limits = { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 8 };
    const workerUrl = faulty(`helper ${name}`, whileHelping(fault));
    const error = await rejection(GaussianMixture.fitAsync(X, { ...endless, threads: 2, workerUrl }));
    expect(error.message).toMatch(message);
    workers.limits = undefined;
    await expectSound(2);
  });

  it('without a word to anybody: the fits beside it go on', async () => {
    const others = [1, 2, 3].map(() => GaussianMixture.fitAsync(X, ordinary));
    const dying = rejection(
      GaussianMixture.fitAsync(X, { ...endless, workerUrl: faulty('beside', onProgress(EXIT)), onProgress: () => {} }),
    );
    expect(await dying).toBeInstanceOf(WorkerError);
    for (const model of await Promise.all(others)) expect(bits(model.covariances)).toEqual(wanted);
  });
});

describe('the pool', () => {
  it('forgets workers that were ended while they were idle', async () => {
    await expectSound(2);
    await workers.endAll();
    await expectSound(2);
    expect(workers.started).toBe(4);
  });

  it('replaces one that was ended between two fits and does not know it yet', async () => {
    await expectSound(2);
    const dying = workers.alive.map((worker) => worker.terminate());
    // it may be taken before its end is known: then the promise is rejected, by name, and nothing hangs
    const [outcome] = await Promise.allSettled([GaussianMixture.fitAsync(X, { ...ordinary, threads: 2 })]);
    if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(WorkerError);
    else expect(bits(outcome.value.covariances)).toEqual(wanted);
    await Promise.all(dying);
    await expectSound(2);
  });

  it('is not filled by workers whose fit was aborted before helpers came', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    // breaks when its fit is gone: sooner, the fit would tell of it
    const broken = faulty('broken', 'setTimeout(() => { throw new Error("broken"); }, 300);');
    for (const workerUrl of [undefined, broken]) {
      const controller = new AbortController();
      const fit = rejection(
        GaussianMixture.fitAsync(X, {
          ...endless,
          threads: 3,
          signal: controller.signal,
          ...(workerUrl === undefined ? {} : { workerUrl }),
        }),
      );
      await vi.waitUntil(() => workers.started > 0);
      controller.abort('gone');
      expect(await fit).toBe('gone');
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
      workers.started = 0;
    }
    await expectSound(3);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('select', () => {
  it('whose worker is ended rejects by name, ends the others, and can be called again', async () => {
    const all = { nComponents: [2, 3, 4, 5], covarianceTypes: ['full', 'diag'], threads: 2 } as const;
    const running = rejection(select(X, { ...all, tol: 0, maxIter: 1e6 }));
    await vi.waitUntil(() => workers.alive.length > 0);
    const [victim] = workers.alive;
    await victim!.terminate();
    expect(await running).toBeInstanceOf(WorkerError);
    const { candidates, threads } = await select(X, { ...all, maxIter: 1 });
    expect([candidates.length, threads]).toEqual([8, 2]);
  });
});
