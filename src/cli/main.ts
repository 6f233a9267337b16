#!/usr/bin/env node
/** The command line as a process. */
import { readFileSync } from 'node:fs';
import { EXIT, fileErrorText } from './errors.js';
import { heedInterrupts } from './interrupt.js';
import { run } from './run.js';

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

heedInterrupts();
await run(process.argv.slice(2), version);
