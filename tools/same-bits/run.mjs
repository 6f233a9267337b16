/**
 * npm run test:runtimes: the same bits on Node 20, 22, 24, 26, Deno, Bun, Chromium and Firefox, by 1, 2 and 8 threads, as
 * the committed hashes (test/fixtures/same-bits.json) say.
 *
 * usage: node tools/same-bits/run.mjs [--only PATTERN] [--write]      (after a build)
 *
 * A runtime that is not here and cannot be installed is skipped, which CI=true forbids. --write takes the hashes of the Node
 * that runs this as the committed ones: right only where the arithmetic was meant to change.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { differences, summary } from './compare.mjs';
import { Absent, RUNTIMES, thisNode } from './runtimes.mjs';

const { values: options } = parseArgs({ options: { only: { type: 'string' }, write: { type: 'boolean' } } });
const file = new URL('../../test/fixtures/same-bits.json', import.meta.url);

if (options.write) {
  const { results } = await thisNode.run();
  writeFileSync(file, `${JSON.stringify(summary(results), undefined, 2)}\n`);
  const wrong = differences(results, summary(results));
  for (const line of wrong) console.log(line);
  if (wrong.length > 0) process.exit(1);
}

const committed = JSON.parse(readFileSync(file, 'utf8'));
let passed = 0;
let failed = 0;
let skipped = 0;
for (const { name, run } of RUNTIMES.filter((runtime) => new RegExp(options.only ?? '').test(runtime.name))) {
  const started = performance.now();
  try {
    const { version, results } = await run();
    const wrong = differences(results, committed);
    const fits = Object.values(results).reduce((n, { threads }) => n + 1 + Object.keys(threads ?? {}).length, 0);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    const what = `${name} (${version}): ${Object.keys(results).length} cases, ${fits} fits, ${seconds} s`;
    if (wrong.length === 0) pass(what);
    else fail(`${what}\n  ${wrong.join('\n  ')}`);
  } catch (error) {
    if (error instanceof Absent && process.env.CI !== 'true') {
      skipped++;
      console.log(`skipped  ${name}: ${error.message}`);
    } else {
      fail(`${name}: ${error.stack ?? error}`);
    }
  }
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;

function pass(what) {
  passed++;
  console.log(`ok       ${what}`);
}

function fail(what) {
  failed++;
  console.log(`FAILED   ${what}`);
}
