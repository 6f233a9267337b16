/**
 * Runs a fit by several threads: one worker of the pool runs the job as it would alone, the others compute blocks for it.
 * All have one memory; the calling thread never waits.
 */
import type { Dataset } from '../data/dataset.js';
import { planned, type Sizes } from '../em/blocks.js';
import { OutOfMemoryError } from '../errors.js';
import { expectedBytes } from '../lease.js';
import { cores } from './choose-threads.js';
import type { RunOptions } from './client.js';
import { CONTROL, dismiss } from './control.js';
import { converse } from './converse.js';
import { returnWorker, takeWorker } from './pool.js';
import { unpackError } from './protocol.js';
import { sharedKernels } from './shared-kernels.js';
import type { AnyWorker } from './start-worker.js';
import type { TeamRequest } from './team.js';

const PAGE = 65536;
const MOST_PAGES = 65536;

/**
 * @throws {WorkerError} a thread died; the workers that are left go back to the pool
 * @throws {OutOfMemoryError} the host refuses the memory
 */
export async function runInTeam(job: string, input: unknown, run: RunOptions, threads: number): Promise<unknown> {
  const { workerUrl } = run;
  const modules = sharedKernels(run.more);
  const memory = createMemory(bytesOf(input, threads));
  const control = new Int32Array(new SharedArrayBuffer(4 * CONTROL.length));
  control[CONTROL.spin] = threads <= (await cores()) ? 1 : 0;
  const team: TeamRequest = { modules, memory, control, nHelpers: threads - 1 };
  const coordinator = await takeWorker(workerUrl);
  try {
    coordinator.keepAlive(true);
    // the fit begins at once and alone; helpers join it when they are there
    const helpersFail = new Promise<never>((_, reject) => {
      for (let index = 0; index < team.nHelpers; index++) {
        takeWorker(workerUrl)
          .then((worker) => enlist(worker, { modules, memory, control, index }, workerUrl, reject))
          .catch(reject);
      }
    });
    // a fit that ends before it listens leaves nobody to hear of them
    helpersFail.catch(() => {});
    return await converse(coordinator, { job, input, team }, run, helpersFail);
  } finally {
    dismiss(control);
    returnWorker(coordinator, workerUrl);
  }
}

/** Sets a helper to work; it goes back to the pool by itself. */
function enlist(
  worker: AnyWorker,
  request: Parameters<AnyWorker['post']>[0],
  workerUrl: RunOptions['workerUrl'],
  fail: (error: Error) => void,
): void {
  worker.listen((reply) => {
    if (reply.type === 'idle') returnWorker(worker, workerUrl);
    else if (reply.type === 'error') {
      worker.terminate();
      fail(unpackError(reply.error));
    }
  }, fail);
  worker.post(request, []);
}

/** What the fit needs, and each further thread; growing works too. */
function bytesOf(input: unknown, threads: number): number {
  const { plan, data } = input as { plan: Sizes; data: Dataset };
  const { k, rows } = planned(plan, data.nFeatures);
  const block = { ...data, nSamples: Math.min(data.nSamples, rows) };
  return expectedBytes(data, k, true) + (threads + 3) * expectedBytes(block, k);
}

function createMemory(bytes: number): WebAssembly.Memory {
  try {
    const initial = Math.min(Math.ceil(bytes / PAGE), MOST_PAGES);
    return new WebAssembly.Memory({ initial, maximum: MOST_PAGES, shared: true });
  } catch (cause) {
    throw new OutOfMemoryError(
      bytes,
      `the host refused ${(bytes / 2 ** 20).toFixed(1)} MB of shared WebAssembly memory; free memory, or fit with threads: 1`,
      { cause },
    );
  }
}
