/** The report of a Gaussian mixture. */
import { formatSummary, type NumberTable, plural } from '../diagnostics/summary.js';
import type { FitRecord } from '../em/mixture-fit.js';
import { InvalidOptionError } from '../errors.js';
import type { GaussianModelState } from './gaussian-parameters.js';
import { mixtureFacts, weightsTable } from './mixture-summary.js';

const SHAPES = {
  full: 'full covariances',
  tied: 'one covariance for all (tied)',
  diag: 'diagonal covariances',
  spherical: 'spherical covariances',
};

/** Larger covariance matrices are read by programs, not by people. */
const LARGEST_MATRIX = 12;

export function summarizeGaussianMixture(
  state: GaussianModelState,
  record: FitRecord | undefined,
  nParameters: number,
  featureNames: readonly string[] | undefined,
): string {
  const { covarianceType, nComponents: k, nFeatures: d } = state;
  if (featureNames !== undefined && featureNames.length !== d) {
    throw new InvalidOptionError(
      'featureNames',
      `featureNames must name all ${d} features; got ${featureNames.length}`,
    );
  }
  const names = featureNames ?? Array.from({ length: d }, (_, j) => `x${j}`);
  return formatSummary({
    title: `Gaussian mixture: ${plural(k, 'component')}, ${plural(d, 'feature')}, ${SHAPES[covarianceType]}`,
    facts: mixtureFacts(state.backend, record, nParameters),
    tables: [weightsTable(state.weights, record), meansTable(state, names), ...covarianceTables(state, names)],
  });
}

function meansTable({ nComponents, nFeatures: d, means }: GaussianModelState, names: readonly string[]): NumberTable {
  return { title: 'Means', corner: 'component', columns: names, rows: rowsOf(means, nComponents, d) };
}

function covarianceTables(state: GaussianModelState, names: readonly string[]): NumberTable[] {
  const { covarianceType: type, nComponents: k, nFeatures: d, covariances } = state;
  if (type === 'spherical') {
    return [
      {
        title: 'Variances, the same for every feature',
        corner: 'component',
        columns: ['variance'],
        rows: rowsOf(covariances, k, 1),
      },
    ];
  }
  if (type === 'diag')
    return [{ title: 'Variances', corner: 'component', columns: names, rows: rowsOf(covariances, k, d) }];
  const nMatrices = type === 'tied' ? 1 : k;
  const nameOf = (c: number) => (type === 'tied' ? 'all' : String(c));
  if (d === 1 || d > LARGEST_MATRIX) {
    const title = d === 1 ? 'Variances' : `Variances (the matrices, ${d} × ${d}, are in model.covariances)`;
    const rows = Array.from({ length: nMatrices }, (_, c) => ({
      name: nameOf(c),
      values: names.map((_, j) => covariances[c * d * d + j * d + j] as number),
    }));
    return [{ title, corner: 'component', columns: names, rows }];
  }
  return Array.from({ length: nMatrices }, (_, c) => ({
    title: type === 'tied' ? 'Covariance of every component' : `Covariance of component ${c}`,
    corner: '',
    columns: names,
    rows: rowsOf(covariances.subarray(c * d * d), d, d).map(({ values }, i) => ({ name: names[i] as string, values })),
  }));
}

function rowsOf(values: Float64Array, n: number, width: number) {
  return Array.from({ length: n }, (_, i) => ({
    name: String(i),
    values: values.subarray(i * width, (i + 1) * width),
  }));
}
