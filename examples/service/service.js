/**
 * An HTTP service that fits Gaussian mixtures and scores points under them. What a public service needs is here: bodies and
 * shapes are bounded before anything is computed, every fit has a deadline and ends when its client hangs up, only as many
 * fits run as there are cores, models are kept by id up to a number, and errors say whose fault they are.
 *
 *   POST   /models             { X, nComponents, covarianceType?, seed? }   → 201 { id, logLikelihood, bic, converged, nIter }
 *   GET    /models/:id                                                      → the saved model, for GaussianMixture.fromJSON
 *   POST   /models/:id/score   { X }                                        → { logDensities, labels }
 *   DELETE /models/:id                                                      → 204
 */
import { availableParallelism } from 'node:os';
import Fastify from 'fastify';
import { GaussianMixture, loadKernels, MixwasmError } from 'mixwasm';
import { JobQueue, QueueFullError } from './job-queue.js';
import { ModelStore } from './model-store.js';

export const LIMITS = {
  bodyBytes: 4 * 2 ** 20,
  /** rows of a fit, and of a call that scores: the latter blocks the others while it computes */
  fitRows: 20_000,
  scoreRows: 2_000,
  columns: 64,
  components: 32,
  fitMilliseconds: 5_000,
  fits: availableParallelism(),
  waitingFits: 16,
  models: 100,
};

/** By the `code` of the library's errors; what is not here is a fault of the service. */
const STATUS = {
  INVALID_DATA: 400,
  INVALID_OPTION: 400,
  INVALID_PARAMETERS: 400,
  OUT_OF_MEMORY: 413,
  NOT_POSITIVE_DEFINITE: 422,
  DEGENERATE_COMPONENT: 422,
  ZERO_DENSITY: 422,
  WORKER: 503,
};

/** Options of a request are never passed on unseen: only these, within these bounds. */
function schemas(limits) {
  // what the numbers are is checked by the library, once, with the row and column in the error
  const rows = (maxItems) => ({
    type: 'array',
    minItems: 1,
    maxItems,
    items: { type: 'array', maxItems: limits.columns },
  });
  const object = (properties, required) => ({
    body: { type: 'object', properties, required, additionalProperties: false },
  });
  return {
    fit: object(
      {
        X: rows(limits.fitRows),
        nComponents: { type: 'integer', minimum: 1, maximum: limits.components },
        covarianceType: { enum: ['full', 'tied', 'diag', 'spherical'] },
        seed: { type: 'integer' },
      },
      ['X', 'nComponents'],
    ),
    score: object({ X: rows(limits.scoreRows) }, ['X']),
  };
}

/**
 * The service, ready to listen.
 *
 * @param {Partial<typeof LIMITS>} [given] instead of LIMITS
 * @param {{ onWork?(what: 'fit' | 'score', start: number, end: number): void }} [observer] is told when the calling thread
 *   was busy with the library, in milliseconds of performance.now()
 */
export async function createService(given = {}, observer = {}) {
  const limits = { ...LIMITS, ...given };
  const models = new ModelStore(limits.models);
  const fits = new JobQueue({ most: limits.fits, waiting: limits.waitingFits });
  const schema = schemas(limits);
  await warmUp();

  const app = Fastify({
    bodyLimit: limits.bodyBytes,
    requestTimeout: 10_000,
    // a number is a number: "1" and null are told instead of converted, and so are fields that do not exist
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    forceCloseConnections: true,
  });

  const measured = (what, work) => {
    const start = performance.now();
    try {
      return work();
    } finally {
      observer.onWork?.(what, start, performance.now());
    }
  };

  app.post('/models', { schema: schema.fit }, async ({ body }, reply) => {
    const { X, nComponents, covarianceType = 'full', seed = 0 } = body;
    const signal = AbortSignal.any([hangUp(reply), AbortSignal.timeout(limits.fitMilliseconds)]);
    const options = { nComponents, covarianceType, seed, maxIter: 500, nInit: 1, signal };
    const model = await fits.run(() => measured('fit', () => GaussianMixture.fitAsync(X, options)), signal);
    const { logLikelihood, converged, nIter } = model;
    const bic = measured('score', () => model.bic(X));
    reply.code(201);
    return { id: models.add(keep(model)), logLikelihood, bic, converged, nIter };
  });

  app.post('/models/:id/score', { schema: schema.score }, async ({ params, body }) => {
    const model = found(params.id);
    return measured('score', () => ({
      logDensities: Array.from(model.scoreSamples(body.X)),
      labels: Array.from(model.predict(body.X)),
    }));
  });

  app.get('/models/:id', async ({ params }) => found(params.id).toJSON());

  app.delete('/models/:id', async ({ params }, reply) => {
    found(params.id);
    models.delete(params.id);
    reply.code(204);
  });

  app.get('/health', async () => ({ models: models.size, fits: fits.length }));

  function found(id) {
    const model = models.get(id);
    if (model !== undefined) return model;
    throw Object.assign(new Error(`there is no model ${id}; at most ${limits.models} are kept`), { statusCode: 404 });
  }

  app.setErrorHandler((error, _request, reply) => {
    const status = statusOf(error);
    if (status >= 500) app.log.error(error);
    if (status === 503) reply.header('retry-after', '1');
    // what went wrong inside is nobody else's business
    const message = status === 500 ? 'an error of the service' : error.message;
    reply.code(status).send({ error: error.code ?? error.name, message });
  });
  return app;
}

/** Compiles the kernels, and lets the first requests find them optimised. */
async function warmUp() {
  await loadKernels();
  const model = GaussianMixture.fromParameters({ means: [[0], [1]], covariances: [1, 1], covarianceType: 'spherical' });
  for (let i = 0; i < 1000; i++) model.scoreSamples([[i / 1000]]);
}

/** A model to be kept for long: without the labels of its training rows. */
function keep(model) {
  return GaussianMixture.fromJSON(model.toJSON());
}

/** Aborts when the client is gone before its answer. */
function hangUp({ raw }) {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableEnded) controller.abort(new Error('the client hung up'));
  });
  return controller.signal;
}

function statusOf(error) {
  if (error instanceof MixwasmError) return STATUS[error.code] ?? 500;
  if (error instanceof QueueFullError) return 503;
  if (error.name === 'TimeoutError') return 504;
  // of fastify: the body was too large, or not what the schema says
  return error.statusCode ?? 500;
}
