/** Runs many jobs in some workers of the pool, each job by one of them. */
import { MixwasmError, WorkerError } from '../errors.js';
import type { RunOptions } from './client.js';
import { converse } from './converse.js';
import { returnWorker, takeWorker } from './pool.js';

/** A job with what becomes of it. */
export interface CrewJob {
  readonly job: string;
  readonly input: unknown;
  done(result: unknown): void;
  /** its own error, which stops no other job */
  failed(error: MixwasmError): void;
}

/**
 * Runs jobs in their order, `nWorkers` at a time; resolves when all are done or have failed.
 *
 * @throws {WorkerError} a worker died or could not be started; the other jobs are broken off, as they are when `signal`
 *   fires (its reason is thrown) or a job fails with anything but an error of mixwasm
 */
export async function runCrew(
  jobs: readonly CrewJob[],
  nWorkers: number,
  run: Omit<RunOptions, 'onProgress' | 'transfer' | 'threads'>,
): Promise<void> {
  const stop = new AbortController();
  const onAbort = () => stop.abort(run.signal?.reason);
  run.signal?.addEventListener('abort', onAbort);
  let next = 0;
  const lane = async () => {
    const worker = await takeWorker(run.workerUrl);
    let sound = false;
    try {
      worker.keepAlive(true);
      while (next < jobs.length) {
        const { job, input, done, failed } = jobs[next++] as CrewJob;
        const options = { ...run, signal: stop.signal, onProgress: undefined, transfer: [], threads: 1 };
        const answer = await converse(worker, { job, input }, options).catch((error) => {
          if (!(error instanceof MixwasmError) || error instanceof WorkerError) throw error;
          failed(error);
          return undefined;
        });
        if (answer !== undefined) done(answer);
      }
      sound = true;
    } catch (error) {
      stop.abort(error);
      throw error;
    } finally {
      // one that was broken off may be in the middle of anything
      if (sound) returnWorker(worker, run.workerUrl);
      else worker.terminate();
    }
  };
  try {
    run.signal?.throwIfAborted();
    const lanes = Array.from({ length: Math.min(nWorkers, jobs.length) }, lane);
    // every worker is home before this returns
    await Promise.allSettled(lanes);
    stop.signal.throwIfAborted();
    await Promise.all(lanes);
  } finally {
    run.signal?.removeEventListener('abort', onAbort);
  }
}
