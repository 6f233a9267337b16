// Is the packed tarball sound: its exports and types as consumers see them, its files, its size.
// usage: node tools/check-package.mjs      (after a build)
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  checkTypes(tarball);
  checkDependencies();
  await reportSizes();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Do the declarations hold together? A strict consumer that does not skip them, which publint and attw do not try. */
function checkTypes(tarball) {
  const home = join(folder, 'node_modules/mixwasm');
  mkdirSync(home, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', home, '--strip-components=1']);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'consumer.ts'),
    `import * as mixwasm from 'mixwasm';
    import { fitPicture, type PlotLibrary } from 'mixwasm/plot';
    export const names: string[] = Object.keys(mixwasm);
    export const draw = (model: mixwasm.GaussianMixture, Plot: PlotLibrary): string => fitPicture(model, [[0]], { Plot });
    `,
  );
  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    const lib = ['es2022', 'dom'];
    const compilerOptions = {
      noEmit: true,
      strict: true,
      skipLibCheck: false,
      target: 'es2022',
      lib,
      types: [],
      module,
      moduleResolution,
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
    tool('typescript/bin/tsc', '-p', folder);
  }
  console.log('types: a strict consumer compiles (nodenext, bundler)');
}

function checkFiles(paths) {
  const needed = [
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
    'dist/index.js',
    'dist/plot.js',
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
