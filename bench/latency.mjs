/**
 * What a service waits for: scoring of one row, its spread, batches, and the moments that take longer. D = 8, K = 8,
 * full covariances, one process, nothing else on the calling thread. Used by docs/services.md.
 *
 * usage: node bench/latency.mjs
 */
import { GaussianMixture } from 'mixwasm';
import { machine } from './machine.mjs';

const D = 8;
const K = 8;
const uniforms = GaussianMixture.fromParameters({
  means: [new Array(D).fill(0)],
  covariances: [new Array(D).fill(9)],
  covarianceType: 'diag',
});
const rows = (n) => ({ data: uniforms.sample(n, { seed: 1 }).X, rows: n, columns: D });
const time = (run) => {
  const started = performance.now();
  run();
  return performance.now() - started;
};
const microseconds = (ms) => `${(1e3 * ms).toFixed(ms < 0.01 ? 2 : 0)} µs`;
const say = (what, value) => console.log(`${what.padEnd(58)} ${value}`);

const X = rows(20_000);
const fitted = (seed) => GaussianMixture.fit(X, { nComponents: K, seed, tol: 1e-3 });
const model = GaussianMixture.fromJSON(JSON.stringify(fitted(1)));
const row = [Array.from(X.data.subarray(0, D))];

say('first scoring of a model', microseconds(time(() => model.scoreSamples(row))));
for (let i = 0; i < 50_000; i++) model.scoreSamples(row);
const each = Float64Array.from({ length: 500_000 }, () => time(() => model.scoreSamples(row))).sort();
for (const [name, at] of Object.entries({ median: 0.5, p99: 0.99, 'p99.9': 0.999, 'p99.99': 0.9999, greatest: 1 })) {
  say(`one row, ${name} of 500,000 calls`, microseconds(each[Math.min(each.length - 1, Math.floor(at * each.length))]));
}
for (const n of [8, 64, 1000, 20_000]) {
  const batch = rows(n);
  const best = Math.min(...Array.from({ length: 200 }, () => time(() => model.scoreSamples(batch))));
  say(`${n} rows in a call, each`, microseconds(best / n));
}

const models = [1, 2, 3, 4, 5].map((seed) => GaussianMixture.fromJSON(JSON.stringify(fitted(seed))));
for (const count of [4, 5]) {
  const some = models.slice(0, count);
  const inTurn = () => {
    for (const one of some) one.scoreSamples(row);
  };
  for (let i = 0; i < 1000; i++) inTurn();
  const best = Math.min(...Array.from({ length: 50 }, () => time(inTurn)));
  say(`one row by each of ${count} models in turn, each`, microseconds(best / count));
}

const json = JSON.stringify(model);
say(
  'fromJSON',
  microseconds(Math.min(...Array.from({ length: 50 }, () => time(() => GaussianMixture.fromJSON(json))))),
);

const large = rows(1_000_000);
for (const [what, options] of Object.entries({ copied: {}, 'given away (transfer)': { transfer: true } })) {
  const controller = new AbortController();
  let promise;
  const blocked = time(() => {
    promise = GaussianMixture.fitAsync(large, { nComponents: K, signal: controller.signal, ...options });
  });
  say(`fitAsync of 1,000,000 × ${D}, ${what}: calling thread busy for`, `${blocked.toFixed(0)} ms`);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const aborted = performance.now();
  controller.abort();
  await promise.catch(() => {});
  say('  abort until the promise rejects', `${(performance.now() - aborted).toFixed(1)} ms`);
}
const small = rows(100);
await GaussianMixture.fitAsync(small, { nComponents: 2 });
const started = performance.now();
for (let i = 0; i < 10; i++) await GaussianMixture.fitAsync(small, { nComponents: 2 });
say('fitAsync of 100 rows, start of its worker included', `${((performance.now() - started) / 10).toFixed(0)} ms`);
say(
  'the same by fit',
  microseconds(
    Math.min(...Array.from({ length: 20 }, () => time(() => GaussianMixture.fit(small, { nComponents: 2 })))),
  ),
);
const { cpu, cores, node } = machine();
console.log(`\n${cpu}, ${cores} cores, Node ${node}`);
