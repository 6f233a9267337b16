/** Data of a fit: read, their columns chosen, standardized if that is wanted. */
import { type DataFlags, readData } from './data-flags.js';
import { locateError, UsageError } from './errors.js';
import type { FitFlags } from './fit-flags.js';
import { atStake } from './interrupt.js';
import { KINDS } from './models.js';
import { tellOfColumns } from './report.js';
import { type Selection, selectColumns } from './select-columns.js';
import { type Standardization, standardizationOf, standardize } from './standardize.js';

export interface Prepared {
  readonly source: string;
  readonly selection: Selection;
  readonly standardization: Standardization | undefined;
  /** milliseconds that reading took */
  readonly read: number;
  /** Runs a fit; its errors about a row name the line of the file. Also tells the milliseconds. */
  timed<T>(work: () => Promise<T>): Promise<{ result: T; time: number }>;
}

export async function prepare(
  file: string | undefined,
  flags: DataFlags & Pick<FitFlags, 'model' | 'standardize'>,
): Promise<Prepared> {
  const { binary } = KINDS[flags.model];
  if (binary && flags.standardize) throw new UsageError(`--standardize: ${flags.model} wants columns of 0 and 1`);
  atStake('there is no model yet');
  const started = performance.now();
  const table = await readData(file, flags);
  const selection = selectColumns(table, { wanted: flags.columns, binary });
  tellOfColumns(selection);
  const standardization = flags.standardize ? standardizationOf(selection) : undefined;
  if (standardization !== undefined) standardize(selection.X, standardization);
  return {
    source: table.source,
    selection,
    standardization,
    read: performance.now() - started,
    async timed(work) {
      const from = performance.now();
      try {
        const result = await work();
        return { result, time: performance.now() - from };
      } catch (error) {
        throw locateError(error, table);
      }
    },
  };
}
