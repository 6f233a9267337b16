import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';
import { licenseTexts } from '../tools/licenses.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** What a page needs to share memory between threads: cross-origin isolation. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The licences of what the page is made of, those of what is inside mixwasm included. */
const licenses = {
  name: 'licenses',
  generateBundle() {
    const ofLibrary = readFileSync(path('../dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    const source = `${licenseTexts(this.getModuleIds())}\n\nmixwasm itself:\n\n${ofLibrary}`;
    this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES.txt', source });
  },
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
  plugins: [licenses, viteSingleFile({ removeViteModuleLoader: true })],
  worker: { format: 'iife' },
  server: { headers, fs: { strict: false } },
  preview: { headers },
  build: { target: 'es2022', outDir: path('dist'), emptyOutDir: true, reportCompressedSize: false },
});
