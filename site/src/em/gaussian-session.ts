/** A Gaussian mixture being fitted: data that can be edited, EM by half-steps, means that can be dragged. */
import { decompose, GaussianMixture, type GaussianMixtureOptions } from 'mixwasm';
import type { Dataset } from '../data/dataset.js';
import { type Parameters, parametersOf } from './gaussians.js';
import type { HalfStepFrame } from './half-steps.js';
import { Player } from './player.js';

export interface GaussianFrame extends HalfStepFrame {
  readonly parameters: Parameters;
  /** whose posterior the responsibilities are; undefined before the first E-step */
  readonly posteriorOf: Parameters | undefined;
}

export class GaussianSession {
  readonly player: Player<GaussianFrame, GaussianMixture>;
  readonly dataset: Dataset;
  readonly #options: GaussianMixtureOptions;
  #cached: { of: Parameters; q: Float64Array } | undefined;

  /** @throws whatever `GaussianMixture.steps` throws for the data, or in the first E-step */
  constructor(dataset: Dataset, options: GaussianMixtureOptions, from?: Parameters) {
    this.dataset = dataset;
    this.#options = options;
    this.player = new Player(from === undefined ? this.#fromStart() : this.#from(from));
  }

  /** Responsibilities of a frame (nSamples × nComponents), computed from the parameters they belong to: not kept for all. */
  responsibilities({ posteriorOf }: GaussianFrame): Float64Array | undefined {
    if (posteriorOf === undefined) return undefined;
    if (this.#cached?.of !== posteriorOf) {
      const q = GaussianMixture.fromParameters(posteriorOf).predictProba(this.dataset.matrix);
      this.#cached = { of: posteriorOf, q };
    }
    return this.#cached.q;
  }

  /** The mixture of a frame: that of the fit where it has ended, with its record. */
  model(): GaussianMixture {
    const { player } = this;
    if (player.atEnd && player.result !== undefined) return player.result;
    return GaussianMixture.fromParameters(player.frame.parameters);
  }

  /** Puts a mean elsewhere; the responsibilities stay, so that the ELBO falls below the log-likelihood. */
  moveMean(k: number, to: readonly { feature: number; value: number }[]): void {
    const { player, dataset } = this;
    const { kind, parameters: old, posteriorOf, iteration } = player.frame;
    const means = old.means.slice();
    for (const { feature, value } of to) means[k * old.nFeatures + feature] = value;
    const parameters = { ...old, means };
    const model = GaussianMixture.fromParameters(parameters);
    const q = this.responsibilities(player.frame);
    const terms = decompose(model, dataset.matrix, q === undefined ? 'posterior' : q);
    const { logLikelihood } = terms;
    const frame: GaussianFrame = {
      kind: q === undefined ? 'start' : 'moved',
      iteration: q === undefined ? 0 : iteration,
      parameters,
      posteriorOf,
      logLikelihood,
      elbo: q === undefined ? undefined : terms.elbo,
      kl: q === undefined ? undefined : terms.kl,
      stopReason: undefined,
    };
    player.branch(frame, this.#from(parameters), kind === 'moved' || kind === 'start');
  }

  *#fromStart(): Generator<GaussianFrame, GaussianMixture> {
    let first = true;
    const frames = this.#steps(this.#options);
    for (;;) {
      const { value, done } = frames.next();
      if (done) return value;
      if (first) yield { ...value, kind: 'start', posteriorOf: undefined, elbo: undefined, kl: undefined };
      first = false;
      yield value;
    }
  }

  #from(parameters: Parameters): Generator<GaussianFrame, GaussianMixture> {
    const { weights, means, covariances } = parameters;
    return this.#steps({ ...this.#options, initialParameters: { weights, means, covariances } });
  }

  *#steps(options: GaussianMixtureOptions): Generator<GaussianFrame, GaussianMixture> {
    const steps = GaussianMixture.steps(this.dataset.matrix, { ...options, half: true });
    let posteriorOf: Parameters | undefined;
    try {
      for (;;) {
        const { value: step, done } = steps.next();
        if (done) return step;
        const parameters = parametersOf(step);
        if (step.half === 'E') posteriorOf = parameters;
        const { half: kind, iteration, logLikelihood, elbo, kl, stopReason } = step;
        yield { kind, iteration, logLikelihood, elbo, kl, stopReason, parameters, posteriorOf };
      }
    } finally {
      steps.return(undefined as never);
    }
  }
}
