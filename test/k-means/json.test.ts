/** Saved clusterings whose record of the fit was damaged. */
import { describe, expect, it } from 'vitest';
import { KMeans } from '../../src/index.js';

const model = KMeans.fit([1, 2, 3, 10, 11, 12], { nClusters: 2 });
const saved = JSON.parse(JSON.stringify(model));
const load = (fit: unknown) => KMeans.fromJSON({ ...saved, fit });

describe('fromJSON', () => {
  it('takes the record of a fit as it was', () => {
    expect(load(saved.fit)).toMatchObject({
      nIter: model.nIter,
      totalCost: model.totalCost,
      stopReason: model.stopReason,
    });
    expect(load(undefined).fitted).toBe(false);
  });

  it.each([
    [7, 'fit must be an object; got 7'],
    [{ converged: 1 }, 'fit.converged must be true or false; got 1'],
    [{ trace: undefined }, 'fit.trace.cost must be an array'],
    [{ trace: 3 }, 'fit.trace.cost must be an array'],
    [{ trace: { cost: 3 } }, 'fit.trace.cost must be an array; got 3'],
    [{ trace: { cost: [1, 'x'] } }, 'fit.trace.cost'],
    [{ nIter: -1 }, 'fit.nIter must be a non-negative integer; got -1'],
    [{ nIter: 0.5 }, 'fit.nIter must be a non-negative integer; got 0.5'],
    [{ nIter: '2' }, 'fit.nIter must be a finite number'],
    [{ totalCost: null }, 'fit.totalCost must be a finite number; got null'],
    [{ stopReason: 'bored' }, 'stopReason'],
    [{ clusterCounts: [1] }, 'fit.clusterCounts'],
  ])('refuses %j', (part, message) => {
    expect(() => load(typeof part === 'number' ? part : { ...saved.fit, ...part })).toThrow(message);
  });
});
