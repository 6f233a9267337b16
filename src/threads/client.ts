/** The calling thread's side of fits in workers: what must happen at the call. */
import type { BackendName } from '../backend.js';
import type { Values } from '../data/matrix.js';
import { isShared } from '../data/shared.js';
import { InvalidOptionError, show } from '../errors.js';
import type { MoreKernels } from '../wasm/more-kernels.js';

/** Options of every `…Async` function. */
export interface AsyncOptions {
  /** aborts the job: its worker is terminated and the promise rejects with `signal.reason` */
  signal?: AbortSignal;
  /** where `mixwasm/worker.js` is served, for pages whose CSP forbids blob: workers (under Trusted Types a `TrustedScriptURL`) */
  workerUrl?: string | URL;
  /**
   * give X away instead of copying it: its buffer is detached when the call returns, whatever becomes of the fit (a view of a
   * part, and a buffer that cannot be detached, such as WebAssembly memory, are copied all the same)
   */
  transfer?: boolean;
  /**
   * How many threads share the E-steps: a number (default 1), or `'auto'`: as many of the cores as make the fit faster,
   * which for small data is one. Never changes the result, not by a bit. Needs SharedArrayBuffer (on a page: cross-origin
   * isolation) and the wasm backend; otherwise one thread does the work, and the model's `threads` says so.
   */
  threads?: number | 'auto';
}

/** What became of the option `threads`. */
export interface ThreadsUsed {
  /** threads that shared the E-steps */
  readonly count: number;
  /** why they are fewer than asked for; undefined if they are not */
  readonly reason: string | undefined;
}

/** Rejects what is no AbortSignal, and a signal that has fired. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  if (typeof signal?.throwIfAborted !== 'function') {
    throw new InvalidOptionError('signal', `signal must be an AbortSignal; got ${show(signal)}`);
  }
  signal.throwIfAborted();
}

export const ASYNC_OPTIONS = ['signal', 'workerUrl', 'transfer', 'onProgress', 'threads'] as const;

export interface RunOptions {
  readonly backend: BackendName;
  readonly signal: AbortSignal | undefined;
  readonly workerUrl: string | URL | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: each job has its own shape of progress, checked by its own client
  readonly onProgress: ((progress: any) => unknown) | undefined;
  readonly transfer: Transferable[];
  readonly threads: number | 'auto' | undefined;
  /** ends the fit with what it has once it is 1; without it the job has a word of its own, which `onProgress` sets */
  readonly stop?: Int32Array | undefined;
  /** the further kernels that the job needs */
  readonly more?: MoreKernels;
}

/** What a job gave, and the threads that did it. */
export interface Ran {
  readonly result: unknown;
  readonly threads: ThreadsUsed;
}

/** Posts a job to a worker, or to several, and waits for its result. */
export async function runInWorker(job: string, input: unknown, run: RunOptions): Promise<Ran> {
  // what runs jobs is loaded with the first of them
  return (await import('./run-in-worker.js')).runInWorker(job, input, run);
}

/** X as it may be posted: shared memory as it is, given-away memory moved, anything else copied (a view without the rest of its buffer). */
export function shareable(x: Values, giveAway: boolean): Values {
  const { buffer } = x;
  if (isShared(buffer)) return x;
  if (giveAway && x.byteLength === buffer.byteLength) {
    try {
      // taken from the caller here and now: the worker starts later, and nothing may be written in between
      return structuredClone(x, { transfer: [buffer as ArrayBuffer] });
    } catch {
      // memory that cannot be detached
    }
  }
  return x.slice();
}

/** What to transfer with `shareable` data. */
export function transferable(x: Values): Transferable[] {
  return isShared(x.buffer) ? [] : [x.buffer as ArrayBuffer];
}
