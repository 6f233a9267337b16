/** The Cholesky kernel as a function of its own. */
import type { BackendName } from '../backend.js';
import { InvalidParametersError, NotPositiveDefiniteError, show } from '../errors.js';
import { BACKENDS } from '../families/mixture-options.js';
import { flatten, toCovariances } from '../init/given.js';
import type { NestedNumbers } from '../init/names.js';
import { withBackend } from '../lease.js';
import { checkKnown, choiceOption } from '../options.js';

/** Options of the kernels that are useful alone. */
export interface KernelOptions {
  /** `'wasm'` (default) or `'js'` */
  backend?: BackendName;
}

export function backendOf(options: KernelOptions, where: string, known: readonly string[] = []): BackendName {
  checkKnown(options, ['backend', ...known], where);
  return choiceOption('backend', options.backend ?? 'wasm', BACKENDS);
}

/**
 * Cholesky factor L of a symmetric positive definite matrix A = L·Lᵀ (Golub & Van Loan, §4.2). Only the lower triangle of
 * A is factorised; the upper one is its mirror image, or 0 throughout.
 *
 * @param matrix (d × d), nested or flat row-major
 * @returns L (d × d, row-major, zeros above the diagonal)
 * @throws {NotPositiveDefiniteError} a pivot that is not positive (or not finite), named
 * @throws {InvalidParametersError} not square, not finite, not symmetric (within 1e-8 of the diagonal)
 * @example
 * cholesky([[4, 2], [2, 3]]); // Float64Array [2, 0, 1, 1.4142135623730951]
 */
export function cholesky(matrix: NestedNumbers, options: KernelOptions = {}): Float64Array {
  const backend = backendOf(options, 'cholesky');
  const d = orderOf(matrix);
  const a = flatten(matrix, 'matrix', [d, d]);
  const lowerOnly = a.every((value, at) => value === 0 || at % d <= Math.floor(at / d));
  if (!lowerOnly) toCovariances(a, 'tied', 1, d);
  const l = withBackend(backend, (leased) => leased.cholesky(a, d));
  if (typeof l !== 'number') return l;
  throw new NotPositiveDefiniteError(
    `the matrix is not positive definite: pivot ${l} of its Cholesky factorisation is not a positive finite number`,
    l,
  );
}

function orderOf(matrix: NestedNumbers): number {
  const length = matrix?.length;
  if (typeof length === 'number' && length > 0) {
    if (typeof matrix[0] !== 'number') return length;
    const d = Math.round(Math.sqrt(length));
    if (d * d === length) return d;
  }
  throw new InvalidParametersError(`matrix must be square (d × d), nested or flat row-major; got ${show(matrix)}`);
}
