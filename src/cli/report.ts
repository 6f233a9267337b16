/** What a fitting command tells people, on stderr. */
import { plural } from '../diagnostics/summary.js';
import { type AnyModel, isMixture } from './models.js';
import type { Selection } from './select-columns.js';
import type { Standardization } from './standardize.js';

export interface Timing {
  /** milliseconds */
  readonly read: number;
  readonly fit: number;
}

/** The report for a terminal. */
export function formatReport(
  model: AnyModel,
  source: string,
  { X, featureNames }: Selection,
  standardization: Standardization | undefined,
  timing: Timing,
): string {
  const { threads } = model;
  return [
    model.summary({ featureNames }),
    '',
    `data  ${source}: ${plural(X.rows, 'row')}, ${plural(X.columns, 'column')}`,
    ...(standardization === undefined
      ? []
      : [
          `      standardized: ${isMixture(model) ? 'likelihoods and parameters are' : 'costs and centers are'} those of (x − mean) / standard deviation`,
        ]),
    `time  ${duration(timing.fit)} to fit${threads !== undefined && threads.count > 1 ? ` on ${threads.count} threads` : ''}, ${duration(timing.read)} to read`,
  ].join('\n');
}

/** Says which columns are no data, and which are data only by a convention. */
export function tellOfColumns({ leftOut, truths }: Selection): void {
  if (leftOut.length > 0) {
    console.error(`left out: ${leftOut.map(({ name, reason }) => `${name} (${reason})`).join(', ')}`);
  }
  if (truths.length > 0) console.error(`true and false are 1 and 0 in: ${truths.join(', ')}`);
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}
