/**
 * The tests that run against each mutant of a file of src/em: those that are about the file. The whole suite would notice
 * more, and take days.
 */
import { defineConfig } from 'vitest/config';

const TESTS: Record<string, string[]> = {
  'block-values': ['em/expectation-maximization'],
  blocks: ['em/loop', 'properties/merge'],
  'check-family': ['em/user-start'],
  convergence: ['em/loop'],
  'elbo-trace': ['em/half-step-recorder'],
  'exact-sums': ['em/exact-sums'],
  'expectation-maximization': ['em/expectation-maximization', 'em/watched'],
  hard: ['em/hard'],
  loop: ['em/loop'],
  mixture: ['em/mixture'],
  'mixture-fit': ['em/mixture-fit', 'convergence', 'half-steps', 'restarts'],
  'mixture-scores': ['em/user-start'],
  'non-monotone': ['em/loop'],
  pauses: ['em/pauses'],
  restarts: ['em/starts'],
  'user-mixture': ['em/user-start'],
};
const file = /^src\/em\/(.+)\.ts$/.exec(process.env.MIXWASM_MUTATE ?? '')?.[1] ?? '';
const tests = TESTS[file] ?? ['em/*'];

export default defineConfig({
  test: {
    include: tests.map((name) => `test/${name}.test.ts`),
    // loading the modules for every file again would take longer than the tests
    isolate: false,
    testTimeout: 30_000,
  },
});
