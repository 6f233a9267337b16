/** The tests that run against each mutant of src/em: those of the loop and of what is built on it, without browsers, processes and threads. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'test/em/*.test.ts',
      'test/conformance*.test.ts',
      'test/convergence.test.ts',
      'test/restarts.test.ts',
      'test/stop.test.ts',
      'test/half-steps.test.ts',
      'test/errors*.test.ts',
      'test/decomposition/*.test.ts',
      'test/k-means/{model,reference,rules}.test.ts',
      'test/optimize/{acceleration,optimizer}.test.ts',
      'test/properties/{em,merge,coincide}.test.ts',
      'test/reference/{collapse,gaussian-mixture}.test.ts',
    ],
    testTimeout: 30_000,
  },
});
