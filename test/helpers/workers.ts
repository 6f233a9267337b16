/** Worker threads under observation: which there are, and ones with faults built in. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import threads from 'node:worker_threads';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { WORKER_SOURCE } from '../../src/threads/worker-inline.js';

export interface Watch {
  /** every worker that has been started and has not ended */
  readonly alive: readonly threads.Worker[];
  /** how many were started in this test */
  started: number;
  /** of workers started from now on in this test */
  limits: threads.ResourceLimits | undefined;
  /** ends all; the pool forgets workers that end */
  endAll(): Promise<void>;
}

/** Watches the workers of a test file; after each test all of them are ended. */
export function watchWorkers(): Watch {
  const alive: threads.Worker[] = [];
  const watch: Watch = {
    alive,
    started: 0,
    limits: undefined,
    async endAll() {
      await Promise.all(alive.map((worker) => worker.terminate()));
    },
  };
  const Original = threads.Worker;
  beforeAll(() => {
    threads.Worker = class extends Original {
      constructor(...[source, options]: ConstructorParameters<typeof Original>) {
        super(source, watch.limits === undefined ? options : { ...options, resourceLimits: watch.limits });
        watch.started++;
        alive.push(this);
        this.on('exit', () => alive.splice(alive.indexOf(this), 1));
      }
    } as typeof Original;
  });
  afterAll(() => {
    threads.Worker = Original;
  });
  afterEach(async () => {
    watch.limits = undefined;
    await watch.endAll();
    watch.started = 0;
  });
  return watch;
}

/**
 * Files with the worker's text behind a fault of one's own, run first. The fault sees `parentPort`, and can wrap what the
 * worker will call.
 */
export function faultyWorkers(): (name: string, fault: string) => URL {
  const folder = mkdtempSync(join(tmpdir(), 'mixwasm-faults-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return (name, fault) => {
    const path = join(folder, `${name}.mjs`);
    writeFileSync(path, `import { parentPort } from 'node:worker_threads';\n${fault}\n${WORKER_SOURCE}`);
    return pathToFileURL(path);
  };
}

export async function rejection<E = Error>(promise: Promise<unknown>): Promise<E> {
  return promise.then(
    () => Promise.reject(new Error('expected a rejection')),
    (error) => error as E,
  );
}

/** Resolves when a worker that was told to end has ended. */
export async function ended(worker: threads.Worker): Promise<void> {
  if (worker.threadId !== -1) await once(worker, 'exit');
}
