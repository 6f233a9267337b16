/** The pure-JS backend. */
import type { Backend } from '../backend.js';
import { cholesky, inverseCholesky } from './linear-algebra.js';
import { EXACT_FLOOR, logSumExpRow } from './log-sum-exp.js';

export const jsBackend: Backend = {
  name: 'js',
  cholesky,
  inverseCholesky,
  exp: Math.exp,
  log: Math.log,
  open: (kernels, shape) => kernels.js(shape),
  logSumExp(terms, nColumns, norms, responsibilities) {
    const row = new Float64Array(nColumns);
    for (let i = 0; i < norms.length; i++) {
      row.set(terms.subarray(i * nColumns, (i + 1) * nColumns));
      norms[i] = logSumExpRow(row, 0, nColumns, EXACT_FLOOR);
      responsibilities?.set(row, i * nColumns);
    }
  },
  // plain objects: there is nothing to give back
  scoped: (use) => use(),
  release() {},
};
