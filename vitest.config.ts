import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Where exports that were called are noted; tests see from it that coverage is measured. */
const record = new URL('build/exports-reached.txt', import.meta.url).pathname;
const covering = process.argv.some((argument) => /^--coverage(\.enabled)?(=true)?$/.test(argument));

/**
 * What takes longest although the file is small. From its second run on vitest begins with what took longest; in the first it
 * goes by size, and these would be left for the end, when other processors have nothing to do any more.
 */
const LONG = [
  'kernels/debug-build',
  'threads/fit',
  'same-bits',
  'select/mclust',
  'hostile/streams',
  'hostile/gaussian-full',
  'hostile/gaussian-tied',
  'faults/leaks',
].map((name) => `/test/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((name) => moduleId.endsWith(name));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // by itself it leaves one processor idle: of two, one
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
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
