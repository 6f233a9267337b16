/** The tests of the kernels once more, by the debug build: nothing that the library asks of a kernel is refused by its checks. */
import { describe, vi } from 'vitest';

vi.mock('../../src/wasm/engine.js', async (importOriginal) => {
  const engines = await importOriginal<typeof import('../../src/wasm/engine.js')>();
  const { onDebugBuild } = await import('../helpers/debug-kernels.js');
  return { ...engines, leaseEngine: (bytes: number) => onDebugBuild(engines.leaseEngine(bytes)) };
});

describe('on the debug build', async () => {
  await import('./gaussian.test.js');
  await import('./functions.test.js');
  await import('./linear-algebra.test.js');
  await import('../bernoulli/kernels.test.js');
  await import('../k-means/kernels.test.js');
});
