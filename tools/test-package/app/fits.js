import { BernoulliMixture, GaussianMixture, KMeans } from 'mixwasm';
import { X } from './data.js';

const options = { nComponents: 2, seed: 1 };

/** One mixture fitted on the calling thread, in a worker and by two threads, and one fit each of two other models. */
export async function fits() {
  const here = GaussianMixture.fit(X, options);
  const worker = await GaussianMixture.fitAsync(X, options);
  const team = await GaussianMixture.fitAsync(X, { ...options, threads: 2 });
  const binary = { ...X, data: X.data.map((x) => (x > 2 ? 1 : 0)) };
  const bernoulli = await BernoulliMixture.fitAsync(binary, options);
  const kMeans = await KMeans.fitAsync(X, { nClusters: 2, seed: 1 });
  return {
    here: numbers(here),
    worker: numbers(worker),
    team: numbers(team),
    bernoulli: [bernoulli.logLikelihood, ...bernoulli.probs],
    kMeans: [kMeans.totalCost, ...kMeans.centers],
    threads: team.threads,
  };
}

function numbers({ logLikelihood, weights, means, covariances }) {
  return [logLikelihood, ...weights, ...means, ...covariances];
}
