// How tools/build.mjs bundles what tsc left in build/js. Everything the library needs is inside: users install nothing.
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';

/** The worker gets its kernels from the page, so the bytes are left out of it. */
const withoutInlinedKernels = {
  name: 'without-inlined-kernels',
  load(id) {
    return id.endsWith('kernels-inline.js') ? "export const KERNELS_BASE64 = '';" : null;
  },
};

/** One self-contained text that runs as a module worker, a classic worker and a node worker thread. */
export const workerConfig = {
  input: 'build/js/threads/worker.js',
  plugins: [withoutInlinedKernels, resolve(), terser({ module: false, mangle: { properties: false } })],
  output: { format: 'iife', inlineDynamicImports: true },
};

export const libraryConfig = [
  {
    input: 'build/js/index.js',
    plugins: [resolve()],
    output: { file: 'dist/index.js', format: 'es' },
  },
];
