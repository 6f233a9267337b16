// Thousands of fits in one process, by all families, with scoring, JSON, errors, unfinished iterators and aborted fits among
// them; then memory is as it was. usage: node --expose-gc --max-semi-space-size=1 tools/leaks.mjs [--fits 10000]      (after a build)
import { parseArgs } from 'node:util';
import { BernoulliMixture, GaussianMixture, KMeans, KMedians } from '../dist/index.js';

const { values } = parseArgs({ options: { fits: { type: 'string', default: '10000' } } });
const fits = Number(values.fits);
if (!Number.isInteger(fits) || fits < 100) throw new Error('--fits must be an integer of at least 100');
if (globalThis.gc === undefined) throw new Error('run it with node --expose-gc');
// its young objects' space grows to 3 times 16 MB whenever V8 likes, which would look like a leak of rss
if (!process.execArgv.some((flag) => flag.startsWith('--max-semi-space-size')))
  throw new Error('run it with node --max-semi-space-size=1');

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

// what is made once and kept (code, tables, V8's young generation, the arenas of the first workers' threads) is made before
for (const way of [...WAYS, ...ASYNC_WAYS, ...ASYNC_WAYS]) await way();

const samples = [];
const parts = 12;
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
/**
 * What the last quarter of the samples may hold more than the second, by their medians: a leak grows from sample to sample,
 * an allocator that takes a block from the system does so once, and may keep it.
 */
const NOISE = { heapUsed: 1.5 * MB, arrayBuffers: 2 ** 16, external: 2 ** 18, rss: 8 * MB, handles: 0 };
const median = (quarter, key) =>
  samples
    .slice(quarter * 3, quarter * 3 + 3)
    .map((sample) => sample[key])
    .sort((a, b) => a - b)[1];
const growth = (key) => median(3, key) - median(1, key);
const leaks = Object.keys(NOISE).filter((key) => growth(key) > NOISE[key]);
const show = (key, unit) => samples.map((sample) => (sample[key] / unit).toFixed(unit === 1 ? 0 : 1)).join(' ');
console.log(`${fits} fits in ${seconds.toFixed(1)} s; after every twelfth of them, in MB:`);
for (const key of Object.keys(NOISE)) console.log(`${key.padEnd(14)}${show(key, key === 'handles' ? 1 : MB)}`);
for (const key of leaks) console.error(`LEAK: ${key} grew by ${growth(key)} (${NOISE[key]} may be noise)`);
console.log(`${leaks.length} leaks`);
process.exit(leaks.length > 0 ? 1 : 0);
