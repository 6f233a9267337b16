/** Expectations by simple Monte Carlo. */
import type { BackendName } from '../backend.js';
import { InvalidDataError, InvalidOptionError, show } from '../errors.js';
import { backendOf } from '../functions/cholesky.js';
import { withBackend } from '../lease.js';
import { integerOption } from '../options.js';
import { blockRowsOf, type DrawPoint, type Draws, drawsOfFunction, drawsOfModel, type SampledModel } from './draws.js';
import { RunningMean } from './running-mean.js';

/** Options of Monte Carlo estimates. */
export interface MonteCarloOptions {
  /** number of draws, at least 2; default 100000 */
  nSamples?: number;
  /** any safe integer; the same seed gives the same bits; default 0 */
  seed?: number;
  /** `'wasm'` (default) or `'js'` */
  backend?: BackendName;
}

/** A mean over random draws, and how far to trust it. */
export interface MonteCarloEstimate {
  /** the sample mean of f */
  readonly value: number;
  /** its estimated standard deviation, falling as 1/√nSamples */
  readonly standardError: number;
  /** draws made */
  readonly nSamples: number;
}

/**
 * E[f(x)] ≈ (1/S) Σ_s f(x_s), x_s drawn from `sampler`, with the standard error of that mean. About 95 of 100 such estimates
 * lie within two standard errors of the truth, provided that f(x) has a variance.
 *
 * Samples are drawn in blocks of at most 16384, so memory does not grow with `nSamples`; the first block of a model is
 * `sampler.sample(n, { seed }).X`.
 *
 * @param f of one point (nFeatures); a truth value counts as 1 or 0, so that its mean is a probability
 * @param sampler a model with `sample(n, { seed })`, or a function of a stream of random numbers that draws one point
 * @throws {InvalidDataError} f gives a value that is not finite (its sample is named), or a draw is not finite, or the mean of
 *   finite values overflows
 * @throws {InvalidOptionError} no sampler, an impossible or unknown option
 * @example
 * monteCarloExpectation(([x]) => x * x, (random) => random.normal(), { nSamples: 10000, seed: 1 }); // near 1
 */
export function monteCarloExpectation(
  f: (x: Float64Array) => number | boolean,
  sampler: SampledModel | DrawPoint,
  options: MonteCarloOptions = {},
): MonteCarloEstimate {
  const backend = backendOf(options, 'monteCarloExpectation', ['nSamples', 'seed']);
  const { nSamples, seed } = checkMonteCarlo(options);
  if (typeof f !== 'function') throw new InvalidOptionError('f', `f must be a function of a point; got ${show(f)}`);
  return withBackend(backend, ({ log }) => {
    const mean = new RunningMean();
    eachBlock(drawsOf(sampler, seed, log), nSamples, (block, n) => {
      const d = block.length / n;
      for (let i = 0; i < n; i++) {
        const given: unknown = f(block.subarray(i * d, (i + 1) * d));
        const value = typeof given === 'boolean' ? Number(given) : given;
        if (typeof value !== 'number' || value - value !== 0) {
          throw new InvalidDataError(
            `f must give a finite number; got ${show(value)} for sample ${mean.count}`,
            mean.count,
          );
        }
        mean.add(value);
      }
    });
    const { mean: value, standardError } = mean;
    if (value - value !== 0 || standardError - standardError !== 0) {
      throw new InvalidDataError('the values of f are finite, but their mean or variance overflows; scale f down');
    }
    return { value, standardError, nSamples };
  });
}

export function checkMonteCarlo(options: MonteCarloOptions): { nSamples: number; seed: number } {
  return {
    nSamples: integerOption('nSamples', options.nSamples ?? 100_000, 2),
    seed: integerOption('seed', options.seed ?? 0, Number.MIN_SAFE_INTEGER),
  };
}

/** Draws `nSamples` points block by block; blocks of many features have fewer rows, from the second on if `nFeatures` is unknown. */
export function eachBlock(
  draws: Draws,
  nSamples: number,
  visit: (block: Float64Array, n: number) => void,
  nFeatures = 1,
): void {
  let size = blockRowsOf(nFeatures);
  for (let done = 0; done < nSamples; ) {
    const n = Math.min(size, nSamples - done);
    const block = draws.next(n);
    visit(block, n);
    done += n;
    size = blockRowsOf(block.length / n);
  }
}

function drawsOf(sampler: SampledModel | DrawPoint, seed: number, log: (x: number) => number): Draws {
  if (typeof sampler === 'function') return drawsOfFunction(sampler, 'sampler', seed, log);
  if (typeof sampler?.sample === 'function') return drawsOfModel(sampler, 'sampler', seed, log);
  throw new InvalidOptionError(
    'sampler',
    `sampler must be a model with sample(n, { seed }), or a function (random) => point; got ${show(sampler)}`,
  );
}
