/** fitAsync where there is a global Worker (browsers, Deno, Bun): one made of a worker thread stands in for it. */
import { resolveObjectURL } from 'node:buffer';
import threads from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GaussianMixture, InvalidDataError, WorkerError } from '../src/index.js';
import { clusters, matrixOf } from './helpers/data.js';
import { bits } from './helpers/numbers.js';

type Listener = ((event: { data?: unknown; message?: string; error?: unknown }) => void) | null;

/** What a page's Worker does, as far as the client uses it. */
class PageWorker {
  static started: PageWorker[] = [];
  static revoked: string[] = [];
  onmessage: Listener = null;
  onerror: Listener = null;
  onmessageerror: Listener = null;
  terminated = false;
  private readonly thread: Promise<threads.Worker>;
  constructor(
    readonly url: string | URL,
    readonly options: { type: string },
  ) {
    PageWorker.started.push(this);
    this.thread = this.start(String(url));
    this.thread.catch((error) => this.onerror?.({ message: error.message }));
  }
  private async start(url: string): Promise<threads.Worker> {
    const text = url.startsWith('blob:') ? await resolveObjectURL(url)!.text() : 'throw new Error("not found")';
    const worker = new threads.Worker(new URL(`data:text/javascript,${encodeURIComponent(text)}`));
    worker.on('message', (data) => this.onmessage?.({ data }));
    worker.on('error', (error) => this.onerror?.({ message: error.message, error }));
    return worker;
  }
  postMessage(message: unknown, transfer: never[]): void {
    void this.thread.then((worker) => worker.postMessage(message, transfer));
  }
  terminate(): void {
    this.terminated = true;
    void this.thread.then((worker) => worker.terminate());
  }
}

const X = matrixOf(clusters(100, 2, 2), 2);
const options = { nComponents: 2, maxIter: 8, tol: 0 } as const;

beforeEach(() => {
  // of those that are kept for the next fit
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  PageWorker.started = [];
  PageWorker.revoked = [];
  vi.stubGlobal('Worker', PageWorker);
  const revoke = URL.revokeObjectURL.bind(URL);
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => {
    PageWorker.revoked.push(url);
    revoke(url);
  });
});
const idleEnd = () => vi.advanceTimersByTime(5000);
afterEach(() => {
  idleEnd();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('fitAsync on a page', () => {
  it('gives the bits of fit, keeps the worker for the next, ends it when it is idle, and frees its text', async () => {
    const seen: number[] = [];
    const model = await GaussianMixture.fitAsync(X, {
      ...options,
      onProgress: ({ iteration }) => seen.push(iteration),
    });
    expect(bits(model.covariances)).toEqual(bits(GaussianMixture.fit(X, options).covariances));
    expect(seen[0]).toBe(0);
    const again = await GaussianMixture.fitAsync(X, options);
    expect(bits(again.covariances)).toEqual(bits(model.covariances));
    const [worker] = PageWorker.started;
    expect(PageWorker.started.length).toBe(1);
    expect(worker!.options.type).toBe('module');
    expect(worker!.terminated).toBe(false);
    idleEnd();
    expect(worker!.terminated).toBe(true);
    expect(PageWorker.revoked).toEqual([String(worker!.url)]);
  });

  it('ends the worker on abort, and keeps it when a fit fails', async () => {
    const controller = new AbortController();
    const endless = {
      ...options,
      maxIter: 1e9,
      signal: controller.signal,
      onProgress: () => controller.abort('enough'),
    };
    await expect(GaussianMixture.fitAsync(X, endless)).rejects.toBe('enough');
    await expect(GaussianMixture.fitAsync([0, 0, 1, 1], { nComponents: 2, regCovar: 0 })).rejects.toMatchObject({
      code: 'DEGENERATE_COMPONENT',
    });
    await expect(GaussianMixture.fitAsync([Number.NaN], options)).rejects.toBeInstanceOf(InvalidDataError);
    expect(PageWorker.started.map(({ terminated }) => terminated)).toEqual([true, false]);
    expect(PageWorker.revoked.length).toBe(1);
  });

  it('takes a URL where blobs are forbidden, and tells when nothing is there', async () => {
    const error = await GaussianMixture.fitAsync(X, { ...options, workerUrl: 'https://example.org/worker.js' }).catch(
      (e) => e,
    );
    expect(error).toBeInstanceOf(WorkerError);
    expect(error.message).toMatch(/worker failed: not found.*workerUrl/);
    expect(PageWorker.revoked).toEqual([]);
    expect(PageWorker.started[0]!.terminated).toBe(true);
  });

  it('tells when the page forbids workers, and when a reply cannot be read', async () => {
    vi.stubGlobal('Worker', function Forbidden() {
      throw new Error('blocked by policy');
    });
    const error = await GaussianMixture.fitAsync(X, options).catch((e) => e);
    expect(error).toBeInstanceOf(WorkerError);
    expect(error.message).toMatch(/blocked by policy.*worker-src/);
    expect(PageWorker.revoked.length, 'the text of a worker that did not start is freed too').toBe(1);

    vi.stubGlobal(
      'Worker',
      class extends PageWorker {
        override postMessage(): void {
          setImmediate(() => this.onmessageerror?.({}));
        }
      },
    );
    await expect(GaussianMixture.fitAsync(X, options)).rejects.toThrow(/reply of the worker could not be read/);
  });
});

describe('the worker script', () => {
  it('answers jobs of a page by messages, and unknown ones by an error', async () => {
    const replies: { type: string; error?: { message: string } }[] = [];
    const page = globalThis as unknown as {
      postMessage?: unknown;
      onmessage?: ((event: { data: unknown }) => void) | null;
    };
    page.postMessage = (reply: { type: string }) => replies.push(reply);
    try {
      vi.resetModules();
      await import('../src/threads/worker.js');
      page.onmessage!({ data: { job: 'nonsense', input: {}, module: undefined, wantsProgress: false } });
      page.onmessage!({ data: { job: 'gaussianMixture', input: {}, module: undefined, wantsProgress: true } });
    } finally {
      delete page.postMessage;
      delete page.onmessage;
    }
    expect(replies.map(({ type }) => type)).toEqual(['error', 'error']);
    expect(replies[0]!.error!.message).toMatch(/knows no job nonsense.*another release/);
  });
});
