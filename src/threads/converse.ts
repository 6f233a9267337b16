/** One job of one worker. */
import { MixwasmError } from '../errors.js';
import { compileKernels } from '../wasm/kernels.js';
import type { RunOptions } from './client.js';
import { stopWord } from './halt.js';
import { type Job, unpackError } from './protocol.js';
import type { AnyWorker } from './start-worker.js';

/** Posts a job to a worker and listens until it is done, has failed or is aborted, or others it needs have failed. */
export async function converse(
  worker: AnyWorker,
  job: Pick<Job, 'job' | 'input' | 'team'>,
  { backend, signal, onProgress, transfer, more, ...run }: RunOptions,
  othersFail?: Promise<never>,
): Promise<unknown> {
  const module = backend === 'wasm' ? compileKernels() : undefined;
  const stop = run.stop ?? (onProgress === undefined ? undefined : stopWord());
  const moreModule = backend === 'wasm' ? more?.compile() : undefined;
  let abort: (() => void) | undefined;
  try {
    return await new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      abort = () => reject(signal?.reason);
      signal?.addEventListener('abort', abort);
      othersFail?.catch(reject);
      worker.listen((reply) => {
        if (reply.type === 'progress') {
          callProgress(onProgress, reply.progress, stop, reject);
        } else if (reply.type === 'done') {
          worker.unsound = false;
          resolve(reply.result);
        } else if (reply.type === 'error') {
          const error = unpackError(reply.error);
          worker.unsound = !(error instanceof MixwasmError);
          reject(error);
        }
      }, reject);
      const kernels = {
        module: module === worker.module ? undefined : module,
        moreModule: moreModule === worker.moreModule ? undefined : moreModule,
      };
      worker.unsound = true;
      worker.post({ ...job, ...kernels, wantsProgress: onProgress !== undefined, stop }, transfer);
      worker.module = module ?? worker.module;
      worker.moreModule = moreModule ?? worker.moreModule;
    });
  } finally {
    if (abort !== undefined) signal?.removeEventListener('abort', abort);
  }
}

function callProgress(
  onProgress: ((progress: unknown) => unknown) | undefined,
  progress: unknown,
  stop: Int32Array | undefined,
  reject: (error: unknown) => void,
): void {
  try {
    if (onProgress?.(progress) === 'stop' && stop !== undefined) Atomics.store(stop, 0, 1);
  } catch (error) {
    reject(error);
  }
}
