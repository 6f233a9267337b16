/** Every shape that X may have gives the same bits; every other says what is wrong with it. */
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createDataset } from '../src/data/dataset.js';
import { type DataInput, GaussianMixture, InvalidDataError, mahalanobis, weightedCovariance } from '../src/index.js';
import { clusters, matrixOf, rowsOf } from './helpers/data.js';
import { BACKENDS, bits, relativeToMax, thrownBy } from './helpers/numbers.js';

const [N, D] = [75, 3];
// 1/1024ths are exact in float32 too
const values = clusters(N, D, 2).map((v) => Math.round(v * 1024) / 1024);
const rows = rowsOf(values, D);

function viewOf<T extends Float64Array | Float32Array>(array: T, offset: number): T {
  const longer = new (array.constructor as new (n: number) => T)(array.length + 2 * offset);
  longer.fill(Number.NaN);
  longer.set(array, offset);
  return longer.subarray(offset, offset + array.length) as T;
}

function shared(source: ArrayLike<number>): Float64Array {
  const array = new Float64Array(new SharedArrayBuffer(source.length * 8));
  array.set(source);
  return array;
}

/** As ml-matrix makes them: rows of Float64Array under `data`, sizes by getters of the prototype. */
class MlMatrix {
  readonly data: Float64Array[];
  constructor(from: number[][]) {
    this.data = from.map((row) => Float64Array.from(row));
  }
  get rows(): number {
    return this.data.length;
  }
  get columns(): number {
    return this.data[0]!.length;
  }
}

const float32 = Float32Array.from(values);
const elsewhere = (source: unknown, expression: string) =>
  runInNewContext(expression, { text: JSON.stringify(source) });

const shapes: [string, unknown][] = [
  ['number[][]', rows],
  ['typed rows', rows.map((row) => Float64Array.from(row))],
  ['float32 rows', rows.map((row) => Float32Array.from(row))],
  ['rows that are views', rows.map((_, i) => values.subarray(i * D, (i + 1) * D))],
  ['rows of several kinds', rows.map((row, i) => (i % 2 === 0 ? row : Float64Array.from(row)))],
  ['array-like rows', { ...rows.map((row) => ({ ...row, length: D })), length: N }],
  ['a matrix', matrixOf(values, D)],
  ['a matrix of a plain array', { data: Array.from(values), rows: N, columns: D }],
  ['a matrix of float32', matrixOf(float32, D)],
  ['a matrix of nested rows', { data: rows, rows: N, columns: D }],
  ['a view with an odd offset', matrixOf(viewOf(values, 3), D)],
  ['a float32 view with an odd offset', matrixOf(viewOf(float32, 5), D)],
  ['an ml-matrix', new MlMatrix(rows)],
  ['shared memory', matrixOf(shared(values), D)],
  ['a view of shared memory', matrixOf(shared([0, ...values]).subarray(1), D)],
  ['rows of another realm', elsewhere(rows, 'JSON.parse(text)')],
  ['typed rows of another realm', elsewhere(rows, 'JSON.parse(text).map((row) => Float64Array.from(row))')],
  [
    'a typed matrix of another realm',
    { data: elsewhere(Array.from(values), 'Float64Array.from(JSON.parse(text))'), rows: N, columns: D },
  ],
  [
    'a float32 matrix of another realm',
    { data: elsewhere(Array.from(values), 'Float32Array.from(JSON.parse(text))'), rows: N, columns: D },
  ],
  ['a frozen array', Object.freeze(rows.map((row) => Object.freeze(row)))],
];

const column = Float64Array.from({ length: N }, (_, i) => values[i * D]!);
const flatShapes: [string, unknown][] = [
  ['a flat array', Array.from(column)],
  ['a flat typed array', column],
  ['a flat float32 array', Float32Array.from(column)],
  ['a flat view', viewOf(column, 1)],
  ['rows of one', Array.from(column, (v) => [v])],
  ['a matrix of one column', { data: column, rows: N, columns: 1 }],
  ['a flat array of another realm', elsewhere(Array.from(column), 'JSON.parse(text)')],
  ['a flat typed array of another realm', elsewhere(Array.from(column), 'Float64Array.from(JSON.parse(text))')],
];

function everything(X: DataInput, backend: 'wasm' | 'js'): bigint[][] {
  const sampleWeights = Array.from({ length: N }, (_, i) => (i % 3) + 1);
  const model = GaussianMixture.fit(X, { nComponents: 2, maxIter: 10, sampleWeights, backend });
  return [
    model.weights,
    model.means,
    model.covariances,
    model.trace.logLikelihood,
    model.labels,
    model.predict(X),
    model.predictProba(X),
    model.scoreSamples(X),
    model.weightedLogProb(X),
    [model.score(X), model.bic(X), model.aic(X), model.icl(X)],
    weightedCovariance(X, { backend }).covariance,
  ].map(bits);
}

describe.each(BACKENDS)('on %s the same bits come from', (backend) => {
  const want = everything(rows, backend);
  it.each(shapes)('%s', (_name, X) => expect(everything(X as DataInput, backend)).toEqual(want));

  const wantFlat = everything(Array.from(column), backend);
  it.each(flatShapes)('%s', (_name, X) => expect(everything(X as DataInput, backend)).toEqual(wantFlat));
});

it.each([Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array])(
  '%o is converted',
  (Kind) => {
    const whole = new Kind(Array.from(column, (v) => Math.abs(Math.round(v))));
    const want = GaussianMixture.fit(Array.from(whole), { nComponents: 2 });
    expect(bits(GaussianMixture.fit(whole, { nComponents: 2 }).means)).toEqual(bits(want.means));
    expect(bits(GaussianMixture.fit({ data: whole, rows: N, columns: 1 }, { nComponents: 2 }).means)).toEqual(
      bits(want.means),
    );
  },
);

it('weights of any array-like kind give the same bits', () => {
  const weights = Array.from({ length: N }, (_, i) => (i % 4) / 2);
  const want = bits(GaussianMixture.fit(rows, { nComponents: 2, sampleWeights: weights }).means);
  for (const sampleWeights of [
    Float64Array.from(weights),
    Float32Array.from(weights),
    viewOf(Float64Array.from(weights), 3),
    { ...weights, length: N },
  ]) {
    expect(bits(GaussianMixture.fit(rows, { nComponents: 2, sampleWeights }).means)).toEqual(want);
  }
});

it('nothing that is passed in is changed', () => {
  const X = values.slice();
  const sampleWeights = new Float64Array(N).fill(2);
  const means = Float64Array.of(0, 0, 0, 1, 1, 1);
  for (const backend of BACKENDS) {
    GaussianMixture.fit(matrixOf(X, D), {
      nComponents: 2,
      sampleWeights,
      initialParameters: { means },
      backend,
    }).predict(matrixOf(X, D));
  }
  expect(bits(X)).toEqual(bits(values));
  expect(sampleWeights.every((w) => w === 2)).toBe(true);
  expect(Array.from(means)).toEqual([0, 0, 0, 1, 1, 1]);
});

describe('refused', () => {
  it.each<[string, unknown, RegExp]>([
    ['null', null, /X must be an array of rows.*got null/],
    ['undefined', undefined, /got undefined/],
    ['a number', 3, /got 3/],
    ['a string', '1,2', /got "1,2"/],
    ['a function', () => 0, /got function/],
    ['an object', { a: 1 }, /must be an array of rows or \{ data, rows, columns \}/],
    ['a Map', new Map([[0, 1]]), /got Map object/],
    ['a Set', new Set([1]), /got Set object/],
    ['an ArrayBuffer', new ArrayBuffer(16), /got ArrayBuffer object/],
    ['a DataView', new DataView(new ArrayBuffer(16)), /got DataView object/],
    ['BigInts', BigInt64Array.of(1n, 2n), /BigInt values; convert/],
    ['rows of BigInts', [BigInt64Array.of(1n)], /row 0 holds BigInt/],
    ['a matrix of BigInts', { data: BigInt64Array.of(1n, 2n), rows: 2, columns: 1 }, /BigInt/],
    ['strings', ['1', '2'], /row 0 must be an array of numbers; got "1"/],
    ['rows of strings', [['1'], ['2']], /got "1" at row 0, column 0/],
    ['a row that is missing', [[1], null], /row 1 must be an array of numbers; got null/],
    ['numbers after rows', [[1], 2], /row 1 must be an array/],
    ['rows after numbers', [1, [2]], /got an array of 1 at row 1/],
    ['a hole', holed([1, 0, 3]), /got undefined at row 1/],
    ['dates', [new Date(), new Date()], /row 0 must be an array/],
    ['three dimensions', [[[1]], [[2]]], /got an array of 1 at row 0, column 0/],
    ['too few numbers', { data: [1, 2, 3], rows: 2, columns: 2 }, /3 numbers but rows × columns = 2 × 2 = 4/],
    ['too many numbers', { data: new Float64Array(5), rows: 2, columns: 2 }, /5 numbers/],
    [
      'rows that contradict',
      {
        data: [
          [1, 2],
          [3, 4],
        ],
        rows: 1,
        columns: 2,
      },
      /holds 2 × 2 numbers but .* says 1 × 2/,
    ],
    ['negative rows', { data: [], rows: -1, columns: 1 }, /rows must be a non-negative integer; got -1/],
    ['half a column', { data: [1], rows: 1, columns: 0.5 }, /columns must be a non-negative integer; got 0.5/],
    ['a matrix without data', { data: null, rows: 1, columns: 1 }, /data must be an array; got null/],
    ['a matrix of a string', { data: 'ab', rows: 2, columns: 1 }, /data must be an array; got "ab"/],
    ['a matrix with a hole', { data: holed([1, 0, 3, 4]), rows: 2, columns: 2 }, /got undefined at row 0, column 1/],
  ])('%s', (_name, X, message) => {
    for (const call of [
      () => GaussianMixture.fit(X as DataInput, { nComponents: 1 }),
      () => GaussianMixture.steps(X as DataInput, { nComponents: 1 }).next(),
      () => weightedCovariance(X as DataInput),
      () => mahalanobis(X as DataInput, { means: [[0]], covariances: [[[1]]] }),
    ]) {
      const error = thrownBy<InvalidDataError>(call);
      expect(error).toBeInstanceOf(InvalidDataError);
      expect(error.message).toMatch(message);
    }
  });
});

describe('a data set', () => {
  it('is moved when it lies far from 0, and keeps its moments', () => {
    const x = Float64Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 1e8 + (i % 10) : (i % 7) - 3));
    const { origin, mean, variance, largest, totalWeight } = createDataset({ x, nSamples: 100, nFeatures: 2 });
    expect(totalWeight).toBe(100);
    expect(origin[0]).toBeCloseTo(1e8 + 4, 6);
    expect(origin[1]).toBe(0);
    expect(Math.abs(mean[0]!)).toBeLessThan(1e-7);
    expect(relativeToMax(variance[0]!, 8)).toBeLessThanOrEqual(1e-12);
    expect(Array.from(largest)).toEqual([1e8 + 8, 3]);
    const untouched = createDataset({ x, nSamples: 100, nFeatures: 2 }, undefined, false);
    expect(Array.from(untouched.origin)).toEqual([0, 0]);
  });

  it('weighs its moments', () => {
    const { mean, variance, totalWeight } = createDataset(
      { x: Float64Array.of(1, 2, 100), nSamples: 3, nFeatures: 1 },
      Float64Array.of(1, 3, 0),
    );
    expect([totalWeight, mean[0], variance[0]]).toEqual([4, 1.75, 0.1875]);
  });
});

/** The array without its second element. */
function holed(values: number[]): number[] {
  delete values[1];
  return values;
}
