/** The shapes of the native comparison: those of ../shapes.mjs, and larger ones where BLAS has its day. */
export const NATIVE_SHAPES = [
  { n: 20000, d: 2, k: 3, iterations: 40 },
  { n: 100000, d: 2, k: 8, iterations: 12 },
  { n: 100000, d: 8, k: 8, iterations: 10 },
  { n: 100000, d: 16, k: 16, iterations: 5 },
  { n: 100000, d: 32, k: 16, iterations: 3 },
  { n: 50000, d: 64, k: 16, iterations: 3 },
  { n: 20000, d: 128, k: 8, iterations: 3 },
  { n: 100000, d: 16, k: 16, iterations: 8, covarianceType: 'diag' },
  { n: 100000, d: 64, k: 16, iterations: 4, covarianceType: 'diag' },
].map((shape) => ({ covarianceType: 'full', ...shape }));
