/** Expected statistics of Bernoulli mixtures: counts, and for every feature the sums of ones and of zeros. */
import { mixture } from '../em/mixture.js';
import { type BernoulliComponent, type BernoulliSums, bernoulli } from '../families/bernoulli.js';
import { BernoulliMixture } from '../families/bernoulli-mixture.js';
import { publishBernoulli } from '../families/bernoulli-parameters.js';
import { MADE } from '../families/internals.js';
import { NO_KERNELS, type StatisticsFamily } from './family.js';

export const bernoulliStatistics: StatisticsFamily<BernoulliMixture, BernoulliComponent, BernoulliSums> = {
  describe: (model) => ({ family: 'bernoulli', covarianceType: undefined, weightsMode: model.toJSON().weightsMode }),

  originOf: ({ nFeatures }) => new Float64Array(nFeatures),

  pack: (sums) => ({ center: undefined, sums }),
  unpack: ({ sums }, k) => (sums[k] as Float64Array).slice(),

  ofComponent({ probs, complements }, weight, d) {
    const sums = new Float64Array(1 + 2 * d);
    sums[0] = weight;
    sums.set(probs, 1);
    sums.set(complements, 1 + d);
    return sums.map((value, i) => (i === 0 ? value : weight * value));
  },

  em: ({ counts, weightsMode }, { log }, { prior }) =>
    mixture(bernoulli(prior, log), {
      ...NO_KERNELS,
      nComponents: counts.length,
      weights: weightsMode ?? 'learned',
    }),

  model: ({ weightsMode = 'learned', backend }, parameters) =>
    BernoulliMixture[MADE]({ ...publishBernoulli(parameters), weightsMode, backend }),
};
