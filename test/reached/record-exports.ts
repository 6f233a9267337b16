/** Notes which exports of which kernels a test file calls in its own thread; loaded before each one by `npm run coverage`. */
import { appendFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import { moduleName } from './modules.js';

const reached = new Set<string>();

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, [module, imports]: [WebAssembly.Module, WebAssembly.Imports]) {
    const instance = new target(module, imports);
    const owner = moduleName(module);
    if (owner === undefined) return instance;
    const recorded = Object.entries(instance.exports).map(([name, value]) => [
      name,
      typeof value === 'function' ? recording(`${owner} ${name}`, value) : value,
    ]);
    return Object.create(instance, { exports: { value: Object.freeze(Object.fromEntries(recorded)) } });
  },
});

function recording(name: string, kernel: WebAssembly.ExportValue) {
  return (...args: number[]) => {
    reached.add(name);
    return (kernel as (...args: number[]) => unknown)(...args);
  };
}

afterAll(() => {
  // one small write at the end of the file is whole, whoever else writes
  appendFileSync(process.env.MIXWASM_COVERAGE as string, [...reached, ''].join('\n'));
});
