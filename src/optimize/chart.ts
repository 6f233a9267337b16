/** Mixture parameters as free numbers: what gradient ascent and accelerated EM need to know of a family. */
import type { LinearAlgebra } from '../backend.js';
import type { MixtureParameters, MixtureStatistics, ParameterChart } from '../em/model.js';
import { sumOf } from '../numeric/vectors.js';

/** The components of a mixture in an unconstrained parametrisation. */
export interface Chart<C, T> {
  /** free numbers of all components */
  length(nComponents: number): number;
  write(components: readonly C[], free: Float64Array): void;
  read(free: Float64Array, nComponents: number): C[];
  /** `ParameterChart.metric`: each component's information by its weight, times `step` */
  metric?(parameters: MixtureParameters<C>, step: Float64Array, into: Float64Array): void;
  /** whether a free number is a logarithm of something (else it is the thing itself) */
  isLogarithm?(at: number, nComponents: number): boolean;
  /**
   * ∂Q/∂free at q = posterior, which is the gradient of the log-likelihood (Fisher's identity), plus the log prior's; charts
   * of users' families, which are for accelerated EM only, have none
   */
  gradient?(components: readonly C[], statistics: readonly T[], into: Float64Array): void;
  /** a component that has collapsed, if one has: the likelihood has no maximum there */
  degenerate?(components: readonly C[]): number | undefined;
}

/** A whole mixture as free numbers: log-weights by softmax (none if they are fixed), then the components. */
export interface MixtureChart<C, T> extends ParameterChart<MixtureParameters<C>> {
  gradient(parameters: MixtureParameters<C>, statistics: MixtureStatistics<T>): Float64Array;
  degenerate(parameters: MixtureParameters<C>): number | undefined;
}

/** Logarithms of parameters on the border of their domain end here; there the gradient is 0, and they stay. */
export const LEAST_POSITIVE = 1e-300;

/**
 * No proposal moves a logarithm farther than this from where EM moves it (a factor of 20): a probability near 0 or a weight
 * shrinks geometrically under EM, and a leap of its logarithm would put it where no responsibility brings it back from.
 */
const FARTHEST = 3;

/** @param fixedWeights mixing proportions that are not learned */
export function mixtureChart<C, T>(
  chart: Chart<C, T>,
  nComponents: number,
  { log, exp }: LinearAlgebra,
  fixedWeights?: Float64Array,
): MixtureChart<C, T> {
  const offset = fixedWeights === undefined ? nComponents : 0;
  const length = offset + chart.length(nComponents);

  /** For the weights w_k·(v_k − Σ w·v): the information of a multinomial in its logits. */
  function metric(parameters: MixtureParameters<C>, step: Float64Array): Float64Array {
    const product = new Float64Array(length);
    const { weights } = parameters;
    let mean = 0;
    for (let k = 0; k < offset; k++) mean += (weights[k] as number) * (step[k] as number);
    for (let k = 0; k < offset; k++) product[k] = (weights[k] as number) * ((step[k] as number) - mean);
    chart.metric?.(parameters, step.subarray(offset), product.subarray(offset));
    return product;
  }

  return {
    toFree({ weights, components }) {
      const free = new Float64Array(length);
      for (let k = 0; k < offset; k++) free[k] = log(Math.max(weights[k] as number, LEAST_POSITIVE));
      chart.write(components, free.subarray(offset));
      return free;
    },

    fromFree(free) {
      const weights = fixedWeights ?? softmax(free.subarray(0, offset), exp);
      return { weights, components: chart.read(free.subarray(offset), nComponents) };
    },

    /** For the weights N_k − w_k·Σ N: 0 where w_k = N_k / Σ N, the M-step's answer. */
    gradient({ weights, components }, statistics) {
      const gradient = new Float64Array(length);
      for (let k = 0; k < offset; k++) {
        gradient[k] = (statistics.counts[k] as number) - (weights[k] as number) * statistics.weight;
      }
      chart.gradient?.(components, statistics.components, gradient.subarray(offset));
      return gradient;
    },

    degenerate: ({ components }) => chart.degenerate?.(components),

    ...(chart.metric === undefined ? {} : { metric }),

    clip(proposal, around) {
      for (let i = 0; i < length; i++) {
        if (i >= offset && chart.isLogarithm?.(i - offset, nComponents) !== true) continue;
        const center = around[i] as number;
        proposal[i] = Math.min(center + FARTHEST, Math.max(center - FARTHEST, proposal[i] as number));
      }
    },
  };
}

function softmax(logits: Float64Array, exp: (x: number) => number): Float64Array {
  let top = -Infinity;
  for (const logit of logits) top = Math.max(top, logit);
  const raised = logits.map((logit) => exp(logit - top));
  const sum = sumOf(raised);
  return raised.map((value) => value / sum);
}
