/** The worker's own code in the calling thread: jobs of every kind, and what is no job. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  BernoulliMixture,
  DegenerateComponentError,
  GaussianMixture,
  KMeans,
  KMedians,
  select,
} from '../../src/index.js';
import type { HelpRequest } from '../../src/threads/helper.js';
import type { Job, Reply } from '../../src/threads/protocol.js';
import { clusters, matrixOf } from '../helpers/data.js';

type Message = Job | HelpRequest;
const scope = globalThis as unknown as {
  onmessage?: ((event: { data: Message }) => void) | null;
  postMessage?: (reply: Reply) => void;
};

/** Where the worker's answers go: the code is there once, for all workers. */
let answer: (reply: Reply) => void;
let posted: Message[] = [];
let answered: string[] = [];

/** A page's Worker that runs in this thread when the caller has returned; helpers when all jobs have. */
class Here {
  onmessage: ((event: { data: Reply }) => void) | null = null;
  private ended = false;
  postMessage(message: Message): void {
    posted.push(message);
    const sent = 'job' in message ? { ...message, input: structuredClone(message.input) } : message;
    setTimeout(
      () => {
        if (this.ended) return;
        answer = (reply) => {
          answered.push(reply.type);
          this.onmessage?.({ data: structuredClone(reply) });
        };
        scope.onmessage?.({ data: sent });
      },
      'job' in message ? 0 : 50,
    );
  }
  terminate(): void {
    this.ended = true;
  }
}

beforeAll(async () => {
  vi.stubGlobal('postMessage', (reply: Reply) => answer(reply));
  await import('../../src/threads/worker.js');
});
afterAll(() => {
  vi.unstubAllGlobals();
  scope.onmessage = null;
});
beforeEach(() => {
  posted = [];
  answered = [];
  vi.stubGlobal('Worker', Here);
});
afterEach(() => vi.stubGlobal('Worker', undefined));

const N = 400;
const X = matrixOf(clusters(N, 2, 3), 2);
const BINARY = Array.from({ length: 60 }, (_, i) => [i % 2, i % 3 === 0 ? 1 : 0, (i >> 2) % 2]);
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('a job in the worker', () => {
  it.each([
    ['em', {}],
    ['gradient', { optimizer: 'gradient' }],
    ['anderson', { acceleration: 'anderson' }],
    ['squarem', { acceleration: 'squarem' }],
    ['js', { backend: 'js' }],
    ['several starts', { nInit: 3, init: 'random' }],
  ] as const)('is the fit: Gaussian, %s', async (_, more) => {
    const options = { nComponents: 3, seed: 2, maxIter: 30, ...more };
    const model = await GaussianMixture.fitAsync(X, options);
    expect(posted.length).toBe(1);
    expect(plain(model)).toEqual(plain(GaussianMixture.fit(X, options)));
    expect(model.restarts.length).toBe('nInit' in more ? 3 : 1);
  });

  it('is the fit: Bernoulli, k-means, k-medians', async () => {
    const options = { nComponents: 2, seed: 1 };
    expect(plain(await BernoulliMixture.fitAsync(BINARY, options))).toEqual(
      plain(BernoulliMixture.fit(BINARY, options)),
    );
    for (const Clustering of [KMeans, KMedians]) {
      const model = await Clustering.fitAsync(X, { nClusters: 3, nInit: 2 });
      expect(plain(model)).toEqual(plain(Clustering.fit(X, { nClusters: 3, nInit: 2 })));
    }
    expect(posted.length).toBe(3);
  });

  it('is the candidate of a selection', async () => {
    const gaussian = await select(X, { nComponents: [2, 3], covarianceTypes: ['diag'], threads: 2, nInit: 1 });
    const bernoulli = await select(BINARY, { mixture: BernoulliMixture, nComponents: [1, 2], threads: 2, nInit: 1 });
    expect(posted.length).toBe(4);
    const options = { nComponents: gaussian.best.nComponents, covarianceType: 'diag', regCovar: 0 } as const;
    expect(gaussian.best.means).toEqual(GaussianMixture.fit(X, options).means);
    expect(bernoulli.candidates.length).toBe(2);
  });

  it('tells its progress, no more than every 20 ms, and stops where it is told to', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 7));
    const iterations: number[] = [];
    const options = { nComponents: 3, tol: 0, maxIter: 9, seed: 1 };
    const whole = await GaussianMixture.fitAsync(X, {
      ...options,
      onProgress: ({ iteration }) => iterations.push(iteration),
    });
    // at once, and then every third
    expect(iterations).toEqual([0, 3, 6, 9]);
    expect(whole.nIter).toBe(9);
    const stopped = await GaussianMixture.fitAsync(X, { ...options, onProgress: () => 'stop' });
    vi.restoreAllMocks();
    expect([stopped.nIter, stopped.stopReason]).toEqual([0, 'stopped']);
  });

  it('fails with its error, of its class, with what it knows', async () => {
    const points = [0, 0, 0, 0, 10, 10, 10, 10];
    const error = await GaussianMixture.fitAsync(points, { nComponents: 2, regCovar: 0 }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(DegenerateComponentError);
    const here = (() => {
      try {
        return GaussianMixture.fit(points, { nComponents: 2, regCovar: 0 });
      } catch (thrown) {
        return thrown as DegenerateComponentError;
      }
    })() as DegenerateComponentError;
    expect([error.message, error.component, error.iteration]).toEqual([here.message, here.component, here.iteration]);
  });

  it('shares its memory with helpers, who may come too late', async () => {
    const rows = 40_000;
    const big = { data: Float64Array.from({ length: 2 * rows }, (_, i) => Math.sin(i * 1.7)), rows, columns: 2 };
    const options = { nClusters: 3, maxIter: 5, tol: 0 };
    const alone = KMeans.fit(big, options);
    const model = await KMeans.fitAsync(big, { ...options, threads: 2 });
    await vi.waitFor(() => expect(answered).toContain('idle'));
    expect(posted.map((message) => 'job' in message).sort()).toEqual([false, true]);
    expect(plain(model)).toEqual(plain(alone));
  });
});

describe('what is no job', () => {
  const ask = (message: unknown): Reply => {
    let got: Reply | undefined;
    answer = (reply) => {
      got = reply;
    };
    scope.onmessage?.({ data: message as Message });
    return got as Reply;
  };

  it('is named', () => {
    const reply = ask({ job: 'gammaMixture', input: {}, wantsProgress: false });
    expect(reply).toMatchObject({ type: 'error', error: { name: 'Error', fields: {} } });
    expect((reply as { error: { message: string } }).error.message).toContain('no job gammaMixture');
  });

  it('a helper that cannot have the kernels says so', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const control = new Int32Array(new SharedArrayBuffer(256));
    const module = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
    expect(ask({ modules: [module, {}], memory, control, index: 0 })).toMatchObject({ type: 'error' });
  });
});
