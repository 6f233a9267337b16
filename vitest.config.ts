import { defineConfig } from 'vitest/config';

/** Where exports that were called are noted; tests see from it that coverage is measured. */
const record = new URL('build/exports-reached.txt', import.meta.url).pathname;
const covering = process.argv.some((argument) => /^--coverage(\.enabled)?(=true)?$/.test(argument));

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // by itself it leaves one processor idle: of two, one
    maxWorkers: '100%',
    // a shared two-core machine must not fail a sound test
    testTimeout: 30_000,
    ...(covering && {
      env: { MIXWASM_COVERAGE: record },
      setupFiles: ['test/reached/record-exports.ts'],
      globalSetup: ['test/reached/exports-reached.ts'],
    }),
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: [
        // text that tools/build.mjs makes
        'src/wasm/kernels-inline.ts',
        'src/wasm/more-kernels-inline.ts',
        'src/threads/worker-inline.ts',
      ],
      reporter: ['text', 'html', 'json'],
      // one test that was too slow on a busy machine should not cost the whole report
      reportOnFailure: true,
      thresholds: { lines: 95, branches: 95 },
    },
  },
});
