/** Starts a worker: a browser's (or Bun's) Worker, or one of node:worker_threads (Node, Deno). */
import { WorkerError } from '../errors.js';
import type { HelpRequest } from './helper.js';
import type { Job, Reply } from './protocol.js';

/** The two kinds of worker, as one. */
export interface AnyWorker {
  post(message: Job | HelpRequest, transfer: Transferable[]): void;
  /** who is told from now on */
  listen(onReply: (reply: Reply) => void, onFailure: (error: WorkerError) => void): void;
  /** whether the process waits for it (where there is one) */
  keepAlive(wanted: boolean): void;
  terminate(): void;
  /** the kernels it has been sent: a copy of a module is another module, with instances of its own, so each goes once */
  module?: WebAssembly.Module | undefined;
  moreModule?: WebAssembly.Module | undefined;
  /** whether it is in the middle of a job, or a job has ended as none should */
  unsound?: boolean;
}

export async function startWorker(workerUrl: string | URL | undefined): Promise<AnyWorker> {
  // Node has no global Worker; browsers, Deno and Bun do. But a process waits for Deno's, whatever one says
  if (typeof Worker === 'function' && !('Deno' in globalThis)) return startWebWorker(workerUrl);
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
    // pages opened as files, and sandboxed frames, may not load modules; our own text runs as a classic worker too
    const type = blobUrl !== undefined && globalThis.origin === 'null' ? 'classic' : 'module';
    worker = new Worker(workerUrl ?? (blobUrl as string), { type });
  } catch (cause) {
    forget();
    throw cannotStart(cause);
  }
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    listen(onReply, onFailure) {
      worker.onmessage = ({ data }) => onReply(data as Reply);
      worker.onmessageerror = () => onFailure(new WorkerError('a reply of the worker could not be read'));
      worker.onerror = (event) => onFailure(cannotStart(event.error ?? event.message));
    },
    keepAlive(wanted) {
      const { ref, unref } = worker as { ref?(): void; unref?(): void };
      (wanted ? ref : unref)?.call(worker);
    },
    terminate() {
      forget();
      worker.terminate();
    },
  };
}

async function startNodeWorker(workerUrl: string | URL | undefined): Promise<AnyWorker> {
  const threads = await nodeModule<NodeThreads>('node:worker_threads').catch((cause) => {
    throw new WorkerError('no workers here: neither a global Worker nor node:worker_threads; use fit or steps', {
      cause,
    });
  });
  let worker: InstanceType<NodeThreads['Worker']>;
  try {
    // as a data: URL the text would take 20 ms longer to load
    worker =
      workerUrl === undefined
        ? new threads.Worker(await workerSource(), { eval: true })
        : new threads.Worker(nodeUrl(workerUrl));
  } catch (cause) {
    throw cannotStart(cause);
  }
  let told: (reply: Reply) => void = () => {};
  let failed: (error: WorkerError) => void = () => {};
  worker.on('message', (reply) => told(reply));
  worker.on('messageerror', (cause) => failed(new WorkerError('a reply of the worker could not be read', { cause })));
  worker.on('error', (cause) => failed(cannotStart(cause)));
  // a worker that calls process.exit, or is killed, fires `exit` only
  worker.on('exit', (code) =>
    failed(new WorkerError(`the worker ended (exit code ${code}) before its job; start the fit again`)),
  );
  return {
    post: (message, transfer) => worker.postMessage(message, transfer as never),
    listen(onReply, onFailure) {
      told = onReply;
      failed = onFailure;
    },
    keepAlive(wanted) {
      if (wanted) worker.ref();
      else worker.unref();
    },
    terminate() {
      void worker.terminate();
    },
  };
}

function nodeUrl(workerUrl: string | URL): URL | string {
  return typeof workerUrl === 'string' && /^(file|data):/.test(workerUrl) ? new URL(workerUrl) : workerUrl;
}

type NodeThreads = typeof import('node:worker_threads');

/** A module of Node's, without an `import` that bundlers for browsers would try to resolve. */
export async function nodeModule<M>(name: string): Promise<M> {
  const builtin = globalThis.process?.getBuiltinModule?.(name) as M | undefined;
  return builtin ?? ((await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as M);
}

function cannotStart(cause: unknown): WorkerError {
  if ((cause as NodeJS.ErrnoException | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new WorkerError('the worker ran out of memory; fit fewer rows or components, or raise its limits', {
      cause,
    });
  }
  const message = cause instanceof Error ? cause.message : String(cause ?? 'no reason given');
  return new WorkerError(
    `the worker failed: ${message}; under a Content-Security-Policy allow worker-src blob: or pass workerUrl`,
    { cause },
  );
}
