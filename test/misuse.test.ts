/** Calls that mean something else than they do: each is a named error, none a result. */
import { describe, expect, it } from 'vitest';
import {
  BernoulliMixture,
  cholesky,
  ExpectedStatistics,
  expectation,
  expectationMaximization,
  type Family,
  GaussianMixture,
  gaussian,
  InvalidDataError,
  InvalidOptionError,
  InvalidParametersError,
  KMeans,
  KMedians,
  type MixtureParameters,
  mixture,
  mixtureModel,
  OnlineMixture,
  responsibilitiesOf,
} from '../src/index.js';
import { thrownBy } from './helpers/numbers.js';

const X = [
  [1, 0],
  [0, 1],
  [9, 8],
  [8, 9],
  [8, 8],
];
const bits = X.map((row) => row.map((value) => (value > 4 ? 1 : 0)));
const full = GaussianMixture.fit(X, { nComponents: 1 });
const bernoulli = BernoulliMixture.fit(bits, { nComponents: 1 });
const kMeans = KMeans.fit(X, { nClusters: 2 });
const kMedians = KMedians.fit(X, { nClusters: 2 });
const normal = gaussian({ mean: 0, covariance: 1 });
const statistics = expectation(full, X);
const online = OnlineMixture.from(full);

describe('a verb without options', () => {
  it.each<[string, (second?: unknown) => unknown]>([
    ['predict', (o) => full.predict(X, o as never)],
    ['predictProba', (o) => full.predictProba(X, o as never)],
    ['scoreSamples', (o) => full.scoreSamples(X, o as never)],
    ['weightedLogProb', (o) => full.weightedLogProb(X, o as never)],
    ['predict', (o) => bernoulli.predict(bits, o as never)],
    ['predict', (o) => kMeans.predict(X, o as never)],
    ['transform', (o) => kMedians.transform(X, o as never)],
    ['logDensity', (o) => normal.logDensity([1], o as never)],
    ['GaussianMixture.fromJSON', (o) => GaussianMixture.fromJSON(full.toJSON(), o as never)],
    ['BernoulliMixture.fromJSON', (o) => BernoulliMixture.fromJSON(bernoulli.toJSON(), o as never)],
    ['KMeans.fromJSON', (o) => KMeans.fromJSON(kMeans.toJSON(), o as never)],
    ['KMedians.fromJSON', (o) => KMedians.fromJSON(kMedians.toJSON(), o as never)],
    ['ExpectedStatistics.fromJSON', (o) => ExpectedStatistics.fromJSON(statistics.toJSON(), o as never)],
    ['OnlineMixture.fromJSON', (o) => OnlineMixture.fromJSON(online.toJSON(), o as never)],
  ])('%s refuses what it is given as such', (where, call) => {
    expect(call()).toEqual(call({}));
    const error = thrownBy<InvalidOptionError>(() => call({ out: 1 }));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.option).toBe('out');
    expect(error.message).toBe(`${where} has no option "out"; known: none`);
    expect(thrownBy(() => call(5)).message).toBe(`${where}: options must be an object; got 5`);
  });
});

describe("a user's family", () => {
  interface Sums {
    n: number;
    sum: number;
  }
  const poisson: Family<number, Sums> = {
    nParameters: () => 1,
    sample: (rate) => Float64Array.of(rate),
    logDensity: (rate, [x]) => (x as number) * Math.log(rate) - rate,
    emptyStatistics: () => ({ n: 0, sum: 0 }),
    accumulate: (into, [x], weight) => {
      into.n += weight;
      into.sum += weight * (x as number);
    },
    merge: (into, from) => {
      into.n += from.n;
      into.sum += from.sum;
    },
    maximize: ({ n, sum }) => sum / n,
  };
  const counts = [1, 2, 1, 0, 9, 8, 11, 7];
  const fit = (changed: object) =>
    thrownBy<InvalidParametersError>(() =>
      expectationMaximization(mixture({ ...poisson, ...changed }, { nComponents: 2 }), counts),
    );
  const parameters: MixtureParameters<number> = { weights: Float64Array.of(0.5, 0.5), components: [1, 9] };

  it.each([
    ['a string', '1', /log-density of component 0 is "1" for row 0; logDensity must give a number/],
    ['a promise', Promise.resolve(1), /log-density of component 0 is Promise object for row 0/],
    ['nothing', undefined, /log-density of component 0 is undefined for row 0/],
    ['null', null, /log-density of component 0 is null for row 0/],
  ])('whose logDensity gives %s is told so', (_, value, message) => {
    const error = fit({ logDensity: () => value });
    expect(error).toBeInstanceOf(InvalidParametersError);
    expect(error.message).toMatch(message);
    const family = { ...poisson, logDensity: () => value as never };
    expect(thrownBy(() => responsibilitiesOf(family, parameters, counts)).message).toMatch(message);
    const model = mixtureModel(family, parameters, { nFeatures: 1 });
    expect(thrownBy(() => model.predict(counts)).message).toMatch(message);
  });

  it.each([
    ['nothing', () => undefined, /^maximize must return the parameters of component 0, at once; got undefined/],
    ['null', () => null, /at once; got null/],
    ['a promise', async () => 1, /at once; got Promise object/],
  ])('whose maximize gives %s is told so', (_, maximize, message) => {
    const error = fit({ maximize });
    expect(error).toBeInstanceOf(InvalidParametersError);
    expect(error.message).toMatch(message);
    expect(error.component).toBe(0);
  });

  it.each([
    ['NaN', [Number.NaN], /^sample must draw finite numbers; component \d gave NaN/],
    ['Infinity', [Infinity], /gave Infinity/],
    ['a string', ['3'], /gave "3"/],
    ['rows of another length', [1, 2], /rows of 1 numbers/],
  ])('whose sample gives %s is told so', (_, row, message) => {
    const model = mixtureModel({ ...poisson, sample: () => row as never }, parameters, { nFeatures: 1 });
    const error = thrownBy(() => model.sample(3));
    expect(error).toBeInstanceOf(InvalidDataError);
    expect(error.message).toMatch(message);
  });
});

describe('cholesky', () => {
  it('refuses a matrix that is not symmetric, but takes its lower triangle alone', () => {
    const error = thrownBy(() =>
      cholesky([
        [4, 2],
        [1, 3],
      ]),
    );
    expect(error).toBeInstanceOf(InvalidParametersError);
    expect(error.message).toMatch(/symmetric; the matrix has 1 at \(1, 0\) but 2 at \(0, 1\)/);
    const lower = cholesky([
      [4, 0],
      [2, 3],
    ]);
    expect(lower).toEqual(
      cholesky([
        [4, 2],
        [2, 3],
      ]),
    );
  });
});

describe.each(['wasm', 'js'] as const)('distances by transform on %s', (backend) => {
  const origin = [
    [0, 0],
    [3, 4],
  ];
  const model = KMeans.fromParameters({ centers: origin, backend });

  it.each([1e160, 1e300, 1e-160, 1e-300])('of about %d are representable, although their squares are not', (scale) => {
    const [far] = model.transform([[3 * scale, 4 * scale]]);
    expect(far! / scale).toBeCloseTo(5, 12);
  });

  it('are exact where squares are fine, 0 on a center, Infinity where they overflow themselves', () => {
    expect(Array.from(model.transform(origin))).toEqual([0, 5, 5, 0]);
    const apart = KMeans.fromParameters({ centers: [[-1.7e308]], backend });
    expect(Array.from(apart.transform([1.7e308]))).toEqual([Infinity]);
  });
});
