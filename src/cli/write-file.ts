/** Writes files so that whoever reads them finds the old one or the new one, never a part, whenever the process ends. */
import { chmodSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { realpath, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileOperation } from './errors.js';

const PERMISSIONS = 0o777;

/** Names of what is open already: a new file in its place would not be what is open. */
const OPEN = /^\/(dev|proc)\//;

/** What stands beside the file until it is complete. */
function besides(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
}

/** Writes a text to a file in place of what is there; to what is no file (a pipe, `/dev/stdout`), as it comes. */
export async function writeText(path: string, text: string): Promise<void> {
  await fileOperation(`write ${path}`, async () => {
    const there = await stat(path).catch(() => undefined);
    if (OPEN.test(path) || (there !== undefined && !there.isFile())) return writeFile(path, text);
    // a link stays a link
    const target = there === undefined ? path : await realpath(path);
    const written = replaceFile(target, text, there && there.mode & PERMISSIONS);
    // a folder that takes no new files has files that may be written
    if (!written) await writeFile(path, text);
  });
}

/**
 * In one go, which Ctrl-C cannot come between; `mode` is that of the file that was there. False if the folder takes no new
 * files but has this one.
 */
function replaceFile(path: string, text: string, mode: number | undefined): boolean {
  const temporary = besides(path);
  try {
    writeFileSync(temporary, text, { flag: 'wx' });
    if (mode !== undefined) chmodSync(temporary, mode);
    renameSync(temporary, path);
    return true;
  } catch (error) {
    rmSync(temporary, { force: true });
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['EACCES', 'EPERM', 'EROFS', 'EXDEV', 'EBUSY'].includes(code) && statSync(path, { throwIfNoEntry: false })) {
      return false;
    }
    throw error;
  }
}
