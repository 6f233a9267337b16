/** Who takes part, and how each is started: every one prints a line of JSON with `ns` and `trace` or `last`. */
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const python = here('build/venv/bin/python');

/** Our own fit, timed as in ../contestant.mjs. */
const ours = (backend) => (_, shape, threads) => [
  process.execPath,
  here('mixwasm.mjs'),
  backend,
  String(threads),
  JSON.stringify(shape),
];
const native = (file) => (args) => [here(file), ...args];

export const CONTESTANTS = [
  { name: 'mixwasm', command: ours('wasm'), agreement: 0 },
  { name: 'JS backend', command: ours('js'), agreement: 1e-11, until: ({ d }) => d <= 8 },
  {
    name: 'scikit-learn',
    needs: python,
    command: (args, _, threads) => [python, here('sklearn_em.py'), ...args, String(threads)],
    agreement: 1e-9,
  },
  {
    name: 'Armadillo',
    needs: here('build/armadillo'),
    command: native('build/armadillo'),
    // its last log-likelihood is that of float64 sums without a common centre
    agreement: 1e-6,
    until: ({ d }) => d <= 32,
    slow: ({ d }) => d >= 16,
  },
  {
    name: 'mclust',
    needs: 'Rscript',
    hint: 'R with the package mclust is needed: run bench/native/setup.sh as root',
    command: (args) => ['Rscript', here('mclust_em.R'), ...args],
    agreement: 1e-6,
    until: ({ d }) => d <= 16,
    slow: ({ d }) => d >= 8,
  },
  ...['sse2', 'avx2', 'avx512'].map((set) => ({
    name: `C++ ${set}`,
    needs: here(`build/fused-${set}`),
    command: native(`build/fused-${set}`),
    agreement: 1e-9,
  })),
];
