/** Expected sufficient statistics as plain data, and what is done to them alike for every family. */
import type { BackendName } from '../backend.js';
import type { CovarianceType } from '../families/gaussian.js';

/** Sums of some rows under a model: everything an M-step needs. */
export interface StatisticsState {
  readonly family: 'gaussian' | 'bernoulli';
  /** gaussian: shape of the covariances */
  readonly covarianceType: CovarianceType | undefined;
  /** bernoulli: whether the mixing proportions are learned */
  readonly weightsMode: 'learned' | 'uniform' | undefined;
  readonly backend: BackendName;
  readonly nFeatures: number;
  /** rows summed, those of weight 0 included */
  readonly nSamples: number;
  /** Σ weights of the rows */
  readonly weight: number;
  /** Σ weight·log p(x) under the model, nats */
  readonly logLikelihood: number;
  /** what the model subtracts from every row (nFeatures) */
  readonly origin: Float64Array;
  /** largest |x_j| (nFeatures) */
  readonly largest: Float64Array;
  /** N_k (nComponents) */
  readonly counts: Float64Array;
  /** gaussian: what the moments of each component are taken about, less origin (nComponents of nFeatures) */
  readonly centers: readonly Float64Array[] | undefined;
  /** each component's sums as its family keeps them, N_k first */
  readonly sums: readonly Float64Array[];
}

/** The statistics of the same rows, each weighing `factor` times as much. */
export function scaled(state: StatisticsState, factor: number): StatisticsState {
  const times = (values: Float64Array) => values.map((value) => factor * value);
  return {
    ...state,
    weight: factor * state.weight,
    logLikelihood: factor * state.logLikelihood,
    counts: times(state.counts),
    sums: state.sums.map(times),
  };
}

export function sameNumbers(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
