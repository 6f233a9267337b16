/** Anything at all for data, options and parameters, as fast-check draws it, and the calls that it is given to. */
import fc from 'fast-check';

/** What `fc.anything` does not come with. */
const odd = fc.constantFrom(
  Symbol.iterator,
  () => 1,
  /x/,
  new Error('e'),
  new BigInt64Array(2),
  new ArrayBuffer(8),
  new DataView(new ArrayBuffer(8)),
  new Proxy({}, {}),
);

export const anything = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
      maxDepth: 3,
    }),
  },
  { weight: 1, arbitrary: odd },
);

/** One of what an arbitrary gives, chosen by a generator of cases (generator.mjs). */
export function draw(arbitrary, g) {
  return fc.sample(arbitrary, { seed: g.integer(0, 2 ** 31 - 1), numRuns: 1 })[0];
}

/** Rows that are nearly data: numbers mostly, of nearly one length. */
const nearlyRows = fc.array(
  fc.array(fc.oneof({ weight: 9, arbitrary: fc.double() }, anything), { minLength: 1, maxLength: 3 }),
  { maxLength: 8 },
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
  'onProgress',
];
const CLUSTERING = ['init', 'initialParameters', 'seed', 'tol', 'sampleWeights', 'columns', 'backend', 'onProgress'];
/** What no fit at once knows. */
const UNKNOWN = ['nComponent', 'threads', 'signal', 'half', '__proto__', 'toString'];

/** Known names with values that are mostly of another kind. Iterations stay few, so that what works ends. */
function optionsOf(count, names) {
  const value = fc.oneof(
    fc.integer({ min: -1, max: 5 }),
    fc.constantFrom(0.5, '2', 'full', 'diag', true, null, -0, Number.NaN, Infinity, 2 ** 32 + 1, 1e-300),
    anything,
  );
  const bounded = fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    anything.filter((v) => typeof v !== 'number'),
  );
  const known = fc.record(
    {
      ...Object.fromEntries(names.map((name) => [name, value])),
      [count]: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }) }, value),
      maxIter: bounded,
      nInit: bounded,
    },
    { requiredKeys: [] },
  );
  const withUnknown = fc
    .tuple(known, fc.constantFrom(...UNKNOWN), value)
    .map(([some, name, unknown]) => Object.defineProperty({ ...some }, name, { value: unknown, enumerable: true }));
  return fc.oneof({ weight: 9, arbitrary: known }, { weight: 1, arbitrary: withUnknown });
}

const SOUND = [
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
  [1, 1],
];

const METHODS = [
  'predict',
  'predictProba',
  'scoreSamples',
  'score',
  'bic',
  'icl',
  'sample',
  'transform',
  'summary',
  'weightedLogProb',
];

/** Calls of the library: each `run` takes what its `arbitrary` draws, and works or throws an error of the library. */
export function callsOf(lib) {
  const models = [
    ['GaussianMixture', 'nComponents', [...MIXTURE, 'covarianceType', 'regCovar']],
    ['BernoulliMixture', 'nComponents', [...MIXTURE, 'weights', 'prior']],
    ['KMeans', 'nClusters', CLUSTERING],
    ['KMedians', 'nClusters', [...CLUSTERING, 'ties']],
  ].flatMap(([name, count, names]) => {
    const Model = lib[name];
    const options = optionsOf(count, names);
    return [
      [`${name}: fit of nearly data`, [data, options], (X, some) => Model.fit(X, some)],
      [`${name}: fit with nearly options`, [options], (some) => Model.fit(SOUND, some)],
      [`${name}: fit with anything`, [data, anything], (X, some) => Model.fit(X, some)],
      [`${name}: steps with nearly options`, [options], (some) => [...Model.steps(SOUND, some)]],
      [`${name}: parameters of any kind`, [anything], (value) => Model.fromParameters(value)],
      [`${name}: JSON of any kind`, [anything], (value) => Model.fromJSON(value)],
      [
        `${name}: use with anything`,
        [fc.constantFrom(...METHODS), data, fc.option(anything, { nil: undefined })],
        (method, value, further) => Model.fit(SOUND, { [count]: 1 })[method]?.(value, further),
      ],
    ];
  });
  const one = ['logSumExp', 'responsibilities', 'cholesky', 'weightedCovariance', 'gaussian', 'fitGaussian', 'entropy'];
  const two = ['mahalanobis', 'klDivergence', 'crossEntropy', 'jensenShannon', 'decompose'];
  return [
    ...models,
    ...one.map((name) => [
      `${name} of anything`,
      [data, anything, fc.boolean()],
      (value, further, withIt) => lib[name](...(withIt ? [value, further] : [value])),
    ]),
    ...two.map((name) => [`${name} of two of them`, [data, data], (a, b) => lib[name](a, b)]),
  ].map(([name, drawn, run]) => ({ name, arbitrary: fc.tuple(...drawn), run: (values) => run(...values) }));
}
