/**
 * What a service waits for: scoring of one row, its spread, batches, fits, and the moments that take longer. D = 8, K = 8,
 * full covariances, one process, nothing else on the calling thread. Replaces bench/results/latency.{json,md}, of which
 * docs/services.md is made (npm run docs).
 *
 * usage: node bench/latency.mjs
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { GaussianMixture, loadKernels } from 'mixwasm';
import { machine } from './machine.mjs';
import { median } from './statistics.mjs';
import { machineLine, table } from './table.mjs';

const D = 8;
const K = 8;
const RESULTS = fileURLToPath(new URL('results/latency', import.meta.url));
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const time = (run) => {
  const started = performance.now();
  run();
  return performance.now() - started;
};
const middle = (n, run) => median(Array.from({ length: n }, () => time(run)));
/** [what, milliseconds] */
const results = [];
const say = (what, ms) => {
  results.push([what, ms]);
  console.log(`${what.padEnd(75)} ${readable(ms)}`);
};

const begun = performance.now();
await loadKernels();
say('the first use of the kernels in the process', performance.now() - begun);

const uniforms = GaussianMixture.fromParameters({
  means: [new Array(D).fill(0)],
  covariances: [new Array(D).fill(9)],
  covarianceType: 'diag',
});
const rows = (n) => ({ data: uniforms.sample(n, { seed: 1 }).X, rows: n, columns: D });
const X = rows(20_000);
const fitted = (seed) => GaussianMixture.fit(X, { nComponents: K, seed, tol: 1e-3 });

// ---- scoring

const json = JSON.stringify(fitted(1));
const model = GaussianMixture.fromJSON(json);
const row = [Array.from(X.data.subarray(0, D))];
const first = time(() => model.scoreSamples(row));
for (let i = 0; i < 50_000; i++) model.scoreSamples(row);
const each = Float64Array.from({ length: 500_000 }, () => time(() => model.scoreSamples(row))).sort();
for (const [name, at] of Object.entries({ median: 0.5, p99: 0.99, 'p99.9': 0.999, 'p99.99': 0.9999, greatest: 1 })) {
  say(`one row, ${name} of 500,000 calls`, each[Math.min(each.length - 1, Math.floor(at * each.length))]);
}
for (const n of [8, 64, 1000, 20_000]) {
  const batch = rows(n);
  say(`${n} rows in a call, each`, middle(200, () => model.scoreSamples(batch)) / n);
}
say('the first scoring of a model', first);
const models = [1, 2, 3, 4, 5].map((seed) => GaussianMixture.fromJSON(JSON.stringify(fitted(seed))));
for (const count of [4, 5]) {
  const some = models.slice(0, count);
  const inTurn = () => {
    for (const one of some) one.scoreSamples(row);
  };
  for (let i = 0; i < 1000; i++) inTurn();
  say(`one row by each of ${count} models in turn, each`, middle(50, inTurn) / count);
}
say(
  '`fromJSON`',
  middle(50, () => GaussianMixture.fromJSON(json)),
);

// ---- fits

const few = rows(5000);
const fit = () => GaussianMixture.fit(few, { nComponents: 3, maxIter: 20, tol: 0 });
const settled = Array.from({ length: 200 }, () => time(fit)).slice(100);
say('`fit` of 5,000 rows, 3 components, 20 iterations', median(settled));
const afterwards = [];
for (let i = 0; i < 20; i++) {
  collect();
  // V8 sweeps and frees on other threads for a while
  await wait(20);
  afterwards.push(time(fit));
}
say('the same, right after a full garbage collection', median(afterwards));
const small = rows(100);
const alone = () => GaussianMixture.fit(small, { nComponents: 2 });
say('`fit` of 100 rows, 2 components', middle(100, alone));
const later = async () => {
  const started = performance.now();
  await GaussianMixture.fitAsync(small, { nComponents: 2 });
  return performance.now() - started;
};
say('the same by `fitAsync`, which starts a worker', await later());
const next = [];
for (let i = 0; i < 100; i++) next.push(await later());
say('… which finds one', median(next));

const large = rows(1_000_000);
for (const [what, options] of Object.entries({ copied: {}, 'given away (`transfer`)': { transfer: true } })) {
  const controller = new AbortController();
  let promise;
  const blocked = time(() => {
    promise = GaussianMixture.fitAsync(large, { nComponents: K, signal: controller.signal, ...options });
  });
  say(`the call of \`fitAsync\` with 1,000,000 rows, ${what}`, blocked);
  await wait(300);
  const aborted = performance.now();
  controller.abort();
  await promise.catch(() => {});
  say('… abort until the promise rejects', performance.now() - aborted);
}

const report = { machine: machine(), results };
const cells = results.map(([what, ms]) => [what, readable(ms)]);
writeFileSync(`${RESULTS}.json`, `${JSON.stringify(report, undefined, 2)}\n`);
writeFileSync(
  `${RESULTS}.md`,
  `${table([['', 'takes (medians, if nothing else is said)'], ...cells])}\n\n${machineLine(report.machine)}\n`,
);

/** Two digits. */
function readable(ms) {
  const [value, unit] = ms < 1 ? [1e3 * ms, 'µs'] : [ms, 'ms'];
  return `${value < 10 ? value.toPrecision(2) : value.toFixed(0)} ${unit}`;
}
