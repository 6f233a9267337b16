/** The race: the same data, start and iterations on wasm, wasm with threads, and plain JavaScript. */
import { GaussianMixture, type GaussianMixtureOptions } from 'mixwasm';
import type { RaceJob, Reply, RunnerName } from './jobs.js';

export async function race(job: RaceJob, tell: (reply: Reply) => void): Promise<void> {
  const { nSamples, nFeatures, nComponents, iterations } = job;
  tell({ reply: 'stage', text: 'drawing the data' });
  const X = drawData(nSamples, nFeatures, nComponents);
  const start = {
    // the same parameters for all
    initialParameters: startOf(X, nComponents),
    nComponents,
    tol: 0,
    maxIter: iterations,
    regCovar: 0,
  } satisfies GaussianMixtureOptions;

  const threads = Math.max(2, Math.min(8, navigator.hardwareConcurrency || 2));
  const runners: { name: RunnerName; options: { threads?: number; backend?: 'js' } }[] = [
    { name: 'wasm', options: {} },
    ...(globalThis.crossOriginIsolated ? [{ name: 'threads' as const, options: { threads } }] : []),
    { name: 'js', options: { backend: 'js' } },
  ];
  for (const { name, options } of runners) {
    tell({ reply: 'stage', text: `warming up ${name}` });
    // starts workers and lets the engine compile, so that iterations are timed and nothing else
    await GaussianMixture.fitAsync(headOf(X, 4096), { ...start, maxIter: 6, ...options });
    tell({ reply: 'stage', text: `running ${name}` });
    let began = 0;
    const model = await GaussianMixture.fitAsync(X, {
      ...start,
      ...options,
      onProgress({ iteration }) {
        const now = performance.now();
        // timed from the first E-step on, which includes the start of the worker and the copy of the data
        if (iteration === 0) began = now;
        tell({ reply: 'lap', runner: name, iteration, milliseconds: now - began });
      },
    });
    // to the model: progress is told at most every 20 ms
    const milliseconds = performance.now() - began;
    const { logLikelihood } = model;
    const used = model.threads;
    tell({
      reply: 'finish',
      runner: name,
      milliseconds,
      logLikelihood,
      threads: used?.count ?? 1,
      reason: used?.reason,
    });
  }
}

interface Rows {
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Overlapping clusters on a ring, drawn by mixwasm itself with a fixed seed; in shared memory where there is any. */
function drawData(rows: number, columns: number, k: number): Rows {
  const truth = GaussianMixture.fromParameters({
    means: Array.from({ length: k }, (_, c) =>
      Array.from({ length: columns }, (_, j) => 3 * Math.cos((2 * Math.PI * (c + 1) * (j + 1)) / k + j)),
    ),
    covariances: Array.from({ length: k }, (_, c) => 1 + c / k),
    covarianceType: 'spherical',
  });
  const { X } = truth.sample(rows, { seed: 7 });
  if (!globalThis.crossOriginIsolated) return { data: X, rows, columns };
  const data = new Float64Array(new SharedArrayBuffer(X.byteLength));
  data.set(X);
  return { data, rows, columns };
}

function headOf({ data, rows, columns }: Rows, most: number): Rows {
  const n = Math.min(rows, most);
  return { data: data.slice(0, n * columns), rows: n, columns };
}

function startOf(X: Rows, nComponents: number) {
  const head = headOf(X, 4096);
  const { weights, means, covariances } = GaussianMixture.fit(head, {
    nComponents,
    maxIter: 0,
    seed: 3,
    init: 'randomPoints',
  });
  return { weights, means, covariances };
}
