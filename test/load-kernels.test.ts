/** Kernels supplied from outside: a module, a URL. Each test has modules of its own, so that nothing is compiled yet. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ARENA_BASE } from '../src/wasm/arena.js';
import { kernelBytes } from '../src/wasm/binaries.js';
import type { Kernels } from '../src/wasm/kernels.js';
import { MORE_KERNELS } from '../src/wasm/more-kernels.js';

const file = new URL('../build/kernels.wasm', import.meta.url);
const bytes = readFileSync(file);
const X = [1, 2, 3, 10, 11, 12];

let mixwasm: typeof import('../src/index.js');
beforeEach(async () => {
  vi.resetModules();
  mixwasm = await import('../src/index.js');
});

const fit = () => Array.from(mixwasm.GaussianMixture.fit(X, { nComponents: 2 }).means);

/** Runs with compilation forbidden, as on edge runtimes. */
function withoutCompiling<T>(run: () => T): T {
  const original = WebAssembly.Module;
  WebAssembly.Module = new Proxy(original, {
    construct() {
      throw new EvalError('Wasm code generation disallowed by embedder');
    },
  });
  try {
    return run();
  } finally {
    WebAssembly.Module = original;
  }
}

describe('loadKernels', () => {
  it('takes a module: nothing is compiled any more', async () => {
    const module = new WebAssembly.Module(bytes);
    const want = fit();
    vi.resetModules();
    mixwasm = await import('../src/index.js');
    await mixwasm.loadKernels({ module });
    expect(withoutCompiling(fit)).toEqual(want);
  });

  it('takes a URL, of whatever MIME type', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/nowhere') response.statusCode = 404;
      response.setHeader('content-type', 'text/plain');
      response.end(request.url === '/app' ? '<!doctype html>' : bytes);
    }).listen(0);
    try {
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await expect(mixwasm.loadKernels({ url: `${base}/nowhere` })).rejects.toThrow(/HTTP status 404/);
      await expect(mixwasm.loadKernels({ url: `${base}/app` })).rejects.toThrow(/no WebAssembly binary/);
      await mixwasm.loadKernels({ url: `${base}/kernels.wasm` });
      expect(withoutCompiling(fit).length).toBe(2);
    } finally {
      server.close();
    }
  });

  it('takes a file under Node', async () => {
    await mixwasm.loadKernels({ url: file });
    expect(withoutCompiling(fit).length).toBe(2);
  });

  it('without an argument compiles the bytes of the package ahead', async () => {
    await mixwasm.loadKernels();
    expect(withoutCompiling(fit).length).toBe(2);
  });

  it('may come after a first fit: the idle instances of the old module are dropped', async () => {
    const before = fit();
    await mixwasm.loadKernels({ module: new WebAssembly.Module(bytes) });
    expect(fit()).toEqual(before);
  });
});

it('an engine that cannot compile is told what to do, and the JS backend works there', () => {
  withoutCompiling(() => {
    expect(fit).toThrow(mixwasm.BackendUnavailableError);
    expect(fit).toThrow(/backend: 'js', or await loadKernels/);
    expect(mixwasm.GaussianMixture.fit(X, { nComponents: 2, backend: 'js' }).means.length).toBe(2);
  });
});

it('loadKernels({ url }) says the same where compiling is forbidden', async () => {
  const compile = vi.spyOn(WebAssembly, 'compile').mockRejectedValue(new WebAssembly.CompileError('forbidden'));
  await expect(mixwasm.loadKernels({ url: file })).rejects.toThrow(/'wasm-unsafe-eval'.*backend: 'js'/);
  compile.mockRestore();
});

it('importing the package compiles nothing', async () => {
  vi.resetModules();
  const original = WebAssembly.Module;
  let compiled = 0;
  WebAssembly.Module = new Proxy(original, {
    construct(target, parameters) {
      compiled++;
      return Reflect.construct(target, parameters) as WebAssembly.Module;
    },
  });
  try {
    mixwasm = await import('../src/index.js');
    expect(compiled).toBe(0);
    fit();
    fit();
    expect(compiled).toBe(1);
  } finally {
    WebAssembly.Module = original;
  }
});

describe('the two modules inside the package', () => {
  it('lay their data one after the other, below the arena', () => {
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
    const instanceOf = (bytes: Uint8Array<ArrayBuffer>) =>
      new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports as unknown as Kernels;
    const core = instanceOf(kernelBytes());
    const more = instanceOf(MORE_KERNELS.bytes());
    expect(core.heapBase()).toBeLessThanOrEqual(16384);
    expect(more.heapBase()).toBeLessThanOrEqual(ARENA_BASE);
    core.fillTables();
    const tables = new Uint8Array(memory.buffer, 0, 16384).slice();
    more.fillTables();
    expect(new Uint8Array(memory.buffer, 0, 16384)).toEqual(tables);
    expect(new Uint8Array(memory.buffer, 16384, 16384).some((byte) => byte !== 0)).toBe(true);
  });

  it('export together what kernels.wasm exports, and the first alone nothing of the second', () => {
    const exportsOf = (bytes: Uint8Array<ArrayBuffer>) =>
      WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name);
    const whole = exportsOf(new Uint8Array(bytes));
    const core = exportsOf(kernelBytes());
    const more = exportsOf(MORE_KERNELS.bytes());
    expect([...new Set([...core, ...more])].sort()).toEqual(whole.sort());
    expect(core.filter((name) => more.includes(name)).sort()).toEqual(['fillTables', 'heapBase', 'memory']);
  });
});

it('a module from outside serves every model, and nothing is compiled', async () => {
  const bits = [
    [0, 1],
    [1, 1],
    [1, 0],
  ];
  const want = mixwasm.BernoulliMixture.fit(bits, { nComponents: 1 }).logLikelihood;
  vi.resetModules();
  mixwasm = await import('../src/index.js');
  await mixwasm.loadKernels({ module: new WebAssembly.Module(bytes) });
  withoutCompiling(() => {
    expect(mixwasm.BernoulliMixture.fit(bits, { nComponents: 1 }).logLikelihood).toBe(want);
    expect(Array.from(mixwasm.KMeans.fit(X, { nClusters: 2 }).centers).sort((a, b) => a - b)).toEqual([2, 11]);
    expect(mixwasm.KMedians.fit(X, { nClusters: 2 }).totalCost).toBe(4);
  });
});
