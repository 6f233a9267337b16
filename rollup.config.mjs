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
    if (id.endsWith('kernels-inline.js')) return "export const KERNELS_DEFLATED = '', MORE_KERNELS_DEFLATED = '';";
    if (id.endsWith('/inflate.js')) return 'export const inflate = (bytes) => bytes;';
    if (id !== LOADER) return null;
    return 'export const instantiateSync = (module, imports) => ({ instance: new WebAssembly.Instance(module, imports) });';
  },
};

/** The command line uses the library that lies beside it in dist/ instead of carrying a second one. */
const libraryBesideIt = {
  name: 'library-beside-it',
  resolveId(source, importer) {
    if (importer === undefined || !source.startsWith('.')) return null;
    const isLibrary = resolvePath(importer, '..', source) === resolvePath('build/js/index.js');
    return isLibrary ? { id: './index.js', external: 'absolute' } : null;
  },
};

/** One self-contained text that runs as a module worker, a classic worker and a node worker thread. */
export const workerConfig = {
  input: 'build/js/threads/worker.js',
  plugins: [forWorker, resolve(), terser({ module: false, mangle: { properties: false } })],
  output: { format: 'iife', inlineDynamicImports: true },
};

/** The library itself is a chunk too, since others import from it; index.js names its exports. */
const chunkName = ({ name }) => (name === 'index' ? 'library.js' : '[name].js');

export const libraryConfig = [
  {
    input: 'build/js/index.js',
    plugins: [resolve()],
    // what runs workers and the worker's text are chunks of their own: who never calls fitAsync never loads them
    output: { dir: 'dist', format: 'es', entryFileNames: 'index.js', chunkFileNames: chunkName },
  },
  {
    input: 'build/js/cli/main.js',
    external: /^node:/,
    plugins: [libraryBesideIt, resolve({ preferBuiltins: true }), commonjs()],
    output: { file: 'dist/cli.js', format: 'es' },
  },
];
