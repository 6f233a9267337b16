// How tools/build.mjs bundles what tsc left in build/js. Everything the library needs is inside: users install nothing.
import { resolve as resolvePath } from 'node:path';
import commonjs from '@rollup/plugin-commonjs';
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';

/**
 * The worker gets a module that the calling thread compiled and checked with @assemblyscript/loader: it needs neither the
 * bytes nor the loader's wrappers, and its text stays small.
 */
const LOADER = '\0loader';
const forWorker = {
  name: 'for-worker',
  resolveId: (id) => (id === '@assemblyscript/loader' ? LOADER : null),
  load(id) {
    if (id.endsWith('kernels-inline.js')) return "export const KERNELS_TEXT = '', MORE_KERNELS_TEXT = '';";
    if (id.endsWith('/binary-text.js')) return 'export const binaryOf = () => new Uint8Array(0);';
    if (id !== LOADER) return null;
    return 'export const instantiateSync = (module, imports) => ({ instance: new WebAssembly.Instance(module, imports) });';
  },
};

/** What lies beside the command line in dist/, by the module it was made of. */
const BESIDE = { 'build/js/index.js': './index.js', 'build/js/plot/index.js': './plot.js' };

/** The command line uses the library that lies beside it instead of carrying a second one. */
const libraryBesideIt = {
  name: 'library-beside-it',
  resolveId(source, importer) {
    if (importer === undefined || !source.startsWith('.')) return null;
    const path = resolvePath(importer, '..', source);
    const [, id] = Object.entries(BESIDE).find(([module]) => resolvePath(module) === path) ?? [];
    return id === undefined ? null : { id, external: 'absolute' };
  },
};

/** One self-contained text that runs as a module worker, a classic worker and a node worker thread. */
export const workerConfig = {
  input: 'build/js/threads/worker.js',
  plugins: [forWorker, resolve(), terser({ module: false, mangle: { properties: false } })],
  output: { format: 'iife', inlineDynamicImports: true },
};

/**
 * The kernels' texts stand first. In the middle of a bundle they would keep gzip, which looks back 32 kB, from seeing what comes
 * before them when it packs what comes after (0.8 kB).
 */
const kernelsFirst = {
  name: 'kernels-first',
  transform: (code, id) =>
    id.endsWith('/build/js/index.js')
      ? { code: `import './wasm/kernels-inline.js';\nimport './wasm/more-kernels-inline.js';\n${code}`, map: null }
      : null,
};

/** What index.js and plot.js share, and what the chunks of workers import, is a chunk too: library.js. */
const chunkName = ({ isDynamicEntry }) => (isDynamicEntry ? '[name].js' : 'library.js');

export const libraryConfig = [
  {
    input: { index: 'build/js/index.js', plot: 'build/js/plot/index.js' },
    plugins: [kernelsFirst, resolve()],
    // what runs workers and the worker's text are chunks of their own: who never calls fitAsync never loads them
    output: { dir: 'dist', format: 'es', entryFileNames: '[name].js', chunkFileNames: chunkName },
  },
  {
    input: 'build/js/cli/main.js',
    external: /^node:/,
    plugins: [libraryBesideIt, resolve({ preferBuiltins: true }), commonjs()],
    // readers of formats other than delimited text are chunks, so that a plain CSV does not wait for them
    output: { dir: 'dist', format: 'es', entryFileNames: 'cli.js', chunkFileNames: 'cli-[name].js' },
  },
];
