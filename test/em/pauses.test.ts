/** Turns of other tasks during long work. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Pauses } from '../../src/em/pauses.js';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A clock that stands still until it is set. */
function clock() {
  let now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  return (milliseconds: number) => {
    now += milliseconds;
  };
}

describe('Pauses', () => {
  it('are due after 12 ms, and not again until as long after the pause', async () => {
    const pass = clock();
    const pauses = new Pauses();
    expect(pauses.due()).toBe(false);
    pass(11.9);
    expect(pauses.due()).toBe(false);
    pass(0.1);
    expect(pauses.due()).toBe(true);
    pass(50);
    await pauses.pause();
    expect(pauses.due()).toBe(false);
    pass(12);
    expect(pauses.due()).toBe(true);
  });

  it.each(['with setImmediate', 'without it, as in browsers'])('let tasks run that wait already, %s', async (kind) => {
    if (kind !== 'with setImmediate') vi.stubGlobal('setImmediate', undefined);
    const { port1, port2 } = new MessageChannel();
    const heard = new Promise<string>((resolve) => {
      port1.onmessage = ({ data }) => {
        port1.close();
        resolve(data);
      };
    });
    port2.postMessage('first');
    expect(await Promise.race([heard, new Pauses().pause().then(() => 'pause')])).toBe('first');
  });
});
