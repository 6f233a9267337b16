/** What the command line says: errors in one line, tables, reports, models that are none. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CliError, describeError, fileErrorText, fileOperation, locateError, withFlags } from '../../src/cli/errors.js';
import { readModel } from '../../src/cli/model-file.js';
import { writeRows } from '../../src/cli/output.js';
import { optionalPeer } from '../../src/cli/read/optional-peer.js';
import type { Table } from '../../src/cli/read/table.js';
import { formatReport } from '../../src/cli/report.js';
import type { Selected } from '../../src/cli/select-model.js';
import { formatSelection, plainRow } from '../../src/cli/selection-table.js';
import { GaussianMixture, InvalidDataError, KMeans } from '../../src/index.js';
import { scratch } from '../helpers/cli.js';

const { write, path } = scratch();
afterEach(() => vi.unstubAllEnvs());

describe('describeError', () => {
  it('is one line, with options as flags', () => {
    expect(describeError(new CliError('two\n  lines'))).toBe('mixwasm: two lines');
    expect(describeError(new InvalidDataError('lower nComponents or nClusters'))).toBe(
      'mixwasm: lower --components or --components',
    );
    expect(withFlags('covarianceType, nInit, maxIter, regCovar; tol')).toBe(
      '--covariance, --n-init, --max-iter, --reg-covar; tol',
    );
  });

  it('says that an error is unexpected, and shows where if that is asked for', () => {
    const error = new TypeError('x is undefined');
    expect(describeError(error)).toBe('mixwasm: unexpected error: x is undefined (MIXWASM_DEBUG=1 shows where)');
    expect(describeError('a string')).toBe('mixwasm: unexpected error: a string (MIXWASM_DEBUG=1 shows where)');
    vi.stubEnv('MIXWASM_DEBUG', '1');
    expect(describeError(error)).toMatch(/^mixwasm: unexpected error.*\nTypeError: x is undefined\n +at /);
    expect(describeError('a string')).not.toContain('\n');
  });
});

describe('errors of files and rows', () => {
  it('are told in words', async () => {
    expect(fileErrorText(Object.assign(new Error('EACCES: x'), { code: 'EACCES' }))).toBe('permission denied');
    expect(fileErrorText(Object.assign(new Error('EIO: i/o'), { code: 'EIO' }))).toBe('EIO: i/o');
    expect(fileErrorText(new Error('plain'))).toBe('plain');
    const failing = fileOperation('read x', () => Promise.reject(Object.assign(new Error(''), { code: 'ENOSPC' })));
    await expect(failing).rejects.toThrow('cannot read x: no space left on the device');
  });

  it('name the line of the file, where they are about a row', () => {
    const table = { source: 'x.csv', place: (row: number) => `line ${row + 2}` } as Table;
    const located = locateError(new InvalidDataError('bad', 3), table) as Error;
    expect([located.message, located instanceof CliError]).toEqual(['x.csv, line 5: bad', true]);
    const whole = new InvalidDataError('bad');
    expect(locateError(whole, table)).toBe(whole);
    const other = new Error('row 3');
    expect(locateError(other, table)).toBe(other);
  });

  it('a package that is not there is named, any other failure of it goes through', async () => {
    await expect(optionalPeer('no-such-package' as 'apache-arrow', 'x.arrow')).rejects.toThrow(
      'needs the package no-such-package, which is not installed: npm install no-such-package',
    );
    const broken = write('broken.mjs', 'throw new RangeError("mine")');
    await expect(optionalPeer(broken as 'apache-arrow', 'x.arrow')).rejects.toThrow(RangeError);
  });
});

describe('a model file', () => {
  const model = JSON.parse(JSON.stringify(KMeans.fromParameters({ centers: [[1, 2]] })));
  const document = { format: 'mixwasm/model-file', version: 1, model, columns: ['a', 'b'] };
  const read = (content: unknown) => readModel(write('m.json', JSON.stringify(content)));

  it('gives names and standardization, where it has them', async () => {
    const standardization = { means: [0, 1], scales: [1, 2] };
    expect(await read({ ...document, standardization })).toMatchObject({ columns: ['a', 'b'], standardization });
    expect((await read(document)).standardization).toBeUndefined();
    expect((await read(model)).columns).toBeUndefined();
  });

  it.each([
    [{ standardization: 7 }, 'standardization must be an object of means and scales'],
    [{ standardization: { means: [1], scales: [1, 2] } }, 'standardization.means must be 2 numbers'],
    [{ standardization: { means: [1, null], scales: [1, 2] } }, 'standardization.means must be 2 numbers'],
    [{ standardization: { means: [1, 2], scales: [1, 0] } }, 'standardization.scales must be 2 positive numbers'],
    [{ standardization: { means: [1, 2] } }, 'standardization.scales must be 2 positive numbers'],
    [{ columns: ['a', 3] }, 'columns must be 2 names'],
    [{ model: 7 }, 'its format is undefined'],
    [{ model: { ...model, centers: 'none' } }, 'is not a saved model: '],
  ])('with %j is refused', async (part, message) => {
    await expect(read({ ...document, ...part })).rejects.toThrow(message);
    await expect(read({ ...document, ...part })).rejects.toThrow(path('m.json'));
  });
});

describe('the table of a selection', () => {
  const row = (more: object) => ({ nComponents: 1, nParameters: 2, bic: 5, converged: true, ...more });
  const selected = (candidates: object[], best = candidates[0]) =>
    ({ candidates, best, criterion: 'bic' }) as unknown as Selected;

  it('names the best, with its covariances where it has some', () => {
    expect(formatSelection(selected([row({ covarianceType: 'diag' })]))).toContain(
      'best: 1 component, diag covariances',
    );
    expect(formatSelection(selected([row({ nComponents: 2 })]))).toMatch(/Bernoulli[\s\S]*best: 2 components\n$/);
  });

  it('tells what was stopped, failed, or did not converge', () => {
    const untouched = { startsDone: 0, nInit: 10, iteration: undefined, foldsDone: undefined };
    const text = formatSelection({
      ...selected([
        row({ nComponents: 3, converged: false }),
        row({ nComponents: 4, converged: false, stopped: { ...untouched, startsDone: 2, iteration: 7 } }),
        row({ nComponents: 2, bic: undefined, converged: undefined, stopped: untouched }),
        row({ nComponents: 1, bic: undefined, converged: undefined, error: new Error('nComponents is odd') }),
      ]),
      stopped: true,
    });
    expect(text).toContain('not converged (--max-iter): Bernoulli 3\n');
    expect(text).toContain(
      'interrupted: 2 of 4 candidates done, 1 stopped, 1 not begun\nBernoulli 4: stopped after iteration 7 of start 3 of 10\n',
    );
    expect(text).toContain('best of what there is: 3 components');
    expect(text).toContain('failed: Bernoulli 1: --components is odd');
  });

  it('as plain values has errors and both numbers of a cross-validation', () => {
    expect(plainRow(row({ error: new Error('nInit') }) as never)).toMatchObject({ error: '--n-init', bic: 5 });
    const crossed = plainRow(row({ crossValidation: { mean: -1, standardError: 0.1 } }) as never);
    expect(crossed).toMatchObject({ crossValidation: -1, standardError: 0.1 });
    expect('covarianceType' in crossed).toBe(false);
  });
});

describe('the report of a fit', () => {
  const X = { data: Float64Array.of(1, 2, 9, 10), rows: 4, columns: 1 };
  const selection = { X, featureNames: ['a'], leftOut: [], truths: [] };
  it('says what was standardized, and on how many threads', () => {
    const model = GaussianMixture.fit(X, { nComponents: 2 });
    const standardization = { means: [0], scales: [1] };
    const report = (one: object, timing = { read: 3, fit: 2500 }) =>
      formatReport(one as never, 'x.csv', selection, standardization, timing);
    expect(report(model)).toContain('standardized: likelihoods and parameters are those of');
    expect(report(model)).toContain('time  2.50 s to fit, 3.0 ms to read');
    const threaded = (count: number) => {
      const shared = { summary: () => 'summary', threads: { count } };
      return formatReport(shared as never, 'x.csv', selection, undefined, { read: 3, fit: 4 });
    };
    expect(threaded(2)).toContain('to fit on 2 threads,');
    expect(threaded(1)).not.toContain('thread');
    expect(threaded(1)).not.toContain('standardized');
    expect(report(KMeans.fit(X, { nClusters: 2 }))).toContain('standardized: costs and centers are those of');
  });
});

describe('rows on standard output', () => {
  it('wait for a reader that is slow, and quote names that need it', async () => {
    const written: string[] = [];
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation(((text: string) => {
      written.push(text);
      setTimeout(() => process.stdout.emit('drain'), 1);
      return false;
    }) as never);
    try {
      await writeRows(
        30_000,
        [
          { name: 'a,"b"', value: (i) => i },
          { name: 'c', value: () => 0.5 },
        ],
        false,
      );
    } finally {
      spy.mockRestore();
    }
    expect(written.length).toBeGreaterThan(2);
    const lines = written.join('').split('\n');
    expect(lines.slice(0, 2)).toEqual(['"a,""b""",c', '0,0.5']);
    expect(lines.length).toBe(30_002);
  });
});
