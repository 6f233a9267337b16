/** Where the browsers are that this machine has: named by an environment variable, or found on the PATH. */
import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

export const BROWSERS = {
  chromium: {
    name: 'Chromium',
    variable: 'CHROMIUM',
    programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  },
  firefox: { name: 'Firefox', variable: 'FIREFOX', programs: ['firefox-esr', 'firefox'] },
};

/** @returns {string | undefined} the path of an executable; one that a variable names has to be there */
export function findBrowser(kind) {
  const { variable, programs } = BROWSERS[kind];
  const named = process.env[variable];
  if (named) {
    if (!isProgram(named)) throw new Error(`${variable}=${named} is no program`);
    return named;
  }
  const folders = [dirname(process.execPath), ...(process.env.PATH ?? '').split(delimiter)];
  return programs.flatMap((program) => folders.map((folder) => join(folder, program))).find(isProgram);
}

/** What is said where a browser is missing. */
export function absent(kind) {
  return `no ${kind} here: run tools/setup-browsers.sh, or set ${BROWSERS[kind].variable} to its path`;
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
