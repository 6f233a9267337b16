/**
 * Hostile input: every row of the table ends in its stated result or its named error, the same at once and in a worker, and
 * an ordinary fit on the same module has its usual bits afterwards. One test file per family, so that they run side by side.
 */
import { describe, expect, it, vi } from 'vitest';
import { type MixwasmError, WorkerError } from '../../src/index.js';
import { BACKENDS } from '../helpers/numbers.js';
import { type Backend, FAMILIES, type Family, fingerprint, type Model, ordinaryFit } from './families.js';
import { endingOf, type FitRow, type Refusal, type Row } from './row.js';
import { TABLE } from './table.js';

// a few workers for hundreds of fits: what was hostile to one fit must not show in the next one's bits either
vi.mock('../../src/threads/start-worker.js', async (importOriginal) => {
  const { startWorker, ...rest } = await importOriginal<typeof import('../../src/threads/start-worker.js')>();
  const { reusing } = await import('../helpers/shared-workers.js');
  return { ...rest, startWorker: reusing(startWorker) };
});

export function expectRefusal(
  thrown: MixwasmError & Record<string, unknown>,
  { error, message, fields = {} }: Refusal,
): void {
  expect(thrown).toBeInstanceOf(error);
  expect(thrown).not.toBeInstanceOf(WorkerError);
  expect(thrown.name).toBe(error.name);
  expect(thrown.message.replace('.fitAsync ', '.fit ')).toMatch(message);
  for (const [field, value] of Object.entries(fields)) expect(thrown[field], field).toBe(value);
}

/** What a call throws, or its promise rejects with. */
export async function errorOf(call: () => unknown) {
  try {
    await call();
  } catch (error) {
    return error as MixwasmError & Record<string, unknown>;
  }
  throw new Error('expected an error');
}

function optionsOf(row: FitRow, family: Family, backend: Backend) {
  const { X = family.rows, options = {} } = row.given(family);
  return { X, options: { [family.count]: 2, ...family.own, backend, ...options } };
}

/** Every row that makes sense for the family, as tests. */
export function catalogueOf(name: string): void {
  const family = FAMILIES.find((one) => one.name === name) as Family;
  describe.each(BACKENDS)('%s', (backend) => {
    const usual = ordinaryFit(family, backend);
    const model = family.fit(family.rows, { [family.count]: 2, ...family.own, backend });
    const rows = TABLE.filter(
      ({ kinds, backends }) => (kinds?.includes(family.kind) ?? true) && (backends?.includes(backend) ?? true),
    );

    const atOnce = new Map<Row, unknown>();

    it.each(rows.map((row) => [row.what, row] as const))('%s', async (_, row) => {
      const ending = endingOf(row, family);
      const run = () => {
        if ('call' in row) return row.call(family, model, backend);
        const { X, options } = optionsOf(row, family, backend);
        return family.fit(X, options);
      };
      if (typeof ending === 'function') {
        const result = await run();
        if ('given' in row) atOnce.set(row, fingerprint(result as Model));
        ending(result as Model, family);
      } else expectRefusal(await errorOf(run), ending);
      expect(ordinaryFit(family, backend)).toEqual(usual);
    });

    const fits = rows.filter((row): row is FitRow => 'given' in row);
    it.concurrent.each(fits.map((row) => [row.what, row] as const))('%s, in a worker', async (_, row) => {
      const ending = endingOf(row, family);
      const { X, options } = optionsOf(row, family, backend);
      const fitting = family.fitAsync(X, options);
      if (typeof ending === 'function') expect(fingerprint(await fitting)).toEqual(atOnce.get(row));
      else expectRefusal(await errorOf(() => fitting), ending);
      expect(ordinaryFit(family, backend)).toEqual(usual);
    });
  });
}
