/** Runs jobs in workers. Loaded with the first job. */
import { chooseThreads } from './choose-threads.js';
import type { Ran, RunOptions } from './client.js';
import { converse } from './converse.js';
import { runInTeam } from './run-in-team.js';
import { startWorker } from './start-worker.js';

export { cores } from './choose-threads.js';
export { runCrew } from './crew.js';
export { Halt } from './halt.js';
export { unpackRestarts } from './protocol.js';

/** One thread is a worker of its own for every job, several are kept between jobs. */
export async function runInWorker(job: string, input: unknown, run: RunOptions): Promise<Ran> {
  const threads = await chooseThreads(job, input, run);
  if (threads.count > 1) return { result: await runInTeam(job, input, run, threads.count), threads };
  const worker = await startWorker(run.workerUrl);
  try {
    return { result: await converse(worker, { job, input }, run), threads };
  } finally {
    worker.terminate();
  }
}
