// Holds examples/service under load on the loopback for minutes: scoring at a steady rate, fits beside it, fits whose client
// hangs up, and requests that are refused. Fails on any answer that should be another, and on memory that grows.
// usage: node tools/soak/run.mjs [--minutes 3] [--rate 200] [--write]      (after a build; --write keeps the figures)
import { fork, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { atRate, Client } from './load.mjs';
import { explain, waitedForProcessor } from './pauses.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    rate: { type: 'string', default: '200' },
    write: { type: 'boolean', default: false },
  },
});
const [minutes, rate] = [Number(values.minutes), Number(values.rate)];
if (!(minutes > 0) || !(rate > 0)) throw new Error('--minutes and --rate must be above 0');
const path = (name) => fileURLToPath(new URL(name, import.meta.url));

const service = path('../../examples/service');
if (!existsSync(`${service}/node_modules/fastify`)) {
  const { status } = spawnSync('npm', ['install', '--ignore-scripts', '--no-package-lock'], {
    cwd: service,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the dependencies of examples/service cannot be installed');
}

const ROWS = 16;
const FEATURES = 8;
const table = (n, seed) =>
  Array.from({ length: n }, (_, i) =>
    Array.from({ length: FEATURES }, (_, j) => Math.sin((i + seed) * (j + 1.7) * 12.9898) * 2 + ((i + seed) % 4) * 5),
  );

const server = fork(path('server.mjs'), { stdio: 'inherit' });
const told = (type) =>
  new Promise((resolve, reject) => {
    const listen = (message) => {
      if (message.type !== type) return;
      server.off('message', listen);
      server.off('exit', fail);
      resolve(message);
    };
    const fail = (code) => reject(new Error(`the service ended with code ${code}`));
    server.on('message', listen);
    server.once('exit', fail);
  });
const ask = (question, type) => {
  const answer = told(type);
  server.send(question);
  return answer;
};

const { port, fastify } = await told('listening');
const client = new Client(port);
const errors = [];
const expectStatus = async (what, wanted, sending) => {
  try {
    const answer = await sending;
    if (answer.status !== wanted)
      errors.push(`${what}: ${answer.status} instead of ${wanted}: ${answer.body.slice(0, 200)}`);
    return answer;
  } catch (error) {
    errors.push(`${what}: ${error.message}`);
    return undefined;
  }
};

const training = [0, 1, 2, 3].map((seed) => JSON.stringify({ X: table(1500, seed * 1000), nComponents: 4, seed }));
const endless = JSON.stringify({ X: table(15_000, 5), nComponents: 32 });
const scored = [0, 1, 2, 3].map((seed) => JSON.stringify({ X: table(ROWS, 77 * seed) }));
const refused = JSON.stringify({
  X: [
    [1, 2],
    [3, null],
  ],
  nComponents: 1,
});

const first = await expectStatus('the first fit', 201, client.send('POST', '/models', training[0]));
const scorePath = `/models/${JSON.parse(first.body).id}/score`;
const answers = await Promise.all(scored.map((body) => client.send('POST', scorePath, body)));

const latencies = [];
const requests = [];
const fits = { done: 0, hungUp: 0, milliseconds: [] };
const score = async (i) => {
  const answer = await expectStatus('scoring', 200, client.send('POST', scorePath, scored[i % 4]));
  if (answer === undefined) return;
  if (answer.body !== answers[i % 4].body) errors.push('scoring: another answer than at first');
  latencies.push(answer.received - answer.sent);
  requests.push(answer);
};
const fit = async (i) => {
  const answer = await expectStatus('a fit', 201, client.send('POST', '/models', training[i % 4]));
  fits.done++;
  if (answer !== undefined) fits.milliseconds.push(answer.received - answer.sent);
};
const hangUp = async () => {
  fits.hungUp++;
  await client.send('POST', '/models', endless, 400).then(
    () => errors.push('a fit that was broken off was answered'),
    () => {},
  );
};
const refuse = () => expectStatus('a bad request', 400, client.send('POST', '/models', refused));

// everything once or twice, until the code is optimised and the memory has its size
const warm = [atRate(rate, score), atRate(1, fit), atRate(0.2, hangUp)];
await wait(Math.min(20_000, 20_000 * minutes));
for (const stop of warm) await stop();
for (const list of [latencies, requests, fits.milliseconds]) list.length = 0;
[fits.done, fits.hungUp] = [0, 0];

server.send('start');
const own = monitorEventLoopDelay({ resolution: 1 });
own.enable();
const started = performance.now();
const running = [atRate(rate, score), atRate(0.5, fit), atRate(0.05, hangUp), atRate(2, refuse)];
const usage = [];
const waits = [];
let waited = [waitedForProcessor(server.pid), waitedForProcessor(process.pid)];
let [from, nextUsage] = [performance.timeOrigin + performance.now(), 0];
while (performance.now() - started < minutes * 60_000) {
  await wait(5);
  const to = performance.timeOrigin + performance.now();
  const now = [waitedForProcessor(server.pid), waitedForProcessor(process.pid)];
  // both ends of a request wait for the processor; where in these milliseconds cannot be known
  const both = now.reduce((sum, value, i) => sum + (value - waited[i]) / 1e6, 0);
  if (both > 1) waits.push([Math.max(from, to - both), to]);
  [waited, from] = [now, to];
  if (performance.now() - started >= nextUsage) {
    nextUsage += 1000;
    usage.push(await ask('usage', 'usage'));
  }
}
const counts = [];
for (const stop of running) counts.push(await stop());
const askHealth = async () => JSON.parse((await client.send('GET', '/health')).body);
let health = await askHealth();
// the last client may have hung up a moment ago
for (let i = 0; i < 20 && health.fits > 0; i++) {
  await wait(50);
  health = await askHealth();
}
const { pauses, scoring, loopDelay } = await ask('stop', 'pauses');
client.close();

const sorted = Float64Array.from(latencies).sort();
const at = (list, q) => list[Math.min(list.length - 1, Math.floor(q * list.length))];
const p99 = at(sorted, 0.99);
const slow = requests.filter(({ sent, received }) => received - sent > p99);
const median = (list) =>
  at(
    [...list].sort((a, b) => a - b),
    0.5,
  );
const third = Math.floor(usage.length / 3);
const memory = Object.fromEntries(
  ['rss', 'heapUsed', 'arrayBuffers'].map((key) => {
    const list = usage.map((one) => one[key] / 2 ** 20);
    return [key, { first: median(list.slice(0, third)), last: median(list.slice(-third)), most: Math.max(...list) }];
  }),
);
const result = {
  machine: `${cpus()[0].model}, ${availableParallelism()} cores, shared`,
  // of the last minute: 1 of it for each core is what this may take for itself
  loadAverage: loadavg()[0],
  node: process.version,
  fastify,
  minutes,
  rate,
  shape: { rows: ROWS, features: FEATURES, components: 4 },
  requests: {
    scored: latencies.length,
    fitted: fits.done,
    hungUp: fits.hungUp,
    refused: counts[3],
    errors: errors.length,
  },
  scoring: { p50: at(sorted, 0.5), p99, p999: at(sorted, 0.999), max: at(sorted, 1), inside: scoring },
  fitting: { p50: median(fits.milliseconds), max: Math.max(...fits.milliseconds) },
  loopDelay: {
    service: loopDelay,
    client: { p50: own.percentile(50) / 1e6, p99: own.percentile(99) / 1e6, max: own.max / 1e6 },
  },
  collector: { pauses: pauses.gc.length, longest: Math.max(0, ...pauses.gc.map(([a, b]) => b - a)) },
  fitCalls: { count: pauses.fit.length, longest: Math.max(0, ...pauses.fit.map(([a, b]) => b - a)) },
  slowest: { count: slow.length, ...explain(slow, pauses, waits) },
  memory,
};
console.log(
  JSON.stringify(result, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value), 2),
);
if (memory.rss.last > 1.1 * memory.rss.first + 10)
  errors.push(`memory grew from ${memory.rss.first} to ${memory.rss.last} MB`);
if (health.fits !== 0) errors.push(`${health.fits} fits are left over`);
for (const error of new Set(errors)) console.error(error);
if (errors.length > 0) process.exit(1);
if (values.write) {
  const text = JSON.stringify(
    result,
    (_, value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value),
    2,
  );
  writeFileSync(path('../../bench/results/soak.json'), `${text}\n`);
  console.log('kept in bench/results/soak.json; npm run docs writes it into docs/services.md');
}
