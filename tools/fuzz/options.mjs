// Calls with anything for an option, a row or a matrix: they work, or throw an error with a name; never anything else.
import { named } from './expect.mjs';

const NAMES = [
  'nComponents',
  'nClusters',
  'covarianceType',
  'init',
  'initialParameters',
  'regCovar',
  'tol',
  'paramTol',
  'maxIter',
  'nInit',
  'seed',
  'sampleWeights',
  'columns',
  'backend',
  'optimizer',
  'acceleration',
  'trace',
  'onProgress',
  'weights',
  'prior',
  'ties',
  'threads',
  'signal',
  'half',
  'nComponent',
  '__proto__',
  'toString',
];

/** Any value that a program may come with; numbers stay small enough for the fit to be short. */
export function anything(g, depth = 0) {
  const deep = depth < 3;
  return g.pick([
    () => g.integer(-3, 9),
    () =>
      g.pick([0, -0, 1, 2.5, -1, 1e-300, 1e300, Number.NaN, Infinity, -Infinity, 2 ** 31, 2 ** 32 + 1, 2 ** 53, 1e9]),
    () =>
      g.pick([
        '',
        '2',
        'full',
        'diag',
        'kmeans',
        'elbo',
        'em',
        'none',
        'anderson',
        'wasm',
        'js',
        '\u0000',
        '💥'.repeat(50),
      ]),
    () =>
      g.pick([
        null,
        undefined,
        true,
        false,
        10n,
        Symbol.iterator,
        () => 1,
        new Date(0),
        /x/,
        new Map([[1, 2]]),
        new Error('e'),
      ]),
    () =>
      g.pick([
        new Float64Array(3),
        new Int8Array(4),
        new BigInt64Array(2),
        new ArrayBuffer(8),
        new DataView(new ArrayBuffer(8)),
      ]),
    () => (deep ? Array.from({ length: g.integer(0, 5) }, () => anything(g, depth + 1)) : []),
    () => new Array(g.integer(0, 3)),
    () =>
      deep
        ? Object.fromEntries(
            Array.from({ length: g.integer(0, 3) }, () => [g.pick([...NAMES, ...FIELDS]), anything(g, depth + 1)]),
          )
        : {},
    () => Object.create(null),
    () => new Proxy({}, {}),
  ])();
}
const FIELDS = [
  'data',
  'rows',
  'columns',
  'labels',
  'responsibilities',
  'relative',
  'means',
  'covariances',
  'probs',
  'centers',
  'a',
  'b',
  'length',
];

export function options(lib, g) {
  const Model = g.pick([lib.GaussianMixture, lib.BernoulliMixture, lib.KMeans, lib.KMedians]);
  const rows = Array.from({ length: g.integer(1, 12) }, () => [g.integer(0, 1), g.integer(0, 1)]);
  const k = Model === lib.KMeans || Model === lib.KMedians ? 'nClusters' : 'nComponents';
  const base = g.chance(0.8) ? { [k]: g.integer(1, 3), maxIter: 3 } : {};
  for (let i = g.integer(0, 2); i > 0; i--) base[g.pick(NAMES)] = anything(g);
  // what is very long is no error
  for (const [name, most] of [
    ['maxIter', 100],
    ['nInit', 10],
  ]) {
    if (typeof base[name] === 'number' && base[name] > most) base[name] = most;
  }
  const call = g.pick([
    () => Model.fit(rows, base),
    () => Model.fit(anything(g), base),
    () => Model.fit(anything(g), anything(g)),
    () => [...Model.steps(rows, base)],
    () => Model.fromParameters(anything(g)),
    () => Model.fromJSON(anything(g)),
    () => usedWith(Model.fit(rows, { [k]: 1 }), anything(g), g),
    () => lib.logSumExp(anything(g), anything(g)),
    () => lib.cholesky(anything(g)),
    () => lib.mahalanobis(anything(g), { means: anything(g), covariances: anything(g) }),
    () => lib.weightedCovariance(anything(g), { sampleWeights: anything(g) }),
    () => lib.responsibilities(anything(g)),
    () => lib.gaussian(anything(g), anything(g)),
    () => lib.klDivergence(anything(g), anything(g)),
    () => lib.entropy(anything(g)),
  ]);
  return named(lib, call).error === undefined ? 'done' : 'refused';
}

function usedWith(model, value, g) {
  const method = g.pick([
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
  ]);
  if (typeof model[method] === 'function') model[method](value, g.chance(0.5) ? anything(g) : undefined);
}
