/** What a family adds to expected statistics: how they come from a model, how they merge, and the M-step. */
import type { LinearAlgebra } from '../backend.js';
import type { MixtureEM } from '../em/mixture-fit.js';
import type { MixtureParameters, MixtureStatistics } from '../em/model.js';
import type { BetaPrior } from '../families/bernoulli.js';
import type { Regularization } from '../families/gaussian-options.js';
import type { StatisticsState } from './state.js';

/** Options of an M-step, checked. */
export interface MaximizationSettings {
  readonly regCovar: Regularization;
  readonly prior: BetaPrior;
}

/** `C` is a component's parameters, `T` its statistics, as in `Family`. */
export interface StatisticsFamily<Model, C, T> {
  /** what a model says of its statistics besides the sums */
  describe(model: Model): Pick<StatisticsState, 'family' | 'covarianceType' | 'weightsMode'>;
  /** what the model subtracts from every row (nFeatures) */
  originOf(model: Model): Float64Array;
  /** components whose statistics are about their means, if these are not: kernels choose another point where it is as good */
  centred?(components: readonly C[], statistics: readonly T[]): readonly C[] | undefined;
  /** one component's statistics as plain numbers, and back; `pack` keeps the arrays, `unpack` copies them */
  pack(statistics: T): { center: Float64Array | undefined; sums: Float64Array };
  unpack(state: StatisticsState, k: number): T;
  /** the statistics that the M-step turns into this very component, of rows that weigh 1 in sum */
  ofComponent(component: C, weight: number, nFeatures: number): T;
  /** throws if the M-step of statistics would have lost digits in silence */
  check?(state: StatisticsState): void;
  /** merges and maximises statistics like these; `settings` matter to the latter only */
  em(state: StatisticsState, algebra: LinearAlgebra, settings: MaximizationSettings): MixtureEM<C, T>;
  model(state: StatisticsState, parameters: MixtureParameters<C>): Model;
}

/** The E- and M-step of a family without its data: statistics come from elsewhere. */
export const NO_KERNELS = {
  kernels: {
    expectation(): never {
      throw new Error('these statistics are merged and maximised only');
    },
  },
  initialize(): never {
    throw new Error('these statistics are merged and maximised only');
  },
};

export function toSums<T>(
  family: Pick<StatisticsFamily<unknown, unknown, T>, 'unpack'>,
  state: StatisticsState,
): MixtureStatistics<T> {
  return {
    logLikelihood: state.logLikelihood,
    weight: state.weight,
    counts: state.counts.slice(),
    components: state.sums.map((_, k) => family.unpack(state, k)),
  };
}
