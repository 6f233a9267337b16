/** Runs the built command line as users do, in a process of its own; in this one where coverage is measured (./cli-here.ts). */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const WATCH = new URL('./watch-cli.mjs', import.meta.url).href;

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
  /** whether standard input stays open after `input` */
  readonly open?: boolean;
  /**
   * Ctrl-C is sent at each of these in turn: what test/helpers/watch-cli.mjs tells; at `said`, the notice of an interruption,
   * again and again
   */
  readonly interruptAt?: readonly ('reading' | 'opening' | 'posted' | 'progress' | 'said')[];
  /** whether answers of workers are withheld from it */
  readonly deaf?: boolean;
  /** another copy of it */
  readonly cli?: string;
}

export async function mixwasm(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { cli, interruptAt, open } = options;
  const needsProcess = cli !== undefined || interruptAt !== undefined || open;
  if (process.env.MIXWASM_COVERAGE === undefined || needsProcess) return inChild(args, options);
  const { mixwasmHere } = await import('./cli-here.js');
  return mixwasmHere(args, options);
}

function inChild(
  args: readonly string[],
  { input, open = false, interruptAt, deaf = false, cli = CLI }: RunOptions,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const watched = interruptAt === undefined ? [] : ['--import', WATCH];
    const child = spawn(process.execPath, [...watched, cli, ...args], {
      stdio: ['pipe', 'pipe', 'pipe', ...(interruptAt === undefined ? [] : (['ipc'] as const))],
      env: { ...process.env, ...(deaf && { MIXWASM_TEST_DEAF: '1' }) },
    }) as ChildProcessWithoutNullStreams;
    const waits = [...(interruptAt ?? [])];
    const told = (what: unknown) => {
      if (waits[0] !== what) return;
      waits.shift();
      child.kill('SIGINT');
      if (what === 'said') impatience = setInterval(() => child.kill('SIGINT'), 100);
    };
    let impatience: NodeJS.Timeout | undefined;
    child.on('message', told);
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (part: string) => {
        text[name] += part;
        if (name === 'stderr' && part.includes('interrupted')) told('said');
      });
    }
    child.on('error', reject);
    child.on('close', (status) => {
      clearInterval(impatience);
      resolve({ ...text, status });
    });
    // it may end without reading
    child.stdin.on('error', () => {});
    if (input !== undefined) child.stdin.write(input);
    if (!open) child.stdin.end();
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
