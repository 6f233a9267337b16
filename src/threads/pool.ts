/** Workers kept between fits. Any of them can run a fit or help with one. */
import type { WorkerError } from '../errors.js';
import { cores } from './choose-threads.js';
import { type AnyWorker, startWorker } from './start-worker.js';

/** Long enough for one fit after another, short enough that nobody wonders about threads. */
const IDLE_MILLISECONDS = 5000;

/** As many are kept as there are cores, or so many if that is more: a process may start hundreds of fits at once. */
const KEPT = 8;
let most = KEPT;

interface Idle {
  readonly worker: AnyWorker;
  readonly workerUrl: string;
  readonly timer: ReturnType<typeof setTimeout>;
}

const idle: Idle[] = [];

/** An idle worker, or a new one. The process does not wait for it unless told so. */
export async function takeWorker(workerUrl: string | URL | undefined): Promise<AnyWorker> {
  const at = idle.findIndex((one) => one.workerUrl === String(workerUrl));
  const [kept] = at < 0 ? [] : idle.splice(at, 1);
  if (kept !== undefined) {
    clearTimeout(kept.timer);
    return kept.worker;
  }
  most = Math.max(KEPT, await cores());
  const worker = await startWorker(workerUrl);
  worker.keepAlive(false);
  return worker;
}

/**
 * Keeps a worker that has done its work for a while; one that ends meanwhile is forgotten. One too many is ended, and so is one
 * that was broken off, or has failed as none should: it may be in the middle of anything.
 */
export function returnWorker(worker: AnyWorker, workerUrl: string | URL | undefined): void {
  if (worker.unsound || idle.length >= most) {
    worker.terminate();
    return;
  }
  worker.keepAlive(false);
  const timer = setTimeout(() => {
    forget();
    worker.terminate();
  }, IDLE_MILLISECONDS);
  unrefTimer(timer);
  const entry: Idle = { worker, workerUrl: String(workerUrl), timer };
  const forget = (_error?: WorkerError) => {
    clearTimeout(timer);
    const at = idle.indexOf(entry);
    if (at >= 0) idle.splice(at, 1);
  };
  worker.listen(() => {}, forget);
  idle.push(entry);
}

/** A timer is no reason for a process to stay: an object in Node and Bun, in Deno a number, on a page nothing to do. */
function unrefTimer(timer: unknown): void {
  const { Deno } = globalThis as { Deno?: { unrefTimer(timer: unknown): void } };
  if (typeof timer === 'number') Deno?.unrefTimer(timer);
  else (timer as { unref(): void }).unref();
}
