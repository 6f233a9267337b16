/** One Ctrl-C that arrives twice, as it does below `npx`. */
import { afterEach, expect, it, vi } from 'vitest';
import { heedInterrupts, untilInterrupted } from '../../src/cli/interrupt.js';

const before = process.listeners('SIGINT');
const exitCode = process.exitCode;

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = exitCode;
  for (const listener of process.listeners('SIGINT')) if (!before.includes(listener)) process.off('SIGINT', listener);
});

it('is one', async () => {
  const now = vi.spyOn(performance, 'now');
  const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
  const said = vi.spyOn(console, 'error').mockReturnValue();
  const pressAt = (milliseconds: number) => {
    now.mockReturnValue(milliseconds);
    process.emit('SIGINT');
  };
  heedInterrupts();
  const found = await untilInterrupted(async (interruption) => {
    pressAt(1e6);
    pressAt(1e6 + 3);
    pressAt(1e6 + 499);
    expect(exit).not.toHaveBeenCalled();
    expect(said).toHaveBeenCalledTimes(1);
    return interruption.interrupted;
  });
  expect(found).toBe(true);
  expect(process.exitCode).toBe(130);
});

it('is two when the second comes later', async () => {
  const now = vi.spyOn(performance, 'now');
  const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
  vi.spyOn(console, 'error').mockReturnValue();
  heedInterrupts();
  await untilInterrupted(async () => {
    now.mockReturnValue(2e6);
    process.emit('SIGINT');
    expect(exit).not.toHaveBeenCalled();
    now.mockReturnValue(2e6 + 500);
    process.emit('SIGINT');
    expect(exit).toHaveBeenCalledWith(130);
  });
});
