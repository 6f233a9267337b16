/** Runs jobs in workers. Loaded with the first job. */
import type { Dataset } from '../data/dataset.js';
import { chooseThreads } from './choose-threads.js';
import type { Ran, RunOptions } from './client.js';
import { converse } from './converse.js';
import { returnWorker, takeWorker } from './pool.js';
import { runInTeam } from './run-in-team.js';

export { cores } from './choose-threads.js';
export { runCrew } from './crew.js';
export { Halt } from './halt.js';
export { unpackRestarts } from './protocol.js';

/**
 * A worker keeps copies of its job's rows until it collects garbage, which an idle one does not do: beyond this size it is
 * ended, for what a new one costs is then little beside the fit.
 */
const KEPT_BYTES = 16 * 2 ** 20;

/** Runs a job in one worker or, where that is faster, in several. */
export async function runInWorker(job: string, input: unknown, run: RunOptions): Promise<Ran> {
  const threads = await chooseThreads(job, input, run);
  if (threads.count > 1) return { result: await runInTeam(job, input, run, threads.count), threads };
  // afterwards rows that were given to the worker are not here any more
  const { byteLength } = (input as { data: Dataset }).data.x;
  const worker = await takeWorker(run.workerUrl);
  try {
    worker.keepAlive(true);
    return { result: await converse(worker, { job, input }, run), threads };
  } finally {
    if (byteLength > KEPT_BYTES) worker.terminate();
    else returnWorker(worker, run.workerUrl);
  }
}
