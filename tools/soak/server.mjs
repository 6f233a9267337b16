// The service under observation: what the load generator asks it for, and when its thread was busy with what.
import { createRequire } from 'node:module';
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { createService } from '../../examples/service/service.js';

/** Intervals in milliseconds since 1970, so that another process can compare them with its own. */
const pauses = { gc: [], fit: [], score: [] };
const since1970 = (time) => performance.timeOrigin + time;

new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) {
    pauses.gc.push([since1970(startTime), since1970(startTime + duration)]);
  }
}).observe({ entryTypes: ['gc'] });

const observer = {
  onWork(what, start, end) {
    // scoring is measured by all its calls, and kept where it is long
    if (what === 'fit' || end - start > 1) pauses[what].push([since1970(start), since1970(end)]);
    if (what === 'score') scoring.push(end - start);
  },
};
const scoring = [];

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const app = await createService({}, observer);
await app.listen({ port: 0, host: '127.0.0.1' });

const { version } = createRequire(import.meta.url)('../../examples/service/node_modules/fastify/package.json');
process.send({ type: 'listening', port: app.server.address().port, fastify: version });
process.on('message', async (message) => {
  if (message === 'usage') {
    const { rss, heapUsed, arrayBuffers, external } = process.memoryUsage();
    process.send({ type: 'usage', rss, heapUsed, arrayBuffers, external });
  } else if (message === 'start') {
    // what came before is not of the load: reading the code, the first requests
    for (const list of [...Object.values(pauses), scoring]) list.length = 0;
    delay.reset();
  } else if (message === 'stop') {
    scoring.sort((a, b) => a - b);
    const at = (q) => scoring[Math.min(scoring.length - 1, Math.floor(q * scoring.length))] ?? Number.NaN;
    process.send({
      type: 'pauses',
      pauses,
      scoring: { count: scoring.length, p50: at(0.5), p99: at(0.99), max: at(1) },
      loopDelay: { p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 },
    });
    await app.close();
    process.disconnect();
  }
});
