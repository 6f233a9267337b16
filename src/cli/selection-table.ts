/** The table of a selection, for people and for programs. */
import { formatTable } from '../diagnostics/summary.js';
import type { CandidateStop, Criterion } from '../index.js';
import { withFlags } from './errors.js';
import { criterionOf, type Row, type Selected } from './select-model.js';

const TITLES: Record<Criterion, string> = {
  bic: 'BIC (lower is better)',
  aic: 'AIC (lower is better)',
  icl: 'ICL (lower is better)',
  crossValidation: 'Mean log-likelihood of held-out rows (higher is better)',
};

/** The criterion by number of components and shape of covariances, and what came out best. */
export function formatSelection({ candidates, criterion, best, stopped }: Selected): string {
  const types = [...new Set(candidates.map(typeOf))];
  const sizes = [...new Set(candidates.map(({ nComponents }) => nComponents))].sort((a, b) => a - b);
  const failed = new Map<string, Row[]>();
  for (const row of candidates) {
    if (row.error === undefined) continue;
    const why = withFlags(row.error.message);
    failed.set(why, [...(failed.get(why) ?? []), row]);
  }
  const unconverged = candidates.filter((row) => row.converged === false && row.stopped === undefined);
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
    ...(stopped ? ['', ...stopLines(candidates)] : []),
    '',
    `best${stopped ? ' of what there is' : ''}: ${best.nComponents} component${best.nComponents === 1 ? '' : 's'}${shape}`,
    '',
  ].join('\n');
}

/** What Ctrl-C left: how much was done, and where the candidates under way were. */
function stopLines(candidates: readonly Row[]): string[] {
  const lines: string[] = [];
  let done = 0;
  let waiting = 0;
  for (const row of candidates) {
    if (row.stopped === undefined) done++;
    else if (isUntouched(row.stopped)) waiting++;
    else lines.push(`${namesOf([row])}: ${stopWords(row.stopped)}`);
  }
  const total = `interrupted: ${done} of ${candidates.length} candidates done`;
  return [`${total}, ${lines.length} stopped, ${waiting} not begun`, ...lines];
}

function isUntouched({ startsDone, iteration, foldsDone = 0 }: CandidateStop): boolean {
  return startsDone === 0 && iteration === undefined && foldsDone === 0;
}

/** How far a candidate came. */
function stopWords(stop: CandidateStop): string {
  const { startsDone, nInit, iteration, foldsDone } = stop;
  if (isUntouched(stop)) return 'not begun';
  const starts =
    iteration === undefined
      ? `${startsDone} of ${nInit} starts`
      : `iteration ${iteration} of start ${startsDone + 1} of ${nInit}`;
  return `stopped after ${starts}${foldsDone === undefined ? '' : ` and ${foldsDone} fold${foldsDone === 1 ? '' : 's'}`}`;
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
    ...(row.stopped === undefined ? {} : { stopped: stopWords(row.stopped) }),
  };
}
