/** Who the catalogue is run against: every built-in family, behind one face. */
import { BernoulliMixture, GaussianMixture, KMeans, KMedians } from '../../src/index.js';
import { clusters, generator, rowsOf } from '../helpers/data.js';
import { type BACKENDS, bits, TYPES } from '../helpers/numbers.js';

export type Kind = 'gaussian' | 'bernoulli' | 'k-means' | 'k-medians';
export type Backend = (typeof BACKENDS)[number];

/** A fitted model, as far as rows of the catalogue look at it. */
export interface Model {
  readonly nFeatures: number;
  readonly nIter: number;
  readonly converged: boolean;
  readonly labels: Int32Array;
  readonly trace: Record<string, Float64Array>;
  readonly restarts: readonly object[];
  predict(X: unknown): Int32Array;
  sample(n: unknown): { X: ArrayLike<number> };
  toJSON(): Record<string, unknown>;
}

type Fit<Result> = (X: unknown, options: object) => Result;

export interface Family {
  /** as tests are called */
  readonly name: string;
  readonly kind: Kind;
  /** the option that says how many components there are */
  readonly count: 'nComponents' | 'nClusters';
  /** what a single value looks like that the family can hold */
  readonly one: number;
  /** an ordinary data set, 60 × 3 */
  readonly rows: readonly (readonly number[])[];
  /** what the family needs besides, e.g. the covariance type */
  readonly own: object;
  readonly fit: Fit<Model>;
  readonly fitAsync: Fit<Promise<Model>>;
  readonly steps: Fit<Iterator<unknown>>;
  readonly fromJSON: (json: unknown) => Model;
  readonly fromParameters: (parameters: object) => Model;
}

const continuous = rowsOf(clusters(60, 3, 2), 3);

const binary = (() => {
  const g = generator(5);
  return Array.from({ length: 60 }, (_, i) =>
    Array.from({ length: 3 }, (_, j) => (g.uniform() < ((i + j) % 2 === 0 ? 0.8 : 0.3) ? 1 : 0)),
  );
})();

/** The classes have options of their own types; rows of the catalogue pass what no type allows. */
function familyOf(
  Class: { fit: unknown; fitAsync: unknown; steps: unknown; fromJSON: unknown; fromParameters: unknown },
  rest: Pick<Family, 'name' | 'kind'> & Partial<Family>,
): Family {
  return {
    count: 'nComponents',
    one: 1,
    rows: continuous,
    own: {},
    fit: (Class.fit as Fit<Model>).bind(Class),
    fitAsync: (Class.fitAsync as Fit<Promise<Model>>).bind(Class),
    steps: (Class.steps as Fit<Iterator<unknown>>).bind(Class),
    fromJSON: (Class.fromJSON as Family['fromJSON']).bind(Class),
    fromParameters: (Class.fromParameters as Family['fromParameters']).bind(Class),
    ...rest,
  };
}

export const FAMILIES: readonly Family[] = [
  ...TYPES.map((covarianceType) =>
    familyOf(GaussianMixture, { name: `GaussianMixture ${covarianceType}`, kind: 'gaussian', own: { covarianceType } }),
  ),
  familyOf(BernoulliMixture, { name: 'BernoulliMixture', kind: 'bernoulli', rows: binary }),
  familyOf(KMeans, { name: 'KMeans', kind: 'k-means', count: 'nClusters' }),
  familyOf(KMedians, { name: 'KMedians', kind: 'k-medians', count: 'nClusters' }),
];

/** The numbers a model is made of, with its trace and labels: equal bits, equal fit. */
export function fingerprint(model: Model): unknown {
  const { weights, means, covariances, probs, complements, centers } = model as unknown as Record<string, Float64Array>;
  const arrays = [
    weights,
    means,
    covariances,
    probs,
    complements,
    centers,
    ...Object.values(model.trace),
    model.labels,
  ];
  return arrays.map((values) => (values === undefined ? undefined : bits(values)));
}

/** The ordinary fit that has to give its usual bits after whatever happened. */
export function ordinaryFit(family: Family, backend: Backend): unknown {
  return fingerprint(family.fit(family.rows, { [family.count]: 2, ...family.own, backend, maxIter: 5 }));
}
