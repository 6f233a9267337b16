/** Both half-steps of EM: the E-step closes the gap between the ELBO and log p(x), the M-step raises the ELBO. */
import type { LinearAlgebra } from '../backend.js';
import type { Block, Dataset } from '../data/dataset.js';
import { weightOf } from '../data/weights.js';
import { divergenceFrom } from '../numeric/divergence.js';
import { blocksOf, TreeSum } from './blocks.js';
import type { ScoreOutput } from './model.js';

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

interface RecorderParts<P> {
  readonly data: Dataset;
  readonly nComponents: number;
  readonly kernels: { score(parameters: P, block: Block, out: ScoreOutput): void };
  readonly algebra: Pick<LinearAlgebra, 'log'>;
  /** rows of a block */
  readonly rows: number;
}

/** What a scoring pass says of some rows. */
interface Scores {
  readonly responsibilities: Float64Array;
  readonly weightedLogProb: Float64Array;
  readonly logProbNorm: Float64Array;
}

/** Scores of all rows are kept for the next M-step if they need no more than this; otherwise they are computed again. */
const MOST_KEPT = 2 ** 26;

/**
 * Records one start. Each M-step costs one scoring pass over the data (two where the scores do not fit into `mostKept`
 * bytes; the figures are the same) and a sum over rows × components in JavaScript.
 */
export class ElboRecorder<P> {
  readonly #parts: RecorderParts<P>;
  readonly #afterE: number[] = [];
  readonly #afterM: number[] = [];
  readonly #kl: number[] = [];
  /** of each block under `#previous` */
  readonly #kept: Scores[] | undefined;
  #previous: P | undefined;

  constructor(parts: RecorderParts<P>, mostKept = MOST_KEPT) {
    this.#parts = parts;
    if (8 * (2 * parts.nComponents + 1) * parts.data.nSamples <= mostKept) this.#kept = [];
  }

  /** The parameters after one more M-step, with their log-likelihood. */
  add(parameters: P, logLikelihood: number): void {
    const before = this.#previous;
    const [gain, kl] = this.#advance(before, parameters);
    if (before !== undefined) {
      this.#afterM.push((this.#afterE.at(-1) as number) + gain);
      this.#kl.push(kl);
    }
    this.#afterE.push(logLikelihood);
    this.#previous = parameters;
  }

  /** The last of afterM and kl; NaN before the first M-step. */
  get last(): { readonly elbo: number; readonly kl: number } {
    return { elbo: this.#afterM.at(-1) ?? Number.NaN, kl: this.#kl.at(-1) ?? Number.NaN };
  }

  get trace(): ElboTrace {
    return {
      afterE: Float64Array.from(this.#afterE),
      afterM: Float64Array.from(this.#afterM),
      kl: Float64Array.from(this.#kl),
    };
  }

  /**
   * Σ s·q·(log p(x, z|after) − log p(x, z|before)) with q the posterior of `before`, by which the M-step raises the ELBO (the
   * entropy of q stays what it was), and KL(q ‖ posterior of `after`). Without `before` only the scores are kept.
   */
  #advance(before: P | undefined, after: P): [number, number] {
    const { data, algebra, rows, nComponents } = this.#parts;
    const kept = this.#kept;
    // the same tree as the log-likelihood's, so that the two differ by as little rounding as they can
    const sum = new TreeSum<[number, number]>((a, b) => [a[0] + b[0], a[1] + b[1]]);
    for (const block of blocksOf(data, rows)) {
      const at = block.start / rows;
      if (before === undefined && kept === undefined) continue;
      const now = this.#score(after, block);
      if (before !== undefined) {
        const then = kept?.[at] ?? this.#score(before, block);
        sum.add(compare(then, now, data.sampleWeights, block, nComponents, algebra.log));
      }
      if (kept !== undefined) kept[at] = now;
    }
    return sum.total() ?? [0, 0];
  }

  #score(parameters: P, block: Block): Scores {
    const { kernels, nComponents } = this.#parts;
    const out = {
      responsibilities: new Float64Array(block.nRows * nComponents),
      weightedLogProb: new Float64Array(block.nRows * nComponents),
      logProbNorm: new Float64Array(block.nRows),
    };
    kernels.score(parameters, block, out);
    return out;
  }
}

/** The two sums of one block. */
function compare(
  then: Scores,
  now: Scores,
  sampleWeights: Float64Array | undefined,
  { start, nRows }: Block,
  k: number,
  log: (x: number) => number,
): [number, number] {
  const { responsibilities: q, weightedLogProb: before } = then;
  const { responsibilities: p, weightedLogProb: after, logProbNorm } = now;
  let gain = 0;
  let kl = 0;
  for (let i = 0; i < nRows; i++) {
    const weight = weightOf(sampleWeights, start + i);
    if (weight === 0) continue;
    const norm = logProbNorm[i] as number;
    let rise = 0;
    let gap = 0;
    for (let at = i * k; at < (i + 1) * k; at++) {
      const r = q[at] as number;
      const term = after[at] as number;
      gap += divergenceFrom(r, p[at] as number, term - norm, log);
      if (r > 0) rise += r * (term - (before[at] as number));
    }
    gain += weight * rise;
    kl += weight * gap;
  }
  return [gain, kl];
}
