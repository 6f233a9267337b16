/** Chooses a backend by name and gives it back whatever happens. */
import type { Backend, BackendName } from './backend.js';
import { jsBackend } from './reference/backend.js';
import { leaseWasmBackend } from './wasm/backend.js';

export function leaseBackend(name: BackendName): Backend {
  return name === 'js' ? jsBackend : leaseWasmBackend();
}

/** Runs `use` with a backend of its own. */
export function withBackend<T>(name: BackendName, use: (backend: Backend) => T): T {
  const backend = leaseBackend(name);
  try {
    return use(backend);
  } finally {
    backend.release();
  }
}
