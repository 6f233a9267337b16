// Thousands of fits in one process, by all families, with scoring, JSON, errors, unfinished iterators and aborted fits among
// them; then memory is as it was. usage: node --expose-gc tools/leaks.mjs [--fits 10000]      (after a build)
import { parseArgs } from 'node:util';
import { BernoulliMixture, GaussianMixture, KMeans, KMedians } from '../dist/index.js';

const { values } = parseArgs({ options: { fits: { type: 'string', default: '10000' } } });
const fits = Number(values.fits);
if (!Number.isInteger(fits) || fits < 100) throw new Error('--fits must be an integer of at least 100');
if (globalThis.gc === undefined) throw new Error('run it with node --expose-gc');

const D = 4;
const N = 300;
const rows = Array.from({ length: N }, (_, i) =>
  Array.from({ length: D }, (_, j) => Math.sin((i + 1) * (j + 2.3) * 7.1) + (i % 3) * 4),
);
const X = { data: Float64Array.from(rows.flat()), rows: N, columns: D };
const binary = rows.map((row) => row.map((value) => Number(value > 2)));
const short = { nComponents: 3, maxIter: 5, tol: 0 };

const WAYS = [
  () => GaussianMixture.fit(X, short).predict(X),
  () => GaussianMixture.fit(rows, { ...short, covarianceType: 'diag', nInit: 2 }).score(rows),
  () => GaussianMixture.fit(X, { ...short, covarianceType: 'tied', acceleration: 'anderson' }).bic(X),
  () => GaussianMixture.fromJSON(JSON.stringify(GaussianMixture.fit(X, short))).scoreSamples(rows.slice(0, 3)),
  () => BernoulliMixture.fit(binary, short).predictProba(binary),
  () => KMeans.fit(X, { nClusters: 4 }).transform(X),
  () => KMedians.fit(X, { nClusters: 4 }).predict(X),
  () => GaussianMixture.fit(X, { ...short, backend: 'js' }).sample(5),
  () => GaussianMixture.steps(X, short).next(),
  () => {
    for (const _ of KMeans.steps(X, { nClusters: 3 })) break;
  },
  () => expectError(() => GaussianMixture.fit([0, 0, 0, 1], { nComponents: 2, regCovar: 0 })),
  () =>
    expectError(() =>
      GaussianMixture.fit(X, {
        ...short,
        onProgress() {
          throw new Error('mine');
        },
      }),
    ),
];
// each starts a worker, or two
const ASYNC_WAYS = [
  () => GaussianMixture.fitAsync(X, short),
  () => KMeans.fitAsync(X, { nClusters: 3 }),
  async () => {
    const endless = { ...short, maxIter: 1e9, signal: AbortSignal.timeout(60) };
    const error = await GaussianMixture.fitAsync(X, endless).catch((reason) => reason);
    if (error?.name !== 'TimeoutError') throw new Error(`not broken off: ${error}`);
  },
];

function expectError(call) {
  try {
    call();
  } catch {
    return;
  }
  throw new Error('an error was expected');
}

/** MB, after everything that can be collected has been. */
async function memory() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { rss, heapUsed, arrayBuffers, external } = process.memoryUsage();
  return { rss, heapUsed, arrayBuffers, external, handles: process.getActiveResourcesInfo().length };
}

const samples = [];
const parts = 10;
const start = performance.now();
for (let part = 0; part < parts; part++) {
  for (let i = 0; i < fits / parts; i++) {
    if (i % 100 === 99) await ASYNC_WAYS[Math.floor(i / 100) % ASYNC_WAYS.length]();
    else WAYS[i % WAYS.length]();
  }
  samples.push(await memory());
}
const seconds = (performance.now() - start) / 1000;

const MB = 2 ** 20;
/** What may be added between the third and the last sample: the noise of allocators, no more. */
const NOISE = { heapUsed: 1.5 * MB, arrayBuffers: 2 ** 16, external: 2 ** 18, rss: 24 * MB, handles: 0 };
const leaks = Object.entries(NOISE).filter(([key, noise]) => samples.at(-1)[key] - samples[2][key] > noise);
const show = (key, unit) => samples.map((sample) => (sample[key] / unit).toFixed(unit === 1 ? 0 : 1)).join(' ');
console.log(`${fits} fits in ${seconds.toFixed(1)} s; after every tenth of them, in MB:`);
for (const key of Object.keys(NOISE)) console.log(`${key.padEnd(14)}${show(key, key === 'handles' ? 1 : MB)}`);
for (const [key] of leaks) console.error(`LEAK: ${key} grew from ${samples[2][key]} to ${samples.at(-1)[key]} bytes`);
console.log(`${leaks.length} leaks`);
process.exit(leaks.length > 0 ? 1 : 0);
