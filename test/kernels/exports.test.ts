/** Every function that the kernels export has a caller; and every declared one is exported. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url));
const exported = WebAssembly.Module.exports(new WebAssembly.Module(read('build/kernels.wasm')))
  .filter(({ kind }) => kind === 'function')
  .map(({ name }) => name);

const text = read('src/wasm/kernels.ts').toString();
const declarations = text.slice(text.indexOf('interface Kernels {'), text.indexOf('export type SeedKernel'));

describe('the exports of the kernels', () => {
  it('are of one interface in the package and in the file', () => {
    const version = (name: string) => {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
      const instance = new WebAssembly.Instance(new WebAssembly.Module(read(`build/${name}.wasm`)), {
        env: { memory },
      });
      return (instance.exports as unknown as { abiVersion(): number }).abiVersion();
    };
    expect(text).toContain(`const ABI_VERSION = ${version('kernels.core')};`);
    expect(version('kernels')).toBe(version('kernels.core'));
  });

  it('are those that src/wasm/kernels.ts declares', () => {
    const names = [...declarations.matchAll(/^ {2}(\w+)[(:]/gm)].map(([, name]) => name!);
    expect(names.sort()).toEqual([...exported].sort());
  });

  it('each have a caller in src/wasm, or, what only tests ask for, there', () => {
    const callers = readdirSync(new URL('../../src/wasm', import.meta.url))
      .filter((file) => !file.endsWith('-inline.ts'))
      .map((file) => `src/wasm/${file}`);
    const called = [...callers, 'test/load-kernels.test.ts']
      .map((file) => read(file).toString())
      .join('\n')
      .replace(declarations, '');
    expect(exported.filter((name) => !new RegExp(`\\b${name}\\b`).test(called))).toEqual([]);
  });
});
