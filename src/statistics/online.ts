/** Online EM: a mixture that learns from one batch after another and forgets the batches. */

import type { BinaryInput } from '../data/binary.js';
import type { DataInput } from '../data/matrix.js';
import { InvalidOptionError, show } from '../errors.js';
import { BernoulliMixture } from '../families/bernoulli-mixture.js';
import { GaussianMixture } from '../families/gaussian-mixture.js';
import { PARTS } from '../families/internals.js';
import { jsonReader } from '../families/mixture-json.js';
import type { WeightedOptions } from '../families/mixture-model.js';
import { withBackend } from '../lease.js';
import { checkKnown, integerOption, type NoOptions } from '../options.js';
import { type ExpectedStatistics, STATE, type StatisticsModel } from './expected-statistics.js';
import type { MaximizationSettings } from './family.js';
import { type ExpectedStatisticsJSON, parseStatistics, serializeStatistics } from './json.js';
import { type StatisticsState, scaled } from './state.js';
import {
  checkMaximization,
  expectation,
  type MaximizationOptions,
  maximized,
  merged,
  requireAlike,
  statisticsOfModel,
} from './verbs.js';

/** Options of `OnlineMixture.from`. */
export interface OnlineOptions extends MaximizationOptions {
  /** batch t, from 0, is mixed in by (t + 2)^−alpha; 0.5 < alpha ≤ 1, default 0.7. The smaller, the sooner the past is forgotten */
  alpha?: number;
  /** batches to count as seen already: the more, the less the first ones change the model; default 0 */
  nSteps?: number;
}

/** What `toJSON` returns. */
export interface OnlineMixtureJSON {
  /** what this is, for readers of files */
  format: typeof FORMAT;
  /** of the format */
  version: typeof VERSION;
  /** as in `OnlineOptions` */
  alpha: number;
  /** batches seen so far */
  nSteps: number;
  /** of a Gaussian mixture */
  regCovar?: MaximizationSettings['regCovar'];
  /** of a Bernoulli mixture */
  prior?: MaximizationSettings['prior'];
  /** the model reached */
  model: ReturnType<StatisticsModel['toJSON']>;
  /** the running statistics, of weight 1 */
  statistics: ExpectedStatisticsJSON;
}

const FORMAT = 'mixwasm/online-mixture';
const VERSION = 1;

/** The rows that a model's class takes. */
type InputOf<Model> = Model extends GaussianMixture ? DataInput : BinaryInput;

interface OnlineState<Model> {
  readonly model: Model;
  /** running statistics, of weight 1 */
  readonly statistics: StatisticsState;
  readonly alpha: number;
  readonly nSteps: number;
  readonly settings: MaximizationSettings;
  readonly score: number | undefined;
}

/**
 * Stepwise EM (Cappé & Moulines 2009; Liang & Klein 2009): after the E-step of batch t the running statistics per unit of
 * weight become (1 − γ)·old + γ·new with γ = (t + 2)^−alpha, and the M-step follows. The running statistics begin as those
 * that the first model has of itself, so no component dies of an unlucky first batch.
 *
 * Immutable, as models are: `partialFit` returns the next one. The same batches in the same order give the same bits.
 *
 * @example
 * let online = OnlineMixture.from(GaussianMixture.fit(firstRows, { nComponents: 3 }), { nSteps: 10 });
 * for await (const batch of batches) online = online.partialFit(batch);
 * online.model.predict(rows);
 */
export class OnlineMixture<Model extends StatisticsModel = StatisticsModel> {
  readonly #state: OnlineState<Model>;

  private constructor(state: OnlineState<Model>) {
    this.#state = state;
  }

  /**
   * Begins with a model: fitted to some rows, or made of parameters.
   *
   * @throws {InvalidOptionError} an impossible or unknown option
   */
  static from<Model extends StatisticsModel>(model: Model, options: OnlineOptions = {}): OnlineMixture<Model> {
    const statistics = statisticsOfModel(model, 'OnlineMixture.from');
    const settings = checkMaximization(options, statistics.family, 'OnlineMixture.from', ['alpha', 'nSteps']);
    const alpha = checkAlpha(options.alpha ?? 0.7);
    const nSteps = integerOption('nSteps', options.nSteps ?? 0, 0);
    return new OnlineMixture({ model, statistics, alpha, nSteps, settings, score: undefined });
  }

  /** The mixture as of now. */
  get model(): Model {
    return this.#state.model;
  }
  /** Batches seen, and those counted as seen. */
  get nSteps(): number {
    return this.#state.nSteps;
  }
  /** As in `OnlineOptions`: how fast the past is forgotten. */
  get alpha(): number {
    return this.#state.alpha;
  }
  /** Mean log-likelihood of the last batch under the model before it had seen it, nats; undefined before the first batch. */
  get score(): number | undefined {
    return this.#state.score;
  }

  /**
   * One E-step over the batch and one M-step; returns what comes of it, `this` stays as it is.
   *
   * @param batch nSamples × nFeatures, as `predict` takes them
   * @throws {InvalidDataError} rows that do not fit the model, or differ by so little that their squares underflow
   * @throws {ZeroDensityError} a row whose density is 0 under every component
   * @throws {DegenerateComponentError} a component collapsed
   */
  partialFit(batch: InputOf<Model>, options: WeightedOptions = {}): OnlineMixture<Model> {
    const { model, statistics, alpha, nSteps, settings } = this.#state;
    const { [STATE]: seen } = expectation(model as GaussianMixture, batch as DataInput, options) as ExpectedStatistics;
    const gamma = withBackend(model[PARTS].backend, ({ exp, log }) => exp(-alpha * log(nSteps + 2)));
    const next = merged([scaled(statistics, 1 - gamma), scaled(seen, gamma / seen.weight)]);
    return new OnlineMixture({
      model: maximized(next, settings) as Model,
      statistics: next,
      alpha,
      nSteps: nSteps + 1,
      settings,
      score: seen.logLikelihood / seen.weight,
    });
  }

  /** Everything that the next batch needs: `JSON.stringify(online)` calls it. */
  toJSON(): OnlineMixtureJSON {
    const { model, statistics, alpha, nSteps, settings } = this.#state;
    return {
      format: FORMAT,
      version: VERSION,
      alpha,
      nSteps,
      ...(statistics.family === 'gaussian' ? { regCovar: settings.regCovar } : { prior: settings.prior }),
      model: model.toJSON(),
      statistics: serializeStatistics(statistics),
    };
  }

  /**
   * Goes on where `toJSON` (the object, or its JSON text) left off. Everything is checked.
   *
   * @throws {InvalidParametersError} no saved online mixture, another version, or numbers of a wrong shape or domain
   * @throws {InvalidOptionError} a saved option out of its domain
   */
  static fromJSON<Model extends StatisticsModel = StatisticsModel>(
    input: unknown,
    options?: NoOptions,
  ): OnlineMixture<Model> {
    checkKnown(options, [], 'OnlineMixture.fromJSON');
    const { json, bad, own } = jsonReader(input, 'online mixture', FORMAT, VERSION);
    const statistics = parseStatistics(own(json, 'statistics'));
    const saved = own(json, 'model');
    const model: StatisticsModel =
      statistics.family === 'gaussian' ? GaussianMixture.fromJSON(saved) : BernoulliMixture.fromJSON(saved);
    const ofModel = statisticsOfModel(model, 'OnlineMixture.fromJSON');
    requireAlike(ofModel, statistics, 1);
    if (!(Math.abs(statistics.weight - 1) < 1e-6)) {
      throw bad(`running statistics weigh 1 in sum; got ${show(statistics.weight)}`);
    }
    const setting = statistics.family === 'gaussian' ? 'regCovar' : 'prior';
    const settings = checkMaximization({ [setting]: own(json, setting) }, statistics.family, 'OnlineMixture.fromJSON');
    const alpha = checkAlpha(own(json, 'alpha'));
    const nSteps = integerOption('nSteps', own(json, 'nSteps'), 0);
    return new OnlineMixture({ model: model as Model, statistics, alpha, nSteps, settings, score: undefined });
  }
}

function checkAlpha(value: unknown): number {
  if (typeof value === 'number' && value > 0.5 && value <= 1) return value;
  throw new InvalidOptionError(
    'alpha',
    `alpha must be above 0.5 and at most 1, for step sizes (t + 2)^−alpha that converge; got ${show(value)}`,
  );
}
