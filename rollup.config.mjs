// How tools/build.mjs bundles what tsc left in build/js. Everything the library needs is inside: users install nothing.
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
    if (id.endsWith('kernels-inline.js')) return "export const KERNELS_BASE64 = '';";
    if (id !== LOADER) return null;
    return 'export const instantiateSync = (module, imports) => ({ instance: new WebAssembly.Instance(module, imports) });';
  },
};

/** One self-contained text that runs as a module worker, a classic worker and a node worker thread. */
export const workerConfig = {
  input: 'build/js/threads/worker.js',
  plugins: [forWorker, resolve(), terser({ module: false, mangle: { properties: false } })],
  output: { format: 'iife', inlineDynamicImports: true },
};

export const libraryConfig = [
  {
    input: 'build/js/index.js',
    plugins: [resolve()],
    // the worker's text is a chunk of its own: who never calls fitAsync never loads it
    output: { dir: 'dist', format: 'es', entryFileNames: 'index.js', chunkFileNames: '[name].js' },
  },
];
