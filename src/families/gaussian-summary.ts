/** The report of a Gaussian mixture. */
import { aic, bic } from '../diagnostics/criteria.js';
import { formatSummary, type NumberTable } from '../diagnostics/summary.js';
import type { FitRecord } from '../em/mixture-fit.js';
import { InvalidOptionError } from '../errors.js';
import { withBackend } from '../lease.js';
import type { GaussianModelState } from './gaussian-parameters.js';

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
    facts: [...fitFacts(state, record, nParameters), ['free parameters', String(nParameters)]],
    tables: [weightsTable(state, record), meansTable(state, names), ...covarianceTables(state, names)],
  });
}

function fitFacts(
  { backend }: GaussianModelState,
  record: FitRecord | undefined,
  nParameters: number,
): [string, string][] {
  if (record === undefined) return [];
  const { logLikelihood, nIter, converged, stopReason, restarts, componentCounts } = record;
  // the effective counts add up to the weight of the data
  const n = componentCounts.reduce((sum, count) => sum + count, 0);
  const logN = withBackend(backend, (leased) => leased.log(n));
  const facts: [string, string][] = [
    ['log-likelihood', `${fixed(logLikelihood)} nats, total`],
    ['BIC (lower is better)', fixed(bic(logLikelihood, nParameters, logN))],
    ['AIC (lower is better)', fixed(aic(logLikelihood, nParameters))],
    ['iterations', `${nIter}, ${converged ? 'converged' : 'not converged'} (${stopReason})`],
  ];
  if (restarts.length > 1) {
    const collapsed = restarts.filter(({ error }) => error !== undefined).length;
    facts.push(['starts', `${restarts.length}${collapsed > 0 ? `, ${collapsed} collapsed` : ''}`]);
  }
  return facts;
}

function weightsTable({ weights }: GaussianModelState, record: FitRecord | undefined): NumberTable {
  return {
    title: 'Weights',
    corner: 'component',
    columns: record === undefined ? ['weight'] : ['weight', 'count'],
    rows: Array.from(weights, (weight, k) => ({ name: String(k), values: [weight, record?.componentCounts[k] ?? 0] })),
  };
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

function fixed(value: number): string {
  return value.toFixed(4);
}

function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
