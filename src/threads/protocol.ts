/** What the calling thread and a worker say to each other. */
import { ERROR_CLASSES, MixwasmError } from '../errors.js';
import type { TeamRequest } from './team.js';

/** A job for the worker. */
export interface Job {
  readonly job: string;
  readonly input: unknown;
  /** the compiled kernels, so that a worker compiles nothing; absent for the JS backend, and if it has them already */
  readonly module: WebAssembly.Module | undefined;
  /** the further kernels, for jobs that need them; likewise */
  readonly moreModule: WebAssembly.Module | undefined;
  readonly wantsProgress: boolean;
  /** one word that is set to 1 when the fit shall end with what it has; absent where memory cannot be shared */
  readonly stop: Int32Array | undefined;
  /** memory to share with helpers, if there are some */
  readonly team?: TeamRequest;
}

export type Reply =
  | { readonly type: 'progress'; readonly progress: unknown }
  | { readonly type: 'done'; readonly result: unknown }
  /** from a helper that has been dismissed */
  | { readonly type: 'idle' }
  | { readonly type: 'error'; readonly error: PlainError };

/** An error as structured clone can carry it: its class by name, its own fields as values. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly fields: Record<string, unknown>;
  readonly cause: PlainError | undefined;
}

export function packError(error: unknown): PlainError {
  if (!(error instanceof Error)) {
    return { name: 'Error', message: String(error), stack: undefined, fields: {}, cause: undefined };
  }
  const fields: Record<string, unknown> = {};
  if (error instanceof MixwasmError) {
    for (const [key, value] of Object.entries(error)) if (key !== 'name' && key !== 'cause') fields[key] = value;
  }
  return {
    name: error.name,
    message: error.message,
    // what Node calls the worker's text
    stack: error.stack?.replaceAll('[worker eval]', 'mixwasm/worker.js'),
    fields,
    cause: error.cause === undefined ? undefined : packError(error.cause),
  };
}

/** Rebuilds an error so that `instanceof` works on this side too. */
export function unpackError({ name, message, stack, fields, cause }: PlainError): Error {
  const known = typeof fields.code === 'string' ? ERROR_CLASSES[fields.code] : undefined;
  const options = cause === undefined ? undefined : { cause: unpackError(cause) };
  const error = new Error(message, options);
  if (known !== undefined) Object.setPrototypeOf(error, known.prototype);
  Object.assign(error, fields);
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** Restarts carry errors, which structured clone would strip of their class. */
export function packRestarts<R extends { readonly error: unknown }>(restarts: readonly R[]): unknown[] {
  return restarts.map((restart) => ({
    ...restart,
    error: restart.error === undefined ? undefined : packError(restart.error),
  }));
}

export function unpackRestarts<R extends { readonly error: unknown }>(restarts: readonly R[]): R[] {
  return restarts.map((restart) => ({
    ...restart,
    error: restart.error === undefined ? undefined : unpackError(restart.error as PlainError),
  }));
}
