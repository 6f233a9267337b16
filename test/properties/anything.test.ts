/** Anything at all for data, options and parameters: a call works, or throws an error of mixwasm. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BernoulliMixture,
  cholesky,
  crossEntropy,
  decompose,
  entropy,
  fitGaussian,
  GaussianMixture,
  gaussian,
  jensenShannon,
  KMeans,
  KMedians,
  klDivergence,
  logSumExp,
  MixwasmError,
  mahalanobis,
  responsibilities,
  weightedCovariance,
} from '../../src/index.js';

type Call = (...values: unknown[]) => unknown;
const OF_ONE = { logSumExp, responsibilities, cholesky, weightedCovariance, gaussian, fitGaussian, entropy };
const OF_TWO = { mahalanobis, klDivergence, crossEntropy, jensenShannon, decompose };
const RUNS = { seed: 20240621, numRuns: 400 } as const;

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  maxDepth: 3,
});
/** Rows that are nearly data: numbers mostly, of nearly one length. */
const nearlyRows = fc.array(
  fc.array(fc.oneof({ weight: 9, arbitrary: fc.double() }, anything), { minLength: 1, maxLength: 3 }),
  {
    maxLength: 8,
  },
);
/** Flat numbers with sizes that may or may not belong to them. */
const nearlyMatrix = fc.record({
  data: fc.oneof(
    fc.float64Array({ maxLength: 24 }),
    fc.float32Array({ maxLength: 24 }),
    fc.array(fc.double(), { maxLength: 24 }),
  ),
  rows: fc.oneof(fc.integer({ min: -1, max: 12 }), fc.constantFrom(2.5, 2 ** 31, 2 ** 53, Number.NaN)),
  columns: fc.oneof(fc.integer({ min: -1, max: 4 }), fc.constantFrom(0.5, 2 ** 31, Infinity)),
});
const data = fc.oneof(nearlyRows, nearlyMatrix, anything);

/** Known names with values that are mostly of another kind. Iterations stay few, so that what works ends. */
function options(names: readonly string[]) {
  const value = fc.oneof(
    fc.integer({ min: -1, max: 5 }),
    fc.constantFrom(0.5, '2', 'full', 'diag', true, null),
    anything,
  );
  const bounded = fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    anything.filter((v) => typeof v !== 'number'),
  );
  return fc.record(
    {
      ...Object.fromEntries(names.map((name) => [name, value])),
      nComponents: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }) }, value),
      nClusters: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }) }, value),
      maxIter: bounded,
      nInit: bounded,
    },
    { requiredKeys: [] },
  );
}
const MIXTURE = [
  'tol',
  'paramTol',
  'seed',
  'sampleWeights',
  'columns',
  'backend',
  'optimizer',
  'acceleration',
  'trace',
  'init',
  'initialParameters',
];

function worksOrIsNamed(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(MixwasmError);
    expect((error as InstanceType<typeof MixwasmError>).code).toMatch(/^[A-Z_]+$/);
  }
}

describe.each([
  ['GaussianMixture', GaussianMixture, [...MIXTURE, 'covarianceType', 'regCovar'], 'nClusters'],
  ['BernoulliMixture', BernoulliMixture, [...MIXTURE, 'weights', 'prior'], 'nClusters'],
  [
    'KMeans',
    KMeans,
    ['init', 'initialParameters', 'seed', 'tol', 'sampleWeights', 'columns', 'backend'],
    'nComponents',
  ],
  [
    'KMedians',
    KMedians,
    ['init', 'initialParameters', 'seed', 'tol', 'sampleWeights', 'columns', 'backend', 'ties'],
    'nComponents',
  ],
] as const)('%s', (_name, Model, names, foreign) => {
  const sound = [
    [0, 1],
    [1, 0],
    [1, 1],
    [0, 0],
    [1, 1],
  ];
  /** Without the other kind's number of parts, which would be refused as unknown and hide everything else. */
  const own = options(names).map(({ [foreign]: _, ...rest }) => rest);

  it('fit of nearly data', () =>
    fc.assert(
      fc.property(data, own, (X, some) => worksOrIsNamed(() => Model.fit(X as never, some as never))),
      RUNS,
    ));

  it('fit with nearly options', () =>
    fc.assert(
      fc.property(own, (some) => worksOrIsNamed(() => Model.fit(sound, some as never))),
      RUNS,
    ));

  it('parameters and JSON of any kind', () =>
    fc.assert(
      fc.property(anything, fc.constantFrom('fromParameters', 'fromJSON'), (value, way) =>
        worksOrIsNamed(() => Model[way](value as never)),
      ),
      RUNS,
    ));

  it('scoring of nearly data', () => {
    const model =
      Model === KMeans || Model === KMedians
        ? Model.fit(sound, { nClusters: 2 } as never)
        : Model.fit(sound, { nComponents: 1 } as never);
    fc.assert(
      fc.property(data, (X) => {
        worksOrIsNamed(() => model.predict(X as never));
        worksOrIsNamed(() => model.score(X as never));
      }),
      RUNS,
    );
  });
});

describe('functions', () => {
  it.each(Object.entries(OF_ONE) as [string, Call][])('%s of anything', (_name, call) =>
    fc.assert(
      fc.property(data, anything, fc.boolean(), (value, further, withIt) =>
        worksOrIsNamed(() => call(...(withIt ? [value, further] : [value]))),
      ),
      RUNS,
    ),
  );

  it.each(Object.entries(OF_TWO) as [string, Call][])('%s of two of them', (_name, call) =>
    fc.assert(
      fc.property(data, data, (a, b) => worksOrIsNamed(() => call(a, b))),
      RUNS,
    ),
  );
});
