/** Runs many jobs in some workers of the pool, each job by one of them. */
import { MixwasmError, WorkerError } from '../errors.js';
import type { RunOptions } from './client.js';
import { converse } from './converse.js';
import type { Halt } from './halt.js';
import { returnWorker, takeWorker } from './pool.js';

/** A job with what becomes of it. */
export interface CrewJob {
  readonly job: string;
  readonly input: unknown;
  /** while it runs, now and then */
  readonly onProgress?: RunOptions['onProgress'];
  done(result: unknown): void;
  /** its own error, which stops no other job */
  failed(error: MixwasmError): void;
}

/**
 * Runs jobs in their order, `nWorkers` at a time; resolves when all are done or have failed, or when `halt` is requested and
 * those under way have ended: done with what they had, or broken off where memory cannot be shared.
 *
 * @throws {WorkerError} a worker died or could not be started; the other jobs are broken off, as they are when `signal`
 *   fires (its reason is thrown), a job fails with anything but an error of mixwasm, or its `onProgress` throws
 */
export async function runCrew(
  jobs: readonly CrewJob[],
  nWorkers: number,
  run: Omit<RunOptions, 'onProgress' | 'transfer' | 'threads' | 'stop'>,
  halt?: Halt,
): Promise<void> {
  const stop = new AbortController();
  const onAbort = () => stop.abort(run.signal?.reason);
  run.signal?.addEventListener('abort', onAbort);
  const breakOff = () => stop.abort(halt);
  if (halt !== undefined && halt.word === undefined) halt.signal.addEventListener('abort', breakOff);
  // what a caller's function throws is the caller's own, whatever its class
  const guarded = (onProgress: NonNullable<RunOptions['onProgress']>) => (progress: unknown) => {
    try {
      onProgress(progress);
    } catch (error) {
      stop.abort(error);
    }
  };
  let next = 0;
  const lane = async () => {
    const worker = await takeWorker(run.workerUrl);
    try {
      worker.keepAlive(true);
      while (next < jobs.length && !halt?.requested) {
        const { job, input, onProgress, done, failed } = jobs[next++] as CrewJob;
        const options = {
          ...run,
          signal: stop.signal,
          onProgress: onProgress && guarded(onProgress),
          transfer: [],
          threads: 1,
          stop: halt?.word,
        };
        const answer = await converse(worker, { job, input }, options).catch((error) => {
          if (stop.signal.aborted || !(error instanceof MixwasmError) || error instanceof WorkerError) throw error;
          failed(error);
          return undefined;
        });
        if (answer !== undefined) done(answer);
      }
    } catch (error) {
      stop.abort(error);
      // whoever breaks off wants no thread left, idle or not
      worker.unsound = true;
      throw error;
    } finally {
      returnWorker(worker, run.workerUrl);
    }
  };
  try {
    run.signal?.throwIfAborted();
    const lanes = Array.from({ length: Math.min(nWorkers, jobs.length) }, lane);
    // every worker is home before this returns
    await Promise.allSettled(lanes);
    if (halt !== undefined && stop.signal.reason === halt) return;
    stop.signal.throwIfAborted();
    await Promise.all(lanes);
  } finally {
    run.signal?.removeEventListener('abort', onAbort);
    halt?.signal.removeEventListener('abort', breakOff);
  }
}
