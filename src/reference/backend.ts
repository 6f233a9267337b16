/** The pure-JS backend. */
import type { Backend } from '../backend.js';
import { cholesky, inverseCholesky } from './linear-algebra.js';

export const jsBackend: Backend = {
  name: 'js',
  cholesky,
  inverseCholesky,
  exp: Math.exp,
  log: Math.log,
  open: (kernels, shape) => kernels.js(shape),
  // plain objects: there is nothing to give back
  scoped: (use) => use(),
  release() {},
};
