// Two coins of unknown bias. Five times one of them is picked and tossed ten times; which one, nobody wrote down.
// The example of Do & Batzoglou, "What is the expectation maximization algorithm?", Nature Biotechnology 26 (2008), 897–899,
// figure 1b: from θ = (0.60, 0.50), EM says (0.71, 0.58) after one iteration and (0.80, 0.52) after ten.
//
// The model is an `EMModel`: all that the loop needs to know is how to take statistics, add them and maximise.
import { blockValues, expectationMaximization } from 'mixwasm';

const TOSSES = 10;
/** heads in each of the five sets: HTTTHHTHTH HHHHTHHHHH HTHHHHHTHH HTHTTTHHTT THHHTHHHTH */
const heads = [5, 9, 8, 4, 7];

/** Parameters: the probability of heads of either coin. Statistics: the heads and tails each coin is expected to have shown. */
const twoCoins = {
  expectation(theta, block) {
    const statistics = { heads: [0, 0], tails: [0, 0], logLikelihood: 0 };
    for (const h of blockValues(block)) {
      // either coin is picked with probability ½; the order of the tosses is known, so no binomial coefficient
      const likelihood = theta.map((p) => 0.5 * p ** h * (1 - p) ** (TOSSES - h));
      const total = likelihood[0] + likelihood[1];
      statistics.logLikelihood += Math.log(total);
      for (const coin of [0, 1]) {
        const posterior = likelihood[coin] / total;
        statistics.heads[coin] += posterior * h;
        statistics.tails[coin] += posterior * (TOSSES - h);
      }
    }
    return statistics;
  },

  merge: (a, b) => ({
    heads: a.heads.map((value, coin) => value + b.heads[coin]),
    tails: a.tails.map((value, coin) => value + b.tails[coin]),
    logLikelihood: a.logLikelihood + b.logLikelihood,
  }),

  maximization: (statistics) =>
    statistics.heads.map((expected, coin) => expected / (expected + statistics.tails[coin])),

  objective: (statistics) => statistics.logLikelihood,
};

const row = (cells) => console.log(cells.map((cell, i) => String(cell).padStart([9, 8, 8, 16][i])).join(''));
row(['iteration', 'coin A', 'coin B', 'log-likelihood']);
const { parameters, nIter } = expectationMaximization(twoCoins, heads, {
  initialParameters: [0.6, 0.5],
  tol: 0,
  maxIter: 10,
  onStep({ iteration, parameters: theta, objective }) {
    row([iteration, ...theta.map((p) => p.toFixed(2)), objective.toFixed(4)]);
  },
});
console.log(`after ${nIter} iterations: ${parameters.map((p) => p.toFixed(4)).join(' and ')}`);
