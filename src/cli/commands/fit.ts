/** `mixwasm fit`: a model fitted to data. */
import type { Command } from 'commander';
import { criteriaOf } from '../criteria.js';
import { addDataFlags, DATA_ARGUMENT, type DataFlags, readData } from '../data-flags.js';
import { EXIT, locateError, UsageError } from '../errors.js';
import { addFitFlags, type FitFlags, fitOptions } from '../fit-flags.js';
import { type Fitted, fitModel } from '../fit-model.js';
import { modelDocument, writeModel } from '../model-file.js';
import { KINDS } from '../models.js';
import { writeJson } from '../output.js';
import { formatReport, leftOutNotice } from '../report.js';
import { type Selection, selectColumns } from '../select-columns.js';
import { type Standardization, standardizationOf, standardize } from '../standardize.js';

interface Flags extends FitFlags, DataFlags {
  out?: string;
  json?: boolean;
}

const EXAMPLES = `
The report goes to standard error; --json prints the model on standard output.

Examples:
  mixwasm fit data.csv --components 3
  mixwasm fit data.parquet -k 3 --covariance diag --columns height,weight --n-init 10 --out model.json
  mixwasm fit answers.csv.gz --model bernoulli -k 2
  mixwasm fit -k 4 --query "select a, b from 'events/*.parquet' where a > 0"
  generate | mixwasm fit - -k 2 --json`;

export function addFitCommand(program: Command): void {
  const command = program
    .command('fit')
    .description('fit a mixture, k-means or k-medians to the numeric columns of a file')
    .argument('[file]', DATA_ARGUMENT);
  addFitFlags(
    command,
    'number of components (or clusters)',
    'shape of the covariances: full, tied, diag or spherical (default: full)',
  );
  addDataFlags(command, 'columns to use, by name or number (default: every numeric column)')
    .option('-o, --out <file>', 'write the model, for the other commands')
    .option('--json', 'print the model as JSON instead of the report')
    .addHelpText('after', EXAMPLES)
    .action(fit);
}

async function fit(file: string | undefined, flags: Flags): Promise<void> {
  const options = fitOptions(flags);
  const [nComponents, ...otherNumbers] = flags.components ?? [];
  const [covarianceType, ...otherTypes] = flags.covariance ?? [];
  if (nComponents === undefined) throw new UsageError('fit needs the number of components: --components K');
  if (otherNumbers.length + otherTypes.length > 0) {
    throw new UsageError('fit takes one number of components and one shape of covariances');
  }
  const started = performance.now();
  const table = await readData(file, flags);
  const selection = selectColumns(table, { wanted: flags.columns, binary: KINDS[flags.model].binary });
  const notice = leftOutNotice(selection);
  if (notice !== undefined) console.error(notice);
  const standardization = flags.standardize ? standardized(selection, flags) : undefined;

  const read = performance.now();
  let fitted: Fitted;
  try {
    fitted = await fitModel(flags.model, selection.X, {
      ...options,
      [KINDS[flags.model].size]: nComponents,
      ...(covarianceType === undefined ? {} : { covarianceType }),
    });
  } catch (error) {
    throw locateError(error, table);
  }
  const { model, interrupted } = fitted;
  const done = performance.now();

  const columns = selection.featureNames;
  const saved = { model, columns, standardization };
  const wanted = flags.json === true || flags.out !== undefined;
  const document = wanted ? modelDocument(saved, criteriaOf(model, selection.X)) : undefined;
  if (!flags.json) {
    const timing = { read: read - started, fit: done - read };
    console.error(formatReport(model, table.source, selection, standardization, timing));
  }
  if (flags.out !== undefined && document !== undefined) await writeModel(flags.out, document);
  if (flags.json) await writeJson(document);
  if (interrupted) process.exitCode = EXIT.interrupted;
}

function standardized(selection: Selection, { model }: Flags): Standardization {
  if (KINDS[model].binary) throw new UsageError(`--standardize: ${model} wants columns of 0 and 1`);
  const standardization = standardizationOf(selection);
  standardize(selection.X, standardization);
  return standardization;
}
