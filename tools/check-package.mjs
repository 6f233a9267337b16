// Is the packed tarball sound: its exports and types as consumers see them, its files, its size.
// usage: node tools/check-package.mjs      (after a build)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reportSizes } from './check-size.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

/** Runs a tool of node_modules with the Node that runs this script. */
const tool = (script, ...args) =>
  execFileSync(process.execPath, [`node_modules/${script}`, ...args], { stdio: 'inherit' });

/** npm as it was called (npm run), or from the path. */
function npm(...args) {
  const script = process.env.npm_execpath;
  const [command, first] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []];
  return execFileSync(command, [...first, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

const folder = mkdtempSync(join(tmpdir(), 'mixwasm-'));
try {
  // what is in dist/ is what gets checked: prepare would build it again
  const [{ filename, files, size, unpackedSize }] = JSON.parse(
    npm('pack', '--json', '--ignore-scripts', '--pack-destination', folder),
  );
  const paths = files.map(({ path }) => path);
  console.log(`${filename}: ${paths.length} files, ${size} bytes, ${unpackedSize} unpacked`);
  checkFiles(paths);
  const tarball = join(folder, filename);
  tool('publint/src/cli.js', tarball, '--strict');
  tool('@arethetypeswrong/cli/dist/index.js', tarball, '--profile', 'esm-only');
  checkDependencies();
  await reportSizes();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function checkFiles(paths) {
  const needed = [
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
    'dist/index.js',
    'dist/cli.js',
    'dist/kernels.wasm',
    'dist/worker.js',
  ];
  needed.push('dist/types/index.d.ts', 'dist/THIRD-PARTY-LICENSES.txt');
  const missing = needed.filter((path) => !paths.includes(path));
  if (missing.length > 0) throw new Error(`not in the package: ${missing.join(', ')}`);
}

/** Users install nothing but the package. */
function checkDependencies() {
  const names = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).dependencies ?? {});
  if (names.length > 0) throw new Error(`run-time dependencies: ${names.join(', ')}`);
}
