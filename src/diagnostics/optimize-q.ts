/** The E-step by gradient ascent: the q that maximises the ELBO at fixed parameters is the posterior. */

import type { Backend, BackendName } from '../backend.js';
import { InvalidOptionError, InvalidParametersError, show } from '../errors.js';
import { backendOf } from '../functions/cholesky.js';
import { LOG_SUM_EXP } from '../functions/log-sum-exp-kernels.js';
import { withBackend } from '../lease.js';
import { divergenceFromLog } from '../numeric/divergence.js';
import { sumOf } from '../numeric/vectors.js';
import { choiceOption, integerOption, nonNegativeOption } from '../options.js';
import { type JointTable, jointTable, type MixtureLike, requireMixture } from './mixture-like.js';
import { type ResponsibilitiesLike, resolveResponsibilities } from './responsibilities.js';

/** Options of `optimizeQ`. */
export interface OptimizeQOptions<Input> {
  /** where to start, positive everywhere; default `'uniform'` */
  q?: ResponsibilitiesLike<Input>;
  /**
   * `'natural'` (default): the gradient in the geometry of q (Amari 1998), log p(x, z) − log q(z) for the logit of z.
   * `'plain'`: the partial derivatives, q(z)·(log p(x, z) − log q(z) − ELBO); they vanish with q(z), so components that
   * hardly matter take thousands of iterations to go.
   */
  gradient?: 'natural' | 'plain';
  /** first step, in (0, 1] for `'natural'`, where 1 is the E-step: the posterior at once; default 0.5 (plain: 1) */
  stepSize?: number;
  /** stop when no q(z) is farther than this from the maximum; default 1e-10 */
  tol?: number;
  /** most iterations; default 10000 */
  maxIter?: number;
  /** `'wasm'` (default) or `'js'` */
  backend?: BackendName;
}

/** What `optimizeQ` found, and its way there. */
export interface OptimizedQ {
  /** q (nSamples × nComponents, row-major) */
  readonly responsibilities: Float64Array;
  /** whether `tol` was met within `maxIter` */
  readonly converged: boolean;
  /** iterations done */
  readonly nIter: number;
  /** totals after t iterations, nats (nIter + 1 each): the ELBO never falls, elbo + kl is the log-likelihood */
  readonly trace: { readonly elbo: Float64Array; readonly kl: Float64Array };
}

/**
 * Gradient ascent of ELBO(q, θ) over the logits of q at fixed θ, each row on its own. A step that would lower a row's ELBO is
 * taken back and tried shorter (backtracking). It ends where the E-step of EM goes in closed form: at the posterior
 * (Neal & Hinton 1998).
 *
 * @param X rows as the model takes them
 * @throws {InvalidParametersError} not a mixture; a start of a wrong shape or domain, or with a 0 (a logit of −∞ cannot move)
 * @throws {InvalidOptionError} an impossible or unknown option
 * @throws {ZeroDensityError} a row whose density is 0 under every component
 * @example
 * const model = GaussianMixture.fit([0, 0.5, 1, 7, 8, 9], { nComponents: 2 });
 * const { responsibilities, trace } = optimizeQ(model, [0, 8]); // model.predictProba([0, 8])
 */
export function optimizeQ<Input>(
  model: MixtureLike<Input>,
  X: Input,
  options: OptimizeQOptions<Input> = {},
): OptimizedQ {
  requireMixture(model, 'optimizeQ');
  const name = backendOf(options, 'optimizeQ', ['q', 'gradient', 'stepSize', 'tol', 'maxIter']);
  const gradient = choiceOption('gradient', options.gradient ?? 'natural', ['natural', 'plain'] as const);
  const natural = gradient === 'natural';
  const stepSize = checkStep(options.stepSize ?? (natural ? 0.5 : 1), natural);
  const tol = nonNegativeOption('tol', options.tol ?? 1e-10);
  const maxIter = integerOption('maxIter', options.maxIter ?? 10_000, 0);
  return withBackend(name, (backend) => {
    const table = jointTable(model, X, backend);
    const ascent = new Ascent(table, resolveResponsibilities(options.q ?? 'uniform', table, X, backend), backend);
    const steps = new Float64Array(table.nSamples).fill(stepSize);
    const kl = [ascent.total];
    while (ascent.distance > tol && kl.length <= maxIter) {
      ascent.step(steps, natural, stepSize);
      kl.push(ascent.total);
    }
    let logLikelihood = 0;
    for (const norm of table.norms) logLikelihood += norm;
    return {
      responsibilities: ascent.q,
      converged: ascent.distance <= tol,
      nIter: kl.length - 1,
      trace: { elbo: Float64Array.from(kl, (gap) => logLikelihood - gap), kl: Float64Array.from(kl) },
    };
  });
}

function checkStep(value: unknown, natural: boolean): number {
  if (typeof value === 'number' && value > 0 && value < Infinity && (!natural || value <= 1)) return value;
  throw new InvalidOptionError(
    'stepSize',
    `stepSize must be a finite number > 0${natural ? ', at most 1 for the natural gradient' : ''}; got ${show(value)}`,
  );
}

/** The state of the ascent: q with its logarithms, and every row's gap. */
class Ascent {
  q: Float64Array;
  #logQ: Float64Array;
  #gaps: Float64Array;

  constructor(
    private readonly table: JointTable,
    q: Float64Array,
    private readonly backend: Backend,
  ) {
    const zero = q.indexOf(0);
    if (zero >= 0) {
      const k = table.nComponents;
      throw new InvalidParametersError(
        `q must be positive to start from; it is 0 at row ${Math.floor(zero / k)}, component ${zero % k}, and its logit −∞ cannot move`,
      );
    }
    this.q = q;
    this.#logQ = q.map((r) => backend.log(r));
    this.#gaps = this.#gapsOf(q);
  }

  /** Σ KL(q ‖ p(z|x)): what the ELBO still lacks. */
  get total(): number {
    return sumOf(this.#gaps);
  }

  /** Largest |q − posterior|. */
  get distance(): number {
    let largest = 0;
    for (let at = 0; at < this.q.length; at++) {
      largest = Math.max(largest, Math.abs((this.q[at] as number) - (this.table.posterior[at] as number)));
    }
    return largest;
  }

  /** One attempt for every row; rows whose gap would widen stay where they are and try less the next time. */
  step(steps: Float64Array, natural: boolean, most: number): void {
    const { nSamples, nComponents: k } = this.table;
    const logits = new Float64Array(this.q.length);
    for (let i = 0; i < nSamples; i++) this.#ascend(i, steps[i] as number, natural, logits);
    const norms = new Float64Array(nSamples);
    const q = new Float64Array(logits.length);
    this.backend.open(LOG_SUM_EXP, undefined)(logits, k, norms, q);
    const gaps = this.#gapsOf(q);
    for (let i = 0; i < nSamples; i++) {
      if (!((gaps[i] as number) <= (this.#gaps[i] as number))) {
        steps[i] = (steps[i] as number) / 4;
        continue;
      }
      steps[i] = natural ? Math.min(most, 2 * (steps[i] as number)) : 2 * (steps[i] as number);
      this.#gaps[i] = gaps[i] as number;
      for (let at = i * k; at < (i + 1) * k; at++) {
        this.q[at] = q[at] as number;
        this.#logQ[at] = (logits[at] as number) - (norms[i] as number);
      }
    }
  }

  /** Logits of a row after a step along its gradient. A component with p(x, z) = 0 leaves at once: its slope is −∞. */
  #ascend(i: number, step: number, natural: boolean, logits: Float64Array): void {
    const { nComponents: k, joint } = this.table;
    let mean = 0;
    for (let at = i * k; at < (i + 1) * k; at++) {
      if (joint[at] !== -Infinity && (this.q[at] as number) > 0) mean += (this.q[at] as number) * this.#slope(at, i);
    }
    for (let at = i * k; at < (i + 1) * k; at++) {
      if (joint[at] === -Infinity) {
        logits[at] = -Infinity;
        continue;
      }
      const slope = this.#slope(at, i);
      // a constant added to all logits of a row changes nothing: the natural one needs no mean
      const move = natural ? slope : (this.q[at] as number) * (slope - mean);
      logits[at] = (this.#logQ[at] as number) + step * move;
    }
  }

  /** log p(z|x) − log q(z) */
  #slope(at: number, i: number): number {
    return (this.table.joint[at] as number) - (this.table.norms[i] as number) - (this.#logQ[at] as number);
  }

  #gapsOf(q: Float64Array): Float64Array {
    const { nSamples, nComponents: k, joint, norms } = this.table;
    const { log, exp } = this.backend;
    const gaps = new Float64Array(nSamples);
    for (let at = 0; at < q.length; at++) {
      const i = Math.floor(at / k);
      const logP = (joint[at] as number) - (norms[i] as number);
      gaps[i] = (gaps[i] as number) + divergenceFromLog(q[at] as number, logP, log, exp);
    }
    return gaps;
  }
}
