/** Every named error: its class, code and place, and a message of what was expected, what came and what to do. */
import { describe, expect, it } from 'vitest';
import {
  BackendUnavailableError,
  DegenerateComponentError,
  GaussianMixture,
  InvalidDataError,
  InvalidOptionError,
  InvalidParametersError,
  loadKernels,
  MixwasmError,
  NotFittedError,
  NotPositiveDefiniteError,
  OutOfMemoryError,
  WorkerError,
  weightedCovariance,
  ZeroDensityError,
} from '../src/index.js';
import { packError, unpackError } from '../src/threads/protocol.js';
import { Arena } from '../src/wasm/arena.js';
import { clusters, rowsOf } from './helpers/data.js';
import { BACKENDS, bits, TYPES, thrownBy } from './helpers/numbers.js';

const X = rowsOf(clusters(60, 2, 2), 2);
const good = { nComponents: 2 } as const;
const fitWith =
  (options: object, data: unknown = X) =>
  () =>
    GaussianMixture.fit(data as number[][], { ...good, ...options });

interface Fault {
  what: string;
  call: () => unknown;
  error: new (...args: never[]) => MixwasmError;
  code: string;
  message: RegExp;
  place?: Record<string, unknown>;
}

function changed(row: number, column: number, value: unknown): unknown[][] {
  return X.map((r, i) => r.map((v, j) => (i === row && j === column ? value : v)));
}

const data: Fault[] = [
  ...[Number.NaN, Infinity, -Infinity].map(
    (value): Fault => ({
      what: `${value} in the data`,
      call: fitWith({}, changed(7, 1, value)),
      error: InvalidDataError,
      code: 'INVALID_DATA',
      message: new RegExp(`must be finite; got ${value} at row 7, column 1; .*(drop|impute)`),
      place: { row: 7, column: 1 },
    }),
  ),
  ...['1', null, undefined, {}, 1n].map(
    (value): Fault => ({
      what: `${typeof value} in the data`,
      call: fitWith({}, changed(3, 0, value)),
      error: InvalidDataError,
      code: 'INVALID_DATA',
      message: /X must hold numbers; got .* at row 3, column 0/,
      place: { row: 3, column: 0 },
    }),
  ),
  {
    what: 'a ragged row',
    call: fitWith({}, [[1, 2], [3, 4], [5]]),
    error: InvalidDataError,
    code: 'INVALID_DATA',
    message: /ragged: row 2 has 1 values, row 0 has 2; every row/,
    place: { row: 2, column: undefined },
  },
  ...[[], [[]], { data: [], rows: 0, columns: 2 }, new Float64Array(0)].map(
    (empty): Fault => ({
      what: 'empty data',
      call: fitWith({}, empty),
      error: InvalidDataError,
      code: 'INVALID_DATA',
      message: /empty \(\d rows × \d columns\); at least one/,
    }),
  ),
  {
    what: 'fewer rows than components',
    call: fitWith({ nComponents: 3 }, [
      [1, 2],
      [3, 4],
    ]),
    error: InvalidDataError,
    code: 'INVALID_DATA',
    message: /3 components need at least 3 rows; got 2; lower nComponents/,
  },
  {
    what: 'fewer rows of positive weight than components',
    call: fitWith({ nComponents: 3, sampleWeights: [1, 0, 0, 2] }, [[1], [2], [3], [4]]),
    error: InvalidDataError,
    code: 'INVALID_DATA',
    message: /at least 3 rows of positive weight; got 2/,
  },
  ...(
    [
      [[1, 2], /one weight per row: expected 60, got 2/],
      [[-1, ...new Array(59).fill(1)], /not negative; got -1 at row 0/],
      [[1, Number.NaN, ...new Array(58).fill(1)], /finite.*got NaN at row 1/],
      [new Array(60).fill(0), /all zero; at least one/],
      ['abc', /must be an array of 60 numbers; got "abc"/],
      [new Array(60).fill(1e308), /overflow when summed; scale/],
    ] as const
  ).map(
    ([sampleWeights, message]): Fault => ({
      what: `sampleWeights ${String(sampleWeights).slice(0, 12)}`,
      call: fitWith({ sampleWeights }),
      error: InvalidDataError,
      code: 'INVALID_DATA',
      message,
    }),
  ),
];

const options: Fault[] = (
  [
    [
      'nComponents',
      [0, -1, 2.5, '2', Number.NaN, undefined, null, Infinity],
      /nComponents must be an integer ≥ 1; got/,
    ],
    ['maxIter', [-1, 1.5, '10', Number.NaN], /maxIter must be an integer ≥ 0; got/],
    ['nInit', [0, 2.5, '1'], /nInit must be an integer ≥ 1; got/],
    ['tol', [-1e-9, Number.NaN, Infinity, '1e-3'], /tol must be a finite number ≥ 0; got/],
    ['paramTol', [-1, Number.NaN], /paramTol must be a finite number ≥ 0; got/],
    [
      'regCovar',
      [-1e-6, Number.NaN, 'x', true, { relative: -1 }, { relative: '1' }],
      /regCovar(\.relative)? must be .*; got/,
    ],
    ['seed', [1.5, '1', 2 ** 60, Number.NaN], /seed must be an integer.*; got/],
    ['covarianceType', ['ful', 'Full', 3], /covarianceType must be one of 'full', 'tied', 'diag', 'spherical'; got/],
    ['init', ['kmean', 7, {}, { labels: [], responsibilities: [] }], /init (must be one of|as an object takes)/],
    ['backend', ['gpu', 1], /backend must be one of 'wasm', 'js'; got/],
  ] as const
).flatMap(([option, values, message]) =>
  values.map(
    (value): Fault => ({
      what: `${option}: ${typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
      call: fitWith({ [option]: value }),
      error: InvalidOptionError,
      code: 'INVALID_OPTION',
      message,
      place: { option: option === 'regCovar' && typeof value === 'object' ? 'regCovar.relative' : option },
    }),
  ),
);

const means = [
  [0, 0],
  [1, 1],
];
const eye = [
  [1, 0],
  [0, 1],
];
const parameters: Fault[] = (
  [
    [
      'weights that do not sum to 1',
      { weights: [0.5, 0.6], means },
      /weights must sum to 1 \(within 1e-8\); they sum to 1\.1.*divide/,
      undefined,
    ],
    ['weights off by 2e-8', { weights: [0.5, 0.50000002], means }, /must sum to 1/, undefined],
    ['a negative weight', { weights: [1.5, -0.5], means }, /not be negative; got -0.5 for component 1/, 1],
    ['too few weights', { weights: [1], means }, /weights must have shape 2/, undefined],
    ['means of a wrong number', { means: [[0, 0]] }, /means must have shape 2 × 2 .*got length 1/, undefined],
    ['means of a wrong width', { means: [[0], [1]] }, /shape 2 × 2.*got length 1/, undefined],
    [
      'a mean that is not finite',
      {
        means: [
          [0, Number.NaN],
          [1, 1],
        ],
      },
      /finite numbers; got NaN/,
      undefined,
    ],
    ['covariances of a wrong shape', { means, covariances: [eye] }, /covariances must have shape 2 × 2 × 2/, undefined],
    [
      'an asymmetric covariance',
      {
        means,
        covariances: [
          eye,
          [
            [1, 0.5],
            [0.4, 1],
          ],
        ],
      },
      /symmetric; component 1 has 0.4 at \(1, 0\) but 0.5 at \(0, 1\)/,
      1,
    ],
  ] as const
).map(
  ([what, initialParameters, message, component]): Fault => ({
    what,
    call: fitWith({ initialParameters }),
    error: InvalidParametersError,
    code: 'INVALID_PARAMETERS',
    message,
    place: { component },
  }),
);

const starts: Fault[] = (
  [
    [{ labels: [0, 1] }, /one label per row: expected 60, got 2/],
    [{ labels: new Array(60).fill(2) }, /integers from 0 to 1; got 2 at row 0/],
    [{ labels: new Array(60).fill(0.5) }, /integers from 0 to 1; got 0.5 at row 0/],
    [{ responsibilities: [[1, 0]] }, /responsibilities must have shape 60 × 2/],
    [{ responsibilities: new Array(60).fill([0.5, 0.6]) }, /sum to 1 in every row; row 0 sums to 1.1/],
    [{ responsibilities: new Array(60).fill([1.5, -0.5]) }, /not be negative; got -0.5 at row 0, component 1/],
  ] as const
).map(
  ([init, message]): Fault => ({
    what: `init ${JSON.stringify(init).slice(0, 30)}`,
    call: fitWith({ init }),
    error: InvalidParametersError,
    code: 'INVALID_PARAMETERS',
    message,
  }),
);

const others: Fault[] = [
  {
    what: 'an initial covariance that is not positive definite',
    call: fitWith({
      initialParameters: {
        means,
        covariances: [
          eye,
          [
            [1, 2],
            [2, 1],
          ],
        ],
      },
    }),
    error: NotPositiveDefiniteError,
    code: 'NOT_POSITIVE_DEFINITE',
    message: /component 1 is not positive definite: pivot 1 .*positive eigenvalues/,
    place: { component: 1, pivot: 1 },
  },
  {
    what: 'a singular initial covariance',
    call: fitWith({
      covarianceType: 'tied',
      initialParameters: {
        means,
        covariances: [
          [1, 1],
          [1, 1],
        ],
      },
    }),
    error: NotPositiveDefiniteError,
    code: 'NOT_POSITIVE_DEFINITE',
    message: /not positive definite/,
    place: { pivot: 1 },
  },
  {
    what: 'a variance of 0',
    call: fitWith({
      covarianceType: 'diag',
      initialParameters: {
        means,
        covariances: [
          [1, 1],
          [1, 0],
        ],
      },
    }),
    error: InvalidParametersError,
    code: 'INVALID_PARAMETERS',
    message: /variances must be positive; got 0 for component 1, feature 1/,
    place: { component: 1 },
  },
  {
    what: 'constant data without regularisation',
    call: fitWith({ regCovar: 0, nComponents: 1 }, [
      [1, 2],
      [1, 3],
      [1, 4],
    ]),
    error: DegenerateComponentError,
    code: 'DEGENERATE_COMPONENT',
    message: /not positive definite.*set regCovar above 0.*initialisation/,
    place: { component: 0, iteration: 0, parameters: undefined },
  },
  {
    what: 'collinear columns without regularisation',
    call: fitWith(
      { regCovar: 0, nComponents: 1 },
      X.map(([a, b]) => [a!, b!, a! + b!]),
    ),
    error: DegenerateComponentError,
    code: 'DEGENERATE_COMPONENT',
    message: /regCovar/,
    place: { component: 0, iteration: 0 },
  },
  {
    what: 'an outlier beyond every density',
    call: fitWith(
      {
        initialParameters: {
          means: [
            [0, 0],
            [1, 1],
          ],
          covariances: [
            [1e-300, 0],
            [0, 1e-300],
          ],
        },
        covarianceType: 'tied',
      },
      [...X, [1e100, 0]],
    ),
    error: ZeroDensityError,
    code: 'ZERO_DENSITY',
    message: /row 60 .*density.*(remove|scale)/,
  },
];

describe.each(BACKENDS)('on %s', (backend) => {
  const ordinary = () => GaussianMixture.fit(X, { ...good, backend, maxIter: 20 });
  const before = bits(ordinary().covariances);

  it.each([...data, ...options, ...parameters, ...starts, ...others])(
    '$what',
    ({ call, error, code, message, place }) => {
      const thrown = thrownBy<MixwasmError & Record<string, unknown>>(call);
      expect(thrown).toBeInstanceOf(error);
      expect(thrown).toBeInstanceOf(MixwasmError);
      expect(thrown).toBeInstanceOf(Error);
      expect([thrown.name, thrown.code]).toEqual([error.name, code]);
      expect(thrown.message).toMatch(message);
      for (const [key, value] of Object.entries(place ?? {})) expect(thrown[key], key).toBe(value);
      // and nothing is left behind
      expect(bits(ordinary().covariances)).toEqual(before);
    },
  );
});

describe('options', () => {
  it.each([
    ['nComponent', /no option "nComponent"; did you mean nComponents\?/],
    ['maxIters', /did you mean maxIter\?/],
    ['covariance_type', /did you mean covarianceType\?/],
    ['sampleWeight', /did you mean sampleWeights\?/],
    ['regcovar', /did you mean regCovar\?/],
    ['somethingElse', /no option "somethingElse"; known: nComponents, covarianceType/],
  ])('a misspelt %s is answered with the right one', (name, message) => {
    const error = thrownBy<InvalidOptionError>(fitWith({ [name]: 1 }));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.option).toBe(name);
    expect(error.message).toMatch(message);
  });

  it.each([undefined, null, 3, 'full', [2]])('%s instead of options', (value) => {
    expect(() => GaussianMixture.fit(X, value as never)).toThrow(InvalidOptionError);
  });

  it('are checked by every function', () => {
    const model = GaussianMixture.fit(X, good);
    const wrong = { nope: 1 } as object;
    for (const call of [
      () => GaussianMixture.steps(X, { ...good, ...wrong }).next(),
      () => GaussianMixture.fromParameters({ means, covariances: [eye, eye], ...wrong }),
      () => model.bic(X, wrong),
      () => model.sample(3, wrong),
      () => model.score(X, wrong),
      () => weightedCovariance(X, wrong),
    ]) {
      expect(call).toThrow(/nope/);
    }
    for (const n of [0, -1, 1.5, '3']) expect(() => model.sample(n as number)).toThrow(InvalidOptionError);
    expect(() => [...GaussianMixture.steps(X, { ...good, nInit: 3 })]).toThrow(/nInit \(steps follows one start\)/);
    expect(() => model.summary({ featureNames: ['a'] })).toThrow(/all 2 features; got 1/);
  });
});

describe('a model', () => {
  const built = GaussianMixture.fromParameters({ means, covariances: [eye, eye] });

  it('that was not fitted says so, and what to do instead', () => {
    for (const what of [
      'logLikelihood',
      'trace',
      'nIter',
      'converged',
      'stopReason',
      'componentCounts',
      'restarts',
      'labels',
    ] as const) {
      const error = thrownBy<NotFittedError>(() => built[what]);
      expect(error).toBeInstanceOf(NotFittedError);
      expect(error.code).toBe('NOT_FITTED');
      expect(error.message).toMatch(new RegExp(`no ${what}.*(score|fit)`));
    }
    const saved = GaussianMixture.fromJSON(JSON.stringify(GaussianMixture.fit(X, good)));
    expect(thrownBy(() => saved.labels).message).toMatch(/predict\(X\)/);
  });

  it('refuses rows of another width and rows that are not finite', () => {
    for (const verb of [
      'predict',
      'predictProba',
      'scoreSamples',
      'weightedLogProb',
      'score',
      'bic',
      'aic',
      'icl',
    ] as const) {
      expect(() => built[verb]([[1, 2, 3]])).toThrow(/model has 2 features but the data have 3 columns/);
      const error = thrownBy<InvalidDataError>(() =>
        built[verb]([
          [1, 2],
          [Number.NaN, 0],
        ]),
      );
      expect([error.row, error.column]).toEqual([1, 0]);
      expect(() => built[verb]([])).toThrow(InvalidDataError);
    }
  });

  it.each(TYPES)(
    'names a row whose density is 0, and gives −Infinity where that is an answer (%s)',
    (covarianceType) => {
      for (const backend of BACKENDS) {
        const covariances = {
          full: [eye, eye],
          tied: eye,
          diag: [
            [1, 1],
            [1, 1],
          ],
          spherical: [1, 1],
        }[covarianceType];
        const model = GaussianMixture.fromParameters({ means, covariances, covarianceType, backend });
        const rows = [
          [0, 0],
          [1e200, 0],
          [1e300, -1e300],
        ];
        for (const verb of ['predict', 'predictProba'] as const) {
          const error = thrownBy<ZeroDensityError>(() => model[verb](rows));
          expect(error).toBeInstanceOf(ZeroDensityError);
          expect(error.row).toBe(1);
        }
        expect(Array.from(model.scoreSamples(rows)).slice(1)).toEqual([-Infinity, -Infinity]);
        expect(Array.from(model.weightedLogProb(rows)).slice(2)).toEqual(new Array(4).fill(-Infinity));
        expect(model.score(rows)).toBe(-Infinity);
      }
    },
  );
});

describe('codes', () => {
  it('survive a structured clone to another thread and back', () => {
    const degenerate = new DegenerateComponentError(2, { weights: Float64Array.of(1) }, 'collapsed', {
      iteration: 4,
      logLikelihood: -3,
      cause: new RangeError('why'),
    });
    for (const error of [
      degenerate,
      new InvalidDataError('bad', 3, 4),
      new OutOfMemoryError(9, 'too much'),
      new WorkerError('died'),
      new ZeroDensityError('far', 1),
    ]) {
      const back = unpackError(structuredClone(packError(error)));
      expect(back).toBeInstanceOf(error.constructor);
      expect(back.message).toBe(error.message);
      expect(back.name).toBe(error.name);
      // `name` is non-enumerable on the way back
      expect({ ...back, name: error.name }).toEqual({ ...error });
    }
    expect(unpackError(structuredClone(packError(degenerate))).cause).toBeInstanceOf(Error);
    expect(unpackError(packError('text')).message).toBe('text');
    expect(unpackError(packError(new TypeError('plain')))).toBeInstanceOf(Error);
  });

  it('of memory: what a module cannot address, and what the host refuses', () => {
    const arena = new Arena(new WebAssembly.Memory({ initial: 1, maximum: 2 }), 1024);
    const most = thrownBy<OutOfMemoryError>(() => arena.reserve(2 ** 33));
    expect(most).toBeInstanceOf(OutOfMemoryError);
    expect([most.code, most.bytes]).toEqual(['OUT_OF_MEMORY', 2 ** 33]);
    expect(most.message).toMatch(/8192\.0 MB.*4096 MB; use fewer/);
    expect(thrownBy<OutOfMemoryError>(() => arena.reserve(10 ** 6)).message).toMatch(/host refused .* MB/);
    // a size that is not a number is never let through
    expect(() => arena.reserve(Number.NaN)).toThrow(OutOfMemoryError);
    expect(arena.reserve(100) % 64).toBe(0);
  });

  it('of kernels that cannot be had', async () => {
    await expect(loadKernels({ url: 'data:application/wasm,nonsense' })).rejects.toThrow(BackendUnavailableError);
    await expect(loadKernels({ module: {} as WebAssembly.Module })).rejects.toThrow(InvalidOptionError);
    await expect(loadKernels({ module: {} as WebAssembly.Module, url: 'x' })).rejects.toThrow(/either module or url/);
    const empty = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    await expect(loadKernels({ module: empty })).rejects.toThrow(/not mixwasm's kernels/);
    expect(GaussianMixture.fit(X, good).fitted).toBe(true);
  });
});
