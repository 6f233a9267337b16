/** The E-step of a mixture by its family's own functions, point by point: for families written by users, and to read. */
import { type Block, blockValues } from '../data/dataset.js';
import { weightOf } from '../data/weights.js';
import type { BlockKernels, Family, MixtureParameters, MixtureStatistics } from '../em/model.js';
import { EXACT_FLOOR, logSumExpRow } from './log-sum-exp.js';

/** The E-step of a family that has no kernels of its own. */
export function pointwiseKernels<C, T>(family: Family<C, T>): Pick<BlockKernels<C, T>, 'expectation'> {
  return { expectation: (parameters, block) => pointwiseExpectation(family, parameters, block) };
}

/** Responsibilities and statistics of one block. */
export function pointwiseExpectation<C, T>(
  family: Family<C, T>,
  { weights, components }: MixtureParameters<C>,
  block: Block,
): MixtureStatistics<T> {
  const { nFeatures, origin, sampleWeights } = block.data;
  const nComponents = components.length;
  const values = blockValues(block);
  const x = new Float64Array(nFeatures);
  const terms = new Float64Array(nComponents);
  const logWeights = weights.map((weight) => Math.log(weight));
  const statistics = components.map(() => family.emptyStatistics(nFeatures));
  const counts = new Float64Array(nComponents);
  let logLikelihood = 0;
  let total = 0;
  for (let i = 0; i < block.nRows; i++) {
    const weight = weightOf(sampleWeights, block.start + i);
    if (weight === 0) continue;
    for (let j = 0; j < nFeatures; j++) x[j] = (values[i * nFeatures + j] as number) - (origin[j] as number);
    let sound = true;
    for (let k = 0; k < nComponents; k++) {
      const density = family.logDensity(components[k] as C, x);
      const term = (logWeights[k] as number) + density;
      sound &&= typeof density === 'number' && term < Infinity;
      terms[k] = term;
    }
    // nothing is pruned: what a user's family makes of small evidence is not known here; a log-density of NaN or +Infinity,
    // or none that is a number, makes the total NaN, which whoever runs the loop explains
    const norm = logSumExpRow(terms, 0, nComponents, EXACT_FLOOR);
    logLikelihood += sound ? weight * norm : Number.NaN;
    total += weight;
    for (let k = 0; k < nComponents; k++) {
      const responsibility = weight * (terms[k] as number);
      if (responsibility === 0) continue;
      counts[k] = (counts[k] as number) + responsibility;
      family.accumulate(statistics[k] as T, x, responsibility);
    }
  }
  return { logLikelihood, weight: total, counts, components: statistics };
}
