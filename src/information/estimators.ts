/** Monte Carlo and quadrature for KL(p‖q) of any two densities. */
import type { Backend } from '../backend.js';
import { InvalidDataError, InvalidOptionError, InvalidParametersError } from '../errors.js';
import { expExcess } from '../numeric/excess.js';
import type { Distribution } from './distribution.js';
import type { Draws } from './draws.js';
import { eachBlock } from './expectation.js';
import { integrateLine, type Quadrature } from './quadrature.js';
import { RunningMean } from './running-mean.js';

/** How a divergence is averaged over samples; `klDivergence` tells when to use which. */
export type DivergenceEstimator = 'balanced' | 'plain' | 'controlVariate';

export const ESTIMATORS: readonly DivergenceEstimator[] = ['balanced', 'plain', 'controlVariate'];

/** By samples; the value is Infinity when a sample of p has no density under q. */
export function monteCarloDivergence(
  p: Distribution,
  q: Distribution,
  { nSamples, seed, estimator }: { nSamples: number; seed: number; estimator: DivergenceEstimator | undefined },
  { exp }: Backend,
): { value: number; standardError: number } {
  const fromP = p.draws;
  if (fromP === undefined) throw noSample('p', 'klDivergence by Monte Carlo averages over draws from p');
  const chosen = estimator ?? (q.draws === undefined ? 'plain' : 'balanced');
  if (chosen === 'balanced') {
    const fromQ = q.draws;
    if (fromQ === undefined) throw noSample('q', "estimator 'balanced' draws from p and from q; use 'plain', or");
    // two numbers per half, so that both halves have a standard error
    const half = Math.max(2, Math.ceil(nSamples / 2));
    const term = (d: number) => balancedTerm(d, exp);
    const a = average(p, q, fromP(seed), half, p, term);
    const b = average(p, q, fromQ(otherSeed(seed)), Math.max(2, nSamples - half), q, term);
    const variance = a.standardError * a.standardError + b.standardError * b.standardError;
    return finite((a.mean + b.mean) / 2, Math.sqrt(variance) / 2);
  }
  const term = chosen === 'plain' ? (d: number) => d : (d: number) => expExcess(-d, exp);
  const mean = average(p, q, fromP(seed), nSamples, p, term);
  return finite(mean.mean, mean.standardError);
}

function finite(value: number, standardError: number) {
  return value === Infinity || Number.isNaN(value) ? { value: Infinity, standardError: 0 } : { value, standardError };
}

/** Another seed, the same every time; a safe integer stays one. */
function otherSeed(seed: number): number {
  return seed < 0 ? seed + 1 + 2 ** 52 : seed - 2 ** 52;
}

/** The mean of a function of log p(x) − log q(x) over draws x. */
function average(
  p: Distribution,
  q: Distribution,
  draws: Draws,
  nSamples: number,
  source: Distribution,
  term: (difference: number) => number,
): RunningMean {
  const mean = new RunningMean();
  const visit = (block: Float64Array, n: number) => {
    if (p.nFeatures !== undefined && block.length !== n * p.nFeatures) {
      throw new InvalidParametersError(
        `${source.name} draws points of ${block.length / n} numbers, but p has ${p.nFeatures} features`,
      );
    }
    const logP = p.logDensities(block, n);
    const logQ = q.logDensities(block, n);
    const own = source === p ? logP : logQ;
    for (let i = 0; i < n; i++) {
      if (own[i] === -Infinity) {
        throw new InvalidDataError(
          `sample ${mean.count} drawn from ${source.name} has log-density −Infinity under ${source.name} itself; its sample and log-density do not belong together, or the density underflows: compute it in logs`,
          mean.count,
        );
      }
      mean.add(term((logP[i] as number) - (logQ[i] as number)));
    }
  };
  eachBlock(draws, nSamples, visit, p.nFeatures);
  return mean;
}

/** (p·log(p/q) − p + q)/m with m = (p + q)/2 and d = log p − log q: between 0 and 2·max(1, |d|). */
function balancedTerm(d: number, exp: (x: number) => number): number {
  if (d === Infinity) return Infinity;
  if (d >= -0.5) return (2 * expExcess(-d, exp)) / (1 + exp(-d));
  // p/q, which cannot overflow; −Infinity · 0 is 0
  const ratio = exp(d);
  return ratio === 0 ? 2 : (2 * (1 + ratio * (d - 1))) / (1 + ratio);
}

function noSample(name: string, why: string): InvalidOptionError {
  return new InvalidOptionError(name, `${why}: give ${name} a function sample(random)`);
}

/** Over one feature: ∫ p·log(p/q) − p + q dx ≥ 0, after a check that both densities integrate to 1. */
export function quadratureDivergence(p: Distribution, q: Distribution, tol: number, { exp }: Backend): Quadrature {
  const breakpoints = [...p.breakpoints(), ...q.breakpoints()];
  if (breakpoints.length === 0) {
    throw noSample(
      'p',
      'quadrature finds where the densities lie from draws, or from the parameters of a Gaussian mixture',
    );
  }
  // where a density jumps its own integral has found, but the other one's might hide
  const jumps: number[] = [];
  for (const density of [p, q]) {
    const mass = integrateLine(
      (x) => Float64Array.from(density.logDensities(x, x.length), exp),
      breakpoints,
      Math.max(tol, 1e-13),
    );
    jumps.push(...mass.breakpoints);
    if (Math.abs(mass.value - 1) <= 1e-6) continue;
    throw new InvalidParametersError(
      `the density of ${density.name} integrates to ${mass.value}, not 1: normalise it, or, if the quadrature missed a narrow peak or it is no density over the line, use method 'monteCarlo'`,
    );
  }
  const result = integrateLine((x) => integrand(p, q, x, exp), jumps, tol);
  if (result.error <= 1e-3 * result.value || result.error <= 1e-10) return result;
  throw new InvalidParametersError(
    `the quadrature of KL(p‖q) does not settle (${result.value} ± ${result.error}): the divergence may be infinite, or the densities too rough; see what method 'monteCarlo' says`,
  );
}

function integrand(p: Distribution, q: Distribution, x: Float64Array, exp: (x: number) => number): Float64Array {
  const logP = p.logDensities(x, x.length);
  const logQ = q.logDensities(x, x.length);
  return x.map((_, i) => {
    const a = exp(logP[i] as number);
    const d = (logP[i] as number) - (logQ[i] as number);
    if (a === 0) return exp(logQ[i] as number);
    return d >= -0.5 && d <= 0.5 ? a * expExcess(-d, exp) : a * d - a + exp(logQ[i] as number);
  });
}
