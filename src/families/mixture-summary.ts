/** What the reports of all mixtures begin with: how the fit went, and the weights. */
import type { BackendName } from '../backend.js';
import { aic, bic } from '../diagnostics/criteria.js';
import type { NumberTable } from '../diagnostics/summary.js';
import type { FitRecord } from '../em/mixture-fit.js';
import { withBackend } from '../lease.js';
import { sumOf } from '../numeric/vectors.js';

export function mixtureFacts(
  backend: BackendName,
  record: FitRecord | undefined,
  nParameters: number,
): [label: string, value: string][] {
  const parameters: [string, string] = ['free parameters', String(nParameters)];
  if (record === undefined) return [parameters];
  const { logLikelihood, nIter, converged, stopReason, restarts, componentCounts } = record;
  // the effective counts add up to the weight of the data
  const n = sumOf(componentCounts);
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
  return [...facts, parameters];
}

/** @param weights (nComponents) */
export function weightsTable(weights: Float64Array, record: FitRecord | undefined): NumberTable {
  return {
    title: 'Weights',
    corner: 'component',
    columns: record === undefined ? ['weight'] : ['weight', 'count'],
    rows: Array.from(weights, (weight, k) => ({ name: String(k), values: [weight, record?.componentCounts[k] ?? 0] })),
  };
}

function fixed(value: number): string {
  return value.toFixed(4);
}
