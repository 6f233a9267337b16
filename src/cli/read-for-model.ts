/** A saved model, and data as it wants them. */
import { type DataFlags, readData } from './data-flags.js';
import { locateError } from './errors.js';
import { busy } from './interrupt.js';
import type { SavedModel } from './model-file.js';
import { isBinary, type X } from './models.js';
import { tellOfColumns } from './report.js';
import { columnsOfModel } from './select-columns.js';
import { standardize } from './standardize.js';

export const MODEL_COLUMNS = "columns that take the places of the model's, in its order (default: those of its names)";

export interface ForModel extends SavedModel {
  /** standardized, if the model is */
  readonly X: X;
  /** Runs what may throw an error about a row; it then names the line of the file. */
  located<T>(work: () => T): Promise<T>;
}

/** Reads data for a model: the columns it wants, standardized if it is. */
export async function readForModel(saved: SavedModel, file: string | undefined, flags: DataFlags): Promise<ForModel> {
  const table = await readData(file, flags);
  const { model, columns } = saved;
  const selection = columnsOfModel(table, model.nFeatures, columns, flags.columns, isBinary(model));
  tellOfColumns(selection);
  const { X } = selection;
  if (saved.standardization !== undefined) standardize(X, saved.standardization);
  const located = async <T>(work: () => T): Promise<T> => {
    try {
      return await busy(work);
    } catch (error) {
      throw locateError(error, table);
    }
  };
  return { ...saved, X, located };
}
