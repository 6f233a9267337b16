/** The table of a selection, for people and for programs. */
import { formatTable } from '../diagnostics/summary.js';
import type { Criterion } from '../index.js';
import { withFlags } from './errors.js';
import { criterionOf, type Row, type Selected } from './select-model.js';

const TITLES: Record<Criterion, string> = {
  bic: 'BIC (lower is better)',
  aic: 'AIC (lower is better)',
  icl: 'ICL (lower is better)',
  crossValidation: 'Mean log-likelihood of held-out rows (higher is better)',
};

/** The criterion by number of components and shape of covariances, and what came out best. */
export function formatSelection({ candidates, criterion, best }: Selected): string {
  const types = [...new Set(candidates.map(typeOf))];
  const sizes = [...new Set(candidates.map(({ nComponents }) => nComponents))].sort((a, b) => a - b);
  const failed = new Map<string, Row[]>();
  for (const row of candidates) {
    if (criterionOf(row, criterion) !== undefined) continue;
    const why = row.error === undefined ? 'not done' : withFlags(row.error.message);
    failed.set(why, [...(failed.get(why) ?? []), row]);
  }
  const unconverged = candidates.filter(({ converged }) => converged === false);
  const table = formatTable({
    title: TITLES[criterion],
    corner: 'components',
    columns: types,
    rows: sizes.map((size) => ({
      name: String(size),
      values: types.map((type) => {
        const row = candidates.find((one) => one.nComponents === size && typeOf(one) === type);
        return (row && criterionOf(row, criterion)) ?? Number.NaN;
      }),
    })),
  });
  const shape = best.covarianceType === undefined ? '' : `, ${best.covarianceType} covariances`;
  return [
    ...table,
    ...(unconverged.length > 0 ? ['', `not converged (--max-iter): ${namesOf(unconverged)}`] : []),
    ...(failed.size > 0 ? [''] : []),
    ...Array.from(failed, ([why, rows]) => `failed: ${namesOf(rows)}: ${why}`),
    '',
    `best: ${best.nComponents} component${best.nComponents === 1 ? '' : 's'}${shape}`,
    '',
  ].join('\n');
}

function namesOf(rows: readonly Row[]): string {
  return rows.map((row) => `${typeOf(row)} ${row.nComponents}`).join(', ');
}

function typeOf({ covarianceType }: Row): string {
  return covarianceType ?? 'Bernoulli';
}

/** A row as numbers and names; what could not be computed is empty. */
export function plainRow(row: Row): Record<string, number | string | boolean | undefined> {
  const { covarianceType, nComponents, nParameters, logLikelihood, bic, aic, icl, crossValidation, converged } = row;
  return {
    ...(covarianceType === undefined ? {} : { covarianceType }),
    nComponents,
    nParameters,
    logLikelihood,
    bic,
    aic,
    icl,
    ...(crossValidation === undefined
      ? {}
      : { crossValidation: crossValidation.mean, standardError: crossValidation.standardError }),
    converged,
    ...(row.error === undefined ? {} : { error: withFlags(row.error.message) }),
  };
}
