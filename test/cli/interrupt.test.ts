/** Ctrl-C at every stage of every command: what is kept, what is said, with which exit code; and files that are whole. */
import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { GaussianMixture } from '../../src/index.js';
import { mixwasm, scratch, twoClusters } from '../helpers/cli.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });
const { write, path } = scratch();

const rows = Array.from({ length: 20_000 }, (_, i) => [0, 1, 2, 3].map((j) => Math.sin(i * (j + 1.1)) + (i % 7)));
/** Never converges. */
const endless = ['--tol', '0', '--max-iter', '1000000000'];
let data: string;
beforeAll(async () => {
  data = write('long.csv', `a,b,c,d\n${rows.map((row) => row.join(',')).join('\n')}\n`);
  write('two.csv', twoClusters(60));
  const { status } = await mixwasm(['fit', path('two.csv'), '-k', '2', '-o', path('two.json')]);
  expect(status).toBe(0);
});

/** The library's JSON in a model file. */
function modelIn(name: string) {
  return JSON.parse(readFileSync(path(name), 'utf8')).model;
}

/** Names in the folder of the tests that begin so, whether of files or of what should be gone. */
function filesOf(name: string): string[] {
  return readdirSync(dirname(path(name))).filter((file) => file.replace(/^\./, '').startsWith(name));
}

function expectStopped(model: { fit: { logLikelihood: number } }): void {
  expect(model.fit).toMatchObject({ converged: false, stopReason: 'stopped' });
  expect(GaussianMixture.fromJSON(model).score(rows)).toBeCloseTo(model.fit.logLikelihood / rows.length, 9);
}

describe('fit', () => {
  it.each(['1', '2', 'auto'])('keeps the best so far (--threads %s)', async (threads) => {
    const args = ['fit', data, '-k', '9', ...endless, '--threads', threads, '--json'];
    const ran = await mixwasm(args, { interruptAt: ['progress'] });
    expect(ran.stderr).toContain('interrupted: ending with the best so far');
    expect(ran.status).toBe(130);
    expectStopped(JSON.parse(ran.stdout).model);
  });

  it('keeps the start when that was still sought', async () => {
    const args = ['fit', data, '-k', '9', '--init', 'kmeans', ...endless, '-o', path('start.json')];
    const ran = await mixwasm(args, { interruptAt: ['posted'] });
    expect(ran.status).toBe(130);
    expectStopped(modelIn('start.json'));
  });

  it('of few rows and many iterations ends too', async () => {
    const ran = await mixwasm(['fit', path('two.csv'), '-k', '2', ...endless, '--json'], { interruptAt: ['progress'] });
    expect(ran.status).toBe(130);
    expect(JSON.parse(ran.stdout).model.fit.stopReason).toBe('stopped');
  });

  it.each([['kmeans'], ['kmedians']])('keeps the best of the starts there were (%s)', async (kind) => {
    const args = ['fit', data, '-k', '9', '--model', kind, '--n-init', '1000000', '-o', path(`${kind}.json`)];
    const ran = await mixwasm(args, { interruptAt: ['progress'] });
    expect(ran.status).toBe(130);
    const { model, criteria } = JSON.parse(readFileSync(path(`${kind}.json`), 'utf8'));
    expect(model.centers).toHaveLength(9);
    expect(model.fit.totalCost).toBeCloseTo(criteria.totalCost, 6);
  });

  it('has nothing to keep while data are read', async () => {
    const args = ['fit', '-', '-k', '2', '--out', path('none.json')];
    const ran = await mixwasm(args, { input: 'a,b\n1,2\n', open: true, interruptAt: ['reading'] });
    expect(ran).toEqual({ status: 130, stdout: '', stderr: '\nmixwasm: interrupted: there is no model yet\n' });
    expect(filesOf('none')).toEqual([]);
  });

  it('ends at once the second time', async () => {
    const args = ['fit', data, '-k', '9', ...endless, '--out', path('twice.json')];
    const ran = await mixwasm(args, { deaf: true, interruptAt: ['progress', 'said'] });
    expect(ran.status).toBe(130);
    expect(ran.stderr).toContain('mixwasm: interrupted: ended at once');
    expect(filesOf('twice')).toEqual([]);
  });
});

describe('a named pipe', () => {
  it('that nobody writes to keeps no process from ending', async () => {
    execFileSync('mkfifo', [path('silent')]);
    const args = ['fit', path('silent'), '-k', '2', '--out', path('silent.json')];
    const ran = await mixwasm(args, { interruptAt: ['opening'] });
    // by the signal itself, as there is nothing to say
    expect(ran).toEqual({ status: null, stdout: '', stderr: '' });
    expect(filesOf('silent')).toEqual(['silent']);
  });

  it('whose writer says no more neither', async () => {
    execFileSync('mkfifo', [path('slow')]);
    const ran = mixwasm(['fit', path('slow'), '-k', '2'], { interruptAt: ['reading'] });
    const writer = await open(path('slow'), 'w');
    await writer.write('a,b\n1,2\n');
    expect(await ran).toEqual({ status: 130, stdout: '', stderr: '\nmixwasm: interrupted: there is no model yet\n' });
    await writer.close();
  });
});

describe('select', () => {
  const several = ['-k', '2..5', '--covariance', 'full,diag', '--n-init', '50', ...endless];

  it.each([
    ['1', 1],
    ['2', 2],
    ['auto', undefined],
  ] as const)('keeps the best of the candidates under way (--threads %s)', async (threads, under) => {
    const out = `select-${threads}.json`;
    const ran = await mixwasm(['select', data, ...several, '--threads', threads, '-o', path(out)], {
      interruptAt: ['progress'],
    });
    expect(ran.status).toBe(130);
    expectStopped(modelIn(out));
    const [, stopped, waiting] = /interrupted: 0 of 8 candidates done, (\d+) stopped, (\d+) not begun/.exec(
      ran.stderr,
    )!;
    expect(Number(stopped) + Number(waiting)).toBe(8);
    expect(Number(stopped)).toBeGreaterThan(0);
    // a worker that started late may have had no job yet
    expect(Number(stopped)).toBeLessThanOrEqual(under ?? 8);
    expect(ran.stderr).toMatch(/(full|diag) [2-5]: stopped after iteration \d+ of start 1 of 50\n/);
    expect(ran.stderr).toMatch(/best of what there is: [2-5] components, (full|diag) covariances/);
    const [head, ...lines] = ran.stdout.trim().split('\n');
    expect(head).toMatch(/,converged,stopped$/);
    expect(lines).toHaveLength(8);
    const fits = lines.filter((line) => /,false,stopped after iteration \d+ of start 1 of 50$/.test(line));
    expect(fits).toHaveLength(Number(stopped));
    expect(lines.filter((line) => line.endsWith(',,,,,not begun'))).toHaveLength(Number(waiting));
  });

  it('does so by fit --select, its JSON and picture too', async () => {
    const args = ['fit', data, ...several, '--select', 'icl', '--json', '--plot', path('fit.svg')];
    const ran = await mixwasm(args, { interruptAt: ['progress'] });
    expect(ran.status).toBe(130);
    expect(ran.stderr).toContain('best of what there is');
    expectStopped(JSON.parse(ran.stdout).model);
    expect(readFileSync(path('fit.svg'), 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\s*$/);
  });

  it('has no winner by cross-validation before all folds of a candidate are done', async () => {
    const args = ['select', data, ...several, '--select', 'cv', '-o', path('cv.json'), '--plot', path('cv.svg')];
    const ran = await mixwasm(args, { interruptAt: ['progress'] });
    expect(ran.stderr).toMatch(
      /mixwasm: interrupted: stopped before any of 8 candidates was fitted and scored on all its folds: there is no model to keep\n$/,
    );
    expect(ran.status).toBe(130);
    expect(ran.stdout).toBe('');
    expect(filesOf('cv')).toEqual([]);
  });

  it('ends at once the second time', async () => {
    const args = ['select', data, ...several, '-o', path('select-twice.json')];
    const ran = await mixwasm(args, { deaf: true, interruptAt: ['progress', 'said'] });
    expect(ran.status).toBe(130);
    expect(ran.stderr).toContain('mixwasm: interrupted: ended at once');
    expect(filesOf('select-twice')).toEqual([]);
  });
});

describe.each([
  ['predict', []],
  ['score', ['--samples']],
])('%s', (command, flags) => {
  it('ends with nothing printed while data are read', async () => {
    const args = [command, path('two.json'), '-', ...flags];
    const ran = await mixwasm(args, { input: 'x,y\n1,2\n', open: true, interruptAt: ['reading'] });
    expect(ran).toEqual({ status: 130, stdout: '', stderr: '\nmixwasm: interrupted\n' });
  });
});

describe('files', () => {
  const fit = (out: string) => mixwasm(['fit', path('two.csv'), '-k', '2', '-o', out]);

  it('are replaced whole: permissions stay, links stay links, nothing is left beside them', async () => {
    const old = write('old.json', 'old');
    chmodSync(old, 0o646);
    symlinkSync(old, path('old-link.json'));
    const { status } = await fit(path('old-link.json'));
    expect(status).toBe(0);
    expect(lstatSync(path('old-link.json')).isSymbolicLink()).toBe(true);
    expect(readFileSync(old, 'utf8')).toBe(readFileSync(path('two.json'), 'utf8'));
    expect(statSync(old).mode & 0o777).toBe(0o646);
    expect(filesOf('old').sort()).toEqual(['old-link.json', 'old.json']);
  });

  it('have the permissions of any new file', async () => {
    writeFileSync(path('plain.txt'), '');
    await fit(path('fresh.json'));
    expect(statSync(path('fresh.json')).mode).toBe(statSync(path('plain.txt')).mode);
  });

  it('may be no files', async () => {
    execFileSync('mkfifo', [path('pipe')]);
    const [{ status }, read] = await Promise.all([fit(path('pipe')), readFile(path('pipe'), 'utf8')]);
    expect(status).toBe(0);
    expect(read).toBe(readFileSync(path('two.json'), 'utf8'));
    expect(statSync(path('pipe')).isFIFO()).toBe(true);
  });
});
