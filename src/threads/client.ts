/** Runs a job in a worker of its own: a browser (or Deno, Bun) Worker, or one of node:worker_threads. */
import type { BackendName } from '../backend.js';
import type { Values } from '../data/matrix.js';
import { InvalidOptionError, show, WorkerError } from '../errors.js';
import { compileKernels } from '../wasm/kernels.js';
import { type Job, type Reply, unpackError } from './protocol.js';

/** Options of every `…Async` function. */
export interface AsyncOptions {
  /** aborts the job: the worker is terminated and the promise rejects with `signal.reason` */
  signal?: AbortSignal;
  /** where `mixwasm/worker.js` is served, for pages whose CSP forbids blob: workers */
  workerUrl?: string | URL;
  /** give X away instead of copying it: its buffer is detached from the caller (a view of a part is copied all the same) */
  transfer?: boolean;
}

/** Rejects what is no AbortSignal, and a signal that has fired. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  if (typeof signal?.throwIfAborted !== 'function') {
    throw new InvalidOptionError('signal', `signal must be an AbortSignal; got ${show(signal)}`);
  }
  signal.throwIfAborted();
}

export const ASYNC_OPTIONS = ['signal', 'workerUrl', 'transfer', 'onProgress'] as const;

interface Run {
  readonly backend: BackendName;
  readonly signal: AbortSignal | undefined;
  readonly workerUrl: string | URL | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: each job has its own shape of progress, checked by its own client
  readonly onProgress: ((progress: any) => void) | undefined;
  readonly transfer: Transferable[];
}

/** The two kinds of worker, as one. */
interface AnyWorker {
  post(job: Job, transfer: Transferable[]): void;
  listen(onReply: (reply: Reply) => void, onFailure: (error: WorkerError) => void): void;
  terminate(): void;
}

/** Posts a job to a new worker and waits for its result. */
export async function runInWorker(job: string, input: unknown, run: Run): Promise<unknown> {
  const { signal, onProgress } = run;
  const module = run.backend === 'wasm' ? compileKernels() : undefined;
  const worker = await startWorker(run.workerUrl);
  let abort: (() => void) | undefined;
  try {
    return await new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      abort = () => reject(signal?.reason);
      signal?.addEventListener('abort', abort);
      worker.listen((reply) => {
        if (reply.type === 'done') resolve(reply.result);
        else if (reply.type === 'error') reject(unpackError(reply.error));
        else callProgress(onProgress, reply.progress, reject);
      }, reject);
      worker.post({ job, input, module, wantsProgress: onProgress !== undefined }, run.transfer);
    });
  } finally {
    if (abort !== undefined) signal?.removeEventListener('abort', abort);
    worker.terminate();
  }
}

function callProgress(
  onProgress: ((progress: unknown) => void) | undefined,
  progress: unknown,
  reject: (error: unknown) => void,
): void {
  try {
    onProgress?.(progress);
  } catch (error) {
    reject(error);
  }
}

/** X as it may be posted: shared memory as it is, given-away memory as it is, anything else copied (a view without the rest of its buffer). */
export function shareable(x: Values, giveAway: boolean): Values {
  if (isShared(x.buffer)) return x;
  return giveAway && x.byteLength === x.buffer.byteLength ? x : x.slice();
}

/** What to transfer with `shareable` data. */
export function transferable(x: Values): Transferable[] {
  return isShared(x.buffer) ? [] : [x.buffer as ArrayBuffer];
}

function isShared(buffer: ArrayBufferLike): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
}

async function startWorker(workerUrl: string | URL | undefined): Promise<AnyWorker> {
  // Node has no global Worker; browsers, Deno and Bun do
  if (typeof Worker === 'function') return startWebWorker(workerUrl);
  return startNodeWorker(workerUrl);
}

/** The worker's text: loaded when the first job asks for it. */
async function workerSource(): Promise<string> {
  return (await import('./worker-inline.js')).WORKER_SOURCE;
}

async function startWebWorker(workerUrl: string | URL | undefined): Promise<AnyWorker> {
  const blobUrl =
    workerUrl === undefined
      ? URL.createObjectURL(new Blob([await workerSource()], { type: 'text/javascript' }))
      : undefined;
  const forget = () => {
    if (blobUrl !== undefined) URL.revokeObjectURL(blobUrl);
  };
  let worker: Worker;
  try {
    worker = new Worker(workerUrl ?? (blobUrl as string), { type: 'module' });
  } catch (cause) {
    forget();
    throw cannotStart(cause);
  }
  return {
    post: (job, transfer) => worker.postMessage(job, transfer),
    listen(onReply, onFailure) {
      worker.onmessage = ({ data }) => onReply(data as Reply);
      worker.onmessageerror = () => onFailure(new WorkerError('a reply of the worker could not be read'));
      worker.onerror = (event) => onFailure(cannotStart(event.error ?? event.message));
    },
    terminate() {
      forget();
      worker.terminate();
    },
  };
}

async function startNodeWorker(workerUrl: string | URL | undefined): Promise<AnyWorker> {
  const threads = await nodeThreads();
  let worker: InstanceType<NodeThreads['Worker']>;
  try {
    worker = new threads.Worker(await nodeUrl(workerUrl));
  } catch (cause) {
    throw cannotStart(cause);
  }
  return {
    post: (job, transfer) => worker.postMessage(job, transfer as never),
    listen(onReply, onFailure) {
      worker.on('message', onReply);
      worker.on('messageerror', (cause) =>
        onFailure(new WorkerError('a reply of the worker could not be read', { cause })),
      );
      worker.on('error', (cause) => onFailure(cannotStart(cause)));
      // a worker that calls process.exit, or is killed, fires `exit` only
      worker.on('exit', (code) =>
        onFailure(new WorkerError(`the worker ended (exit code ${code}) before its job; start the fit again`)),
      );
    },
    terminate() {
      void worker.terminate();
    },
  };
}

async function nodeUrl(workerUrl: string | URL | undefined): Promise<URL | string> {
  if (workerUrl === undefined) return new URL(`data:text/javascript,${encodeURIComponent(await workerSource())}`);
  return typeof workerUrl === 'string' && /^(file|data):/.test(workerUrl) ? new URL(workerUrl) : workerUrl;
}

type NodeThreads = typeof import('node:worker_threads');

/** Without an `import` that bundlers for browsers would try to resolve. */
async function nodeThreads(): Promise<NodeThreads> {
  const name = 'node:worker_threads';
  const builtin = globalThis.process?.getBuiltinModule?.(name) as NodeThreads | undefined;
  if (builtin !== undefined) return builtin;
  try {
    return (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as NodeThreads;
  } catch (cause) {
    throw new WorkerError('no workers here: neither a global Worker nor node:worker_threads; use fit or steps', {
      cause,
    });
  }
}

function cannotStart(cause: unknown): WorkerError {
  const message = cause instanceof Error ? cause.message : String(cause ?? 'no reason given');
  return new WorkerError(
    `the worker failed: ${message}; under a Content-Security-Policy allow worker-src blob: or pass workerUrl`,
    { cause },
  );
}
