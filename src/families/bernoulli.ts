/** Multivariate Bernoulli distributions over 0/1 features: p(x) = Π_j θ_j^x_j (1 − θ_j)^(1 − x_j). */
import type { Family } from '../em/model.js';

/**
 * One component. Both probabilities are kept: 1 − θ computed from a rounded θ near 1 has no digits left, which costs 5e-9
 * in a log-likelihood.
 */
export interface BernoulliComponent {
  /** θ_j = p(x_j = 1) (nFeatures) */
  readonly probs: Float64Array;
  /** 1 − θ_j (nFeatures) */
  readonly complements: Float64Array;
}

/** [Σ r, Σ r·x (nFeatures), Σ r·(1 − x) (nFeatures)]: both sums, for the same reason. */
export type BernoulliSums = Float64Array;

/** Beta(a, b) prior of every θ; (1, 1) is maximum likelihood. */
export interface BetaPrior {
  readonly a: number;
  readonly b: number;
}

export const NO_PRIOR: BetaPrior = { a: 1, b: 1 };

export function bernoulli(prior: BetaPrior, log: (x: number) => number): Family<BernoulliComponent, BernoulliSums> {
  const { a, b } = prior;
  return {
    logDensity({ probs, complements }, x) {
      let sum = 0;
      for (let j = 0; j < x.length; j++) sum += log((x[j] === 1 ? probs[j] : complements[j]) as number);
      return sum;
    },

    emptyStatistics: (nFeatures) => new Float64Array(1 + 2 * nFeatures),

    accumulate(sums, x, weight) {
      const d = x.length;
      sums[0] = (sums[0] as number) + weight;
      for (let j = 0; j < d; j++) {
        const at = 1 + j + (x[j] === 1 ? 0 : d);
        sums[at] = (sums[at] as number) + weight;
      }
    },

    merge(into, from) {
      for (let i = 0; i < into.length; i++) into[i] = (into[i] as number) + (from[i] as number);
    },

    /** Posterior mode: (N1 + a − 1) / (N1 + N0 + a + b − 2). */
    maximize(sums) {
      const d = (sums.length - 1) / 2;
      const probs = new Float64Array(d);
      const complements = new Float64Array(d);
      for (let j = 0; j < d; j++) {
        // a − 1 first: added to 1, a small sum would be lost
        const ones = (sums[1 + j] as number) + (a - 1);
        const zeros = (sums[1 + d + j] as number) + (b - 1);
        const total = ones + zeros;
        probs[j] = ones / total;
        complements[j] = zeros / total;
      }
      return { probs, complements };
    },

    /** log Beta density of all θ, up to a constant; 0·log 0 = 0. */
    logPrior({ probs, complements }) {
      let sum = 0;
      for (let j = 0; j < probs.length; j++) {
        if (a !== 1) sum += (a - 1) * log(probs[j] as number);
        if (b !== 1) sum += (b - 1) * log(complements[j] as number);
      }
      return sum;
    },

    nParameters: (nFeatures) => nFeatures,

    sample: ({ probs }, random) => probs.map((theta) => (random.uniform() < theta ? 1 : 0)),

    change(previous, next) {
      let largest = 0;
      for (let j = 0; j < next.probs.length; j++) {
        const before = previous.probs[j] as number;
        const difference = Math.abs((next.probs[j] as number) - before);
        if (difference > 0)
          largest = Math.max(largest, difference / Math.min(before, previous.complements[j] as number));
      }
      return largest;
    },
  };
}
