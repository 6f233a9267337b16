import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // a shared two-core machine must not fail a sound test
    testTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/wasm/kernels-inline.ts', 'src/wasm/more-kernels-inline.ts', 'src/threads/worker-inline.ts'],
      reporter: ['text', 'html'],
      // one test that was too slow on a busy machine should not cost the whole report
      reportOnFailure: true,
    },
  },
});
