/** log p(x|θ) = ELBO(q, θ) + KL(q ‖ p(z|x, θ)), and what the ELBO is made of. */
import type { BackendName, LinearAlgebra } from '../backend.js';
import { toSampleWeights, weightOf } from '../data/weights.js';
import { backendOf } from '../functions/cholesky.js';
import { withBackend } from '../lease.js';
import { divergenceFromLog } from '../numeric/divergence.js';
import { divergenceTerm } from '../numeric/excess.js';
import { type JointTable, jointTable, type MixtureLike, requireMixture } from './mixture-like.js';
import { type ResponsibilitiesLike, resolveResponsibilities } from './responsibilities.js';

/** The terms of the decomposition, nats; `T` is a number (total) or a Float64Array (nSamples). */
export interface DecompositionTerms<T> {
  /** log p(x) */
  readonly logLikelihood: T;
  /** the lower bound E_q log p(x, z) + H(q) */
  readonly elbo: T;
  /** KL(q ‖ p(z|x)) ≥ 0: the gap between the two */
  readonly kl: T;
  /** H(q) = −Σ q log q */
  readonly entropy: T;
  /** E_q log p(x, z): Q(θ, θ_old) when q is the posterior of θ_old */
  readonly expectedCompleteLogLikelihood: T;
  /** E_q log p(x|z); NaN where q is positive and the mixing proportion 0, because p(x, z) = 0 does not tell p(x|z) */
  readonly reconstruction: T;
  /** KL(q ‖ p(z)), p(z) the mixing proportions */
  readonly klPrior: T;
}

/** Totals (weighted by `sampleWeights`), and the terms of every row. */
export interface Decomposition extends DecompositionTerms<number> {
  /** of each row, unweighted (nSamples each) */
  readonly perPoint: DecompositionTerms<Float64Array>;
  /** q itself (nSamples × nComponents, row-major) */
  readonly responsibilities: Float64Array;
}

/** Options of `decompose`. */
export interface DecomposeOptions {
  /** weight of each row in the totals, ≥ 0 */
  sampleWeights?: ArrayLike<number>;
  /** of the logarithms: `'wasm'` (default) or `'js'` */
  backend?: BackendName;
}

type TermName = keyof DecompositionTerms<number>;

const TERMS: readonly TermName[] = [
  'logLikelihood',
  'elbo',
  'kl',
  'entropy',
  'expectedCompleteLogLikelihood',
  'reconstruction',
  'klPrior',
];

/**
 * Splits the log-likelihood of a mixture: for every distribution q over components, log p(x|θ) = ELBO(q, θ) + KL(q ‖ p(z|x, θ))
 * (Neal & Hinton 1998; Bishop 2006, §9.4). The E-step of EM makes the KL 0 by q = posterior, the M-step raises the ELBO.
 * ELBO = expectedCompleteLogLikelihood + entropy = reconstruction − klPrior. For a one-hot q it is the complete-data
 * log-likelihood log p(x, z).
 *
 * 0·log 0 = 0. Where q > 0 and p(z|x) = 0, kl is Infinity and elbo −Infinity. Divergences are summed as q·log(q/p) − q + p:
 * never negative, at most 1e-13 per row for the posterior.
 *
 * @param X rows as the model takes them; one row is enough
 * @param q default `'posterior'`; a table's rows sum to 1 (within 1e-8, then normalised)
 * @throws {InvalidDataError} whatever the model says of X; sampleWeights of a wrong length or domain
 * @throws {InvalidParametersError} not a mixture; q of a wrong shape, negative, rows that do not sum to 1
 * @throws {InvalidOptionError} an unknown name for q, an unknown option
 * @throws {ZeroDensityError} a row whose density is 0 under every component
 * @example
 * const model = GaussianMixture.fit([0, 0.5, 1, 7, 8, 9], { nComponents: 2 });
 * const { logLikelihood, elbo, kl } = decompose(model, [0, 0.5, 1, 7, 8, 9], 'uniform'); // elbo + kl = logLikelihood
 */
export function decompose<Input>(
  model: MixtureLike<Input>,
  X: Input,
  q: ResponsibilitiesLike<Input> = 'posterior',
  options: DecomposeOptions = {},
): Decomposition {
  requireMixture(model, 'decompose');
  const name = backendOf(options, 'decompose', ['sampleWeights']);
  return withBackend(name, (backend) => {
    const table = jointTable(model, X, backend);
    const sampleWeights = toSampleWeights(options.sampleWeights, table.nSamples);
    const responsibilities = resolveResponsibilities(q, table, X, backend);
    const perPoint = termsOf(table, responsibilities, model.weights, backend);
    const totals = Object.fromEntries(TERMS.map((term) => [term, weightedSum(perPoint[term], sampleWeights)]));
    return { ...(totals as Record<TermName, number>), perPoint, responsibilities };
  });
}

function termsOf(
  { nSamples, nComponents, joint, norms }: JointTable,
  q: Float64Array,
  weights: ArrayLike<number>,
  { log, exp }: LinearAlgebra,
): Record<TermName, Float64Array> {
  const terms = Object.fromEntries(TERMS.map((term) => [term, new Float64Array(nSamples)])) as Record<
    TermName,
    Float64Array
  >;
  const logWeights = Float64Array.from(weights, log);
  for (let i = 0; i < nSamples; i++) {
    const norm = norms[i] as number;
    let complete = 0;
    let entropy = 0;
    let kl = 0;
    let reconstruction = 0;
    let klPrior = 0;
    for (let k = 0; k < nComponents; k++) {
      const r = q[i * nComponents + k] as number;
      const term = joint[i * nComponents + k] as number;
      kl += divergenceFromLog(r, term - norm, log, exp);
      klPrior += divergenceTerm(r, weights[k] as number, log);
      if (r === 0) continue;
      complete += r * term;
      entropy -= r * log(r);
      reconstruction += r * (term - (logWeights[k] as number));
    }
    terms.logLikelihood[i] = norm;
    terms.expectedCompleteLogLikelihood[i] = complete;
    terms.entropy[i] = entropy;
    terms.elbo[i] = complete + entropy;
    terms.kl[i] = kl;
    terms.reconstruction[i] = reconstruction;
    terms.klPrior[i] = klPrior;
  }
  return terms;
}

/** Σ s_i·values_i; a row of weight 0 takes no part, whatever its value. */
export function weightedSum(values: Float64Array, weights: Float64Array | undefined): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const weight = weightOf(weights, i);
    if (weight !== 0) sum += weight * (values[i] as number);
  }
  return sum;
}
