/** What a fitting command prints. It knows no family: a model is whatever can tell about itself. */
import type { Selection } from './select-columns.js';

/** What every fitted model offers. */
export interface Reportable {
  summary(options: { featureNames: readonly string[] }): string;
  toJSON(): object;
  aic(X: Selection['X']): number;
  bic(X: Selection['X']): number;
  icl(X: Selection['X']): number;
}

export interface Timing {
  /** milliseconds */
  readonly read: number;
  readonly fit: number;
}

/** The report for a terminal. */
export function formatReport(
  model: Reportable,
  source: string,
  { X, featureNames }: Selection,
  timing: Timing,
): string {
  return [
    model.summary({ featureNames }),
    '',
    `data  ${source}: ${plural(X.rows, 'row')}, ${plural(X.columns, 'column')}`,
    `time  ${duration(timing.fit)} to fit, ${duration(timing.read)} to read`,
    '',
  ].join('\n');
}

/** The model as saved, with what only the data know. `fromJSON` reads it back; the further keys do not disturb it. */
export function modelDocument(model: Reportable, { X, featureNames }: Selection): object {
  const criteria = { aic: model.aic(X), bic: model.bic(X), icl: model.icl(X) };
  return { ...model.toJSON(), featureNames, criteria };
}

export function leftOutNotice({ leftOut }: Selection): string | undefined {
  if (leftOut.length === 0) return undefined;
  return `left out: ${leftOut.map(({ name, reason }) => `${name} (${reason})`).join(', ')}`;
}

function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}
