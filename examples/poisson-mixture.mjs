// A mixture of Poisson distributions, as a `Family`: what one component is, and nothing about mixtures.
//
// Data: deaths of women of 80 and over, by day, in The Times of London, 1910–1912; 1096 days. One rate fits badly, two fit well,
// perhaps for summer and winter. Hasselblad (1969), JASA 64, 1459–1471; Titterington, Smith & Makov (1985),
// "Statistical Analysis of Finite Mixture Distributions", p. 89: weights 0.3599 and 0.6401, rates 1.256 and 2.663.
import { decompose, expectationMaximization, mixture, mixtureModel } from 'mixwasm';

const deaths = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const days = [162, 267, 271, 185, 111, 61, 27, 8, 3, 1];

/** Independent Poisson counts in every feature. A component is { rates }, its statistics { weight, sums }. */
export const poisson = {
  /** log p(x | rates) = Σ_j x_j log λ_j − λ_j − log x_j! */
  logDensity({ rates }, x) {
    let sum = 0;
    for (let j = 0; j < x.length; j++) {
      // 0·log 0 = 0: a rate of 0 allows the count 0 only
      sum += (x[j] === 0 ? 0 : x[j] * Math.log(rates[j])) - rates[j];
      for (let i = 2; i <= x[j]; i++) sum -= Math.log(i);
    }
    return sum;
  },

  emptyStatistics: (nFeatures) => ({ weight: 0, sums: new Float64Array(nFeatures) }),

  accumulate(statistics, x, weight) {
    statistics.weight += weight;
    for (let j = 0; j < x.length; j++) statistics.sums[j] += weight * x[j];
  },

  merge(into, from) {
    into.weight += from.weight;
    for (let j = 0; j < into.sums.length; j++) into.sums[j] += from.sums[j];
  },

  /** Σ r·x / Σ r */
  maximize: ({ weight, sums }) => ({ rates: sums.map((sum) => sum / weight) }),

  nParameters: (nFeatures) => nFeatures,

  /** Knuth's product of uniforms; for rates of some tens. */
  sample: ({ rates }, random) =>
    rates.map((rate) => {
      const limit = Math.exp(-rate);
      let count = 0;
      for (let product = random.uniform(); product > limit; product *= random.uniform()) count++;
      return count;
    }),

  change: (previous, next) =>
    Math.max(...next.rates.map((rate, j) => Math.abs(rate - previous.rates[j]) / Math.sqrt(previous.rates[j]))),
};

for (const nComponents of [1, 2]) {
  const { parameters, objective, nIter, stopReason } = expectationMaximization(
    mixture(poisson, { nComponents }),
    deaths,
    {
      sampleWeights: days,
      seed: 1,
      tol: 0,
      paramTol: 1e-9,
      maxIter: 20000,
    },
  );
  console.log(
    `${nComponents} component(s): log-likelihood ${objective.toFixed(4)}, ${nIter} iterations (${stopReason})`,
  );
  parameters.components.forEach(({ rates }, k) => {
    console.log(`  weight ${parameters.weights[k].toFixed(4)}  rate ${rates[0].toFixed(4)}`);
  });
  if (nComponents === 1) continue;

  // the parameters as a model, for whatever takes one
  const model = mixtureModel(poisson, parameters);
  const logDensity = model.scoreSamples(deaths);
  console.log('deaths   days  expected');
  deaths.forEach((count, i) => {
    const expected = 1096 * Math.exp(logDensity[i]);
    console.log(`${String(count).padStart(6)} ${String(days[i]).padStart(6)} ${expected.toFixed(1).padStart(9)}`);
  });
  const { logLikelihood, elbo, kl } = decompose(model, deaths, 'uniform', { sampleWeights: days });
  console.log(`log p(X) ${logLikelihood.toFixed(4)} = ELBO ${elbo.toFixed(4)} + KL ${kl.toFixed(4)}, q uniform`);
}
