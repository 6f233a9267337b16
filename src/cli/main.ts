#!/usr/bin/env node
/** The command line. A new command is a file in commands/ and a line here. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addFitCommand } from './commands/fit.js';
import { describeError, EXIT } from './errors.js';

// `mixwasm fit … | head` closes the pipe early, which is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : EXIT.failure);
});

// relative to dist/cli.js, which is what runs
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('mixwasm')
  .description('Mixture models and EM at native speed.')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(--help lists what there is)');
addFitCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // commander has printed its line already
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
  } else {
    console.error(describeError(error));
    process.exitCode = EXIT.failure;
  }
}
