/** `mixwasm score`: how well a model fits data. */
import type { Command } from 'commander';
import { criteriaOf } from '../criteria.js';
import { addDataFlags, DATA_ARGUMENT, type DataFlags } from '../data-flags.js';
import { UsageError } from '../errors.js';
import { readModel } from '../model-file.js';
import { isMixture } from '../models.js';
import { writeJson, writeRows } from '../output.js';
import { MODEL_COLUMNS, readForModel } from '../read-for-model.js';

interface ScoreFlags extends DataFlags {
  samples?: boolean;
  json?: boolean;
}

const MEANINGS: Record<string, string> = {
  score: 'mean log-likelihood per row, nats',
  logLikelihood: 'total, nats',
  bic: 'BIC (lower is better)',
  aic: 'AIC (lower is better)',
  icl: 'ICL (lower is better)',
  nParameters: 'free parameters',
  totalCost: 'total cost (lower is better)',
};

const EXAMPLES = `
Examples:
  mixwasm score model.json test.csv
  mixwasm score model.json new.csv --samples > log-densities.csv`;

export function addScoreCommand(program: Command): void {
  const command = program
    .command('score')
    .description('print the log-likelihood of data under a model, and its BIC, AIC and ICL there')
    .argument('<model>', 'what fit --out wrote')
    .argument('[file]', DATA_ARGUMENT);
  addDataFlags(command, MODEL_COLUMNS)
    .option('--samples', 'print the log-density of each row instead')
    .option('--json', 'print JSON instead of CSV')
    .addHelpText('after', EXAMPLES)
    .action(score);
}

async function score(path: string, file: string | undefined, flags: ScoreFlags): Promise<void> {
  const saved = await readModel(path);
  if (flags.samples && !isMixture(saved.model)) {
    throw new UsageError('--samples: k-means and k-medians have no densities');
  }
  const { model, X, standardization, located } = await readForModel(saved, file, flags);
  if (standardization !== undefined) console.error('of standardized data, as the model was fitted to');
  if (flags.samples && isMixture(model)) {
    const logDensity = await located(() => model.scoreSamples(X));
    await writeRows(X.rows, [{ name: 'logDensity', value: (row) => logDensity[row] as number }], flags.json === true);
    return;
  }
  const criteria: Record<string, number> = await located(() => criteriaOf(model, X));
  if (flags.json) {
    await writeJson({ nSamples: X.rows, ...criteria });
    return;
  }
  const names = Object.keys(criteria);
  const width = Math.max(...names.map((name) => name.length));
  for (const name of names) {
    const meaning = !isMixture(model) && name === 'score' ? 'minus the mean cost per row' : (MEANINGS[name] ?? '');
    console.error(`${name.padEnd(width)}  ${meaning}`);
  }
  await writeRows(
    1,
    names.map((name) => ({ name, value: () => criteria[name] as number })),
    false,
  );
}
