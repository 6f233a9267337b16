/** The Bernoulli E-step and sums in plain TypeScript: the JS backend and what the kernels are tested against. */
import type { BernoulliShape } from '../backend.js';
import type { Block } from '../data/dataset.js';
import { weightOf } from '../data/weights.js';
import type { BlockKernels, MixtureParameters } from '../em/model.js';
import type { BernoulliComponent, BernoulliSums } from '../families/bernoulli.js';
import { EXACT_FLOOR, logSumExpRow } from './log-sum-exp.js';
import { writeScore } from './score.js';

export function bernoulliKernels({
  data,
  nComponents,
}: BernoulliShape): BlockKernels<BernoulliComponent, BernoulliSums> {
  const { x, nFeatures: d, sampleWeights } = data;
  const terms = new Float64Array(nComponents);
  let loaded: object | undefined;
  let logWeights = new Float64Array(0);
  // log(1 − θ) and log θ side by side (nComponents × nFeatures × 2): a bit is an index, not a branch nobody can predict
  const logs = new Float64Array(nComponents * d * 2);

  function load(parameters: MixtureParameters<BernoulliComponent>): void {
    if (loaded === parameters) return;
    loaded = parameters;
    logWeights = parameters.weights.map(Math.log);
    parameters.components.forEach(({ probs, complements }, k) => {
      for (let j = 0; j < d; j++) {
        logs[2 * (k * d + j)] = Math.log(complements[j] as number);
        logs[2 * (k * d + j) + 1] = Math.log(probs[j] as number);
      }
    });
  }

  function weightedLogProb(row: number): void {
    const at = row * d;
    for (let k = 0; k < nComponents; k++) {
      const base = 2 * k * d;
      let sum = logWeights[k] as number;
      for (let j = 0; j < d; j++) sum += logs[base + 2 * j + (x[at + j] as number)] as number;
      terms[k] = sum;
    }
  }

  function accumulate(sums: BernoulliSums, row: number, r: number): void {
    const at = row * d;
    sums[0] = (sums[0] as number) + r;
    for (let j = 0; j < d; j++) {
      const to = 1 + j + d * (1 - (x[at + j] as number));
      sums[to] = (sums[to] as number) + r;
    }
  }

  /** Sums over a block, with the responsibilities that `responsibilitiesOf` leaves in `terms`. */
  function sumBlock(block: Block, responsibilitiesOf: (i: number) => number) {
    const components = Array.from({ length: nComponents }, () => new Float64Array(1 + 2 * d));
    let logLikelihood = 0;
    let weight = 0;
    for (let i = 0; i < block.nRows; i++) {
      const s = weightOf(sampleWeights, block.start + i);
      weight += s;
      if (s === 0) continue;
      logLikelihood += s * responsibilitiesOf(i);
      for (let k = 0; k < nComponents; k++) {
        const r = s * (terms[k] as number);
        if (r !== 0) accumulate(components[k] as BernoulliSums, block.start + i, r);
      }
    }
    return { logLikelihood, weight, counts: Float64Array.from(components, (sums) => sums[0] as number), components };
  }

  return {
    expectation(parameters, block) {
      load(parameters);
      return sumBlock(block, (i) => {
        weightedLogProb(block.start + i);
        return logSumExpRow(terms, 0, nComponents, EXACT_FLOOR);
      });
    },
    moments(_parameters, responsibilities, block) {
      return sumBlock(block, (i) => {
        terms.set(responsibilities.subarray(i * nComponents, (i + 1) * nComponents));
        return 0;
      });
    },
    score(parameters, block, out) {
      load(parameters);
      for (let i = 0; i < block.nRows; i++) {
        weightedLogProb(block.start + i);
        writeScore(out, i, terms, EXACT_FLOOR);
      }
    },
  };
}
