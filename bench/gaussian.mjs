/**
 * Gaussian mixtures. The nine shapes are those of the project's goals: `goal` is what an iteration is to take, in
 * nanoseconds per point × component, on the machine on which the plain JavaScript of plain-gaussian.mjs takes `plainGoal`.
 */
import { generate, toRows } from './data.mjs';
import { naiveSteps } from './naive.mjs';
import { plainSteps } from './plain-gaussian.mjs';

/**
 * `parts`: plain JavaScript gets the first rows only where all would take many seconds; its time per point does not depend
 * on N. There must be enough of them to keep every covariance regular.
 */
const SHAPES = [
  { n: 20000, d: 2, k: 3, iterations: 60, goal: 4, plainGoal: 37, rounds: 7 },
  { n: 100000, d: 2, k: 8, iterations: 16, goal: 3.2, plainGoal: 43, rounds: 7 },
  { n: 100000, d: 8, k: 8, iterations: 10, goal: 10, plainGoal: 115, rounds: 7 },
  { n: 100000, d: 16, k: 16, iterations: 4, goal: 25 },
  { n: 100000, d: 32, k: 16, iterations: 3, goal: 85, plainGoal: 1300 },
  { n: 50000, d: 64, k: 16, iterations: 2, goal: 320, rounds: 3 },
  { n: 20000, d: 128, k: 8, iterations: 3, goal: 1250, rounds: 3 },
  { n: 100000, d: 16, k: 16, iterations: 8, goal: 5.5, covarianceType: 'diag' },
  { n: 100000, d: 64, k: 16, iterations: 4, goal: 22, covarianceType: 'diag' },
].map((shape) => ({ covarianceType: 'full', rounds: 5, ...shape, parts: partsOf(shape) }));

function partsOf({ n, d, k, covarianceType }) {
  const work = k * (covarianceType === 'diag' ? 8 * d : 20 + d * d);
  const part = (most, iterations) => {
    const rows = Math.min(n, Math.max(4 * k * d, Math.round(most / work / 1000) * 1000));
    return { rows, iterations: Math.max(1, Math.min(10, Math.round((iterations * most) / (rows * work)))) };
  };
  return { plain: part(1.2e8, 3), ...(d <= 32 && { naive: part(3e7, 2) }) };
}

export const gaussian = {
  name: 'mixture',
  shapes: SHAPES,
  title: ({ n, d, k, covarianceType }) => `${n}, ${d}, ${k}${covarianceType === 'full' ? '' : ` ${covarianceType}`}`,
  generate,
  library: ({ GaussianMixture }, { k, covarianceType }, initialParameters) => ({
    Model: GaussianMixture,
    options: { nComponents: k, covarianceType, initialParameters, regCovar: 0, tol: 0 },
    objectives: ({ trace }) => trace.logLikelihood,
  }),
  js: { part: 'plain', agreement: 1e-12 },
  // the naive form inverts and takes determinants
  others: {
    plain: {
      part: 'plain',
      agreement: 1e-11,
      steps: ({ shape: { n, d, covarianceType }, X, initialParameters }) =>
        plainSteps(X.data, n, d, initialParameters, covarianceType),
    },
    naive: {
      part: 'naive',
      agreement: 1e-9,
      steps: ({ shape: { n, covarianceType }, X, initialParameters }) =>
        naiveSteps(toRows(X, n), initialParameters, covarianceType),
    },
  },
};
