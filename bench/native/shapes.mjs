/** The mixtures of ../gaussian.mjs, each with as many iterations for every contestant. */
import { gaussian } from '../gaussian.mjs';

export const NATIVE_SHAPES = gaussian.shapes.map(({ n, d, k, covarianceType, iterations }) => ({
  n,
  d,
  k,
  covarianceType,
  // a peer takes twice to ten times as long
  iterations: Math.max(3, Math.min(40, Math.round((2 * iterations) / 3))),
}));
