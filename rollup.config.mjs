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
    if (id.endsWith('/binaries.js')) return 'export const kernelBytes = () => {}, moreKernelBytes = () => {};';
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

/** Binaries first: src/wasm/binaries.ts tells why. */
const binariesFirst = {
  name: 'binaries-first',
  transform(code, id) {
    if (id !== resolvePath('build/js/index.js')) return null;
    return { code: `import './wasm/binaries.js';\n${code}`, map: null };
  },
};

/**
 * Names and lines stay; comments go, which the declarations have, but for what bundlers are told; and all is ASCII, of which V8
 * keeps a byte a character instead of two. An import takes a seventh less.
 */
const withoutComments = terser({
  module: true,
  compress: false,
  mangle: false,
  format: {
    comments: /webpackIgnore|@vite-ignore/,
    preserve_annotations: true,
    beautify: true,
    indent_level: 2,
    ascii_only: true,
  },
});

/** What index.js and plot.js share, and what the chunks of workers import, is a chunk too: library.js. */
const chunkName = ({ isDynamicEntry }) => (isDynamicEntry ? '[name].js' : 'library.js');

export const libraryConfig = [
  {
    input: { index: 'build/js/index.js', plot: 'build/js/plot/index.js' },
    plugins: [binariesFirst, resolve(), withoutComments],
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
