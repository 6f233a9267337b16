/** Runs the built command line as users do, in a process of its own; in this one where coverage is measured (./cli-here.ts). */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  /** exit code; null if a signal ended it */
  readonly status: number | null;
}

export interface RunOptions {
  /** for standard input */
  readonly input?: string | Uint8Array;
  /** sent after so many milliseconds */
  readonly interruptAfter?: number;
  /** another copy of it */
  readonly cli?: string;
}

export async function mixwasm(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  if (process.env.MIXWASM_COVERAGE === undefined || options.cli !== undefined) return inChild(args, options);
  const { mixwasmHere } = await import('./cli-here.js');
  return mixwasmHere(args, options);
}

function inChild(args: readonly string[], { input, interruptAfter, cli = CLI }: RunOptions): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { stdio: 'pipe' });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (part: string) => {
        text[name] += part;
      });
    }
    child.on('error', reject);
    child.on('close', (status) => resolve({ ...text, status }));
    if (interruptAfter !== undefined) setTimeout(() => child.kill('SIGINT'), interruptAfter);
    // it may end without reading
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** A folder for the files of a test, gone afterwards. */
export function scratch(): { write(name: string, content: string | Uint8Array): string; path(name: string): string } {
  const folder = mkdtempSync(join(tmpdir(), 'mixwasm-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string) => join(folder, name);
  return {
    path,
    write(name, content) {
      writeFileSync(path(name), content);
      return path(name);
    },
  };
}

/** A CSV of two clusters far apart, in columns x and y; the first `n / 2` rows are one of them. */
export function twoClusters(n: number): string {
  const lines = ['x,y'];
  for (let i = 0; i < n; i++) {
    const shift = i < n / 2 ? 0 : 10;
    lines.push(`${shift + ((i * 37) % 101) / 50},${shift + ((i * 53) % 97) / 40}`);
  }
  return `${lines.join('\n')}\n`;
}
