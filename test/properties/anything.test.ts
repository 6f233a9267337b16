/** Anything at all for data, options and parameters: a call works, or throws an error of mixwasm. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as mixwasm from '../../src/index.js';
// @ts-expect-error plain JavaScript, as the fuzz script runs it
import { callsOf } from '../../tools/fuzz/anything.mjs';

interface Call {
  name: string;
  arbitrary: fc.Arbitrary<unknown[]>;
  run(values: unknown[]): unknown;
}

const RUNS = { seed: 20240621, numRuns: 400 } as const;

it.each(callsOf(mixwasm) as Call[])('$name', ({ arbitrary, run }) => {
  fc.assert(
    fc.property(arbitrary, (values) => {
      try {
        run(values);
      } catch (error) {
        expect(error).toBeInstanceOf(mixwasm.MixwasmError);
        expect((error as mixwasm.MixwasmError).code).toMatch(/^[A-Z_]+$/);
      }
    }),
    RUNS,
  );
});
