import resolve from '@rollup/plugin-node-resolve';

export default {
  input: 'main.js',
  plugins: [resolve({ browser: true })],
  output: { dir: 'dist-rollup', format: 'es' },
};
