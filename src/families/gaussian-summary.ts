/** The report of a Gaussian mixture. */
import { readable, summarizeMixture } from '../diagnostics/summary.js';
import { InvalidOptionError } from '../errors.js';
import type { FitRecord, ModelState } from './gaussian-best.js';

const TITLES = {
  full: 'full covariances',
  tied: 'one covariance for all components (tied)',
  diag: 'diagonal covariances',
  spherical: 'spherical covariances',
};

export function summarizeGaussianMixture(
  state: ModelState,
  record: FitRecord | undefined,
  nParameters: number,
  featureNames: readonly string[] | undefined,
): string {
  const { covarianceType, nComponents: k, nFeatures: d, weights, means } = state;
  if (featureNames !== undefined && featureNames.length !== d) {
    throw new InvalidOptionError('featureNames', `featureNames must name all ${d} features; got ${featureNames.length}`);
  }
  const names = featureNames ?? Array.from({ length: d }, (_, j) => `x${j}`);
  const facts: [string, string][] = [];
  if (record !== undefined) {
    const { logLikelihood, nIter, converged, stopReason, restarts } = record;
    facts.push(['log-likelihood', `${logLikelihood.toFixed(4)} nats, total`]);
    facts.push(['iterations', `${nIter}, ${converged ? `converged (${stopReason})` : 'not converged (maxIter reached)'}`]);
    if (restarts.length > 1) {
      const collapsed = restarts.filter(({ error }) => error !== undefined).length;
      facts.push(['starts', `${restarts.length}${collapsed > 0 ? `, ${collapsed} collapsed` : ''}`]);
    }
  }
  facts.push(['free parameters', readable(nParameters)]);
  return summarizeMixture({
    title: `Gaussian mixture, ${k} ${k === 1 ? 'component' : 'components'}, ${d} ${d === 1 ? 'feature' : 'features'}, ${TITLES[covarianceType]}`,
    facts,
    featureNames: names,
    weights,
    counts: record?.componentCounts,
    means,
    covariances: covarianceTables(state),
  });
}

function covarianceTables({ covarianceType, nComponents: k, nFeatures: d, covariances }: ModelState) {
  const matrix = (offset: number) =>
    Array.from({ length: d }, (_, i) => Array.from(covariances.subarray(offset + i * d, offset + (i + 1) * d)));
  if (covarianceType === 'tied') return [{ name: 'covariance of every component', rows: matrix(0) }];
  if (covarianceType === 'full') {
    return Array.from({ length: k }, (_, c) => ({ name: `covariance of component ${c}`, rows: matrix(c * d * d) }));
  }
  if (covarianceType === 'diag') {
    const rows = Array.from({ length: d }, (_, j) => Array.from({ length: k }, (_, c) => covariances[c * d + j] as number));
    return [{ name: 'variances, a column per component', rows }];
  }
  return Array.from({ length: k }, (_, c) => ({
    name: `variance of component ${c}: ${readable(covariances[c] as number)}`,
    rows: [],
  }));
}
