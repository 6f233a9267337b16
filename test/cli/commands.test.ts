/** The commands as users run them. */
import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { BernoulliMixture, GaussianMixture, KMeans, KMedians, select } from '../../src/index.js';
import { CLI, mixwasm, scratch, twoClusters } from '../helpers/cli.js';

const { path, write } = scratch();
const N = 200;
const CSV = twoClusters(N);
const X = CSV.trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(',').map(Number));
const json = (name: string) => JSON.parse(readFileSync(path(name), 'utf8'));

/** Cells of a CSV, with its header. */
function table(text: string): { names: string[]; rows: number[][] } {
  const [header = '', ...lines] = text.trimEnd().split('\n');
  return { names: header.split(','), rows: lines.map((line) => line.split(',').map(Number)) };
}

beforeAll(async () => {
  write('two.csv', CSV);
  const { status, stderr } = await mixwasm([
    'fit',
    path('two.csv'),
    '-k',
    '2',
    '--seed',
    '3',
    '--out',
    path('two.json'),
  ]);
  expect(status, stderr).toBe(0);
});

describe('fit', () => {
  it('reports on stderr, and gives the library’s model', async () => {
    const ran = await mixwasm(['fit', path('two.csv'), '--components', '2', '--seed', '3']);
    expect(ran.status).toBe(0);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain('BIC (lower is better)');
    expect(ran.stderr).toContain('200 rows, 2 columns');
    const model = GaussianMixture.fit(X, { nComponents: 2, seed: 3 });
    const saved = json('two.json');
    expect(saved).toMatchObject({ format: 'mixwasm/model-file', version: 1, columns: ['x', 'y'] });
    expect(saved.model).toEqual(JSON.parse(JSON.stringify(model)));
    expect(saved.criteria.bic).toBe(model.bic(X));
  });

  it('--json prints the same document on stdout, and no report', async () => {
    const ran = await mixwasm(['fit', path('two.csv'), '-k', '2', '--seed', '3', '--json']);
    expect(JSON.parse(ran.stdout)).toEqual(json('two.json'));
    expect(ran.stderr).toBe('');
  });

  it.each([
    [
      'gaussian',
      () => GaussianMixture.fit(X, { nComponents: 2, covarianceType: 'diag', nInit: 3, acceleration: 'anderson' }),
    ],
    ['kmeans', () => KMeans.fit(X, { nClusters: 2, nInit: 3 })],
    ['kmedians', () => KMedians.fit(X, { nClusters: 2, nInit: 3 })],
  ])('--model %s', async (kind, fit) => {
    const own = kind === 'gaussian' ? ['--covariance', 'diag', '--acceleration', 'anderson'] : [];
    const ran = await mixwasm(['fit', path('two.csv'), '-m', kind, '-k', '2', '--n-init', '3', '--json', ...own]);
    expect(JSON.parse(ran.stdout).model).toEqual(JSON.parse(JSON.stringify(fit())));
  });

  it('--model bernoulli, of 0 and 1, true and false', async () => {
    const rows = Array.from({ length: 40 }, (_, i) =>
      i % 2 === 0 ? [1, 1, i % 3 === 0 ? 1 : 0] : [0, i % 5 === 0 ? 1 : 0, 1],
    );
    const text = `a,b,c,size\n${rows.map(([a, b, c], i) => `${a},${b === 1 ? 'true' : 'false'},${c},${i}`).join('\n')}\n`;
    const ran = await mixwasm(['fit', write('binary.csv', text), '-m', 'bernoulli', '-k', '2', '--json']);
    expect(ran.stderr).toBe('left out: size (not only 0 and 1)\n');
    expect(JSON.parse(ran.stdout).model).toEqual(
      JSON.parse(JSON.stringify(BernoulliMixture.fit(rows, { nComponents: 2 }))),
    );
  });

  it('threads change nothing, not by a bit', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => `${Math.sin(i) * 3 + (i % 3) * 4},${Math.cos(i * 1.3)}`);
    const data = write('many.csv', `p,q\n${rows.join('\n')}\n`);
    const run = (threads: string) =>
      mixwasm(['fit', data, '-k', '3', '--max-iter', '20', '--json', '--threads', threads]);
    const [one, two] = await Promise.all([run('1'), run('2')]);
    expect(one.status).toBe(0);
    expect(two.stdout).toBe(one.stdout);
  });

  it('says nothing of progress in a pipe', async () => {
    const { stderr } = await mixwasm(['fit', path('two.csv'), '-k', '2', '--n-init', '400']);
    expect(stderr).not.toContain('\u001b');
    expect(stderr).not.toContain('left');
  });

  it('--plot draws the fit', async () => {
    const ran = await mixwasm(['fit', path('two.csv'), '-k', '2', '--plot', path('fit.svg')]);
    expect(ran.stderr).toContain('picture written to');
    expect(readFileSync(path('fit.svg'), 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\s*$/);
  });
});

describe('predict, score, sample', () => {
  it('labels of every row, and probabilities', async () => {
    const model = GaussianMixture.fromJSON(json('two.json').model);
    const [labels, proba, objects] = await Promise.all([
      mixwasm(['predict', path('two.json'), path('two.csv')]),
      mixwasm(['predict', path('two.json'), path('two.csv'), '--proba']),
      mixwasm(['predict', path('two.json'), path('two.csv'), '--proba', '--json']),
    ]);
    expect(table(labels.stdout)).toEqual({ names: ['label'], rows: Array.from(model.predict(X), (label) => [label]) });
    const { names, rows } = table(proba.stdout);
    expect(names).toEqual(['label', 'proba0', 'proba1']);
    expect(rows.flatMap((row) => row.slice(1))).toEqual(Array.from(model.predictProba(X)));
    const first = JSON.parse(objects.stdout.split('\n')[0]!);
    expect(first).toEqual({ label: rows[0]![0], proba: rows[0]!.slice(1) });
  });

  it('columns are found by name, in any order; missing ones are named', async () => {
    const swapped = X.map(([x, y]) => `${y},text,${x}`).join('\n');
    const labels = await mixwasm(['predict', path('two.json'), path('two.csv')]);
    const other = await mixwasm(['predict', path('two.json'), write('swapped.csv', `y,note,x\n${swapped}\n`)]);
    expect(other.stdout).toBe(labels.stdout);
    const renamed = write('renamed.csv', CSV.replace('x,y', 'x,why'));
    const lacking = await mixwasm(['predict', path('two.json'), renamed]);
    expect(lacking).toMatchObject({ status: 1, stdout: '' });
    expect(lacking.stderr).toContain('lacks the column "y" of the model; it has x, why');
    const given = await mixwasm(['predict', path('two.json'), renamed, '--columns', 'x,why']);
    expect(given.stdout).toBe(labels.stdout);
    const unnamed = await mixwasm(['predict', path('two.json'), write('unnamed.csv', CSV.replace('x,y\n', ''))]);
    expect(unnamed.stdout).toBe(labels.stdout);
  });

  it('score: what the library says, as CSV and JSON; log-densities by row', async () => {
    const model = GaussianMixture.fromJSON(json('two.json').model);
    const [csv, object, samples] = await Promise.all([
      mixwasm(['score', path('two.json'), path('two.csv')]),
      mixwasm(['score', path('two.json'), path('two.csv'), '--json']),
      mixwasm(['score', path('two.json'), path('two.csv'), '--samples']),
    ]);
    const expected = {
      nSamples: N,
      score: model.score(X),
      logLikelihood: model.logLikelihood,
      bic: model.bic(X),
      aic: model.aic(X),
      icl: model.icl(X),
      nParameters: 11,
    };
    const { logLikelihood, ...others } = JSON.parse(object.stdout);
    expect(others).toEqual({ ...expected, logLikelihood: undefined });
    expect(logLikelihood).toBeCloseTo(expected.logLikelihood, 9);
    expect(table(csv.stdout).names).toEqual(['score', 'logLikelihood', 'bic', 'aic', 'icl', 'nParameters']);
    expect(csv.stderr).toContain('BIC (lower is better)');
    expect(table(samples.stdout).rows.flat()).toEqual(Array.from(model.scoreSamples(X)));
  });

  it('sample: the library’s rows', async () => {
    const { X: drawn, labels } = GaussianMixture.fromJSON(json('two.json').model).sample(5, { seed: 7 });
    const ran = await mixwasm(['sample', path('two.json'), '-n', '5', '--seed', '7', '--labels']);
    const { names, rows } = table(ran.stdout);
    expect(names).toEqual(['x', 'y', 'label']);
    expect(rows).toEqual(Array.from(labels, (label, i) => [drawn[2 * i], drawn[2 * i + 1], label]));
  });

  it('standardization is part of the model', async () => {
    const scaled = X.map(([x, y]) => [x! * 1000, y!]);
    write('scaled.csv', `x,y\n${scaled.map((row) => row.join(',')).join('\n')}\n`);
    const fit = (...more: string[]) =>
      mixwasm(['fit', path('scaled.csv'), '-m', 'kmeans', '-k', '2', '--out', path('std.json'), ...more]);
    expect((await fit('--standardize')).status).toBe(0);
    const { standardization, model } = json('std.json');
    const mean = scaled.reduce((sum, [x]) => sum + x!, 0) / N;
    expect(standardization.means[0]).toBeCloseTo(mean, 8);
    const deviation = Math.sqrt(scaled.reduce((sum, [x]) => sum + (x! - mean) ** 2, 0) / N);
    expect(standardization.scales[0]).toBeCloseTo(deviation, 8);
    const z = scaled.map((row) => row.map((v, j) => (v - standardization.means[j]) / standardization.scales[j]));
    const predicted = await mixwasm(['predict', path('std.json'), path('scaled.csv')]);
    expect(table(predicted.stdout).rows.flat()).toEqual(Array.from(KMeans.fromJSON(model).predict(z)));

    const gaussian = ['fit', path('scaled.csv'), '-k', '2', '--standardize', '--out', path('stdg.json')];
    expect((await mixwasm(gaussian)).stderr).toContain('standardized');
    const drawn = table((await mixwasm(['sample', path('stdg.json'), '-n', '2000'])).stdout).rows;
    const average = drawn.reduce((sum, [x]) => sum + x!, 0) / drawn.length;
    expect(Math.abs(average - mean) / deviation).toBeLessThan(0.1);
  });

  it('reads the library’s own JSON too, and a file that begins with a byte order mark', async () => {
    write('plain.json', JSON.stringify(GaussianMixture.fromJSON(json('two.json').model)));
    write('bom.json', `\uFEFF${readFileSync(path('two.json'), 'utf8')}`);
    const labels = (await mixwasm(['predict', path('two.json'), path('two.csv')])).stdout;
    for (const model of ['plain.json', 'bom.json']) {
      expect((await mixwasm(['predict', path(model), path('two.csv')])).stdout).toBe(labels);
    }
  });

  it('a file with several columns of a name can be predicted as it was fitted', async () => {
    const data = write('same-names.csv', CSV.replace('x,y', 'x,x'));
    expect((await mixwasm(['fit', data, '-k', '2', '--seed', '3', '--out', path('same-names.json')])).status).toBe(0);
    const ran = await mixwasm(['predict', path('same-names.json'), data]);
    expect(ran.stdout).toBe((await mixwasm(['predict', path('two.json'), path('two.csv')])).stdout);
    write('edited.json', JSON.stringify({ ...json('two.json'), columns: ['x', 'x'] }));
    const edited = await mixwasm(['predict', path('edited.json'), path('two.csv')]);
    expect(edited.status).toBe(1);
    expect(edited.stderr).toContain('has 1 column called "x" where the model has 2');
  });

  it('true and false are numbers where there is nothing else, and that is told', async () => {
    const mixed = write('mixed.csv', 'x,y\n1,2\n3,true\n');
    const ran = await mixwasm(['score', path('two.json'), mixed]);
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toContain('mixed.csv, line 3, column y: "true" is not a number');
    const truths = await mixwasm(['predict', path('two.json'), write('truths.csv', 'x,y\n1,true\n3,false\n')]);
    expect(truths).toEqual({ status: 0, stdout: 'label\n0\n0\n', stderr: 'true and false are 1 and 0 in: y\n' });
  });

  it.each([
    ['{', 'not valid JSON'],
    ['[1]', 'expected an object'],
    ['{"format":"else"}', 'its format is "else"'],
    ['{"format":"mixwasm/model-file","version":9}', 'version 9'],
    [
      '{"format":"mixwasm/model-file","version":1,"model":{"format":"mixwasm/k-means","version":1,"centers":[[1]]},"columns":[]}',
      'columns must be 1 names',
    ],
  ])('a bad model file: %s', async (text, message) => {
    const ran = await mixwasm(['predict', write('bad.json', text), path('two.csv')]);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain(message);
  });
});

describe('select', () => {
  it('prints the table of the library, and keeps the best', async () => {
    const { candidates, best } = await select(X, { nComponents: [1, 2, 3], covarianceTypes: ['full', 'diag'] });
    const args = ['select', path('two.csv'), '--components', '1..3', '--covariance', 'full,diag'];
    const ran = await mixwasm([...args, '--out', path('best.json'), '--plot', path('bic.svg')]);
    expect(ran.status).toBe(0);
    const { names, rows } = table(ran.stdout);
    const bic = names.indexOf('bic');
    expect(rows.map((row) => row[bic])).toEqual(candidates.map((row) => row.bic));
    expect(ran.stderr).toMatch(/BIC \(lower is better\)\n {2}components +full +diag/);
    expect(json('best.json').model).toEqual(JSON.parse(JSON.stringify(best)));
    expect(readFileSync(path('bic.svg'), 'utf8')).toContain('BIC by number of components');
  });

  it('names candidates that failed once for each reason, and those that did not converge', async () => {
    const ties = write('ties.csv', 'a\n1\n1\n1\n2\n4\n');
    const ran = await mixwasm(['select', ties, '-k', '1,6,7', '--covariance', 'full,tied', '--max-iter', '0']);
    expect(ran.status).toBe(0);
    expect(ran.stderr).toMatch(/^ {2}6 +– +–$/m);
    expect(ran.stderr).toContain('not converged (--max-iter): full 1, tied 1\n');
    expect(ran.stderr).toContain(
      '\nfailed: full 6, tied 6: 6 components need at least 6 rows; got 5; lower --components\n',
    );
    expect(table(ran.stdout).names).toContain('error');
  });

  it('fit --select keeps the same', async () => {
    const args = ['--components', '1..3', '--covariance', 'full,diag', '--select', 'bic', '--out', path('same.json')];
    expect((await mixwasm(['fit', path('two.csv'), ...args])).status).toBe(0);
    expect(json('same.json').model).toEqual(json('best.json').model);
  });

  it('by cross-validation, as JSON', async () => {
    const ran = await mixwasm([
      'select',
      path('two.csv'),
      '-k',
      '1,2',
      '--covariance',
      'diag',
      '--select',
      'cv',
      '--json',
    ]);
    const [one, two] = JSON.parse(ran.stdout);
    expect(two.crossValidation).toBeGreaterThan(one.crossValidation);
    expect(ran.stderr).toContain('higher is better');
  });
});

describe('usage and exit codes', () => {
  it.each([
    [['fit'], 'no data'],
    [['fit', 'two.csv'], '--components K'],
    [['fit', 'two.csv', '-k', '0'], 'integer of at least 1'],
    [['fit', 'two.csv', '-k', '3..1'], 'range'],
    [['fit', 'two.csv', '-k', '1..3'], '--select bic'],
    [['fit', 'two.csv', '-k', '2', '--covariance', 'round'], 'full, tied, diag, spherical'],
    [['fit', 'two.csv', '-k', '2', '-m', 'kmeans', '--covariance', 'full'], '--covariance is of --model gaussian'],
    [['fit', 'two.csv', '-k', '2', '-m', 'bernoulli', '--standardize'], '--standardize'],
    [['predict', 'kmeans.json', 'two.csv', '--proba'], 'no probabilities'],
    [['select', 'two.csv', '-m', 'kmeans'], 'no likelihood'],
    [['select', 'missing.csv', '-m', 'kmedians'], 'no likelihood'],
    [['fit', 'two.csv', '-k', '2', '--plot', 'fit.png'], 'ends in .svg; got fit.png'],
    [['fit', 'two.csv', '-k', '2', '--out', '-'], 'fit --json prints the model on standard output'],
    [['select', 'two.csv', '-k', '2', '--out', '-'], '--out -'],
    [['fit', 'two.csv', '-k', '2', '--threads', '257'], 'integer from 1 to 256'],
    [['fit', 'two.csv', '-k', '2', '--columns', 'x,x'], '--columns names x twice'],
    [['fit', 'two.csv', '-k', '2', '--columns', '2,y'], '--columns names y twice'],
    [['predict', 'two.json', 'two.csv', '--columns', 'y,y'], '--columns names y twice'],
    [['fit', 'two.csv', '-k', '2', '--columns', 'x,"y'], 'a name with a comma in double quotes'],
    [['select', 'two.csv', '-m', 'nonsense'], 'It must be gaussian or bernoulli.'],
    [['nonsense'], 'unknown command'],
  ])('%j is 2', async (args, message) => {
    write(
      'kmeans.json',
      JSON.stringify(
        KMeans.fromParameters({
          centers: [
            [0, 0],
            [10, 10],
          ],
        }),
      ),
    );
    const components = args[0] === 'fit' && args.length === 1 ? ['-k', '2'] : [];
    const ran = await mixwasm([...args.map((arg) => (/\.(csv|json)$/.test(arg) ? path(arg) : arg)), ...components]);
    expect(ran.stderr).toContain(message);
    expect(ran.status).toBe(2);
  });

  it('data and fits that fail are 1, in one line', async () => {
    const bad = write('bad.csv', 'a,b\n1,2\n3,oops\n5,6\n');
    const ran = await mixwasm(['fit', bad, '-k', '1']);
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toBe(
      `mixwasm: ${bad}, line 3, column b: "oops" is not a number; drop or complete such rows, or leave columns out with --columns\n`,
    );
    const few = await mixwasm(['fit', write('few.csv', 'a\n1\n2\n'), '-k', '5']);
    expect(few.status).toBe(1);
    expect(few.stderr).toContain('rows');
  });

  it('where nothing can be written is said before the fit', async () => {
    for (const flag of ['--out', '--plot']) {
      const target = path('no-such-folder/two.svg');
      const ran = await mixwasm(['fit', path('two.csv'), '-k', '2', flag, target]);
      expect(ran).toEqual({
        status: 1,
        stdout: '',
        stderr: `mixwasm: cannot write ${target}: no such file or folder\n`,
      });
    }
    const folder = await mixwasm(['select', path('two.csv'), '--out', path('.')]);
    expect(folder).toMatchObject({ status: 1, stderr: `mixwasm: cannot write ${path('.')}: it is a folder\n` });
  });

  it('the models that can be selected are the only ones that its help offers', async () => {
    const [select, fit] = await Promise.all([mixwasm(['select', '--help']), mixwasm(['fit', '--help'])]);
    expect(fit.stdout).toContain('kmedians');
    expect(select.stdout).toContain('"bernoulli"');
    expect(select.stdout).not.toMatch(/"kmeans", "kmed|k-?medians/);
  });

  it('advice of the library is given in flags, as they are typed', async () => {
    const line = write('line.csv', 'a,b\n1,2\n2,4\n3,6\n4,8\n5,10\n');
    const ran = await mixwasm(['fit', line, '-k', '1', '--reg-covar', '0']);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('--covariance diag');
    expect(ran.stderr).toContain('--reg-covar');
    expect(ran.stderr).not.toMatch(/covarianceType|regCovar|'diag'/);
  });

  it('help has examples and the exit codes', async () => {
    const [main, fit] = await Promise.all([mixwasm(['--help']), mixwasm(['fit', '--help'])]);
    expect(main.status).toBe(0);
    expect(main.stdout).toContain('Examples:');
    expect(main.stdout).toContain('Exit codes: 0 done');
    expect(fit.stdout).toContain('--standardize');
  });

  it.runIf(existsSync('/dev/full')).each([
    ['predict', ['two.json', 'two.csv']],
    ['score', ['two.json', 'two.csv', '--json']],
    ['sample', ['two.json', '-n', '100000']],
    ['fit', ['two.csv', '-k', '2', '--json']],
  ])('%s says when standard output cannot be written', async (command, args) => {
    const child = spawn(process.execPath, [CLI, command, ...args.map((arg) => (/\./.test(arg) ? path(arg) : arg))], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    });
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (part) => {
      said += part;
    });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1);
    expect(said).toMatch(/^mixwasm: cannot write standard output: no space left on the device$/m);
  });

  it('a reader that closes the pipe early is no error', async () => {
    const child = spawn(process.execPath, [CLI, 'sample', path('two.json'), '-n', '200000'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  });
});
