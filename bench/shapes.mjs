/**
 * What is measured. `iterations` EM iterations per fit for wasm and JS; the naive form takes fewer, and where it would
 * take many seconds only the first `naiveRows` rows (its time per point does not depend on N).
 */
export const SHAPES = [
  { n: 20000, d: 2, k: 3, iterations: 40, naiveIterations: 10 },
  { n: 100000, d: 2, k: 8, iterations: 12, naiveIterations: 4 },
  { n: 100000, d: 8, k: 8, iterations: 10, naiveIterations: 3 },
  { n: 100000, d: 16, k: 16, iterations: 5, naiveIterations: 2, naiveRows: 20000 },
  { n: 100000, d: 32, k: 16, iterations: 3, naiveIterations: 1, naiveRows: 20000, rounds: 5 },
  { n: 100000, d: 16, k: 16, iterations: 8, naiveIterations: 2, covarianceType: 'diag' },
].map((shape) => ({ covarianceType: 'full', naiveRows: shape.n, rounds: 7, ...shape }));

/** The same shapes with fewer rows: a minute or so, and a wrong result shows as well. */
export function quick(shape) {
  const n = Math.min(shape.n, 20000);
  return { ...shape, n, naiveRows: Math.min(shape.naiveRows, n / 4) };
}
