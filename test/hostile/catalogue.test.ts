/**
 * Hostile input: every row of the table ends in its stated result or its named error, the same at once and in a worker, and
 * an ordinary fit on the same module has its usual bits afterwards.
 */
import { describe, expect, it } from 'vitest';
import { type MixwasmError, WorkerError } from '../../src/index.js';
import { BACKENDS, thrownBy } from '../helpers/numbers.js';
import { type Backend, FAMILIES, type Family, fingerprint, type Model, ordinaryFit } from './families.js';
import { endingOf, type FitRow, type Refusal } from './row.js';
import { TABLE } from './table.js';

function expectRefusal(thrown: MixwasmError & Record<string, unknown>, { error, message, fields = {} }: Refusal): void {
  expect(thrown).toBeInstanceOf(error);
  expect(thrown).not.toBeInstanceOf(WorkerError);
  expect(thrown.name).toBe(error.name);
  expect(thrown.message.replace('.fitAsync ', '.fit ')).toMatch(message);
  for (const [field, value] of Object.entries(fields)) expect(thrown[field], field).toBe(value);
}

function optionsOf(row: FitRow, family: Family, backend: Backend) {
  const { X = family.rows, options = {} } = row.given(family);
  return { X, options: { [family.count]: 2, ...family.own, backend, ...options } };
}

const rowsFor = ({ kind }: Family) => TABLE.filter(({ kinds }) => kinds === undefined || kinds.includes(kind));

describe.each(FAMILIES)('$name', (family) => {
  describe.each(BACKENDS)('%s', (backend) => {
    const usual = ordinaryFit(family, backend);
    const model = family.fit(family.rows, { [family.count]: 2, ...family.own, backend });
    const rows = rowsFor(family);

    it.each(rows)('$what', (row) => {
      const ending = endingOf(row, family);
      const run = () => {
        if ('call' in row) return row.call(family, model, backend);
        const { X, options } = optionsOf(row, family, backend);
        return family.fit(X, options);
      };
      if (typeof ending === 'function') ending(run() as Model, family);
      else expectRefusal(thrownBy(run), ending);
      expect(ordinaryFit(family, backend)).toEqual(usual);
    });

    // one covariance type in workers, which cost 30 ms each; the others differ in what kernels they call
    const fits = rows.filter((row): row is FitRow => 'given' in row);
    it.skipIf(family.kind === 'gaussian' && !family.name.endsWith('full')).concurrent.each(fits)(
      '$what, in a worker',
      async (row) => {
        const ending = endingOf(row, family);
        const { X, options } = optionsOf(row, family, backend);
        if (typeof ending === 'function') {
          const fitted = await family.fitAsync(X, options);
          const again = optionsOf(row, family, backend);
          expect(fingerprint(fitted)).toEqual(fingerprint(family.fit(again.X, again.options)));
        } else {
          const thrown = await family.fitAsync(X, options).then(
            () => undefined,
            (error) => error,
          );
          expectRefusal(thrown, ending);
        }
        expect(ordinaryFit(family, backend)).toEqual(usual);
      },
    );
  });
});
