/** `mixwasm sample`: rows drawn from a model. */
import type { Command } from 'commander';
import { UsageError } from '../errors.js';
import { busy } from '../interrupt.js';
import { readModel } from '../model-file.js';
import { isMixture } from '../models.js';
import { integer } from '../numbers.js';
import { type Field, writeRows } from '../output.js';
import { unstandardize } from '../standardize.js';

interface SampleFlags {
  number: number;
  seed?: number;
  labels?: boolean;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  mixwasm sample model.json -n 1000 --seed 1 > drawn.csv
  mixwasm sample model.json -n 10 --labels --json`;

export function addSampleCommand(program: Command): void {
  program
    .command('sample')
    .description('draw rows from a mixture')
    .argument('<model>', 'what fit --out wrote')
    .option('-n, --number <n>', 'how many', integer(1), 100)
    .option('--seed <n>', 'seed of the random numbers (default: 0)', integer(Number.MIN_SAFE_INTEGER))
    .option('--labels', 'the component that each row came from, too')
    .option('--json', 'print an object for each row instead of CSV')
    .addHelpText('after', EXAMPLES)
    .action(sample);
}

async function sample(path: string, flags: SampleFlags): Promise<void> {
  const { model, columns, standardization } = await readModel(path);
  if (!isMixture(model)) throw new UsageError('sample: k-means and k-medians are no distributions to draw from');
  const options = flags.seed === undefined ? {} : { seed: flags.seed };
  const { X: drawn, labels } = await busy(() => model.sample(flags.number, options));
  const d = model.nFeatures;
  const X = Float64Array.from(drawn);
  if (standardization !== undefined) unstandardize(X, standardization);
  const names = columns ?? Array.from({ length: d }, (_, j) => `column${j + 1}`);
  const fields: Field[] = names.map((name, j) => ({ name, value: (row) => X[row * d + j] as number }));
  if (flags.labels) fields.push({ name: 'label', value: (row) => labels[row] as number });
  await writeRows(flags.number, fields, flags.json === true);
}
