/** log p(x) of a mixture by Monte Carlo: what the sum over components costs when it has to be sampled. */
import type { BackendName, LinearAlgebra } from '../backend.js';
import { createRandom } from '../data/random.js';
import { toSampleWeights, weightOf } from '../data/weights.js';
import { InvalidParametersError } from '../errors.js';
import { drawComponent } from '../families/gaussian-parameters.js';
import { backendOf } from '../functions/cholesky.js';
import type { MonteCarloEstimate } from '../information/expectation.js';
import { withBackend } from '../lease.js';
import { integerOption } from '../options.js';
import { type JointTable, jointTable, type MixtureLike, requireMixture } from './mixture-like.js';
import { type ResponsibilitiesLike, resolveResponsibilities } from './responsibilities.js';

/** Options of `estimateLogLikelihood`. */
export interface EstimateOptions<Input> {
  /**
   * where z is drawn from: `'prior'` (default, the mixing proportions), `'posterior'`, or any q of `decompose` that is
   * positive wherever p(x, z) is
   */
  proposal?: 'prior' | ResponsibilitiesLike<Input>;
  /** draws of z for each row, at least 2; default 1000 */
  nSamples?: number;
  /** any safe integer; the same seed gives the same bits; default 0 */
  seed?: number;
  /** weight of each row in the total, ≥ 0 */
  sampleWeights?: ArrayLike<number>;
  /** `'wasm'` (default) or `'js'` */
  backend?: BackendName;
}

/** Total log-likelihood, nats; `nSamples` draws for each row. */
export interface LogLikelihoodEstimate extends MonteCarloEstimate {
  /** the same for each row */
  readonly perPoint: {
    /** estimates of log p(x) (nSamples of the data), nats */
    readonly value: Float64Array;
    /** (nSamples of the data); Infinity where nothing can be said: every draw had density 0, or all of the prior's fell on one component of several */
    readonly standardError: Float64Array;
  };
}

/** A proposal may miss this much of a row's posterior: what rounding to 0 leaves out. */
const MISSED = 1e-12;

/**
 * log p(x) ≈ log (1/S) Σ_s p(x, z_s)/q(z_s), z_s drawn from the proposal q (importance sampling), in the log domain, with the
 * standard error of the logarithm by the delta method. A mixture knows the answer exactly (`scoreSamples`); here one sees
 * what models without that sum have to live with:
 *
 * - `'prior'`: the weights are p(x|z), so this is their plain average. Poor where most components have p(x|z) ≈ 0: few
 *   draws decide, and the standard error, estimated from the same draws, is then itself too small.
 * - `'posterior'`: every weight is p(x), so one draw would do: no variance but rounding.
 * - A plain average of p(x|z) over posterior draws, without the weights 1/q, is not an estimate of p(x) at all: its mean is
 *   Σ_z p(z|x)·p(x|z) ≥ p(x), however many draws.
 *
 * The logarithm of an average lies low by about half its squared standard error (Jensen).
 *
 * @param X rows as the model takes them
 * @throws {InvalidParametersError} not a mixture; q of a wrong shape or domain, or 0 where p(x, z) is not
 * @throws {InvalidOptionError} an impossible or unknown option
 * @throws {ZeroDensityError} a row whose density is 0 under every component
 * @example
 * const model = GaussianMixture.fit([0, 0.5, 1, 7, 8, 9], { nComponents: 2 });
 * const { value, standardError } = estimateLogLikelihood(model, [0, 8], { nSamples: 10000, seed: 1 });
 */
export function estimateLogLikelihood<Input>(
  model: MixtureLike<Input>,
  X: Input,
  options: EstimateOptions<Input> = {},
): LogLikelihoodEstimate {
  requireMixture(model, 'estimateLogLikelihood');
  const where = 'estimateLogLikelihood';
  const name = backendOf(options, where, ['proposal', 'nSamples', 'seed', 'sampleWeights']);
  const nDraws = integerOption('nSamples', options.nSamples ?? 1000, 2);
  const seed = integerOption('seed', options.seed ?? 0, Number.MIN_SAFE_INTEGER);
  return withBackend(name, (backend) => {
    const table = jointTable(model, X, backend);
    const { nSamples, nComponents: k } = table;
    const sampleWeights = toSampleWeights(options.sampleWeights, nSamples);
    const proposal = options.proposal ?? 'prior';
    const q =
      proposal === 'prior'
        ? Float64Array.from(table.joint, (_, at) => model.weights[at % k] as number)
        : resolveResponsibilities(proposal, table, X, backend);
    checkSupport(q, table);

    const random = createRandom(seed, backend.log);
    const counts = new Float64Array(k);
    const value = new Float64Array(nSamples);
    const standardError = new Float64Array(nSamples);
    let total = 0;
    let variance = 0;
    for (let i = 0; i < nSamples; i++) {
      const from = i * k;
      const part = q.subarray(from, from + k);
      counts.fill(0);
      for (let s = 0; s < nDraws; s++) {
        const z = drawComponent(part, random);
        counts[z] = (counts[z] as number) + 1;
      }
      const logRatios = part.map((r, z) => (table.joint[from + z] as number) - backend.log(r));
      const estimate = logOfMean(logRatios, counts, nDraws, backend);
      value[i] = estimate.value;
      standardError[i] = proposal === 'prior' && isBlind(part, counts) ? Infinity : estimate.standardError;
      const weight = weightOf(sampleWeights, i);
      if (weight === 0) continue;
      total += weight * estimate.value;
      const error = weight * (standardError[i] as number);
      variance += error * error;
    }
    return {
      value: total,
      standardError: Math.sqrt(variance),
      nSamples: nDraws,
      perPoint: { value, standardError },
    };
  });
}

/** All draws on one component, though others are possible: no spread, and no reason to trust it. */
function isBlind(q: Float64Array, counts: Float64Array): boolean {
  const possible = q.reduce((n, r) => n + (r > 0 ? 1 : 0), 0);
  return possible > 1 && counts.reduce((n, count) => n + (count > 0 ? 1 : 0), 0) === 1;
}

/** log of the mean of exp(logRatios[z]), each drawn counts[z] times, and its standard error σ/(√S·mean). */
function logOfMean(logRatios: Float64Array, counts: Float64Array, n: number, { log, exp }: LinearAlgebra) {
  let top = -Infinity;
  for (let z = 0; z < counts.length; z++) {
    if ((counts[z] as number) > 0) top = Math.max(top, logRatios[z] as number);
  }
  if (top === -Infinity) return { value: -Infinity, standardError: Infinity };
  const ratios = logRatios.map((ratio, z) => ((counts[z] as number) > 0 ? exp(ratio - top) : 0));
  let mean = 0;
  for (let z = 0; z < counts.length; z++) mean += ((counts[z] as number) * (ratios[z] as number)) / n;
  let squares = 0;
  for (let z = 0; z < counts.length; z++) {
    const deviation = (ratios[z] as number) - mean;
    squares += (counts[z] as number) * deviation * deviation;
  }
  return { value: top + log(mean), standardError: Math.sqrt(squares / (n - 1) / n) / mean };
}

/** A proposal that never draws a component that matters would estimate something else without showing it. */
function checkSupport(q: Float64Array, { nSamples, nComponents, posterior }: JointTable): void {
  for (let i = 0; i < nSamples; i++) {
    let missed = 0;
    for (let at = i * nComponents; at < (i + 1) * nComponents; at++) {
      if (q[at] === 0) missed += posterior[at] as number;
    }
    if (missed <= MISSED) continue;
    throw new InvalidParametersError(
      `the proposal is 0 in row ${i} for components that hold ${missed} of its posterior; it must be positive wherever p(x, z) is`,
    );
  }
}
