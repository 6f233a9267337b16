/**
 * Ctrl-C. While something is computed that has a best so far, the first ends it with that, and what was found is written as
 * ever. Anywhere else, and the second time, the process ends: with 130, and no file half written (see `write-file.ts`).
 */
import { setImmediate } from 'node:timers/promises';
import { CliError, EXIT } from './errors.js';

export interface Interruption {
  /** whether Ctrl-C was pressed */
  readonly interrupted: boolean;
}

/** Ctrl-C came before there was anything to keep. */
export class Interrupted extends CliError {}

/** What is computed, if that can end early. */
let work: { interrupted: boolean } | undefined;

/** What is lost when the process ends now, in words. */
let loss = '';

/**
 * Milliseconds within which a second signal is the first one again: a terminal sends Ctrl-C to all that runs in it, and
 * `npx` and `timeout` pass on what they get.
 */
const ECHO = 500;

/** When the last one came that counted. */
let last = Number.NEGATIVE_INFINITY;

function onInterrupt(): void {
  const now = performance.now();
  if (now - last < ECHO) return;
  last = now;
  if (work !== undefined && !work.interrupted) {
    work.interrupted = true;
    console.error('\ninterrupted: ending with the best so far (Ctrl-C once more ends at once)');
    return;
  }
  console.error(`\nmixwasm: interrupted${work === undefined ? loss : ': ended at once'}`);
  process.exit(EXIT.interrupted);
}

/** From now on Ctrl-C does what is said above. */
export function heedInterrupts(): void {
  process.on('SIGINT', onInterrupt);
}

/** Says what Ctrl-C would lose from here on: a clause, such as `there is no model yet`. */
export function atStake(clause: string): void {
  loss = `: ${clause}`;
}

/**
 * Runs what ends early, with the best so far, once it sees that it was interrupted, and writes what it found: the process
 * then ends with 130.
 */
export async function untilInterrupted<T>(run: (interruption: Interruption) => Promise<T>): Promise<T> {
  const own = { interrupted: false };
  work = own;
  try {
    const result = await run(own);
    if (own.interrupted) process.exitCode = EXIT.interrupted;
    return result;
  } finally {
    work = undefined;
  }
}

/**
 * Runs what keeps the thread busy for long and has nothing to keep. No function of ours would be called meanwhile, so the
 * system ends the process at Ctrl-C, as it does any other: shells report the same 130.
 */
export async function busy<T>(run: () => T): Promise<T> {
  // one that came already is heard first: a look for events lies between two turns
  await setImmediate();
  await setImmediate();
  return interruptible(async () => run());
}

/** Runs what a process that ends by itself would wait for: at Ctrl-C the system ends it. */
export async function interruptible<T>(run: () => Promise<T>): Promise<T> {
  process.off('SIGINT', onInterrupt);
  try {
    return await run();
  } finally {
    heedInterrupts();
  }
}
