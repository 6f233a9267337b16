/**
 * Other JavaScript runtimes as npm packages: where their binaries lie in a node_modules. Each comes with one package per
 * platform, which needs no install script.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const { platform, arch } = process;

/** Where Deno of the package `deno` is. */
export function denoIn(modules) {
  const cpu = arch === 'arm64' ? 'arm64' : 'x64';
  const name = platform === 'linux' ? `linux-${cpu}-glibc` : `${platform}-${cpu}`;
  return firstOf(modules, `@deno/${name}/deno`, `@deno/${name}/deno.exe`);
}

/** Where Bun of the package `bun` is. */
export function bunIn(modules) {
  const cpu = arch === 'arm64' ? 'aarch64' : 'x64';
  const name = `${platform === 'win32' ? 'windows' : platform}-${cpu}`;
  return firstOf(modules, ...['', '-baseline'].map((kind) => `@oven/bun-${name}${kind}/bin/bun`));
}

/** The package that has a Node.js of this platform: what the package `node` would install by its script. */
export const NODE_PACKAGE = `node-${platform === 'win32' ? 'win' : platform}-${arch}`;

/** Where Node.js is, installed under another name. */
export function nodeIn(modules, alias) {
  return firstOf(modules, `${alias}/bin/node`, `${alias}/bin/node.exe`);
}

function firstOf(modules, ...candidates) {
  const found = candidates.map((path) => join(modules, path)).find(existsSync);
  if (found === undefined) throw new Error(`none of ${candidates.join(', ')} was installed`);
  return found;
}
