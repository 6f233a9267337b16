/** Fits mixtures to rows that are read anew in every pass and never held all at once. */
import { type Block, createDataset, type Dataset } from '../data/dataset.js';
import type { Values } from '../data/matrix.js';
import { createRandom } from '../data/random.js';
import { type Summary, summarize, type Visit } from '../data/summary.js';
import { blockRows, TreeSum } from '../em/blocks.js';
import {
  locateCollapse,
  logLikelihoodOf,
  type MixtureFit,
  type MixturePlan,
  type OnProgress,
  recordOf,
  zeroDensityError,
  zeroDensityRow,
} from '../em/mixture-fit.js';
import type { MixtureParameters, MixtureStatistics } from '../em/model.js';
import { Pauses } from '../em/pauses.js';
import { Run } from '../em/restarts.js';
import { DegenerateComponentError, InvalidDataError, InvalidOptionError, show } from '../errors.js';
import { BernoulliMixture } from '../families/bernoulli-mixture.js';
import { GaussianMixture } from '../families/gaussian-mixture.js';
import { fitNow } from '../families/mixture-fit-now.js';
import { expectedBytes, leaseBackend, withBackend } from '../lease.js';
import { checkKnown, integerOption } from '../options.js';
import { checkSignal } from '../threads/client.js';
import { type BernoulliStreamOptions, bernoulliStream } from './bernoulli.js';
import { STREAM_OPTIONS, type StreamFamily, type StreamOptions } from './family.js';
import { FirstDifferences } from './first-differences.js';
import { type GaussianStreamOptions, gaussianStream } from './gaussian.js';
import { iterateAsync } from './loop.js';
import { BlockBuffer } from './reblock.js';
import { Reservoir } from './sample.js';
import { ChunkReader, type ChunkRows, type ChunkSource } from './source.js';

/** What the fits of all families take from a stream; other options of `fit` have no meaning or no way here. */
const COMMON = [
  'nComponents',
  'nInit',
  'seed',
  'tol',
  'paramTol',
  'maxIter',
  'backend',
  'onProgress',
  'initialParameters',
  'init',
];

/**
 * Fits by EM to rows that come in chunks, from disk or a network, in as many passes as it takes; memory holds one block of
 * rows, whatever their number. The chunks' sizes do not matter: rows are cut into the blocks that `fit` would cut, and
 * summed in the same tree, so the bits are those of `fit` from the same start.
 *
 * Two passes (three for data far from 0) summarise the rows, then every E-step is one. Runs on the calling thread and lets
 * other tasks run in between. The start is made on a seeded sample of rows, taken in the first pass; if that holds all rows
 * the fit is that of `fit` with the same options and one start. With `nInit` above 1 the starts are fitted to the sample,
 * and the best goes on to the stream. The model has no `labels`.
 *
 * @param mixture what to fit: `GaussianMixture` or `BernoulliMixture`
 * @param source returns, at every call, a new iterable over the same rows: typed arrays of whole rows, or `{ data, columns,
 *   sampleWeights }` (float64 or float32; bytes of 0 and 1 for `BernoulliMixture`)
 * @throws {InvalidDataError} no rows, a number that is not finite (its row in the whole stream and its column named), chunks
 *   that are not whole rows, fewer rows of positive weight than components, rows that differ by so little that squares
 *   underflow
 * @throws {SourceChangedError} a later pass gave more or fewer rows or columns than the first (only these are compared: other
 *   values in as many rows, say of a source that shuffles, pass unseen, and the result is of none of them)
 * @throws whatever `fit` throws, whatever the source throws, and `signal.reason` when aborted
 * @example
 * async function* rows() {
 *   for await (const text of files) yield Float64Array.from(text.split(','), Number);
 * }
 * const model = await fitStream(GaussianMixture, rows, { nComponents: 8, nFeatures: 4 });
 */
export function fitStream(
  mixture: typeof GaussianMixture,
  source: ChunkSource,
  options: GaussianStreamOptions,
): Promise<GaussianMixture>;
export function fitStream(
  mixture: typeof BernoulliMixture,
  source: ChunkSource<Uint8Array>,
  options: BernoulliStreamOptions,
): Promise<BernoulliMixture>;
export async function fitStream(
  mixture: unknown,
  source: ChunkSource | ChunkSource<Uint8Array>,
  options: GaussianStreamOptions | BernoulliStreamOptions,
): Promise<unknown> {
  const read = source as ChunkSource<Values>;
  if (mixture === GaussianMixture) {
    const given = options as GaussianStreamOptions;
    checkKnown(given, [...COMMON, 'covarianceType', 'regCovar', ...STREAM_OPTIONS], 'fitStream');
    return fitFamily(gaussianStream(given, 'fitStream'), read, given);
  }
  if (mixture === BernoulliMixture) {
    const given = options as BernoulliStreamOptions;
    checkKnown(given, [...COMMON, 'weights', 'prior', ...STREAM_OPTIONS], 'fitStream');
    return fitFamily(bernoulliStream(given, 'fitStream'), read, given);
  }
  throw new InvalidOptionError('mixture', `fitStream fits GaussianMixture or BernoulliMixture; got ${show(mixture)}`);
}

async function fitFamily<Plan extends MixturePlan, C, T, Model>(
  family: StreamFamily<Plan, C, T, Model>,
  source: ChunkSource<Values>,
  options: StreamOptions & { init?: unknown },
): Promise<Model> {
  const { nComponents, seed, backend: name } = family.plan;
  const { signal } = options;
  checkSignal(signal);
  if (typeof options.init === 'object') {
    throw new InvalidOptionError('init', 'a stream has no labels or responsibilities by row; pass initialParameters');
  }
  const nFeatures = options.nFeatures === undefined ? undefined : integerOption('nFeatures', options.nFeatures, 1);
  const { sampleRows } = options;
  if (sampleRows !== undefined) integerOption('sampleRows', sampleRows, nComponents);
  const reader = new ChunkReader(source, { binary: family.binary, nFeatures, signal });
  const random = withBackend(name, ({ log }) => createRandom(seed, log));
  // numbers of its own: the start draws from those that `split` gives first
  random.split();
  const { summary, sample } = await survey(
    reader,
    family,
    (like) => new Reservoir(sampleRows ?? sampleSize(nComponents, like.nFeatures), like, random),
  );

  const rows = blockRows(reader.nFeatures, nComponents);
  const { binary } = family;
  const { nFeatures: d, weighted } = reader;
  const buffer = new BlockBuffer(rows, { nFeatures: d, binary, weighted, origin: summary.origin });
  const plan = family.starting(sample.seen, d);
  const data: Dataset = { ...buffer.rows, ...summary };
  const backend = leaseBackend(name, expectedBytes(buffer.rows, nComponents));
  try {
    const fit = family.fit(plan, data, backend);
    const start = family.complete(plan)
      ? fit.parts.model.initialize(data, fit.parts.random)
      : fromSample(family, plan, sample, summary.origin);
    return await climb(family, fit, plan, start, new BlockStream(reader, buffer, signal), options.onProgress, summary);
  } catch (error) {
    backend.release(error);
    throw error;
  } finally {
    backend.release();
  }
}

/** Numbers of a sample at most, unless so many are needed: 32 MB. */
const SAMPLE_NUMBERS = 2 ** 22;

/** Rows of a sample, unless it is said: enough to tell components apart, few enough to be started from in no time. */
function sampleSize(nComponents: number, nFeatures: number): number {
  return Math.max(64 * nComponents, Math.min(16384, Math.floor(SAMPLE_NUMBERS / nFeatures)));
}

/** The first passes: the summary of all rows, and the sample. */
async function survey<Plan extends MixturePlan, C, T, Model>(
  reader: ChunkReader,
  { plan, binary, centre, squares }: StreamFamily<Plan, C, T, Model>,
  createReservoir: (like: { nFeatures: number; binary: boolean; weighted: boolean }) => Reservoir,
): Promise<{ summary: Summary; sample: Reservoir }> {
  const pauses = new Pauses();
  const pass = (visit: (rows: ChunkRows) => void) =>
    reader.pass(async (rows) => {
      visit(rows);
      if (pauses.due()) await pauses.pause();
    });
  let passes: Generator<Visit, Summary> | undefined;
  let sums: Visit | undefined;
  let reservoir: Reservoir | undefined;
  const differences = new FirstDifferences();
  await pass((rows) => {
    if (passes === undefined) {
      // how wide the rows are is known now
      passes = summarize(reader.nFeatures, centre);
      sums = passes.next().value as Visit;
      reservoir = createReservoir({ nFeatures: reader.nFeatures, binary, weighted: reader.weighted });
    }
    sums?.(rows.x, rows.nRows, rows.sampleWeights);
    reservoir?.add(rows);
    if (squares !== undefined) differences.add(rows, reader.nFeatures);
  });
  const sample = reservoir as unknown as Reservoir;
  const { nComponents } = plan;
  if (sample.seen < nComponents) {
    throw new InvalidDataError(
      `${nComponents} components need at least ${nComponents} rows of positive weight; the source has ${sample.seen}; lower nComponents`,
    );
  }
  for (;;) {
    const { value, done } = (passes as unknown as Generator<Visit, Summary>).next();
    if (done) {
      if (squares !== undefined) differences.check(value.variance, squares === 'each');
      return { summary: value, sample };
    }
    await pass(({ x, nRows, sampleWeights }) => value(x, nRows, sampleWeights));
  }
}

/** The start that a fit in memory makes of the sample; of several, each fitted to it, the best. */
function fromSample<Plan extends MixturePlan, C, T, Model>(
  family: StreamFamily<Plan, C, T, Model>,
  plan: Plan,
  reservoir: Reservoir,
  origin: Float64Array,
): MixtureParameters<C> {
  const { sampleWeights, ...matrix } = reservoir.sample();
  const data = createDataset(matrix, sampleWeights, family.centre);
  const maxIter = plan.nInit === 1 ? 0 : plan.maxIter;
  const { parameters } = fitNow({ plan: { ...plan, maxIter }, data }, family.fit, undefined);
  return family.move(parameters, data.origin, origin);
}

async function climb<Plan extends MixturePlan, C, T, Model>(
  family: StreamFamily<Plan, C, T, Model>,
  { parts }: MixtureFit<C, T>,
  plan: Plan,
  start: MixtureParameters<C>,
  stream: BlockStream,
  onProgress: OnProgress | undefined,
  { totalWeight, origin }: Summary,
): Promise<Model> {
  const { model, kernels, publish } = parts;
  const pass = async (parameters: MixtureParameters<C>, iteration: number) => {
    const sum = new TreeSum<MixtureStatistics<T>>((a, b) => model.merge(a, b));
    await stream.pass((block, firstRow) => {
      const statistics = model.expectation(parameters, block);
      // told here, where the row is at hand
      if (!Number.isFinite(statistics.logLikelihood)) {
        const row = zeroDensityRow(kernels, parameters, block);
        throw zeroDensityError(iteration, row < 0 ? undefined : firstRow + row);
      }
      sum.add(statistics);
    });
    return sum.total() as MixtureStatistics<T>;
  };
  const run = new Run<MixtureParameters<C>, MixtureStatistics<T>>(logLikelihoodOf);
  try {
    for await (const state of iterateAsync(model, pass, start, { ...plan, totalWeight })) {
      run.add(state);
      const { iteration, statistics } = state;
      if (onProgress?.({ iteration, logLikelihood: statistics.logLikelihood, restart: 0 }) !== 'stop') continue;
      run.stop();
      break;
    }
  } catch (error) {
    throw error instanceof DegenerateComponentError ? locateCollapse(error, run.last, publish) : error;
  }
  return family.model(plan, origin, run.reached.parameters, recordOf(run, [run.restart()], undefined));
}

/** The blocks of a stream, pass by pass; other tasks run in between. */
class BlockStream {
  readonly #reader: ChunkReader;
  readonly #buffer: BlockBuffer;
  readonly #signal: AbortSignal | undefined;
  readonly #pauses = new Pauses();

  constructor(reader: ChunkReader, buffer: BlockBuffer, signal: AbortSignal | undefined) {
    this.#reader = reader;
    this.#buffer = buffer;
    this.#signal = signal;
  }

  async pass(visit: (block: Block, firstRow: number) => void): Promise<void> {
    this.#buffer.restart();
    const each = async (blocks: Iterable<[Block, number]>) => {
      for (const [block, firstRow] of blocks) {
        visit(block, firstRow);
        if (!this.#pauses.due()) continue;
        await this.#pauses.pause();
        this.#signal?.throwIfAborted();
      }
    };
    await this.#reader.pass((rows) => each(this.#buffer.add(rows)));
    await each(this.#buffer.rest());
  }
}
