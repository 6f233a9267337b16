// npm run test:package: does the packed tarball work where people will use it? Packs what is in dist/, installs it in a
// temporary folder and runs one small app (app/) everywhere; results are compared with Node's to the last bit.
// usage: node tools/test-package/run.mjs [--only PATTERN] [--keep]      (after a build; CI=true forbids skipping)
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Browser, findChromium } from './browser.mjs';
import { Place } from './place.mjs';
import { BUNDLERS } from './steps/bundlers.mjs';
import { RUNTIMES } from './steps/runtimes.mjs';
import { STRICT_PAGES } from './steps/strict-pages.mjs';
import { TYPES } from './steps/types.mjs';

const { values: options } = parseArgs({ options: { only: { type: 'string' }, keep: { type: 'boolean' } } });
const inCI = process.env.CI === 'true';

if (inCI && findChromium() === undefined) {
  execFileSync('bash', [fileURLToPath(new URL('../setup-browsers.sh', import.meta.url))], { stdio: 'inherit' });
}
const chromium = findChromium();
const present = { chromium: chromium !== undefined };

const [first, ...others] = [...RUNTIMES, ...TYPES, ...BUNDLERS, ...STRICT_PAGES];
// the first tells what all others are compared with
const steps = [first, ...others.filter(({ name }) => new RegExp(options.only ?? '').test(name))];
const place = new Place();
const context = { place, browser: new Browser(place, chromium), facts: {} };
let passed = 0;
let failed = 0;
let skipped = 0;
try {
  await step('npm pack, npm install', () => context.place.install());
  for (const { name, needs = [], run } of steps) {
    const missing = needs.filter((what) => !present[what]);
    if (missing.length > 0 && !inCI) {
      skipped++;
      console.log(`skipped  ${name}: there is no ${missing.join(', ')} here; bash tools/setup-browsers.sh installs it`);
    } else if (!(await step(name, () => run(context))) && name === first.name) {
      break;
    }
  }
} finally {
  await context.browser.close();
  if (options.keep) console.log(`kept ${place.folder}`);
  else place.remove();
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;

async function step(name, run) {
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  try {
    await run();
    passed++;
    console.log(`ok       ${name}, ${seconds()}`);
    return true;
  } catch (error) {
    failed++;
    console.log(`FAILED   ${name}, ${seconds()}\n${error.stack ?? error}`);
    return false;
  }
}
