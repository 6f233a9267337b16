/** What the library says, in the words of the command line. */
import { expect, it } from 'vitest';
import { withFlags } from '../../src/cli/errors.js';

it.each([
  [
    "drop columns, use covarianceType 'diag', or pass regCovar as a number",
    'drop columns, use --covariance diag, or pass --reg-covar as a number',
  ],
  [
    "use covarianceType 'diag' or 'spherical'; lower nComponents",
    'use --covariance diag or spherical; lower --components',
  ],
  ["pass covarianceType: 'diag', nInit 10", 'pass --covariance diag, --n-init 10'],
  [
    'another start (init, seed, nInit), or set regCovar above 0',
    'another start (--init, --seed, --n-init), or set --reg-covar above 0',
  ],
  [
    "the backend is 'js'; pass backend: 'js', with threads: 1 if 2 threads: no",
    "the backend is 'js'; pass --backend js, with --threads 1 if 2 threads: no",
  ],
  ["raise maxIter; it's late; got 'diag'", "raise --max-iter; it's late; got 'diag'"],
])('%s', (message, told) => {
  expect(withFlags(message)).toBe(told);
});
