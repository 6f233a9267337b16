#!/usr/bin/env node
/** The command line. A new command is a file in commands/ and a line here. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addFitCommand } from './commands/fit.js';
import { addPredictCommand } from './commands/predict.js';
import { addSampleCommand } from './commands/sample.js';
import { addScoreCommand } from './commands/score.js';
import { addSelectCommand } from './commands/select.js';
import { describeError, EXIT, fileErrorText, UsageError } from './errors.js';
import { heedInterrupts, Interrupted } from './interrupt.js';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `mixwasm fit … | head` closes the pipe early, which is no error
  if (error.code === 'EPIPE') process.exit(0);
  console.error(`mixwasm: cannot write standard output: ${fileErrorText(error)}`);
  process.exit(EXIT.failure);
});

// relative to dist/cli.js, which is what runs
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

function exitCode(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  return error instanceof Interrupted ? EXIT.interrupted : EXIT.failure;
}

const HELP = `
Examples:
  mixwasm fit data.csv -k 3 --out model.json      fit three Gaussians to every numeric column
  mixwasm select data.csv --plot bic.svg          how many components: BIC (lower is better) by K
  mixwasm predict model.json new.csv --proba      the component of each row of another file
  mixwasm score model.json new.csv                log-likelihood, BIC (lower is better) …
  mixwasm sample model.json -n 1000 --seed 1      rows like those it was fitted to

Results go to standard output, reports and notices to standard error.
Exit codes: 0 done, 1 bad data or a failed fit, 2 a bad command line, 130 interrupted (the best model so far is kept).`;

const program = new Command('mixwasm')
  .description('Mixture models and EM at native speed.')
  .addHelpText('after', HELP)
  .version(version)
  .exitOverride()
  .showHelpAfterError('(--help lists what there is)');
addFitCommand(program);
addPredictCommand(program);
addScoreCommand(program);
addSampleCommand(program);
addSelectCommand(program);

heedInterrupts();
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // commander has printed its line already
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
  } else {
    console.error(describeError(error));
    process.exitCode = exitCode(error);
  }
}
