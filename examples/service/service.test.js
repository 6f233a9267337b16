/** The service by its promises: what it answers, what it refuses, and that nothing of a refused request stays. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import test from 'node:test';
import { GaussianMixture } from 'mixwasm';
import { createService } from './service.js';

const X = Array.from({ length: 200 }, (_, i) => [Math.sin(i * i) + (i % 2) * 6, Math.cos(i ** 3)]);
/** Rows that keep a fit busy for longer than any deadline here. */
const heavy = Array.from({ length: 6000 }, (_, i) => Array.from({ length: 16 }, (_, j) => Math.sin(i * (j + 1) * 1.7)));

async function withService(limits, use) {
  const app = await createService(limits);
  try {
    await use(app, (url, body) => app.inject({ method: body === undefined ? 'GET' : 'POST', url, payload: body }));
  } finally {
    await app.close();
  }
}

test('fits, scores, gives and forgets models', () =>
  withService({}, async (app, call) => {
    const fitted = await call('/models', { X, nComponents: 2, seed: 3 });
    assert.equal(fitted.statusCode, 201);
    const { id, logLikelihood } = fitted.json();
    const want = GaussianMixture.fit(X, { nComponents: 2, seed: 3, maxIter: 500 });
    assert.equal(logLikelihood, want.logLikelihood);
    const scored = (await call(`/models/${id}/score`, { X: X.slice(0, 5) })).json();
    assert.deepEqual(scored.logDensities, Array.from(want.scoreSamples(X.slice(0, 5))));
    assert.deepEqual(scored.labels, Array.from(want.predict(X.slice(0, 5))));
    const saved = GaussianMixture.fromJSON((await call(`/models/${id}`)).json());
    assert.deepEqual(saved.means, want.means);
    assert.equal((await app.inject({ method: 'DELETE', url: `/models/${id}` })).statusCode, 204);
    assert.equal((await call(`/models/${id}`)).statusCode, 404);
  }));

test('keeps so many models, those that are used', () =>
  withService({ models: 2 }, async (_app, call) => {
    const ids = [];
    for (let i = 0; i < 2; i++) ids.push((await call('/models', { X, nComponents: 1 })).json().id);
    await call(`/models/${ids[0]}`);
    await call('/models', { X, nComponents: 1 });
    assert.equal((await call(`/models/${ids[0]}`)).statusCode, 200);
    assert.equal((await call(`/models/${ids[1]}`)).statusCode, 404);
  }));

test('refuses what is too much or wrong, and says where', () =>
  withService({ fitRows: 300, bodyBytes: 20_000 }, async (_app, call) => {
    const cases = [
      [
        {
          X: [
            [1, 2],
            [3, null],
          ],
          nComponents: 1,
        },
        400,
        /row 1, column 1/,
      ],
      [{ X: [[1, 2], [3]], nComponents: 1 }, 400, /row 1/],
      [{ X, nComponents: 999 }, 400, /nComponents/],
      [{ X, nComponents: '2' }, 400, /nComponents/],
      [{ X, nComponents: 2, nInit: 1e9 }, 400, /additional properties/],
      [{ X: Array.from({ length: 301 }, () => [1]), nComponents: 1 }, 400, /300 items/],
      [{ X: Array.from({ length: 250 }, () => new Array(60).fill(0.125)), nComponents: 1 }, 413, /too large/],
      [{ X: [[1], [1], [1]], nComponents: 5 }, 400, /./],
    ];
    for (const [body, status, message] of cases) {
      const answer = await call('/models', body);
      assert.equal(answer.statusCode, status, answer.body);
      assert.match(answer.json().message, message);
    }
    assert.deepEqual((await call('/health')).json(), { models: 0, fits: 0 });
  }));

test('a deadline ends a fit, a full queue refuses one', () =>
  withService({ fitMilliseconds: 1500, fits: 1, waitingFits: 1 }, async (_app, call) => {
    const body = { X: heavy, nComponents: 32 };
    const statuses = (await Promise.all([1, 2, 3].map(() => call('/models', body)))).map(
      ({ statusCode }) => statusCode,
    );
    assert.deepEqual(statuses.sort(), [503, 504, 504]);
    assert.equal((await call('/models', { X, nComponents: 1 })).statusCode, 201);
  }));

test('a client that hangs up ends its fit', () =>
  withService({ fitMilliseconds: 60_000 }, async (app, call) => {
    await app.listen({ port: 0 });
    const { port } = app.server.address();
    const fits = async () => (await call('/health')).json().fits;
    const headers = { 'content-type': 'application/json' };
    const client = request({ port, path: '/models', method: 'POST', headers }).on('error', () => {});
    client.end(JSON.stringify({ X: heavy, nComponents: 32 }));
    while ((await fits()) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    client.destroy();
    const start = performance.now();
    while ((await fits()) > 0 && performance.now() - start < 20_000)
      await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(await fits(), 0);
  }));
