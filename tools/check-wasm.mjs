// Are the kernels that were just built the ones the repository vouches for? AssemblyScript's output depends on the sources and
// on the compiler's version (in the lock file) only, so a hash is the same on every machine.
// usage: node tools/check-wasm.mjs [--write]      (after a build; --write takes the present hashes over: look at the diff)
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const LIST = 'tools/kernels.sha256';
/** What is shipped: in the bundles, and as a file. */
const FILES = ['build/kernels.wasm', 'build/kernels.core.wasm', 'build/kernels.more.wasm'];

const hashes = FILES.map((file) => `${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${file}\n`).join(
  '',
);

if (process.argv.includes('--write')) {
  writeFileSync(LIST, hashes);
  console.log(`wrote ${LIST}`);
} else if (hashes === readFileSync(LIST, 'utf8')) {
  console.log(`${FILES.length} modules have the hashes of ${LIST}`);
} else {
  console.error(
    `the kernels differ from ${LIST}:\n\nwanted\n${readFileSync(LIST, 'utf8')}\ngot\n${hashes}\nIf assembly/ or the compiler changed, run node tools/check-wasm.mjs --write and commit ${LIST}; if not, find out what did.`,
  );
  process.exitCode = 1;
}
