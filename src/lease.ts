/** Chooses a backend by name and gives it back whatever happens. */
import type { Backend, BackendName } from './backend.js';
import type { Rows } from './data/dataset.js';
import { LARGEST_BLOCK } from './em/blocks.js';
import { jsBackend } from './reference/backend.js';
import { leaseWasmBackend } from './wasm/backend.js';
import { isResident } from './wasm/feed.js';

/** `bytes` is what the work is expected to need: memory of that size is made at once instead of grown. */
export function leaseBackend(name: BackendName, bytes = 0): Backend {
  return name === 'js' ? jsBackend : leaseWasmBackend(bytes);
}

/** Runs `use` with a backend of its own. */
export function withBackend<T>(name: BackendName, use: (backend: Backend) => T, bytes = 0): T {
  const backend = leaseBackend(name, bytes);
  try {
    return use(backend);
  } catch (error) {
    backend.release(error);
    throw error;
  } finally {
    backend.release();
  }
}

/** A generous estimate of what a mixture over some rows needs; being wrong costs time, never correctness. */
export function expectedBytes(data: Rows, nComponents: number, shared = false): number {
  const { nSamples, nFeatures, x, sampleWeights } = data;
  const stride = nFeatures + 3;
  // binary rows are kept as codes of four features a byte; other data only up to a size
  const binary = x.BYTES_PER_ELEMENT === 1;
  const perRow = binary ? Math.ceil(nFeatures / 4) : nFeatures * x.BYTES_PER_ELEMENT;
  const held = binary || isResident(data, shared) ? nSamples : LARGEST_BLOCK;
  const rows = held * (perRow + (sampleWeights === undefined ? 0 : 8));
  const parameters = 8 * nComponents * (4 * stride * stride + 8 * stride);
  const panel = 8 * 64 * (4 * stride + nComponents);
  // a start looks at so many rows apart
  const start = Math.min(nSamples, LARGEST_BLOCK) * (8 * nFeatures + 24) + 2 ** 16;
  const outputs = Math.min(nSamples, LARGEST_BLOCK) * (2 * nComponents + 2) * 8;
  return rows + parameters + panel + start + outputs + 24 * nFeatures * nFeatures + 2 ** 18;
}
