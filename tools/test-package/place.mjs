// A temporary folder as a user's project: the packed tarball, installed beside the tools that use it, and a small app.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/** npm as it was called (npm run), or from the path. */
function npm(cwd, ...args) {
  const script = process.env.npm_execpath;
  const [command, first] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []];
  return execFileSync(command, [...first, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

export class Place {
  folder = mkdtempSync(join(tmpdir(), 'mixwasm-package-'));

  /** Packs what is in dist/ and installs it, from the tarball, with the pinned tools. */
  install() {
    const packed = npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', this.folder);
    const [{ filename }] = JSON.parse(packed);
    cpSync(join(here, 'app'), this.folder, { recursive: true });
    const manifest = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
    manifest.dependencies.mixwasm = `file:${filename}`;
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify(manifest, null, 2));
    // tools whose install scripts only unpack what is there already
    npm(this.folder, 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline');
    return filename;
  }

  path(...names) {
    return join(this.folder, ...names);
  }

  /** A module of the installed tools. */
  async import(path) {
    return import(new URL(`file://${this.path('node_modules', path)}`).href);
  }

  /** What a program prints; throws with its complaints if it fails. */
  run(command, args, { env = {} } = {}) {
    const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
      cwd: this.folder,
      encoding: 'utf8',
      timeout: 240_000,
      env: { ...process.env, NO_COLOR: '1', ...env },
    });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error ?? signal ?? ''}\n${stdout}\n${stderr}`);
    return { stdout, stderr };
  }

  /** A tool of the installed packages, run by Node. */
  tool(script, ...args) {
    return this.run(process.execPath, [this.path('node_modules', script), ...args]);
  }

  /** Starts a tool that goes on until it is stopped. */
  start(script, ...args) {
    const child = spawn(process.execPath, [this.path('node_modules', script), ...args], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    let said = '';
    child.stdout.on('data', (data) => (said += data));
    child.stderr.on('data', (data) => (said += data));
    return {
      said: () => said,
      stop: () => {
        child.kill();
      },
    };
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
