/** `select`: fits mixtures of several sizes and shapes, compares them, and gives the best. */
import type { BinaryInput } from '../data/binary.js';
import type { NamedRows } from '../data/columns.js';
import type { Dataset } from '../data/dataset.js';
import type { DataInput, Values } from '../data/matrix.js';
import { createRandom } from '../data/random.js';
import { canShare, isShared } from '../data/shared.js';
import type { MixturePlan } from '../em/mixture-fit.js';
import { InvalidOptionError, type MixwasmError } from '../errors.js';
import type { BernoulliMixture } from '../families/bernoulli-mixture.js';
import type { GaussianMixture } from '../families/gaussian-mixture.js';
import { withBackend } from '../lease.js';
import { checkSignal } from '../threads/client.js';
import { type Candidate, type Criterion, SelectionError, winner } from './candidates.js';
import { type Entry, selectionOf } from './family.js';
import { assignFolds, type Fold } from './folds.js';
import {
  type BernoulliCandidate,
  type CandidateIteration,
  checkSelection,
  type GaussianCandidate,
  type SelectBernoulliOptions,
  type SelectOptions,
} from './options.js';
import { Trial } from './trial.js';

/** What a selection found. */
export interface Selection<Model, C extends Candidate<Model> = Candidate<Model>> {
  /** what it went by */
  readonly criterion: Criterion;
  /** the winner, fitted to all rows; of what there is, if the selection was stopped */
  readonly best: Model;
  /** the winner's row of the table */
  readonly bestCandidate: C;
  /** the whole table: for each covariance type, in the order given, each number of components, in the order given */
  readonly candidates: readonly C[];
  /** candidates that were fitted at once */
  readonly threads: number;
  /** whether `'stop'` ended it before every candidate was done; those that were not say in `stopped` how far they came */
  readonly stopped: boolean;
}

/**
 * Fits a mixture for every number of components and every covariance type, and picks one by a criterion: the model of
 * lowest BIC, AIC or ICL, or of the highest log-likelihood of rows that were held out.
 *
 * Every candidate is the fit that `GaussianMixture.fit` makes with the same options, seed included: `nInit` independent
 * starts (10 unless said), the best kept. So candidates depend on nothing but the data and the options, not on each other,
 * on threads, or on the machine. `regCovar` is 0 unless said: criteria compare maxima of the likelihood, and a component that
 * nothing but regularisation keeps from collapsing onto a few rows would win them. Starts that collapse are discarded; a
 * candidate all of whose starts collapse has an `error` in the table and stops no other. Of equal values the model of
 * fewer parameters wins, then the earlier row.
 *
 * With `criterion: 'crossValidation'` every candidate is also fitted without each of `nFolds` random folds, the same for all,
 * and judged by the mean log-likelihood of the rows held out; the winner is that of all rows. (A Bernoulli mixture without
 * `prior` easily forbids a row it has not seen: −Infinity.)
 *
 * Runs in workers, as many as `threads`; X is copied at the call; on a
 * SharedArrayBuffer it is read in place, and must not be written until the promise settles.
 *
 * `onProgress` or `onIteration` may return `'stop'`. Then no candidate begins any more, those under way end with the best they
 * have (as a fit whose `onProgress` returns `'stop'`), and the winner is chosen among all that have the criterion: one that
 * was stopped is compared by the likelihood it had reached, which can only count against it. By cross-validation a candidate
 * has no score before its fits without each fold have run to their ends. What was not done has `stopped` in the table. (Where
 * memory cannot be shared, as on a page that is not cross-origin isolated, fits under way are broken off and leave no model.)
 *
 * @param X as `fit` takes it
 * @throws {InvalidDataError} empty, ragged, not finite (row and column named)
 * @throws {InvalidOptionError} an impossible or unknown option; a model that has no likelihood, such as `KMeans`
 * @throws {SelectionError} no candidate could be fitted, or was before `'stop'`; the table is attached
 * @throws {WorkerError} a worker died or could not be started; `signal.reason` when aborted
 * @example
 * const { best, candidates } = await select(X, { nComponents: [1, 2, 3, 4], covarianceTypes: ['full', 'tied'], criterion: 'bic' });
 */
export async function select(
  X: DataInput | NamedRows,
  options: SelectOptions,
): Promise<Selection<GaussianMixture, GaussianCandidate>>;
export async function select(
  X: BinaryInput | NamedRows,
  options: SelectBernoulliOptions,
): Promise<Selection<BernoulliMixture, BernoulliCandidate>>;
export async function select(X: unknown, options: SelectOptions | SelectBernoulliOptions): Promise<Selection<unknown>> {
  if (options === undefined) {
    throw new InvalidOptionError(
      'nComponents',
      'select needs options with nComponents, the numbers of components to try',
    );
  }
  checkSignal(options.signal);
  const { criterion, nFolds, threads: wanted, numbers } = checkSelection(options);
  const family = selectionOf(X, options, numbers);
  const data = forWorkers(family.data);
  const { seed, backend } = (family.entries[0] as Entry<MixturePlan>).plan;
  const logWeight = withBackend(backend, ({ log }) => log(data.totalWeight));
  const folds: Fold[] = [];
  if (criterion === 'crossValidation') {
    const ofRow = assignFolds(
      data,
      nFolds,
      withBackend(backend, ({ log }) => createRandom(seed, log)),
    );
    for (let index = 0; index < nFolds; index++) folds.push({ ofRow, index });
  }

  const trials = family.entries.map((entry) => new Trial(entry, family, data, folds, logWeight));
  let done = 0;
  // what runs workers is loaded with the first that needs it
  const { cores, Halt, runCrew, unpackRestarts } = await import('../threads/run-in-worker.js');
  const { onProgress, onIteration } = options;
  const halt = onProgress === undefined && onIteration === undefined ? undefined : new Halt();
  /** Callers are told nothing more once they have said stop. */
  const tell = <P>(listener: ((progress: P) => unknown) | undefined, progress: () => P) => {
    if (!halt?.requested && listener?.(progress()) === 'stop') halt?.request();
  };
  const settle = (trial: Trial) => {
    done++;
    // labels are as many as rows: only the leader of those that are done may still need them
    const settled = trials.filter((one) => one.settled);
    const leader = settled[winner(settled.map(rowOf), criterion)];
    for (const other of settled) if (other !== leader) other.labels = undefined;
    tell(onProgress, () => ({ done, total: trials.length, candidate: trial.row() as never }));
  };
  for (const trial of trials) if (trial.settled) settle(trial);
  const iterated = onIteration && ((progress: CandidateIteration) => tell(onIteration, () => progress));
  const listener = { settle, iterated, unpack: unpackRestarts };
  const jobs = trials.flatMap((trial) => trial.jobs(listener)).sort((a, b) => a.cost - b.cost);
  const threads = Math.max(1, Math.min(jobs.length, wanted ?? (await cores())));
  // one thread: the quickest first, so that whoever breaks off has most of the table; several: the slowest first, so that
  // at the end none works alone for long, but the very quickest before it, for there is something to keep then
  if (threads > 1) jobs.push(...jobs.splice(1).reverse());
  const { signal, workerUrl } = options;
  await runCrew(jobs, threads, { backend, signal, workerUrl, ...(family.more && { more: family.more }) }, halt);

  const candidates = trials.map(rowOf);
  const at = winner(candidates, criterion);
  if (at < 0) throw candidates.some(wasStopped) ? noneYet(candidates, criterion) : noneFitted(candidates);
  const best = (trials[at] as Trial).model(true);
  const bestCandidate = { ...(candidates[at] as Candidate<unknown>), model: best };
  candidates[at] = bestCandidate;
  return { criterion, best, bestCandidate, candidates, threads, stopped: candidates.some(wasStopped) };
}

function rowOf(trial: Trial): Candidate<unknown> {
  return trial.row();
}

function wasStopped({ stopped }: Candidate<unknown>): boolean {
  return stopped !== undefined;
}

function noneYet(candidates: readonly Candidate<unknown>[], criterion: Criterion): SelectionError {
  const what = criterion === 'crossValidation' ? 'was fitted and scored on all its folds' : 'had a model';
  return new SelectionError(candidates, `stopped before any of ${candidates.length} candidates ${what}`);
}

function noneFitted(candidates: readonly Candidate<unknown>[]): SelectionError {
  const cause = candidates[0]?.error as MixwasmError;
  const n = candidates.length;
  return new SelectionError(
    candidates,
    `${n === 1 ? 'the candidate' : `all ${n} candidates`} failed; the first (nComponents ${candidates[0]?.nComponents}): ${cause.message}`,
    { cause },
  );
}

/** Data as many workers may read them, copied: in shared memory where it can be posted, so that no job carries them. */
function forWorkers(data: Dataset): Dataset {
  const { x } = data;
  if (isShared(x.buffer)) return data;
  const kind = x.constructor as new (buffer: ArrayBufferLike) => Values;
  const copy = canShare() ? new kind(new SharedArrayBuffer(x.byteLength)) : undefined;
  copy?.set(x);
  return { ...data, x: copy ?? x.slice() };
}
