import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** What a page needs to share memory between threads: cross-origin isolation. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * `vite build site` writes one index.html that holds everything, workers and data included: it works from any folder of any
 * server, and opened as a file, where browsers load no modules.
 */
export default defineConfig({
  root: path('.'),
  base: './',
  assetsInclude: ['**/*.bin'],
  cacheDir: path('../build/vite'),
  // the package as users get it
  resolve: { alias: { mixwasm: path('../dist/index.js') } },
  plugins: [viteSingleFile({ removeViteModuleLoader: true })],
  worker: { format: 'iife' },
  server: { headers, fs: { strict: false } },
  preview: { headers },
  build: { target: 'es2022', outDir: path('dist'), emptyOutDir: true, reportCompressedSize: false },
});
