/** Bernoulli components by their logits. */
import type { LinearAlgebra } from '../backend.js';
import type { BernoulliComponent, BernoulliSums, BetaPrior } from '../families/bernoulli.js';
import { type Chart, LEAST_POSITIVE } from './chart.js';

/** log θ − log(1 − θ) of every feature. ∂Q/∂logit = N1·(1 − θ) − N0·θ; a Beta(a, b) prior adds a − 1 to N1 and b − 1 to N0. */
export function bernoulliChart(
  nFeatures: number,
  { a, b }: BetaPrior,
  { log, exp }: LinearAlgebra,
): Chart<BernoulliComponent, BernoulliSums> {
  const logOf = (p: number) => log(Math.max(p, LEAST_POSITIVE));
  return {
    length: (nComponents) => nComponents * nFeatures,

    write(components, free) {
      components.forEach(({ probs, complements }, k) => {
        for (let j = 0; j < nFeatures; j++) {
          free[k * nFeatures + j] = logOf(probs[j] as number) - logOf(complements[j] as number);
        }
      });
    },

    read: (free, nComponents) =>
      Array.from({ length: nComponents }, (_, k) => {
        const logits = free.subarray(k * nFeatures, (k + 1) * nFeatures);
        return {
          probs: logits.map((logit) => 1 / (1 + exp(-logit))),
          complements: logits.map((logit) => 1 / (1 + exp(logit))),
        };
      }),

    // the information of a coin in its logit is θ·(1 − θ): probabilities on the border of their domain do not count
    metric({ weights, components }, step, into) {
      components.forEach(({ probs, complements }, k) => {
        for (let j = 0; j < nFeatures; j++) {
          const at = k * nFeatures + j;
          into[at] = (weights[k] as number) * (probs[j] as number) * (complements[j] as number) * (step[at] as number);
        }
      });
    },

    isLogarithm: () => true,

    gradient(components, statistics, into) {
      components.forEach(({ probs, complements }, k) => {
        const sums = statistics[k] as BernoulliSums;
        for (let j = 0; j < nFeatures; j++) {
          const ones = (sums[1 + j] as number) + (a - 1);
          const zeros = (sums[1 + nFeatures + j] as number) + (b - 1);
          into[k * nFeatures + j] = ones * (complements[j] as number) - zeros * (probs[j] as number);
        }
      });
    },
  };
}
