/** The guess behind the progress bar. */
import { describe, expect, it } from 'vitest';
import { Forecast } from '../../src/cli/forecast.js';
import { timeLeft } from '../../src/cli/progress.js';

describe('Forecast', () => {
  it('foresees the end of a fit that converges linearly', () => {
    const forecast = new Forecast({ nInit: 1, maxIter: 1000, rise: 1e-6 });
    let total = 0;
    // rises of 0.9^t: below 1e-6 at t = 132
    for (let t = 0; t <= 30; t++) ({ total } = forecast.after(0, t, -10 * 0.9 ** t));
    expect(total).toBeGreaterThan(120);
    expect(total).toBeLessThan(145);
  });

  it('takes further starts to be as long as those that are done, and never has less than is done', () => {
    const forecast = new Forecast({ nInit: 4, maxIter: 1000, rise: 1e-6 });
    for (let t = 0; t <= 60; t++) forecast.after(0, t, -(0.8 ** t));
    const { done, total } = forecast.after(1, 0, -1);
    expect(done).toBe(60);
    expect(total).toBeGreaterThanOrEqual(60 + 1 + 2 * 60);
  });

  it('is quick where a fit has no end in sight', () => {
    const forecast = new Forecast({ nInit: 1, maxIter: 1e9, rise: 0 });
    forecast.after(0, 0, -2);
    forecast.after(0, 1, -1);
    expect(forecast.after(0, 2, -0.5).total).toBeLessThanOrEqual(20_000);
  });
});

it.each([
  [0.2, '0s'],
  [59.4, '59s'],
  [59.6, '1m00s'],
  [200, '3m20s'],
  [7525, '2h05m'],
])('%s seconds are %s', (seconds, text) => {
  expect(timeLeft(seconds)).toBe(text);
});
