/** `mixwasm fit`: a model fitted to data, or the best of several. */
import { type Command, Option } from 'commander';
import { addDataFlags, DATA_ARGUMENT, type DataFlags } from '../data-flags.js';
import { UsageError } from '../errors.js';
import { addFitFlags, type FitFlags, fitOptions } from '../fit-flags.js';
import { fitModel } from '../fit-model.js';
import { type Interruption, untilInterrupted } from '../interrupt.js';
import { type AnyModel, KIND_NAMES, KINDS } from '../models.js';
import { checkOutputs, deliver, type OutcomeFlags } from '../outcome.js';
import { prepare } from '../prepare.js';
import { CRITERIA, CRITERION_NAMES, type CriterionFlag, checkSelectable, selectModel } from '../select-model.js';
import { formatSelection } from '../selection-table.js';

interface Flags extends FitFlags, DataFlags, OutcomeFlags {
  select?: CriterionFlag;
}

const EXAMPLES = `
The report goes to standard error; --json prints the model on standard output.

Examples:
  mixwasm fit data.csv --components 3
  mixwasm fit data.csv --components 1..10 --covariance full,diag --select bic --out model.json --plot fit.svg
  mixwasm fit data.parquet -k 3 --columns height,weight --n-init 10 --standardize
  mixwasm fit answers.csv.gz --model bernoulli -k 2
  mixwasm fit -k 4 --query "select a, b from 'events/*.parquet' where a > 0"
  generate | mixwasm fit - -k 2 --json`;

export function addFitCommand(program: Command): void {
  const command = program
    .command('fit')
    .description('fit a mixture, k-means or k-medians to the numeric columns of a file')
    .argument('[file]', DATA_ARGUMENT);
  addFitFlags(command, {
    kinds: KIND_NAMES,
    components: 'number of components (or clusters); with --select several, such as 1..10',
    covariance: 'shape of the covariances: full, tied, diag or spherical (default: full); with --select several',
    nInit: '1; 10 with --select',
    maxIter: '1000; k-means and k-medians: 300',
    regCovar: '1e-6 of its own; 0 with --select',
    threads: '1; auto with --select',
  }).addOption(
    new Option('--select <criterion>', 'fit every number of components and covariance, keep the best by it').choices(
      CRITERION_NAMES,
    ),
  );
  addDataFlags(command, 'columns to use, by name or number (default: every numeric column)')
    .option('-o, --out <file>', 'write the model, for the other commands')
    .option('--plot <file>', 'draw the fit (SVG)')
    .option('--json', 'print the model as JSON instead of the report')
    .addHelpText('after', EXAMPLES)
    .action(fit);
}

async function fit(file: string | undefined, flags: Flags): Promise<void> {
  const options = fitOptions(flags);
  const { components = [], covariance, select: criterion } = flags;
  const [nComponents] = components;
  if (nComponents === undefined) throw new UsageError('fit needs the number of components: --components K');
  if (criterion === undefined && (components.length > 1 || (covariance?.length ?? 1) > 1)) {
    throw new UsageError('several numbers of components or covariances need a criterion: --select bic');
  }
  if (criterion !== undefined) checkSelectable(flags.model);
  await checkOutputs(flags);
  const { source, selection, standardization, read, timed } = await prepare(file, flags);
  const { X } = selection;
  const best = async (interruption: Interruption) => {
    if (criterion === undefined) {
      const size = KINDS[flags.model].size;
      const shape = covariance === undefined ? {} : { covarianceType: covariance[0] };
      return fitModel(flags.model, X, { ...options, [size]: nComponents, ...shape }, interruption);
    }
    const selected = await selectModel(
      flags.model,
      X,
      {
        nComponents: components,
        covarianceTypes: covariance ?? (flags.model === 'gaussian' ? ['full'] : undefined),
        criterion: CRITERIA[criterion],
        fit: options,
      },
      interruption,
    );
    console.error(formatSelection(selected));
    return selected.model;
  };
  await untilInterrupted(async (interruption) => {
    const { result: model, time } = await timed<AnyModel>(() => best(interruption));
    const timing = { read, fit: time };
    await deliver({ model, source, selection, standardization, timing }, flags, flags.json === true);
  });
}
