/** Both half-steps of EM: the E-step closes the gap between the ELBO and log p(x), the M-step raises the ELBO. */
import type { LinearAlgebra } from '../backend.js';
import type { Dataset } from '../data/dataset.js';
import { divergenceFromLog } from '../numeric/divergence.js';
import { blocksOf, TreeSum } from './blocks.js';
import type { BlockKernels, MixtureParameters } from './model.js';

/**
 * The ELBO along a fit (Neal & Hinton 1998), totals in nats. With θ_t the parameters after t M-steps and q_t their posterior:
 * afterE[0] ≤ afterM[0] ≤ afterE[1] ≤ afterM[1] ≤ …, and afterE[t + 1] = afterM[t] + kl[t].
 *
 * The M-step maximises the ELBO only if it maximises the likelihood: `regCovar` above 0 or a prior may lower it a little. So
 * may `optimizer: 'gradient'`, which climbs log p(X|θ) itself, and the steps of `acceleration` that are not EM's own.
 */
export interface ElboTrace {
  /** ELBO(q_t, θ_t) = log p(X|θ_t): the gap is 0 after the E-step (nIter + 1) */
  readonly afterE: Float64Array;
  /** ELBO(q_t, θ_{t+1}): the responsibilities are those of before the M-step (nIter) */
  readonly afterM: Float64Array;
  /** KL(q_t ‖ p(z|X, θ_{t+1})) ≥ 0: what E-step t + 1 removes (nIter) */
  readonly kl: Float64Array;
}

interface RecorderParts<C> {
  readonly data: Dataset;
  readonly kernels: Pick<BlockKernels<C, unknown>, 'score'>;
  readonly algebra: LinearAlgebra;
  /** rows of a block */
  readonly rows: number;
}

/**
 * Records one start. Each M-step costs two scoring passes over the data (the old responsibilities, the new joint
 * log-densities) and a sum over rows × components in JavaScript; nothing of that size is kept.
 */
export class ElboRecorder<C> {
  readonly #parts: RecorderParts<C>;
  readonly #afterE: number[] = [];
  readonly #afterM: number[] = [];
  readonly #kl: number[] = [];
  #previous: MixtureParameters<C> | undefined;

  constructor(parts: RecorderParts<C>) {
    this.#parts = parts;
  }

  /** The parameters after one more M-step, with their log-likelihood. */
  add(parameters: MixtureParameters<C>, logLikelihood: number): void {
    if (this.#previous !== undefined) {
      const [elbo, kl] = this.#between(this.#previous, parameters);
      this.#afterM.push(elbo);
      this.#kl.push(kl);
    }
    this.#afterE.push(logLikelihood);
    this.#previous = parameters;
  }

  get trace(): ElboTrace {
    return {
      afterE: Float64Array.from(this.#afterE),
      afterM: Float64Array.from(this.#afterM),
      kl: Float64Array.from(this.#kl),
    };
  }

  /** ELBO(q_before, after) = Q + H(q_before), and KL(q_before ‖ q_after). */
  #between(before: MixtureParameters<C>, after: MixtureParameters<C>): [number, number] {
    const { data, kernels, algebra, rows } = this.#parts;
    const { log, exp } = algebra;
    const k = before.weights.length;
    const q = new Float64Array(rows * k);
    const joint = new Float64Array(rows * k);
    const norms = new Float64Array(rows);
    // the same tree as the log-likelihood's, so that the two differ by as little rounding as they can
    const sum = new TreeSum<[number, number]>((a, b) => [a[0] + b[0], a[1] + b[1]]);
    for (const block of blocksOf(data, rows)) {
      const { start, nRows } = block;
      const size = nRows * k;
      kernels.score(before, block, { responsibilities: q.subarray(0, size) });
      kernels.score(after, block, {
        weightedLogProb: joint.subarray(0, size),
        logProbNorm: norms.subarray(0, nRows),
      });
      let elbo = 0;
      let kl = 0;
      for (let i = 0; i < nRows; i++) {
        const weight = data.sampleWeights === undefined ? 1 : (data.sampleWeights[start + i] as number);
        if (weight === 0) continue;
        const norm = norms[i] as number;
        let lower = 0;
        let gap = 0;
        for (let at = i * k; at < (i + 1) * k; at++) {
          const r = q[at] as number;
          const term = joint[at] as number;
          gap += divergenceFromLog(r, term - norm, log, exp);
          if (r > 0) lower += r * (term - log(r));
        }
        elbo += weight * lower;
        kl += weight * gap;
      }
      sum.add([elbo, kl]);
    }
    return sum.total() as [number, number];
  }
}
