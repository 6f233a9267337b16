/** The browsers that are there. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const CANDIDATES = [
  {
    name: 'Chromium',
    browser: 'chrome',
    programs: ['chromium', 'chromium-browser', 'google-chrome'],
    variable: 'CHROMIUM',
  },
  { name: 'Firefox', browser: 'firefox', programs: ['firefox-esr', 'firefox'], variable: 'FIREFOX' },
];

/** Each as { name, browser, executablePath }; those that are absent as { name, reason }. */
export function findBrowsers() {
  return CANDIDATES.map(({ name, browser, programs, variable }) => {
    const given = process.env[variable];
    if (given !== undefined && !existsSync(given)) return { name, reason: `${variable}=${given} does not exist` };
    const executablePath = given ?? programs.map(which).find((path) => path !== undefined);
    if (executablePath !== undefined) return { name, browser, executablePath };
    return {
      name,
      reason: `none of ${programs.join(', ')} was found: run bench/browser/setup.sh as root, or set ${variable} to its path`,
    };
  });
}

function which(program) {
  try {
    return execFileSync('which', [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
