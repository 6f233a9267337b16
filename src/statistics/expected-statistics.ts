/** The E-step as a value of its own. */

import { Handouts } from '../data/handouts.js';
import type { BernoulliMixture } from '../families/bernoulli-mixture.js';
import type { GaussianMixture } from '../families/gaussian-mixture.js';
import { checkKnown, type NoOptions } from '../options.js';
import { type ExpectedStatisticsJSON, parseStatistics, serializeStatistics } from './json.js';
import type { StatisticsState } from './state.js';

/** The mixtures whose statistics can be had. */
export type StatisticsModel = GaussianMixture | BernoulliMixture;

/** How other modules of this package reach the numbers. */
export const STATE: unique symbol = Symbol('state');

/** The family's name of a model's class. */
export type FamilyName<Model> = Model extends GaussianMixture ? 'gaussian' : 'bernoulli';

/**
 * Expected sufficient statistics of some rows under a model, immutable: all that the M-step needs to know of the rows, a few
 * numbers for each component however many rows there are.
 */
export class ExpectedStatistics<Model extends StatisticsModel = StatisticsModel> {
  readonly #state: StatisticsState;
  readonly #handouts = new Handouts();

  /** @internal */
  constructor(state: StatisticsState) {
    this.#state = state;
  }

  /** @internal */
  get [STATE](): StatisticsState {
    return this.#state;
  }

  /** `'gaussian'` or `'bernoulli'`. */
  get family(): FamilyName<Model> {
    return this.#state.family as FamilyName<Model>;
  }
  /** Number of components K. */
  get nComponents(): number {
    return this.#state.counts.length;
  }
  /** Number of columns D. */
  get nFeatures(): number {
    return this.#state.nFeatures;
  }
  /** Rows summed, those of weight 0 included. */
  get nSamples(): number {
    return this.#state.nSamples;
  }
  /** Σ weights of the rows. */
  get weight(): number {
    return this.#state.weight;
  }
  /** Σ weight·log p(x) under the model (or models) that the statistics were taken with: total, nats. */
  get logLikelihood(): number {
    return this.#state.logLikelihood;
  }
  /** N_k = Σ weight·p(k|x) (nComponents). */
  get componentCounts(): Float64Array {
    return this.#handouts.of('componentCounts', () => this.#state.counts);
  }

  /** Plain JSON, every digit kept: `JSON.stringify(statistics)` calls it. */
  toJSON(): ExpectedStatisticsJSON {
    return serializeStatistics(this.#state);
  }

  /**
   * Statistics saved by `toJSON` (the object, or its JSON text). Everything is checked; nothing but numbers is taken over.
   * What family they are of is read, not known: say it as a type, or ask `family`.
   *
   * @throws {InvalidParametersError} no saved statistics, another version, or numbers of a wrong shape or domain
   */
  static fromJSON<Model extends StatisticsModel = StatisticsModel>(
    json: unknown,
    options?: NoOptions,
  ): ExpectedStatistics<Model> {
    checkKnown(options, [], 'ExpectedStatistics.fromJSON');
    return new ExpectedStatistics(parseStatistics(json));
  }
}
