/** `mixwasm select`: how many components, and covariances of which shape. */
import { type Command, Option } from 'commander';
import { addDataFlags, DATA_ARGUMENT, type DataFlags } from '../data-flags.js';
import { addFitFlags, type FitFlags, fitOptions } from '../fit-flags.js';
import { untilInterrupted } from '../interrupt.js';
import { SELECTABLE } from '../models.js';
import { checkOutputs, deliver, type OutcomeFlags, writePicture } from '../outcome.js';
import { writeJson, writeTable } from '../output.js';
import { prepare } from '../prepare.js';
import { CRITERIA, CRITERION_NAMES, type CriterionFlag, selectModel } from '../select-model.js';
import { formatSelection, plainRow } from '../selection-table.js';

interface Flags extends FitFlags, DataFlags, OutcomeFlags {
  select: CriterionFlag;
}

/** As mclust does. */
const DEFAULT_COMPONENTS = Array.from({ length: 9 }, (_, i) => i + 1);

const EXAMPLES = `
The table is printed on standard output as CSV; report and notices go to standard error.

Examples:
  mixwasm select data.csv --out model.json --plot bic.svg
  mixwasm select data.csv --components 1..20 --covariance full,diag --select icl > table.csv`;

export function addSelectCommand(program: Command): void {
  const command = program
    .command('select')
    .description('compare numbers of components and shapes of covariances, and fit the best')
    .argument('[file]', DATA_ARGUMENT);
  addFitFlags(command, {
    kinds: SELECTABLE,
    components: 'numbers of components to compare (default: 1..9)',
    covariance: 'shapes of the covariances to compare (default: full,tied,diag,spherical)',
    nInit: '10',
    maxIter: '1000',
    regCovar: '0',
    threads: 'auto',
  }).addOption(
    new Option('--select <criterion>', 'bic, aic, icl: lower is better; cv: log-likelihood of held-out rows')
      .choices(CRITERION_NAMES)
      .default('bic'),
  );
  addDataFlags(command, 'columns to use, by name or number (default: every numeric column)')
    .option('-o, --out <file>', 'write the best model, for the other commands')
    .option('--plot <file>', 'draw the criterion by number of components (SVG)')
    .option('--json', 'print the table as JSON instead of CSV')
    .addHelpText('after', EXAMPLES)
    .action(select);
}

async function select(file: string | undefined, flags: Flags): Promise<void> {
  const options = fitOptions(flags);
  await checkOutputs(flags);
  const { source, selection, standardization, read, timed } = await prepare(file, flags);
  const wanted = {
    nComponents: flags.components ?? DEFAULT_COMPONENTS,
    covarianceTypes: flags.covariance,
    criterion: CRITERIA[flags.select],
    fit: options,
  };
  await untilInterrupted(async (interruption) => {
    const { result, time } = await timed(() => selectModel(flags.model, selection.X, wanted, interruption));
    const { model, candidates, criterion } = result;
    console.error(formatSelection(result));
    const { plot, ...others } = flags;
    const timing = { read, fit: time };
    await deliver({ model, source, selection, standardization, timing }, others, false);
    if (plot !== undefined) {
      const { selectionPicture } = await import('../pictures.js');
      await writePicture(plot, await selectionPicture(candidates, { criterion }));
    }
    const rows = candidates.map(plainRow);
    if (flags.json) await writeJson(rows);
    else await writeTable(rows);
  });
}
