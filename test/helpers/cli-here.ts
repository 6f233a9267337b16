/**
 * Runs the command line's sources in this process, for `npm run coverage`: what a process of its own executes, nobody counts.
 * One at a time, because standard output and the exit code belong to the process.
 */
import { Readable } from 'node:stream';
import { vi } from 'vitest';
import { run } from '../../src/cli/run.js';
import type { Ran, RunOptions } from './cli.js';

let before: Promise<unknown> = Promise.resolve();

export function mixwasmHere(args: readonly string[], options: RunOptions): Promise<Ran> {
  const ran = before.then(() => runAlone(args, options));
  before = ran.catch(() => {});
  return ran;
}

async function runAlone(args: readonly string[], { input }: RunOptions): Promise<Ran> {
  const text = { stdout: '', stderr: '' };
  const take = (name: 'stdout' | 'stderr') => (part: string | Uint8Array) => {
    text[name] += part;
    return true;
  };
  const print = (...words: unknown[]) => {
    text.stderr += `${words.join(' ')}\n`;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(take('stdout')),
    vi.spyOn(process.stderr, 'write').mockImplementation(take('stderr')),
    vi.spyOn(console, 'error').mockImplementation(print),
    vi
      .spyOn(process, 'stdin', 'get')
      .mockReturnValue(Readable.from(input === undefined ? [] : [Buffer.from(input)]) as never),
  ];
  const { exitCode } = process;
  process.exitCode = undefined;
  try {
    await run(args, '0.0.0');
    return { ...text, status: Number(process.exitCode ?? 0) };
  } finally {
    process.exitCode = exitCode;
    for (const spy of spies) spy.mockRestore();
  }
}
