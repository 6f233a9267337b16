/** The E-step of a mixture by its family's own functions, point by point: for families written by users, and to read. */
import { type Block, blockValues } from '../data/dataset.js';
import type { BlockKernels, Family, MixtureParameters, MixtureStatistics } from '../em/model.js';

/** Kernels of a family that has none of its own. */
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
    const weight = sampleWeights === undefined ? 1 : (sampleWeights[block.start + i] as number);
    if (weight === 0) continue;
    for (let j = 0; j < nFeatures; j++) x[j] = (values[i * nFeatures + j] as number) - (origin[j] as number);
    for (let k = 0; k < nComponents; k++) {
      terms[k] = (logWeights[k] as number) + family.logDensity(components[k] as C, x);
    }
    logLikelihood += weight * softmaxInPlace(terms);
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

/** A responsibility below 2⁻⁶⁰ cannot change a double: it is exactly 0 in every mode and backend. */
export const LEAST_RESPONSIBILITY = 2 ** -60;

/** Turns log-terms into responsibilities and returns log Σ exp(terms). */
function softmaxInPlace(terms: Float64Array): number {
  let top = -Infinity;
  for (const term of terms) if (term > top) top = term;
  let sum = 0;
  for (let k = 0; k < terms.length; k++) {
    const e = Math.exp((terms[k] as number) - top);
    terms[k] = e;
    sum += e;
  }
  for (let k = 0; k < terms.length; k++) {
    const r = (terms[k] as number) / sum;
    terms[k] = r < LEAST_RESPONSIBILITY ? 0 : r;
  }
  return top + Math.log(sum);
}
