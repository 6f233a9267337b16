// One file of src/em at a time: run.mjs says which, and where its report goes.
const { MIXWASM_MUTATE: file, MIXWASM_MUTATION_REPORT: report } = process.env;

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: [file],
  testRunner: 'vitest',
  vitest: { configFile: 'tools/mutation/vitest.config.ts' },
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  reporters: ['json', 'clear-text'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
  jsonReporter: { fileName: `${report}.json` },
  // a second run asks only the mutants again whose code or tests have changed
  incremental: true,
  incrementalFile: `${report}.incremental.json`,
  concurrency: 2,
  timeoutMS: 20_000,
  tempDirName: 'build/mutation/sandbox',
  // copied for each run; dist and the kernels are what tests load
  ignorePatterns: [
    '/bench',
    '/coverage',
    '/docs',
    '/examples',
    '/site',
    '/build/mutation',
    '/build/python',
    '/build/docs',
  ],
  allowEmpty: true,
  disableTypeChecks: false,
  // it would rewrite the paths in it, by the JavaScript API that TypeScript 7 has not; vitest asks for none of them
  tsconfigFile: 'none',
};
