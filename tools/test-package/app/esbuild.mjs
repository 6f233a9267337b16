import { build } from 'esbuild';

await build({
  entryPoints: ['main.js'],
  bundle: true,
  minify: true,
  format: 'esm',
  // what fitAsync needs stays out of the first download
  splitting: true,
  outdir: 'dist-esbuild',
});
