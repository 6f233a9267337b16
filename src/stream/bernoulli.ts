/** Bernoulli mixtures from a stream. */
import type { BernoulliComponent, BernoulliSums } from '../families/bernoulli.js';
import { type BernoulliPlan, bernoulliFit } from '../families/bernoulli-fit.js';
import { BernoulliMixture } from '../families/bernoulli-mixture.js';
import {
  type BernoulliMixtureOptions,
  checkBernoulliOptions,
  prepareBernoulliStart,
} from '../families/bernoulli-options.js';
import { publishBernoulli } from '../families/bernoulli-parameters.js';
import { MADE } from '../families/internals.js';
import { type NotStreamed, STREAM_OPTIONS, type StreamFamily, type StreamOptions } from './family.js';

/** Options of `fitStream(BernoulliMixture, …)`: those of `BernoulliMixture.fit` that need no rows in memory. */
export interface BernoulliStreamOptions extends Omit<BernoulliMixtureOptions, NotStreamed>, StreamOptions {
  /** how the sample is started from; default `'kmeans++'`. `initialParameters` goes before it */
  init?: 'kmeans++' | 'random';
}

export function bernoulliStream(
  options: BernoulliStreamOptions,
  where: string,
): StreamFamily<BernoulliPlan, BernoulliComponent, BernoulliSums, BernoulliMixture> {
  const { sampleWeights: _, ...plan } = checkBernoulliOptions(options, where, ['onProgress', ...STREAM_OPTIONS]);
  return {
    binary: true,
    centre: false,
    plan,
    starting: (nSamples, nFeatures) => ({
      ...plan,
      start: prepareBernoulliStart(options, plan, { nSamples, nFeatures }),
    }),
    complete: ({ start }) => start.kind === 'parameters',
    fit: bernoulliFit,
    move: (parameters) => parameters,
    model: ({ weights: weightsMode, backend }, _origin, parameters, record) =>
      BernoulliMixture[MADE]({ ...publishBernoulli(parameters), weightsMode, backend }, record),
  };
}
