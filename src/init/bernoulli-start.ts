/** The first parameters of a Bernoulli mixture. */
import type { Dataset } from '../data/dataset.js';
import type { Random } from '../data/random.js';
import { blocksOf, TreeSum } from '../em/blocks.js';
import { proportions } from '../em/mixture.js';
import type { BlockKernels, MixtureParameters, MixtureStatistics } from '../em/model.js';
import type { BernoulliComponent, BernoulliSums, BetaPrior } from '../families/bernoulli.js';
import type { Fill } from './fill.js';

export type BernoulliParameters = MixtureParameters<BernoulliComponent>;

export interface BernoulliStartContext {
  readonly data: Dataset;
  readonly nComponents: number;
  readonly uniformWeights: boolean;
  readonly prior: BetaPrior;
  readonly kernels: BlockKernels<BernoulliComponent, BernoulliSums>;
  readonly rows: number;
  /** merges statistics of blocks */
  merge(a: MixtureStatistics<BernoulliSums>, b: MixtureStatistics<BernoulliSums>): MixtureStatistics<BernoulliSums>;
}

/**
 * Probabilities from soft or hard assignments, drawn towards those of all rows by a hundredth of an average component (not
 * by a number of rows: a table of patterns with counts must start as its rows would, in any unit of weight): a start of
 * exactly 0 or 1 could never be left again. A prior counts as in every M-step: it may forbid the 0 of a feature that never varies.
 */
export function startFromTable(context: BernoulliStartContext, fill: Fill): BernoulliParameters {
  const { data, nComponents, uniformWeights, prior } = context;
  const { counts, components } = sumsOf(context, fill);
  const d = data.nFeatures;
  const pull = data.totalWeight / (100 * nComponents);
  const smoothed = components.map((sums) => {
    const probs = new Float64Array(d);
    const complements = new Float64Array(d);
    for (let j = 0; j < d; j++) {
      // without a prior a feature that never varies keeps its probability of 0 or 1: nothing can be learned about it
      const overall = data.mean[j] as number;
      const ones = (sums[1 + j] as number) + pull * overall + (prior.a - 1);
      const zeros = (sums[1 + d + j] as number) + pull * (1 - overall) + (prior.b - 1);
      const total = ones + zeros;
      probs[j] = ones / total;
      complements[j] = zeros / total;
    }
    return { probs, complements };
  });
  // an empty component of a hard start gets a weight too
  const weights = uniformWeights
    ? new Float64Array(nComponents).fill(1 / nComponents)
    : proportions(counts.map((count) => count + pull));
  return { weights, components: smoothed };
}

function sumsOf(
  { data, nComponents, kernels, rows, merge }: BernoulliStartContext,
  fill: Fill,
): MixtureStatistics<BernoulliSums> {
  const sum = new TreeSum(merge);
  const none: BernoulliParameters = { weights: new Float64Array(nComponents), components: [] };
  const table = new Float64Array(Math.min(rows, data.nSamples) * nComponents);
  for (const block of blocksOf(data, rows)) {
    const part = table.subarray(0, block.nRows * nComponents);
    part.fill(0);
    fill(block.start, block.nRows, part);
    sum.add(kernels.moments(none, part, block));
  }
  return sum.total() as MixtureStatistics<BernoulliSums>;
}

/**
 * Random responsibilities, each component favouring random rows: uniform numbers cubed, so that components differ enough
 * for EM to leave the saddle where all are alike.
 */
export function randomTable(nComponents: number, random: Random): Fill {
  return (_start, nRows, out) => {
    for (let i = 0; i < nRows; i++) {
      let sum = 0;
      for (let k = 0; k < nComponents; k++) {
        const u = random.uniform() + Number.EPSILON;
        out[i * nComponents + k] = u * u * u;
        sum += u * u * u;
      }
      for (let k = 0; k < nComponents; k++) out[i * nComponents + k] = (out[i * nComponents + k] as number) / sum;
    }
  };
}
