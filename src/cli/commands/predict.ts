/** `mixwasm predict`: the component of every row. */
import type { Command } from 'commander';
import { addDataFlags, DATA_ARGUMENT, type DataFlags } from '../data-flags.js';
import { UsageError } from '../errors.js';
import { readModel } from '../model-file.js';
import { isMixture, sizeOf } from '../models.js';
import { type Field, writeRows } from '../output.js';
import { MODEL_COLUMNS, readForModel } from '../read-for-model.js';

interface PredictFlags extends DataFlags {
  proba?: boolean;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  mixwasm predict model.json new.csv > labels.csv
  mixwasm predict model.json new.parquet --proba --json`;

export function addPredictCommand(program: Command): void {
  const command = program
    .command('predict')
    .description('print the most probable component (the nearest center) of each row')
    .argument('<model>', 'what fit --out wrote')
    .argument('[file]', DATA_ARGUMENT);
  addDataFlags(command, MODEL_COLUMNS)
    .option('--proba', 'the probabilities of all components, too')
    .option('--json', 'print an object for each row instead of CSV')
    .addHelpText('after', EXAMPLES)
    .action(predict);
}

async function predict(path: string, file: string | undefined, flags: PredictFlags): Promise<void> {
  const saved = await readModel(path);
  if (flags.proba && !isMixture(saved.model)) {
    throw new UsageError('--proba: k-means and k-medians have no probabilities');
  }
  const { model, X, located } = await readForModel(saved, file, flags);
  const k = sizeOf(model);
  const labels = await located(() => model.predict(X));
  const fields: Field[] = [{ name: 'label', value: (row) => labels[row] as number }];
  if (flags.proba && isMixture(model)) {
    const proba = await located(() => model.predictProba(X));
    if (flags.json) {
      fields.push({ name: 'proba', value: (row) => Array.from(proba.subarray(row * k, (row + 1) * k)) });
    } else {
      for (let c = 0; c < k; c++) fields.push({ name: `proba${c}`, value: (row) => proba[row * k + c] as number });
    }
  }
  await writeRows(X.rows, fields, flags.json === true);
}
