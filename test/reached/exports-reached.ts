/**
 * After a whole `npm run coverage`: every function that the two modules of the package export was called by some test, in the
 * module that has it there (and not only in the one with test hooks, build/kernels.testing.wasm).
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { functionsOf } from './modules.js';

const MODULES = ['kernels.core', 'kernels.more'];

export default function setup(project: TestProject): () => Promise<void> {
  const record = project.config.env.MIXWASM_COVERAGE as string;
  writeFileSync(record, '');
  return async () => {
    const reached = new Set(readFileSync(record, 'utf8').split('\n'));
    rmSync(record);
    // a few files cannot reach all
    const { testFiles } = await project.globTestFiles();
    if (project.vitest.state.getFiles().length < testFiles.length) return;
    const all = MODULES.flatMap((name) => {
      const bytes = readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url));
      return functionsOf(new WebAssembly.Module(bytes)).map((kernel) => `${name} ${kernel}`);
    });
    const missed = all.filter((name) => !reached.has(name));
    if (missed.length > 0) throw new Error(`no test calls these exports of the kernels: ${missed.join(', ')}`);
    console.log(`Exports of ${MODULES.join(' and ')}: all ${all.length} were called by tests`);
  };
}
