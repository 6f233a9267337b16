/** One model of the search over K: several seeds, the best of them remembered. */
import { BernoulliMixture, GaussianMixture, MixwasmError } from 'mixwasm';
import type { Candidate, SearchJob, Shape } from './jobs.js';

export function fitCandidate(job: SearchJob, { k, shape }: { k: number; shape: Shape }): Candidate {
  let best: Candidate = { k, shape, bic: undefined, seed: 0, logLikelihood: undefined, failure: undefined };
  for (let seed = 0; seed < job.seeds; seed++) {
    try {
      const { bic, logLikelihood } = fitOnce(job, k, shape, seed);
      if (best.logLikelihood === undefined || logLikelihood > best.logLikelihood) {
        best = { k, shape, bic, seed, logLikelihood, failure: undefined };
      }
    } catch (error) {
      // a start that collapses is no model; a defect of the page is no reason to go on
      if (!(error instanceof MixwasmError)) throw error;
      if (best.bic === undefined) best = { ...best, failure: error.message };
    }
    // one component has one fit
    if (k === 1) break;
  }
  return best;
}

function fitOnce({ matrix, regCovar }: SearchJob, k: number, shape: Shape, seed: number) {
  if (shape === 'bernoulli') {
    const X = { ...matrix, data: matrix.data as Uint8Array };
    const model = BernoulliMixture.fit(X, { nComponents: k, seed });
    return { bic: model.bic(X), logLikelihood: model.logLikelihood };
  }
  const model = GaussianMixture.fit(matrix, { nComponents: k, covarianceType: shape, seed, regCovar });
  return { bic: model.bic(matrix), logLikelihood: model.logLikelihood };
}
