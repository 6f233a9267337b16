/** Rows with names: arrays of objects, Arrow and Arquero tables, and matrices of ml-matrix. */
import { tableFromArrays, tableFromIPC, tableToIPC } from 'apache-arrow';
import { desc, escape as func, table } from 'arquero';
import { Matrix, MatrixTransposeView } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import {
  BernoulliMixture,
  GaussianMixture,
  InvalidDataError,
  InvalidOptionError,
  InvalidParametersError,
  KMeans,
  KMedians,
  select,
} from '../../src/index.js';
import { clusters, generator, rowsOf } from '../helpers/data.js';
import { bits, thrownBy } from '../helpers/numbers.js';

const values = clusters(60, 2, 2);
const numbers = rowsOf(values, 2);
interface Place {
  name: string;
  y: number;
  x: number;
}
/** With a column more, and the wanted ones in another order. */
const objects: Place[] = numbers.map(([x, y], i) => ({ name: `p${i}`, y, x }));
const xs = Float64Array.from(numbers, ([x]) => x);
const ys = Float64Array.from(numbers, ([, y]) => y);
const columns = ['x', 'y'];
const options = { nComponents: 2, seed: 1, columns };
const plain = GaussianMixture.fit(numbers, { nComponents: 2, seed: 1 });

function same(model: GaussianMixture): void {
  expect(bits(model.means)).toEqual(bits(plain.means));
  expect(bits(model.covariances)).toEqual(bits(plain.covariances));
}

const kinds = {
  objects,
  'objects of a class': numbers.map(
    ([x, y]) =>
      new (class {
        get x() {
          return x;
        }
        get y() {
          return y;
        }
      })(),
  ),
  'an Arrow table': tableFromArrays({ y: ys, name: objects.map(({ name }) => name), x: xs }),
  'an Arrow table from IPC': tableFromIPC(tableToIPC(tableFromArrays({ y: ys, x: xs }))),
  'an Arquero table': table({ y: ys, x: xs, name: objects.map(({ name }) => name) }),
};

describe.each(Object.entries(kinds))('%s', (_, X) => {
  it('are fitted and asked by their names', async () => {
    const model = GaussianMixture.fit(X, options);
    same(model);
    same(await GaussianMixture.fitAsync(X, options));
    expect(model.columns).toEqual(columns);
    expect(model.predict(X)).toEqual(plain.predict(numbers));
    expect(model.score(X)).toBe(plain.score(numbers));
    expect(model.bic(X)).toBe(plain.bic(numbers));
    // numbers are in the order of the columns
    expect(model.predictProba(numbers)).toEqual(plain.predictProba(numbers));
  });

  it('are clustered', () => {
    for (const kind of [KMeans, KMedians]) {
      const model = kind.fit(X, { nClusters: 2, columns });
      const other = kind.fit(numbers, { nClusters: 2 });
      expect(bits(model.centers)).toEqual(bits(other.centers));
      expect(model.predict(X)).toEqual(other.predict(numbers));
      expect(bits(model.transform(X))).toEqual(bits(other.transform(numbers)));
    }
  });

  it('lack a column', () => {
    const error = thrownBy<InvalidDataError>(() => GaussianMixture.fit(X, { ...options, columns: ['x', 'z'] }));
    expect(error).toBeInstanceOf(InvalidDataError);
    expect(error.message).toMatch(/X has no column "z"; it has /);
    if (X !== kinds['objects of a class']) expect(error.message).toMatch(/y.*x/);
  });
});

it('Arquero tables are taken as they are filtered and ordered', () => {
  const all = kinds['an Arquero table'];
  const least = xs.slice().sort()[20];
  const some = all.filter(func(({ x }: Place) => x > least)).orderby(desc('y'));
  const wanted = objects.filter(({ x }) => x > least).sort((a, b) => b.y - a.y);
  expect(wanted).toHaveLength(39);
  const model = GaussianMixture.fit(all, options);
  expect(bits(model.scoreSamples(some))).toEqual(bits(plain.scoreSamples(wanted.map(({ x, y }) => [x, y]))));
});

describe('models with columns', () => {
  const model = GaussianMixture.fit(objects, options);

  it('are saved with them', () => {
    const again = GaussianMixture.fromJSON(JSON.stringify(model));
    expect(again.columns).toEqual(columns);
    expect(again.predict(objects)).toEqual(model.predict(objects));
    const clusters = KMeans.fromJSON(JSON.stringify(KMeans.fit(objects, { nClusters: 2, columns })));
    expect(clusters.columns).toEqual(columns);
    expect(clusters.predict(objects)).toHaveLength(60);
  });

  it('do not believe a file', () => {
    for (const bad of [['x'], ['x', 'x'], ['x', 1], 'xy', {}]) {
      const json = { ...model.toJSON(), columns: bad };
      expect(() => GaussianMixture.fromJSON(json)).toThrow(InvalidParametersError);
    }
  });

  it('name them in their report', () => {
    expect(model.summary()).toMatch(/component\s+x\s+y\n/);
    expect(KMeans.fit(objects, { nClusters: 2, columns }).summary()).toMatch(/x\s+y/);
  });

  it('keep them whatever becomes of the array', () => {
    const mine = ['x', 'y'];
    const kept = GaussianMixture.fit(objects, { ...options, columns: mine });
    mine[0] = 'z';
    expect(kept.columns).toEqual(columns);
    expect(() => (kept.columns as string[]).pop()).toThrow(TypeError);
  });

  it('are made from parameters', () => {
    const { weights, means, covariances } = model;
    const made = GaussianMixture.fromParameters({ weights, means, covariances, columns });
    expect(made.predict(objects)).toEqual(model.predict(objects));
    expect(() => GaussianMixture.fromParameters({ means: [[0], [1]], covariances: [[1], [1]], columns })).toThrow(
      /all 1 features/,
    );
  });

  it('are selected', async () => {
    const { best, candidates } = await select(objects, { nComponents: [1, 2], columns, covarianceTypes: 'full' });
    expect(best.columns).toEqual(columns);
    expect(candidates[1].model?.score(objects)).toBe(
      GaussianMixture.fit(numbers, { nComponents: 2, nInit: 10, regCovar: 0 }).score(numbers),
    );
  });
});

describe('binary data', () => {
  const g = generator(5);
  const rows = Array.from({ length: 40 }, () => ({ rain: g.uniform() < 0.5, wind: g.uniform() < 0.5 ? 1 : 0 }));
  const plainRows = rows.map(({ rain, wind }) => [rain, wind]);
  const names = ['rain', 'wind'];

  it('have names too', () => {
    const model = BernoulliMixture.fit(rows, { nComponents: 2, columns: names });
    const other = BernoulliMixture.fit(plainRows, { nComponents: 2 });
    expect(bits(model.probs)).toEqual(bits(other.probs));
    expect(model.score(rows)).toBe(other.score(plainRows));
    expect(BernoulliMixture.fromJSON(JSON.stringify(model)).predict(rows)).toEqual(other.predict(plainRows));
    expect(model.summary()).toMatch(/rain\s+wind/);
  });

  it('tell where they are not', () => {
    const bad = [...rows, { rain: true, wind: 2 }];
    const error = thrownBy<InvalidDataError>(() => BernoulliMixture.fit(bad, { nComponents: 2, columns: names }));
    expect(error).toMatchObject({ row: 40, column: 1 });
    expect(error.message).toMatch(/row 40, column "wind"/);
  });
});

describe('bad values and bad names', () => {
  it.each([
    ['no number', { x: '3', y: 1 }, /"3" at row 2, column "x"/],
    ['nothing', { x: 1 }, /undefined at row 2, column "y"/],
    ['null', { x: 1, y: null }, /null at row 2, column "y"/],
    ['no row', null, /undefined at row 2, column "x"/],
    ['NaN', { x: 1, y: Number.NaN }, /NaN at row 2, column "y"/],
  ])('%s', (_, row, message) => {
    const X = [objects[0], objects[1], row, objects[3]] as Place[];
    const error = thrownBy<InvalidDataError>(() => GaussianMixture.fit(X, options));
    expect(error).toBeInstanceOf(InvalidDataError);
    expect(error.row).toBe(2);
    expect(error.message).toMatch(message);
    const model = GaussianMixture.fit(objects, options);
    expect(thrownBy<InvalidDataError>(() => model.predict(X)).message).toMatch(message);
  });

  it('null in an Arrow column', () => {
    const X = tableFromArrays({ x: [1, 2, null], y: [1, 2, 3] });
    expect(() => GaussianMixture.fit(X, options)).toThrow(/null at row 2, column "x"/);
  });

  it('names', () => {
    for (const bad of ['x', [], ['x', 'x'], ['x', 1]]) {
      const error = thrownBy<InvalidOptionError>(() =>
        GaussianMixture.fit(objects, { ...options, columns: bad as string[] }),
      );
      expect(error).toBeInstanceOf(InvalidOptionError);
      expect(error.option).toBe('columns');
    }
    expect(() => GaussianMixture.fit(numbers, { ...options, columns: ['x'] })).toThrow(
      /names 1 columns \(x\) but X has 2/,
    );
  });

  it('objects without columns are told of the option', () => {
    expect(() => GaussianMixture.fit(objects, { nComponents: 2 })).toThrow(/columns/);
  });
});

it('matrices of ml-matrix are X as they are', () => {
  const X = new Matrix(numbers);
  const model = GaussianMixture.fit(X, { nComponents: 2, seed: 1 });
  same(model);
  expect(model.predict(X)).toEqual(plain.predict(numbers));
  const view = new MatrixTransposeView(new Matrix([xs, ys].map((column) => Array.from(column))));
  same(GaussianMixture.fit(view, { nComponents: 2, seed: 1 }));
  const bitsOfX = new Matrix(numbers.map((row) => row.map((value) => (value > 0 ? 1 : 0))));
  const bytes = bitsOfX.to2DArray();
  for (const input of [bitsOfX, new MatrixTransposeView(bitsOfX.transpose())]) {
    expect(bits(BernoulliMixture.fit(input, { nComponents: 2 }).probs)).toEqual(
      bits(BernoulliMixture.fit(bytes, { nComponents: 2 }).probs),
    );
  }
});
