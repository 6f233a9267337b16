/** A finite mixture of any family as an `EMModel`. */
import type { Dataset } from '../data/dataset.js';
import type { Random } from '../data/random.js';
import { DegenerateComponentError, MixwasmError } from '../errors.js';
import { sumOf } from '../numeric/vectors.js';
import type { BlockKernels, EMModel, Family, MixtureParameters, MixtureStatistics } from './model.js';

export interface MixtureOptions<C, T> {
  nComponents: number;
  /** the E-step of a whole block; `pointwiseKernels(family)` where a family has none of its own */
  kernels: Pick<BlockKernels<C, T>, 'expectation' | 'expectations'>;
  /** `'uniform'` keeps the mixing proportions at 1/K; default `'learned'` */
  weights?: 'learned' | 'uniform';
  initialize(data: Dataset, random: Random): MixtureParameters<C>;
}

/** What a family's `maximize` throws when no maximiser exists; `mixture` turns it into an error that names the component. */
export class DegenerateStatistics extends MixwasmError {
  override name = 'DegenerateStatistics';
  constructor(message: string) {
    super('DEGENERATE_STATISTICS', message);
  }
}

/** log p(x) = log Σ_k w_k p(x|k), with E- and M-step; weights by the Lagrange multiplier of Σ w_k = 1: w_k = N_k / Σ N. */
export function mixture<C, T>(
  family: Family<C, T>,
  options: MixtureOptions<C, T>,
): EMModel<MixtureParameters<C>, MixtureStatistics<T>> {
  const { nComponents, kernels } = options;

  const model: EMModel<MixtureParameters<C>, MixtureStatistics<T>> = {
    initialize: options.initialize,

    expectation: (parameters, block) => kernels.expectation(parameters, block),

    merge(a, b) {
      a.logLikelihood += b.logLikelihood;
      a.weight += b.weight;
      for (let k = 0; k < nComponents; k++) {
        a.counts[k] = (a.counts[k] as number) + (b.counts[k] as number);
        family.merge(a.components[k] as T, b.components[k] as T);
      }
      return a;
    },

    maximization(statistics, previous) {
      const { counts } = statistics;
      for (let k = 0; k < nComponents; k++) {
        if (!((counts[k] as number) > 0)) {
          throw new DegenerateComponentError(
            k,
            previous,
            `component ${k} has no responsibility for any row; use fewer components or another start (init, seed, nInit)`,
          );
        }
      }
      const weights = options.weights === 'uniform' ? previous.weights : proportions(counts);
      return { weights, components: maximizeComponents(family, statistics.components, previous) };
    },

    objective({ logLikelihood }, { components }) {
      let total = logLikelihood;
      if (family.logPrior !== undefined) for (const component of components) total += family.logPrior(component);
      return total;
    },

    change(previous, next) {
      let largest = 0;
      for (let k = 0; k < nComponents; k++) {
        const before = previous.weights[k] as number;
        largest = Math.max(largest, Math.abs((next.weights[k] as number) - before) / before);
        largest = Math.max(largest, family.change?.(previous.components[k] as C, next.components[k] as C) ?? 0);
      }
      return largest;
    },
  };

  if (kernels.expectations !== undefined) model.expectations = kernels.expectations;
  if (family.recentre !== undefined) {
    model.recentre = (statistics, { weights, components }) => {
      const centred = family.recentre?.(statistics.components, components);
      return centred === undefined ? undefined : { weights, components: centred };
    };
  }
  return model;
}

/** N_k / Σ N: the maximiser of Σ N_k log w_k under Σ w_k = 1. */
export function proportions(counts: Float64Array): Float64Array {
  const total = sumOf(counts);
  return counts.map((count) => count / total);
}

function maximizeComponents<C, T>(family: Family<C, T>, statistics: readonly T[], previous: MixtureParameters<C>): C[] {
  let k = 0;
  try {
    if (family.maximizeAll !== undefined) return family.maximizeAll(statistics);
    const components: C[] = [];
    for (; k < statistics.length; k++) components.push(family.maximize(statistics[k] as T));
    return components;
  } catch (cause) {
    if (!(cause instanceof DegenerateStatistics)) throw cause;
    throw new DegenerateComponentError(
      k,
      previous,
      `component ${k} collapsed: ${cause.message} after the M-step; the likelihood has no maximum there: set regCovar above 0, use fewer components, or another start (init, seed, nInit)`,
      { cause },
    );
  }
}
