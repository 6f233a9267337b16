/**
 * The worker: takes one job after another, answers each with progress, a result or an error. Bundled alone, into a text inside
 * the package.
 */
import type { Dataset } from '../data/dataset.js';
import { checkUnwritten } from '../data/unwritten.js';
import type { HardStatistics } from '../em/hard.js';
import type { FitRecord, MixturePlan } from '../em/mixture-fit.js';
import { bernoulliFit } from '../families/bernoulli-fit.js';
import { BERNOULLI_KERNELS } from '../families/bernoulli-kernels.js';
import { clusteringBytes } from '../families/clustering-bytes.js';
import type { ClusteringPlan } from '../families/clustering-options.js';
import type { ClusteringEntry } from '../families/clustering-ways-in.js';
import { gaussianFit } from '../families/gaussian-fit.js';
import { GAUSSIAN_KERNELS } from '../families/gaussian-kernels.js';
import { kMeansEntry } from '../families/k-means-fit.js';
import { kMediansEntry } from '../families/k-medians-fit.js';
import { type FitMaker, fitNow, type Prepared } from '../families/mixture-fit-now.js';
import { withBackend } from '../lease.js';
import { ANDERSON } from '../optimize/anderson.js';
import { GRADIENT } from '../optimize/gradient.js';
import { registerMethod } from '../optimize/method.js';
import { SQUAREM } from '../optimize/squarem.js';
import { type CandidateInput, fitCandidate } from '../select/candidate-job.js';
import { offerEngine } from '../wasm/engine.js';
import { adoptModule } from '../wasm/kernels.js';
import { adoptMoreKernels } from '../wasm/more-kernels.js';
import { type HelpRequest, help } from './helper.js';
import { type Job, packError, packRestarts, type Reply } from './protocol.js';
import { createTeamEngine, dismissTeam } from './team.js';

type Work = (input: never, onProgress: ((progress: unknown) => unknown) | undefined) => unknown;

registerMethod(GRADIENT);
registerMethod(SQUAREM);
registerMethod(ANDERSON);

/** Jobs by name. */
const JOBS: Record<string, Work> = {
  gaussianMixture: mixtureJob(gaussianFit),
  bernoulliMixture: mixtureJob(bernoulliFit),
  gaussianCandidate: candidateJob(gaussianFit, (backend, { covarianceType, nComponents }, data, rows) =>
    backend.open(GAUSSIAN_KERNELS, { data, covarianceType, nComponents, rows }),
  ),
  bernoulliCandidate: candidateJob(bernoulliFit, (backend, { nComponents }, data, rows) =>
    backend.open(BERNOULLI_KERNELS, { data, nComponents, rows }),
  ),
  kMeans: clusteringJob(kMeansEntry),
  kMedians: clusteringJob(kMediansEntry),
};

function clusteringJob<O, S extends HardStatistics>(entry: ClusteringEntry<O, S>) {
  return (
    { plan, further, data }: { plan: ClusteringPlan; further: O; data: Dataset },
    onProgress: ((progress: unknown) => unknown) | undefined,
  ) =>
    withBackend(
      plan.backend,
      (backend) => entry.fit(plan, further, data, backend).best(onProgress),
      clusteringBytes(data, plan.nClusters),
    );
}

function mixtureJob<Plan extends MixturePlan, C, T>(make: FitMaker<Plan, C, T>): Work {
  return (prepared: Prepared<Plan>, onProgress) => {
    const { parameters, record } = fitNow(prepared, make, onProgress);
    return { parameters, record: packRecord(record) };
  };
}

function candidateJob<Plan extends MixturePlan, C, T>(
  make: FitMaker<Plan, C, T>,
  open: Parameters<typeof fitCandidate<Plan, C, T>>[2],
): Work {
  return (input: CandidateInput<Plan>, onProgress) => {
    const { record, ...rest } = fitCandidate(input, make, open, onProgress);
    return { ...rest, record: packRecord(record) };
  };
}

/** A record as structured clone can carry it. */
function packRecord(record: FitRecord) {
  return { ...record, restarts: packRestarts(record.restarts) };
}

/** A fit makes thousands of iterations a second; people and messages do not keep up. */
const PROGRESS_INTERVAL = 20;

function run(message: Job | HelpRequest, reply: (message: Reply) => void): void {
  if ('job' in message) runJob(message, reply);
  else runHelp(message, reply);
}

function runHelp(request: HelpRequest, reply: (message: Reply) => void): void {
  try {
    help(request);
    reply({ type: 'idle' });
  } catch (error) {
    reply({ type: 'error', error: packError(error) });
  }
}

function runJob(
  { job, input, module, moreModule, wantsProgress, stop, team }: Job,
  reply: (message: Reply) => void,
): void {
  try {
    if (module !== undefined) adoptModule(module);
    if (moreModule !== undefined) adoptMoreKernels(moreModule);
    offerEngine(team === undefined ? undefined : createTeamEngine(team));
    const work = JOBS[job];
    if (work === undefined) throw new Error(`the worker knows no job ${job}; is workerUrl from another release?`);
    let told = Number.NEGATIVE_INFINITY;
    const onProgress = (progress: unknown) => {
      if (wantsProgress) {
        const now = performance.now();
        if (now - told >= PROGRESS_INTERVAL) {
          told = now;
          reply({ type: 'progress', progress });
        }
      }
      return stop !== undefined && Atomics.load(stop, 0) === 1 ? 'stop' : undefined;
    };
    const watched = wantsProgress || stop !== undefined;
    let result: unknown;
    try {
      result = work(input as never, watched ? onProgress : undefined);
    } finally {
      // in place of a result that means nothing, and of an error that blames something else
      checkUnwritten((input as { data: Dataset }).data);
    }
    reply({ type: 'done', result });
  } catch (error) {
    reply({ type: 'error', error: packError(error) });
  } finally {
    if (team !== undefined) dismissTeam(team);
  }
}

/** What this file needs of a worker's global scope. */
interface WorkerScope {
  onmessage: ((event: { data: Job | HelpRequest }) => void) | null;
  postMessage(message: Reply): void;
}

const scope = globalThis as unknown as WorkerScope;
if (typeof scope.postMessage === 'function') {
  // set at once: a browser delivers waiting messages as soon as this script has run
  scope.onmessage = ({ data }) => run(data, (message) => scope.postMessage(message));
} else {
  void (async () => {
    const name = 'node:worker_threads';
    const { parentPort } = (globalThis.process?.getBuiltinModule?.(name) ??
      (await import(name))) as typeof import('node:worker_threads');
    parentPort?.on('message', (job: Job | HelpRequest) => run(job, (message) => parentPort.postMessage(message)));
  })();
}
