/** Kernels supplied from outside: a module, a URL. Each test has modules of its own, so that nothing is compiled yet. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it, vi } from 'vitest';

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
      if (request.url !== '/kernels.wasm') response.statusCode = 404;
      response.setHeader('content-type', 'text/plain');
      response.end(bytes);
    }).listen(0);
    try {
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await expect(mixwasm.loadKernels({ url: `${base}/nowhere` })).rejects.toThrow(/HTTP status 404/);
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
