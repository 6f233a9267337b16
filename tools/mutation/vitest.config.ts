/**
 * The tests that run against each mutant of a file of src/em: those of the folder and, where it is tested through the public
 * classes, those. The whole suite would find more, and take days.
 */
import { defineConfig } from 'vitest/config';

const MORE: Record<string, string[]> = {
  'src/em/exact-sums.ts': ['test/k-means/bounds.test.ts'],
  'src/em/mixture.ts': ['test/conformance.test.ts'],
  'src/em/mixture-fit.ts': [
    'test/convergence.test.ts',
    'test/decomposition/trace.test.ts',
    'test/half-steps.test.ts',
    'test/reference/collapse.test.ts',
    'test/restarts.test.ts',
    'test/stop.test.ts',
  ],
};

export default defineConfig({
  test: {
    include: ['test/em/*.test.ts', ...(MORE[process.env.MIXWASM_MUTATE ?? ''] ?? [])],
    // loading the modules for every file again would take longer than the tests
    isolate: false,
    testTimeout: 30_000,
  },
});
