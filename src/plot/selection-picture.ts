/** `selectionPicture`: a criterion over the number of components. */
import { InvalidDataError, show } from '../errors.js';
import { checkKnown, choiceOption } from '../options.js';
import { requirePlot } from './library.js';
import { PICTURE_OPTIONS, type PictureOptions, widthOption } from './options.js';
import { padded } from './rows.js';
import { componentColour } from './scene.js';
import { axes, drawSheet, HALO, panel } from './sheet.js';

/** What candidates are compared by: lower is better, but for cross-validation. */
export type CriterionName = 'bic' | 'aic' | 'icl' | 'crossValidation';

/** One candidate of a model selection; what failed has no number. */
export interface CandidateRow {
  readonly nComponents: number;
  readonly covarianceType?: string | undefined;
  readonly bic?: number | undefined;
  readonly aic?: number | undefined;
  readonly icl?: number | undefined;
  /** mean log-likelihood of the rows held out */
  readonly crossValidation?: { readonly mean: number; readonly standardError?: number } | undefined;
}

/** Options of `selectionPicture`. */
export interface SelectionPictureOptions extends PictureOptions {
  /** which column is drawn; default cross-validation if the table has it, else BIC, AIC or ICL */
  criterion?: CriterionName;
}

const CRITERIA = ['crossValidation', 'bic', 'aic', 'icl'] as const;
const AXIS: Record<CriterionName, string> = {
  bic: 'BIC (lower is better)',
  aic: 'AIC (lower is better)',
  icl: 'ICL (lower is better)',
  crossValidation: 'mean held-out log-likelihood (higher is better)',
};
const NAMES: Record<CriterionName, string> = {
  bic: 'BIC',
  aic: 'AIC',
  icl: 'ICL',
  crossValidation: 'cross-validation',
};
/** Lines differ by their dashes and points too, not by colour alone. */
const DASHES = [undefined, '7 3', '2 3', '9 3 2 3'];
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond'];

interface Candidate {
  readonly value: number;
  readonly error: number;
}

/** NaN where there is none; the error of a mean is ± one standard error. */
function entryOf(row: CandidateRow | undefined, criterion: CriterionName): Candidate {
  const entry = row?.[criterion];
  const [value, error] = typeof entry === 'object' ? [entry.mean, entry.standardError ?? 0] : [entry, 0];
  const sound = value !== undefined && Number.isFinite(value);
  return { value: sound ? value : Number.NaN, error: sound && Number.isFinite(error) ? error : 0 };
}

/**
 * The criterion of every candidate over its number of components, one line for each covariance type, the best one marked.
 * BIC, AIC and ICL: the lowest; cross-validation (mean held-out log-likelihood): the highest, with ± one standard error. Candidates without a finite
 * number (failed fits) leave a gap.
 *
 * @throws {InvalidDataError} no candidate has a finite number
 * @throws {InvalidOptionError} no `Plot`, an unknown criterion
 * @example
 * const table = [1, 2, 3].map((nComponents) => {
 *   const model = GaussianMixture.fit(X, { nComponents });
 *   return { nComponents, covarianceType: 'full', bic: model.bic(X) };
 * });
 * const svg = selectionPicture(table, { Plot });
 */
export function selectionPicture(table: readonly CandidateRow[], options: SelectionPictureOptions): string {
  checkKnown(options, [...PICTURE_OPTIONS, 'criterion'], 'selectionPicture');
  const Plot = requirePlot(options?.Plot);
  const width = widthOption(options.width);
  if (!Array.isArray(table)) {
    throw new InvalidDataError(
      `the table must be an array of { nComponents, covarianceType, bic … }; got ${show(table)}`,
    );
  }
  const present = CRITERIA.find((name) => table.some((row) => Number.isFinite(entryOf(row, name).value)));
  const criterion = choiceOption('criterion', options.criterion ?? present ?? 'bic', CRITERIA);
  const rows = table
    .filter((row) => Number.isFinite(row?.nComponents))
    .map((row) => ({
      nComponents: row.nComponents,
      covarianceType: row.covarianceType ?? '',
      ...entryOf(row, criterion),
    }))
    .sort((a, b) => a.nComponents - b.nComponents);
  const sound = rows.filter(({ value }) => !Number.isNaN(value));
  const [head, ...others] = sound;
  if (head === undefined) {
    throw new InvalidDataError(`no candidate has a finite ${criterion}; a table of select() has one row a candidate`);
  }
  const sign = criterion === 'crossValidation' ? -1 : 1;
  const best = others.reduce((a, b) => (sign * b.value < sign * a.value ? b : a), head);
  const types = [...new Set(table.map(({ covarianceType = '' }) => covarianceType))];
  const label = (row: { nComponents: number; covarianceType: string }) =>
    `${row.covarianceType === '' ? '' : `${row.covarianceType}, `}K = ${row.nComponents}`;
  const extreme = sign > 0 ? 'lowest' : 'highest';
  const place = { x: 'nComponents', y: 'value' };
  const ks = [...new Set(rows.map(({ nComponents }) => nComponents))];
  const [least, greatest] = [Math.min(...ks), Math.max(...ks)];
  const room = Math.max((greatest - least) * 0.04, 0.5);
  const values = sound.flatMap(({ value, error }) => [value - error, value + error]);
  const height = Math.round(width * 0.52);
  const element = panel(
    Plot,
    { x: 0, y: 0, width, height, marginLeft: 84, marginBottom: 48 },
    {
      x: { domain: [least - room, greatest + room] },
      y: { domain: padded(Math.min(...values), Math.max(...values), 0.1) },
      marks: [
        ...axes(
          Plot,
          { label: 'components', ticks: ks.length <= 20 ? ks : 10 },
          { label: AXIS[criterion], offset: 68 },
        ),
        ...types.flatMap((type, at) => {
          const line = rows.filter(({ covarianceType }) => covarianceType === type);
          const colour = componentColour(at);
          const strokeDasharray = DASHES[at % DASHES.length];
          const symbol = SYMBOLS[at % SYMBOLS.length];
          const look = { stroke: colour, strokeWidth: 2, className: 'criterion' };
          const measured = line.filter(({ error }) => error > 0);
          return [
            Plot.ruleX(measured, {
              x: 'nComponents',
              y1: (row: Candidate) => row.value - row.error,
              y2: (row: Candidate) => row.value + row.error,
              stroke: colour,
              className: 'error',
            }),
            Plot.line(line, { ...place, ...look, ...(strokeDasharray === undefined ? {} : { strokeDasharray }) }),
            Plot.dot(line, { ...place, fill: colour, r: 4, symbol, className: 'candidates' }),
          ];
        }),
        Plot.dot([best], { ...place, r: 9, stroke: 'currentColor', strokeWidth: 2, className: 'best' }),
        Plot.text([best], {
          ...place,
          text: () => `${extreme}: ${label(best)}`,
          dy: sign > 0 ? 22 : -22,
          textAnchor: best.nComponents > (least + greatest) / 2 ? 'end' : 'start',
          fontWeight: 700,
          fontSize: 12,
          fill: 'currentColor',
          ...HALO,
          className: 'best',
        }),
      ],
    },
  );
  const failed = rows.length - sound.length;
  return drawSheet({
    title: options.title ?? `${NAMES[criterion]} by number of components`,
    description: `${AXIS[criterion]} of ${sound.length} candidates; the ${extreme} is ${best.value.toFixed(2)} (${label(best)}).`,
    legend: types.flatMap((type, at) => {
      const dash = DASHES[at % DASHES.length];
      if (type === '') return [];
      return [{ label: type, colour: componentColour(at), line: true, ...(dash === undefined ? {} : { dash }) }];
    }),
    note: `${extreme}: ${best.value.toFixed(2)} (${label(best)})${failed === 0 ? '' : `; ${failed} of ${rows.length} candidates have no result`}`,
    width,
    height,
    panels: [element],
  });
}
