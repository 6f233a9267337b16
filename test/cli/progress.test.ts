/** The bar, on a terminal that is none. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Bar, FitBar } from '../../src/cli/progress.js';

/** What cli-progress is told. */
const told: unknown[][] = [];
vi.mock('cli-progress', () => ({
  default: {
    SingleBar: class {
      constructor(options: { stream: unknown }) {
        told.push(['new', options.stream === process.stderr]);
      }
      start(...args: unknown[]) {
        told.push(['start', ...args]);
      }
      setTotal(total: number) {
        told.push(['total', total]);
      }
      update(...args: unknown[]) {
        told.push(['update', ...args]);
      }
      stop() {
        told.push(['stop']);
      }
    },
  },
}));

let now = 0;
const { isTTY } = process.stderr;
beforeEach(() => {
  told.length = 0;
  now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  process.stderr.isTTY = true;
});
afterEach(() => {
  vi.restoreAllMocks();
  process.stderr.isTTY = isTTY;
});
const loaded = () => vi.waitFor(() => expect(told.length).toBeGreaterThan(0));

describe('Bar', () => {
  it('opens after 0.3 s, with what is left by then, and follows', async () => {
    const bar = new Bar();
    expect(bar.open).toBe(true);
    now = 1299;
    bar.update(1, 10, 'early');
    now = 3000;
    bar.update(2, 10, 'first');
    // while the library is loaded
    bar.update(2, 10, 'first');
    await loaded();
    expect(told).toEqual([
      ['new', true],
      ['start', 10, 2, { left: '8s left · ', state: 'first' }],
    ]);
    now = 5000;
    bar.update(5, 20, 'then');
    expect(told.slice(2)).toEqual([
      ['total', 20],
      ['update', 5, { left: '12s left · ', state: 'then' }],
    ]);
    bar.close();
    expect(told.at(-1)).toEqual(['stop']);
    bar.update(6, 20, 'late');
    expect(told.length).toBe(5);
    expect(bar.open).toBe(false);
  });

  it('has no forecast before anything is done', async () => {
    const bar = new Bar();
    now = 2000;
    bar.update(0, 4, 'begins');
    await loaded();
    expect(told[1]).toEqual(['start', 4, 0, { left: '', state: 'begins' }]);
  });

  it('that is closed while its library is loaded never opens', async () => {
    const bar = new Bar();
    now = 2000;
    bar.update(1, 4, '');
    bar.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(told).toEqual([]);
  });

  it('shows nothing where standard error is no terminal', async () => {
    process.stderr.isTTY = false;
    const bar = new Bar();
    const fit = new FitBar({ nInit: 1, maxIter: 10, rise: 1 });
    now = 9000;
    bar.update(1, 2, '');
    fit.update({ iteration: 1, restart: 0, logLikelihood: -3 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told).toEqual([]);
  });
});

describe('FitBar', () => {
  const states = async (nInit: number, ...progress: Parameters<FitBar['update']>[0][]) => {
    const bar = new FitBar({ nInit, maxIter: 100, rise: 1e-6 });
    now += 1000;
    for (const one of progress) {
      bar.update(one);
      await loaded();
    }
    bar.close();
    return told.flatMap(([verb, ...rest]) =>
      verb === 'update' || verb === 'start' ? [(rest.at(-1) as { state: string }).state] : [],
    );
  };

  it('tells iterations and log-likelihood, or the cost', async () => {
    expect(
      await states(
        1,
        { iteration: 3, restart: 0, logLikelihood: -12.3456 },
        { iteration: 4, restart: 0, totalCost: 7 },
      ),
    ).toEqual(['iteration 3, log-likelihood -12.35', 'iteration 4, cost 7.0000000']);
  });

  it('and which start it is, of several', async () => {
    expect(await states(3, { iteration: 0, restart: 1, logLikelihood: -1 }, { iteration: 1, restart: 1 })).toEqual([
      'start 2 of 3, iteration 0, log-likelihood -1.00',
      'start 2 of 3, iteration 1, cost 0.0000000',
    ]);
  });
});
