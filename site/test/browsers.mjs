/** Where the browsers are that this machine has: named by an environment variable, or found on the PATH. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = {
  chromium: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  firefox: ['firefox-esr', 'firefox'],
};

/** @returns {string | undefined} the path of an executable */
export function findBrowser(kind) {
  const named = process.env[`${kind.toUpperCase()}_PATH`];
  if (named) return named;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of NAMES[kind]) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // not here
      }
    }
  }
  return undefined;
}

/** What a skipped test says. */
export function absent(kind) {
  return `no ${kind} here: run tools/setup-browsers.sh, or set ${kind.toUpperCase()}_PATH`;
}
