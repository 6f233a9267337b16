/** Where the cases run: each entry installs or finds a runtime, and runs the program on it. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { absent, BROWSERS, findBrowser } from '../browsers/find.mjs';
import { launch } from '../browsers/launch.mjs';
import { serve } from '../browsers/serve.mjs';
import { bunIn, denoIn, NODE_PACKAGE, nodeIn } from '../runtimes.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = fileURLToPath(new URL('program.mjs', import.meta.url));
/** Kept from run to run; build/ is not under version control. */
const folder = join(root, 'build/runtimes');
const modules = join(folder, 'node_modules');
const TIMEOUT = 300_000;
const NODES = [20, 22, 24, 26];

/** Why a runtime is not here; anything else that is thrown is a failure. */
export class Absent extends Error {}

export const thisNode = { name: 'this Node', run: () => bySource(process.execPath, [program]) };

/** @type {{ name: string, run(): Promise<{ version: string, results: object }> }[]} */
export const RUNTIMES = [
  ...NODES.map((major) => ({
    name: `Node ${major}`,
    run: () => installed((at) => bySource(nodeIn(at, `node-${major}`), [program])),
  })),
  { name: 'Deno', run: () => installed((at) => bySource(denoIn(at), ['run', '--allow-read', '--allow-env', program])) },
  { name: 'Bun', run: () => installed((at) => bySource(bunIn(at), [program])) },
  ...Object.entries(BROWSERS).map(([kind, { name }]) => ({ name, run: () => inBrowser(kind) })),
];

async function bySource(file, parameters) {
  const run = promisify(execFile);
  const [{ stdout: version }, { stdout }] = await Promise.all([
    run(file, ['--version']),
    run(file, parameters, { timeout: TIMEOUT, maxBuffer: 2 ** 24 }),
  ]);
  return { version: /\d+(\.\d+)+/.exec(version)[0], results: JSON.parse(stdout) };
}

let installing;

/** Installs Node, Deno and Bun from the npm registry, all at once, and says where. */
async function installed(use) {
  installing ??= install();
  const reason = await installing;
  if (reason !== undefined) throw new Absent(reason);
  return use(modules);
}

function install() {
  // the versions that npm run test:package uses
  const { deno, bun } = JSON.parse(readFileSync(join(root, 'tools/test-package/package.json'), 'utf8')).dependencies;
  const nodes = NODES.map((major) => [`node-${major}`, `npm:${NODE_PACKAGE}@^${major}`]);
  mkdirSync(folder, { recursive: true });
  const dependencies = { deno, bun, ...Object.fromEntries(nodes) };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }, undefined, 2));
  try {
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    return `npm install of ${Object.keys(dependencies).join(', ')} failed: ${error.stderr || error.message}`;
  }
  return undefined;
}

async function inBrowser(kind) {
  if (findBrowser(kind) === undefined) throw new Absent(absent(kind));
  const server = await serve();
  try {
    const browser = await launch(kind, TIMEOUT);
    try {
      const text = await browser.evaluate(server.origin, async () => {
        if (!crossOriginIsolated) throw new Error('the page is not cross-origin isolated');
        const { run } = await import('/tools/same-bits/program.mjs');
        return JSON.stringify(await run());
      });
      return { version: browser.version, results: JSON.parse(text) };
    } finally {
      await browser.close();
    }
  } finally {
    server.close();
  }
}
