// What a build was made of and what it made, as hashes: with them tools/build.mjs knows whether another would make the same.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Texts that the build makes and puts among the sources. */
const GENERATED = ['src/wasm/kernels-inline.ts', 'src/wasm/more-kernels-inline.ts', 'src/threads/worker-inline.ts'];

/** Files and folders that the build reads. */
export const INPUTS = [
  'assembly',
  'src',
  'asconfig.json',
  'package.json',
  'rollup.config.mjs',
  'tsconfig.json',
  'tools/binary-text.mjs',
  'tools/build.mjs',
  'tools/build-record.mjs',
  'tools/licenses.mjs',
  'tools/several-at-once.mjs',
  // the versions of the compilers, and of what is bundled: npm notes there what it has installed
  'node_modules/.package-lock.json',
];

/** Files and folders that it writes. build/ holds other things too. */
export const OUTPUTS = [
  'build/js',
  'build/kernels.wasm',
  'build/kernels.core.wasm',
  'build/kernels.more.wasm',
  'build/kernels.testing.wasm',
  'build/kernels.debug.wasm',
  ...GENERATED,
  'dist',
];

const RECORD = 'build/record.sha256';

/** Before a build: one that is broken off leaves no record. */
export function forget(root) {
  rmSync(join(root, RECORD), { force: true });
}

/** After a build. `inputs` is `hashOfInputs` from before it: what was edited meanwhile is not in it. */
export function remember(root, inputs) {
  writeFileSync(join(root, RECORD), recordOf(root, inputs));
}

/** Is what lies here what a build would make: are inputs and outputs, to the last byte, those of the last build? */
export function isCurrent(root) {
  const path = join(root, RECORD);
  return existsSync(path) && readFileSync(path, 'utf8') === recordOf(root, hashOfInputs(root));
}

const recordOf = (root, inputs) => `${inputs}  inputs\n${hashOf(root, OUTPUTS)}  outputs\n`;

export function hashOfInputs(root) {
  return hashOf(root, INPUTS, GENERATED, [process.version]);
}

/** A hash of the names and contents of all files in and below some paths; a path without a file counts as such. */
function hashOf(root, paths, except = [], texts = []) {
  const hash = createHash('sha256');
  // lengths in front: where a name or a text ends is then part of what is hashed
  const add = (part) => hash.update(`${part.length}:`).update(part);
  for (const text of texts) add(text);
  for (const path of paths) {
    for (const file of filesOf(root, path)) {
      if (except.includes(file)) continue;
      add(file);
      if (existsSync(join(root, file))) add(readFileSync(join(root, file)));
    }
  }
  return hash.digest('hex');
}

function filesOf(root, path) {
  if (!existsSync(join(root, path)) || !statSync(join(root, path)).isDirectory()) return [path];
  const names = readdirSync(join(root, path)).sort();
  return names.flatMap((name) => filesOf(root, `${path}/${name}`));
}
