/** Waiting for words of shared memory; how many threads, and why not more. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { GaussianMixture, KMeans, WorkerError } from '../../src/index.js';
import { cores } from '../../src/threads/choose-threads.js';
import { awaitChange, CONTROL, claim, dismiss, QUIT } from '../../src/threads/control.js';
import { startWorker } from '../../src/threads/start-worker.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const words = () => new Int32Array(new SharedArrayBuffer(4 * CONTROL.length));

describe('awaitChange', () => {
  it.each([true, false])('comes back at once where the word is another (spinning: %s)', (spin) => {
    expect(awaitChange(words(), CONTROL.bell, 1, spin, 60_000)).toBe(true);
  });

  it.each([true, false])('and says when time ran out (spinning: %s)', (spin) => {
    expect(awaitChange(words(), CONTROL.bell, 0, spin, 1)).toBe(false);
  });
});

describe('the control words', () => {
  it('hand out every block once', () => {
    const control = words();
    Atomics.store(control, CONTROL.unclaimed, 3);
    expect([1, 2, 3, 4, 5].map(() => claim(control, () => 3))).toEqual([0, 1, 2, -1, -1]);
  });

  it('keep the count of passes when helpers are sent home', () => {
    const control = words();
    Atomics.store(control, CONTROL.bell, 5);
    dismiss(control);
    dismiss(control);
    expect(Atomics.load(control, CONTROL.bell)).toBe(5 | QUIT);
  });
});

describe('threads', () => {
  const rows = 40_000;
  const X = { data: Float64Array.from({ length: 2 * rows }, (_, i) => Math.sin(i * 1.7)), rows, columns: 2 };
  const options = { nComponents: 2, maxIter: 2, tol: 0, threads: 2 } as const;

  it('are one where memory cannot be shared, and the model says why', async () => {
    vi.stubGlobal('crossOriginIsolated', false);
    vi.stubGlobal('document', {});
    const model = await GaussianMixture.fitAsync(X, options);
    expect(model.threads).toMatchObject({ count: 1 });
    expect(model.threads!.reason).toContain('not cross-origin isolated');
    vi.stubGlobal('SharedArrayBuffer', undefined);
    expect((await KMeans.fitAsync(X, { nClusters: 2, maxIter: 2, threads: 2 })).threads!.reason).toContain(
      'there is no SharedArrayBuffer here',
    );
  });

  it('are as many as the host says', async () => {
    vi.stubGlobal('navigator', { hardwareConcurrency: 7 });
    expect(await cores()).toBe(7);
    vi.stubGlobal('navigator', {});
    expect(await cores()).toBeGreaterThan(0);
  });
});

describe('a worker', () => {
  it('of a page opened as a file is a classic one; a runtime may keep it from holding the process', async () => {
    const seen: unknown[] = [];
    vi.stubGlobal('origin', 'null');
    vi.stubGlobal(
      'Worker',
      class {
        constructor(_url: string, { type }: { type: string }) {
          seen.push(type);
        }
        ref() {
          seen.push('ref');
        }
        unref() {
          seen.push('unref');
        }
        terminate() {
          seen.push('terminate');
        }
      },
    );
    const worker = await startWorker(undefined);
    worker.keepAlive(true);
    worker.keepAlive(false);
    worker.terminate();
    (await startWorker('https://example.org/w.js')).terminate();
    expect(seen).toEqual(['classic', 'ref', 'unref', 'terminate', 'module', 'terminate']);
  });

  it('that fails says why, in whatever form it is told', async () => {
    let page: { onerror?: (event: object) => void } = {};
    vi.stubGlobal(
      'Worker',
      class {
        constructor() {
          page = this as object;
        }
        terminate() {}
      },
    );
    const worker = await startWorker('https://example.org/w.js');
    const failures: WorkerError[] = [];
    worker.listen(
      () => {},
      (error) => failures.push(error),
    );
    page.onerror!({ error: new Error('thrown') });
    page.onerror!({ message: 'told' });
    page.onerror!({});
    page.onerror!({ error: Object.assign(new Error('limit'), { code: 'ERR_WORKER_OUT_OF_MEMORY' }) });
    expect(failures.every((error) => error instanceof WorkerError)).toBe(true);
    expect(failures.map(({ message }) => message.split(';')[0])).toEqual([
      'the worker failed: thrown',
      'the worker failed: told',
      'the worker failed: no reason given',
      'the worker ran out of memory',
    ]);
  });
});
