/** Every function that the kernels export has a caller in src/, which tests reach; and every declared one is exported. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url));
const exported = WebAssembly.Module.exports(new WebAssembly.Module(read('build/kernels.wasm')))
  .filter(({ kind }) => kind === 'function')
  .map(({ name }) => name);

describe('the exports of the kernels', () => {
  it('are those that src/wasm/kernels.ts declares', () => {
    const text = read('src/wasm/kernels.ts').toString();
    const declared = text.slice(text.indexOf('interface Kernels {'), text.indexOf('export type SeedKernel'));
    const names = [...declared.matchAll(/^ {2}(\w+)[(:]/gm)].map(([, name]) => name!);
    expect(names.sort()).toEqual([...exported].sort());
  });

  it('each have a caller in src/wasm or src/threads', () => {
    const callers = ['src/wasm', 'src/threads']
      .flatMap((folder) => readdirSync(new URL(`../../${folder}`, import.meta.url)).map((file) => `${folder}/${file}`))
      .filter((file) => !file.endsWith('-inline.ts'))
      .map((file) => read(file).toString())
      .join('\n');
    const uncalled = exported.filter((name) => !new RegExp(`(\\.|kernel: '|')${name}\\b`).test(callers));
    expect(uncalled).toEqual([]);
  });
});
