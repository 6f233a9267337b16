/** What the command line says when something goes wrong: one line, no stack, an exit code scripts can rely on. */
import { InvalidDataError, MixwasmError, ZeroDensityError } from '../index.js';
import type { Table } from './read/table.js';

/** 1: the data, the file or the fit; 2: the command line itself; 130: Ctrl-C, as shells have it (128 + SIGINT). */
export const EXIT = { failure: 1, usage: 2, interrupted: 130 } as const;

/** A problem the user can mend; the message says where and how. */
export class CliError extends Error {}

/** A command line that makes no sense, told by what only the command can know. */
export class UsageError extends CliError {}

/** Columns that a model was fitted to and a file does not have. */
export class MissingColumnsError extends CliError {
  constructor(
    message: string,
    readonly missing: readonly string[],
  ) {
    super(message);
  }
}

const FILE_ERRORS: Record<string, string> = {
  ENOENT: 'no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOSPC: 'no space left on the device',
  ERR_STRING_TOO_LONG: 'it is too large to be read at once',
  ERR_FS_FILE_TOO_LARGE: 'it is too large to be read at once',
};

/** What went wrong with a file, in words. */
export function fileErrorText(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return FILE_ERRORS[code] ?? message;
}

/** Runs a file operation; its failure becomes a line such as `cannot read x.csv: no such file or folder`. */
export async function fileOperation<T>(what: string, operation: () => T | Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    throw new CliError(`cannot ${what}: ${fileErrorText(cause)}`, { cause });
  }
}

/** An error about a row of numbers, with the line of the file the row came from. */
export function locateError(error: unknown, { source, place }: Table): unknown {
  const about = error instanceof InvalidDataError || error instanceof ZeroDensityError;
  if (!about || error.row === undefined) return error;
  return new CliError(`${source}, ${place(error.row)}: ${error.message}`, { cause: error });
}

/** What the library calls its options, and what they are called here. */
const FLAGS: Record<string, string> = {
  nComponents: '--components',
  nClusters: '--components',
  covarianceType: '--covariance',
  nInit: '--n-init',
  maxIter: '--max-iter',
  regCovar: '--reg-covar',
};

/** Values that follow an option, as JavaScript has them: ` 'diag' or 'spherical'`, `: 1`. */
const VALUES = ": ?(?:'\\w+'|\\d+)| '\\w+'(?: or '\\w+')*";
const OPTION = new RegExp(`\\b(${Object.keys(FLAGS).join('|')})\\b(${VALUES})?`, 'g');
/** Words of prose, too: options where a value or a list says so. */
const WORD = new RegExp(`\\b(init(?=, seed)|seed(?=, nInit)|backend(?=:? ')|threads(?=: \\d))(${VALUES})?`, 'g');

/** A message of the library, with options named as they are here, and their values as they are given here. */
export function withFlags(message: string): string {
  const given = (values = '') => values.replaceAll("'", '').replace(/^: ?/, ' ');
  return message
    .replace(WORD, (_, name: string, values?: string) => `--${name}${given(values)}`)
    .replace(OPTION, (_, name: string, values?: string) => `${FLAGS[name]}${given(values)}`);
}

/** The line for stderr. */
export function describeError(error: unknown): string {
  const { message = String(error), stack } = error as Error;
  const expected = error instanceof CliError || error instanceof MixwasmError;
  const text = expected ? withFlags(message) : `unexpected error: ${message} (MIXWASM_DEBUG=1 shows where)`;
  const line = `mixwasm: ${text.replace(/\s*\n\s*/g, ' ')}`;
  return process.env.MIXWASM_DEBUG && stack ? `${line}\n${stack}` : line;
}
