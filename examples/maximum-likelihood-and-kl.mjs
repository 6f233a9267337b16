// Maximum likelihood is the minimum of a Kullback–Leibler divergence, seen through samples.
//
//   KL(p‖q_θ) = E_p[log p(x)] − E_p[log q_θ(x)] = cross-entropy of q_θ − entropy of p
//
// Only the cross-entropy knows θ, and the mean log-likelihood of a sample of p is minus its estimate. So the θ of largest
// likelihood is the θ of smallest estimated divergence, whether or not any q_θ is p. No p needs to be known for it.
//
// usage: node examples/maximum-likelihood-and-kl.mjs
import { GaussianMixture, klDivergence, monteCarloExpectation } from 'mixwasm';

// The truth: two Gaussians. The model: one, so that it can only come close.
const p = GaussianMixture.fromParameters({
  weights: [0.4, 0.6],
  means: [[0], [4]],
  covariances: [1, 1],
  covarianceType: 'spherical',
});
const sampled = { nSamples: 5000, seed: 1 };
const { X } = p.sample(sampled.nSamples, { seed: sampled.seed });
const show = (value) => value.toFixed(6).padStart(10);

// 1. The maximum-likelihood Gaussian of the sample: its mean and variance (EM with one component is that, at once).
const q = GaussianMixture.fit(X, { nComponents: 1, regCovar: 0 });
const [mean] = q.means;
const [variance] = q.covariances;
console.log(`maximum likelihood: mean ${show(mean)}, variance ${show(variance)}`);

// 2. Mean log-likelihood = −(cross-entropy estimate), and their difference to p's own is the divergence.
const crossEntropy = monteCarloExpectation((x) => -q.scoreSamples(x)[0], p, sampled);
const entropy = monteCarloExpectation((x) => -p.scoreSamples(x)[0], p, sampled);
const plain = { ...sampled, method: 'monteCarlo', estimator: 'plain' };
const kl = klDivergence(p, q, plain);
console.log(`mean log-likelihood ${show(q.score(X))} = −cross-entropy ${show(-crossEntropy.value)}`);
console.log(`cross-entropy − entropy ${show(crossEntropy.value - entropy.value)} = KL ${show(kl.value)}`);

// 3. So both have their optimum at the same θ: a walk over the mean.
console.log('\n     theta   mean log-likelihood   KL by the same sample   KL by quadrature');
for (const theta of [mean - 0.5, mean - 0.1, mean, mean + 0.1, mean + 0.5]) {
  const model = GaussianMixture.fromParameters({ means: [[theta]], covariances: [[[variance]]] });
  const [estimate, exact] = [klDivergence(p, model, plain), klDivergence(p, model)];
  const mark = theta === mean ? '   <- largest likelihood, smallest divergence' : '';
  console.log(
    `${show(theta)}            ${show(model.score(X))}              ${show(estimate.value)}         ${show(exact.value)}${mark}`,
  );
}

// 4. The estimate has a standard error, 1/√n; the balanced estimator, which draws from p and q, has a smaller one here.
console.log('\n  samples   KL (plain)       ±            KL (balanced)    ±');
for (const nSamples of [100, 10_000, 1_000_000]) {
  const [a, b] = ['plain', 'balanced'].map((estimator) => klDivergence(p, q, { ...plain, estimator, nSamples }));
  const columns = [a.value, a.standardError, b.value, b.standardError].map(show).join('   ');
  console.log(`${String(nSamples).padStart(9)} ${columns}`);
}

// 5. The other direction is another question: KL(p‖q) makes q cover p, KL(q‖p) makes it stay where p is.
console.log(`\nKL(p‖q) ${show(klDivergence(p, q).value)}, KL(q‖p) ${show(klDivergence(q, p).value)}`);
