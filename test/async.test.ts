/** fitAsync in worker threads, from the worker's text inside the package. */
import { execFile } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type AsyncFitOptions,
  BernoulliMixture,
  DegenerateComponentError,
  GaussianMixture,
  InvalidDataError,
  InvalidOptionError,
  InvalidParametersError,
  KMeans,
  KMedians,
  NotPositiveDefiniteError,
  WorkerError,
  ZeroDensityError,
} from '../src/index.js';
import { WORKER_SOURCE } from '../src/threads/worker-inline.js';
import { clusters, matrixOf, rowsOf } from './helpers/data.js';
import { BACKENDS, bits, TYPES } from './helpers/numbers.js';
import { load, type ReferenceCase } from './helpers/reference.js';
import { rejection, watchWorkers } from './helpers/workers.js';

const workers = watchWorkers();

const values = clusters(150, 3, 3);
const X = matrixOf(values, 3);
const options = { nComponents: 3, maxIter: 12, tol: 0 } as const;
/** Runs until it is stopped. */
const endless = { nComponents: 3, maxIter: 1e9, tol: 0 } as const;

function bitsOf(model: GaussianMixture): bigint[][] {
  const { weights, means, covariances, trace, labels, componentCounts } = model;
  return [weights, means, covariances, trace.logLikelihood, labels, componentCounts].map(bits);
}

describe('fitAsync gives the bits of fit', () => {
  it.each(BACKENDS.flatMap((backend) => TYPES.map((covarianceType) => ({ backend, covarianceType }))))(
    '$covarianceType on $backend',
    async (given) => {
      const all: AsyncFitOptions = {
        ...options,
        ...given,
        nInit: 2,
        sampleWeights: values.subarray(0, 150).map(Math.abs),
      };
      const model = await GaussianMixture.fitAsync(X, all);
      const want = GaussianMixture.fit(X, all);
      expect(bitsOf(model)).toEqual(bitsOf(want));
      expect([model.nIter, model.stopReason, model.converged]).toEqual([want.nIter, want.stopReason, want.converged]);
      expect(bits(model.predictProba(X))).toEqual(bits(want.predictProba(X)));
      expect(JSON.stringify(model)).toBe(JSON.stringify(want));
      expect(workers.started).toBe(1);
    },
  );

  it('from every kind of start, and far from 0', async () => {
    const far = matrixOf(
      values.map((v) => v + 1e8),
      3,
    );
    const labels = Array.from({ length: 150 }, (_, i) => i % 3);
    const initialParameters = { means: rowsOf(values.subarray(0, 9), 3) };
    const jobs: [typeof X, Partial<AsyncFitOptions>][] = [
      [far, {}],
      [X, { init: 'random' }],
      [X, { init: 'kmeans', regCovar: { relative: 1e-3 } }],
      [X, { init: { labels } }],
      [X, { initialParameters }],
      [matrixOf(Float64Array.from(values), 3), { seed: 7 }],
    ];
    const models = await Promise.all(
      jobs.map(([data, some]) => GaussianMixture.fitAsync(data, { ...options, ...some })),
    );
    models.forEach((model, i) => {
      const [data, some] = jobs[i]!;
      const want = GaussianMixture.fit(data, { ...options, ...some });
      expect(bitsOf(model)).toEqual(bitsOf(want));
      expect(bits(model.scoreSamples(data))).toEqual(bits(want.scoreSamples(data)));
    });
  });

  it('of float32, of nested rows and of shared memory', async () => {
    const shared = new Float64Array(new SharedArrayBuffer(values.byteLength));
    shared.set(values);
    const float32 = matrixOf(Float32Array.from(values), 3);
    for (const data of [
      float32,
      rowsOf(values, 3),
      matrixOf(shared, 3),
      matrixOf(new Float64Array([0, ...values]).subarray(1), 3),
    ]) {
      expect(bitsOf(await GaussianMixture.fitAsync(data, options))).toEqual(bitsOf(GaussianMixture.fit(data, options)));
    }
  });
});

describe('progress', () => {
  it('is told, first the start', async () => {
    const seen: { iteration: number; logLikelihood: number; restart: number }[] = [];
    const model = await GaussianMixture.fitAsync(X, { ...options, onProgress: (progress) => seen.push(progress) });
    expect(seen[0]).toEqual({ iteration: 0, logLikelihood: model.trace.logLikelihood[0], restart: 0 });
    for (const { iteration, logLikelihood } of seen) expect(logLikelihood).toBe(model.trace.logLikelihood[iteration]);
  });

  it('of a listener that throws rejects with what it threw, and ends the worker', async () => {
    const mine = new Error('mine');
    const error = await rejection(
      GaussianMixture.fitAsync(X, {
        ...endless,
        onProgress: () => {
          throw mine;
        },
      }),
    );
    expect(error).toBe(mine);
  });
});

describe('abort', () => {
  it('before the call starts no worker', async () => {
    const reason = new Error('changed my mind');
    expect(await rejection(GaussianMixture.fitAsync(X, { ...options, signal: AbortSignal.abort(reason) }))).toBe(
      reason,
    );
    expect(workers.started).toBe(0);
  });

  it('right after the call', async () => {
    const controller = new AbortController();
    const promise = rejection(GaussianMixture.fitAsync(X, { ...endless, signal: controller.signal }));
    controller.abort('at once');
    expect(await promise).toBe('at once');
  });

  it('during the fit rejects with signal.reason', async () => {
    const controller = new AbortController();
    const error = await rejection<DOMException>(
      GaussianMixture.fitAsync(X, { ...endless, signal: controller.signal, onProgress: () => controller.abort() }),
    );
    expect(error).toBe(controller.signal.reason);
    expect(error.name).toBe('AbortError');
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('by a timeout, without a listener', async () => {
    const signal = AbortSignal.timeout(100);
    expect(await rejection(GaussianMixture.fitAsync(X, { ...endless, signal }))).toBe(signal.reason);
  });

  it('after the end does nothing', async () => {
    const controller = new AbortController();
    const model = await GaussianMixture.fitAsync(X, { ...options, signal: controller.signal });
    controller.abort();
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(model.fitted).toBe(true);
  });
});

describe('errors keep their class', () => {
  const acidity = load<ReferenceCase>('collapse_acidity_k5.json');

  it('of a collapse, with component and parameters', async () => {
    const job = {
      nComponents: 5,
      covarianceType: 'spherical',
      initialParameters: acidity.init,
      regCovar: 0,
      tol: 0,
    } as const;
    const error = await rejection<DegenerateComponentError>(GaussianMixture.fitAsync(acidity.dataset.rows, job));
    expect(error).toBeInstanceOf(DegenerateComponentError);
    expect([error.name, error.code, error.component]).toEqual(['DegenerateComponentError', 'DEGENERATE_COMPONENT', 0]);
    const parameters = error.parameters as { means: Float64Array };
    expect(parameters.means).toBeInstanceOf(Float64Array);
    expect(parameters.means.every(Number.isFinite)).toBe(true);
    expect(error.iteration).toBeGreaterThan(188);
    expect(error.message).toMatch(/component 0 collapsed/);
  });

  it('in the record of restarts', async () => {
    const job = { nComponents: 5, regCovar: 0, maxIter: 300, tol: 0, nInit: 12 } as const;
    const { restarts } = await GaussianMixture.fitAsync(acidity.dataset.rows, job);
    const failed = restarts.filter(({ error }) => error !== undefined);
    expect(failed.length).toBeGreaterThan(0);
    for (const { error } of failed) expect(error).toBeInstanceOf(DegenerateComponentError);
  });

  it.each<[string, unknown, object, new (...args: never[]) => Error]>([
    [
      'data',
      [
        [1, 2],
        [Number.NaN, 3],
      ],
      {},
      InvalidDataError,
    ],
    ['options', X, { nComponents: 0 }, InvalidOptionError],
    ['an unknown option', X, { nComponent: 3 }, InvalidOptionError],
    ['parameters', X, { initialParameters: { means: [[1]] } }, InvalidParametersError],
    [
      'a covariance',
      X,
      {
        nComponents: 1,
        covarianceType: 'tied',
        initialParameters: { means: [[0, 0, 0]], covariances: new Array(9).fill(1) },
      },
      NotPositiveDefiniteError,
    ],
    [
      'an outlier',
      [1, 2, 1e200],
      { nComponents: 1, initialParameters: { means: [1], covariances: [1e-300] } },
      ZeroDensityError,
    ],
  ])('of %s', async (_what, data, some, Kind) => {
    const promise = GaussianMixture.fitAsync(data as typeof X, { ...options, ...some });
    expect(promise).toBeInstanceOf(Promise);
    const error = await rejection(promise);
    expect(error).toBeInstanceOf(Kind);
    expect(error.name).toBe(Kind.name);
  });
});

describe('what is handed over', () => {
  it('is copied at the call: later changes do not matter', async () => {
    const own = { data: values.slice(), rows: 150, columns: 3 };
    const sampleWeights = new Float64Array(150).fill(1).map((_, i) => 1 + (i % 2));
    const means = values.slice(0, 9);
    const want = GaussianMixture.fit(X, {
      ...options,
      sampleWeights: sampleWeights.slice(),
      initialParameters: { means: means.slice() },
    });
    const promise = GaussianMixture.fitAsync(own, { ...options, sampleWeights, initialParameters: { means } });
    own.data.fill(0);
    sampleWeights.fill(0);
    means.fill(0);
    expect(bitsOf(await promise)).toEqual(bitsOf(want));
  });

  it('labels and responsibilities are copied at the call too', async () => {
    const labels = Array.from({ length: 150 }, (_, i) => i % 3);
    const want = GaussianMixture.fit(X, { ...options, init: { labels: labels.slice() } });
    const promise = GaussianMixture.fitAsync(X, { ...options, init: { labels } });
    labels.fill(0);
    expect(bitsOf(await promise)).toEqual(bitsOf(want));
  });

  it('with transfer: true is given away, if the buffer is X and nothing else', async () => {
    const own = values.slice();
    const model = await GaussianMixture.fitAsync(matrixOf(own, 3), { ...options, transfer: true });
    expect(own.byteLength).toBe(0);
    expect(bitsOf(model)).toEqual(bitsOf(GaussianMixture.fit(X, options)));
    const part = new Float64Array([0, ...values]).subarray(1);
    await GaussianMixture.fitAsync(matrixOf(part, 3), { ...options, transfer: true });
    expect(part.length).toBe(450);
    await GaussianMixture.fitAsync(X, options);
    expect(values.length).toBe(450);
  });

  const binary = () => Uint8Array.from(values, (value) => (value > 0 ? 1 : 0));
  const bernoulli = { nComponents: 2, maxIter: 5, tol: 0 } as const;

  it.each([1, 2])(
    'with transfer: true is detached at the call, before anybody can write there (%i threads)',
    async (n) => {
      const own = values.slice();
      const bytes = binary();
      const given = { transfer: true, threads: n };
      const gaussian = GaussianMixture.fitAsync(matrixOf(own, 3), { ...options, ...given });
      const bits01 = BernoulliMixture.fitAsync({ data: bytes, rows: 150, columns: 3 }, { ...bernoulli, ...given });
      const centers = values.slice();
      const clustering = KMeans.fitAsync(matrixOf(centers, 3), { nClusters: 3, ...given });
      // before any worker has begun: a write could not be told from data
      for (const view of [own, bytes, centers]) expect(view.length).toBe(0);
      expect(bitsOf(await gaussian)).toEqual(bitsOf(GaussianMixture.fit(X, options)));
      const want = BernoulliMixture.fit({ data: binary(), rows: 150, columns: 3 }, bernoulli);
      expect((await bits01).logLikelihood).toBe(want.logLikelihood);
      expect(bits((await clustering).centers)).toEqual(bits(KMeans.fit(X, { nClusters: 3 }).centers));
    },
  );

  it('in memory that cannot be detached is copied', async () => {
    const own = new Float64Array(new WebAssembly.Memory({ initial: 1 }).buffer);
    own.set(values);
    const promise = GaussianMixture.fitAsync(matrixOf(own, 2), { ...options, transfer: true });
    const want = GaussianMixture.fit(matrixOf(own.slice(), 2), options);
    own.fill(7);
    expect(bitsOf(await promise)).toEqual(bitsOf(want));
  });

  it.each([{}, { transfer: true }])("in a Buffer of Node's pool is copied, %o", async (given) => {
    const bytes = Buffer.from(binary());
    const data = { rows: 150, columns: 3 };
    const promise = BernoulliMixture.fitAsync({ ...data, data: bytes }, { ...bernoulli, ...given });
    bytes.fill(7);
    const want = BernoulliMixture.fit({ ...data, data: binary() }, bernoulli);
    expect((await promise).logLikelihood).toBe(want.logLikelihood);
  });
});

describe('X on a SharedArrayBuffer', () => {
  const share = <T extends Float64Array | Uint8Array>(kind: new (buffer: SharedArrayBuffer) => T, from: T): T => {
    const view = new kind(new SharedArrayBuffer(from.byteLength));
    view.set(from);
    return view;
  };
  const told = (value: string, row: number, column: number) =>
    new RegExp(
      `^X lies on a SharedArrayBuffer and was written during the fit \\(now ${value} at row ${row}, column ${column}\\)`,
    );

  // no thread has begun when the call returns: what is written then is what the fit reads
  it.each([
    [Number.NaN, 1],
    [Number.NaN, 2],
    [Infinity, 1],
    [1e300, 1],
  ])('where %d is written meanwhile is told as what it is (%i threads)', async (value, n) => {
    for (const fit of [
      (x: Float64Array) => GaussianMixture.fitAsync(matrixOf(x, 3), { ...options, threads: n }),
      (x: Float64Array) => KMeans.fitAsync(matrixOf(x, 3), { nClusters: 3, threads: n }),
      (x: Float64Array) => KMedians.fitAsync(matrixOf(x, 3), { nClusters: 3, threads: n }),
    ]) {
      const x = share(Float64Array, values);
      const promise = fit(x);
      x[100] = value;
      const error = await rejection<InvalidDataError>(promise);
      expect(error).toBeInstanceOf(InvalidDataError);
      expect(error.message).toMatch(told(String(value).replace('+', '\\+'), 33, 1));
      expect([error.row, error.column]).toEqual([33, 1]);
    }
  });

  it('where bits became something else is told as well', async () => {
    const x = share(
      Uint8Array,
      Uint8Array.from(values, (value) => (value > 0 ? 1 : 0)),
    );
    const promise = BernoulliMixture.fitAsync({ data: x, rows: 150, columns: 3 }, { nComponents: 2 });
    x[5] = 7;
    expect((await rejection(promise)).message).toMatch(told('7', 1, 2));
  });

  it('left alone is fitted where it is, rows of weight 0 included', async () => {
    const x = share(Float64Array, values);
    const sampleWeights = new Float64Array(150).fill(1);
    sampleWeights[7] = 0;
    x[21] = 1e300;
    const want = GaussianMixture.fit(matrixOf(x.slice(), 3), { ...options, sampleWeights });
    expect(bitsOf(await GaussianMixture.fitAsync(matrixOf(x, 3), { ...options, sampleWeights }))).toEqual(bitsOf(want));
  });
});

describe('the worker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mixwasm-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return pathToFileURL(join(folder, name));
  };
  afterAll(() => rmSync(folder, { recursive: true }));

  it('may come from a file', async () => {
    const workerUrl = file('worker.mjs', WORKER_SOURCE);
    for (const url of [workerUrl, workerUrl.href]) {
      expect(bitsOf(await GaussianMixture.fitAsync(X, { ...options, workerUrl: url }))).toEqual(
        bitsOf(GaussianMixture.fit(X, options)),
      );
    }
  });

  it.each([
    ['missing', 'throw new Error("broken")', /the worker failed: broken/],
    ['leaving', 'process.exit(3)', /ended \(exit code 3\) before its job/],
  ])('%s is told', async (name, text, message) => {
    const error = await rejection<WorkerError>(
      GaussianMixture.fitAsync(X, { ...options, workerUrl: file(`${name}.mjs`, text) }),
    );
    expect(error).toBeInstanceOf(WorkerError);
    expect(error.code).toBe('WORKER');
    expect(error.message).toMatch(message);
  });

  it('that is not there is told', async () => {
    const workerUrl = new URL('nowhere.mjs', pathToFileURL(`${folder}/`));
    expect(await rejection(GaussianMixture.fitAsync(X, { ...options, workerUrl }))).toBeInstanceOf(WorkerError);
  });

  it('ends with its job, so that the process can exit', async () => {
    // the compiled sources of `npm run build`
    const built = new URL('../build/js/index.js', import.meta.url);
    const script = file(
      'exit.mjs',
      `
      import { GaussianMixture } from ${JSON.stringify(built.href)};
      const X = Array.from({ length: 50 }, (_, i) => [Math.sin(i), Math.cos(i * i)]);
      const { nIter } = await GaussianMixture.fitAsync(X, { nComponents: 2, maxIter: 5, tol: 0 });
      const aborted = await GaussianMixture.fitAsync(X, { nComponents: 2, maxIter: 1e9, tol: 0, signal: AbortSignal.timeout(200) }).catch((e) => e.name);
      console.log(nIter, aborted);
    `,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [script.pathname], { timeout: 25_000 });
    expect(stdout.trim()).toBe('5 TimeoutError');
  });
});
