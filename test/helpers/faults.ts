/** Faults of callers: what is called, and the error it must give. */
import { describe, expect, it } from 'vitest';
import { GaussianMixture, MixwasmError } from '../../src/index.js';
import { clusters, rowsOf } from './data.js';
import { BACKENDS, bits, thrownBy } from './numbers.js';

export const X = rowsOf(clusters(60, 2, 2), 2);
export const good = { nComponents: 2 } as const;
export const fitWith =
  (options: object, data: unknown = X) =>
  () =>
    GaussianMixture.fit(data as number[][], { ...good, ...options });

export interface Fault {
  what: string;
  call: () => unknown;
  error: new (...args: never[]) => MixwasmError;
  code: string;
  message: RegExp;
  place?: Record<string, unknown>;
}

export function changed(row: number, column: number, value: unknown): unknown[][] {
  return X.map((r, i) => r.map((v, j) => (i === row && j === column ? value : v)));
}

export const means = [
  [0, 0],
  [1, 1],
];
export const eye = [
  [1, 0],
  [0, 1],
];

/** Runs every fault: class, code, place, message, and that an ordinary fit afterwards has the bits it had before. */
export function checkFaults(faults: readonly Fault[]): void {
  describe.each(BACKENDS)('on %s', (backend) => {
    const ordinary = () => GaussianMixture.fit(X, { ...good, backend, maxIter: 20 });
    const before = bits(ordinary().covariances);

    it.each(faults)('$what', ({ call, error, code, message, place }) => {
      const thrown = thrownBy<MixwasmError & Record<string, unknown>>(call);
      expect(thrown).toBeInstanceOf(error);
      expect(thrown).toBeInstanceOf(MixwasmError);
      expect(thrown).toBeInstanceOf(Error);
      expect([thrown.name, thrown.code]).toEqual([error.name, code]);
      expect(thrown.message).toMatch(message);
      for (const [key, value] of Object.entries(place ?? {})) expect(thrown[key], key).toBe(value);
      // and nothing is left behind
      expect(bits(ordinary().covariances)).toEqual(before);
    });
  });
}
