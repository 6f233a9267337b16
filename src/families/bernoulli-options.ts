/** The options of a Bernoulli mixture fit: types, defaults, checks. */
import { InvalidOptionError, InvalidParametersError } from '../errors.js';
import { toLabels, toResponsibilities } from '../init/given.js';
import type { NestedNumbers } from '../init/names.js';
import { checkKnown, choiceOption } from '../options.js';
import type { AsyncOptions } from '../threads/client.js';
import { type BetaPrior, NO_PRIOR } from './bernoulli.js';
import type { BernoulliPlan, BernoulliStart } from './bernoulli-fit.js';
import {
  checkBernoulliParameters,
  type FlatBernoulliParameters,
  toBernoulliComponents,
} from './bernoulli-parameters.js';
import type { GivenInit } from './gaussian-options.js';
import { checkInitOption, checkMixtureOptions, type MixtureOptions } from './mixture-options.js';

/** Options of `BernoulliMixture.fit` and `steps`. */
export interface BernoulliMixtureOptions extends MixtureOptions {
  /** `'learned'` (default) or `'uniform'`: mixing proportions fixed at 1/nComponents */
  weights?: 'learned' | 'uniform';
  /** Beta(a, b) prior of every probability, a ≥ 1 and b ≥ 1; default none (a = b = 1), maximum likelihood */
  prior?: { a: number; b: number };
  /**
   * How to start: `'kmeans++'` (default; spread-out rows, each row to the nearest), `'random'` (random responsibilities),
   * `{ labels }` or `{ responsibilities }`; all drawn a little towards the overall frequencies, because a probability of
   * exactly 0 or 1 is never left. `initialParameters` goes before all of them.
   */
  init?: 'kmeans++' | 'random' | GivenInit;
  /**
   * explicit start: weights (nComponents, default 1/nComponents), probs (nComponents × nFeatures), and their complements
   * if at hand (1 − θ with all its digits, as models and steps have them)
   */
  initialParameters?: { weights?: ArrayLike<number>; probs: NestedNumbers; complements?: NestedNumbers };
}

/** Options of `BernoulliMixture.fitAsync`: those of `fit`, and what only makes sense off the main thread. */
export interface AsyncBernoulliMixtureOptions extends BernoulliMixtureOptions, AsyncOptions {}

/** The options that need no data to be checked. */
export function checkBernoulliOptions(options: BernoulliMixtureOptions, where: string, alsoKnown: readonly string[]) {
  const known = ['weights', 'prior', 'init', 'initialParameters', ...alsoKnown];
  return {
    ...checkMixtureOptions(options, where, known),
    weights: choiceOption('weights', options.weights ?? 'learned', ['learned', 'uniform'] as const),
    prior: checkPrior(options.prior),
  };
}

export function checkPrior(prior: BernoulliMixtureOptions['prior']) {
  if (prior === undefined || prior === null) return NO_PRIOR;
  checkKnown(prior, ['a', 'b'], 'prior');
  for (const [name, value] of Object.entries({ a: prior.a, b: prior.b })) {
    if (!(typeof value === 'number' && value >= 1 && value < Infinity)) {
      throw new InvalidOptionError(
        `prior.${name}`,
        `prior.${name} must be a finite number ≥ 1 (1 is none); got ${value}`,
      );
    }
  }
  return { a: prior.a, b: prior.b };
}

/** The start that the options ask for. */
export function prepareBernoulliStart(
  { init = 'kmeans++', initialParameters }: BernoulliMixtureOptions,
  { nComponents, weights: weightsMode, prior }: Pick<BernoulliPlan, 'nComponents' | 'weights' | 'prior'>,
  { nSamples, nFeatures }: { nSamples: number; nFeatures: number },
): BernoulliStart {
  if (initialParameters !== undefined && initialParameters !== null) {
    checkKnown(initialParameters, ['weights', 'probs', 'complements'], 'initialParameters');
    const flat = checkBernoulliParameters(initialParameters, nComponents, nFeatures);
    checkPossible(flat, prior);
    const weights = weightsMode === 'uniform' ? uniform(flat.weights) : flat.weights;
    return { kind: 'parameters', weights, components: toBernoulliComponents(flat) };
  }
  const start = checkInitOption<'kmeans++' | 'random', GivenInit>(init, ['kmeans++', 'random']);
  if (typeof start === 'string') return { kind: start };
  return 'labels' in start
    ? { kind: 'labels', labels: toLabels(start.labels, nSamples, nComponents) }
    : { kind: 'responsibilities', table: toResponsibilities(start.responsibilities, nSamples, nComponents) };
}

/** 1/nComponents; other weights given to a fit that keeps them there are a mistake. */
function uniform(given: Float64Array): Float64Array {
  const weight = 1 / given.length;
  given.forEach((w, k) => {
    if (Math.abs(w - weight) <= 1e-8) return;
    throw new InvalidParametersError(
      `weights: 'uniform' keeps all weights at ${weight}; initialParameters.weights has ${w} for component ${k}: leave them out, or learn them`,
      k,
    );
  });
  return given.map(() => weight);
}

/** A start that the prior forbids has no log-posterior. */
function checkPossible({ nFeatures, probs, complements }: FlatBernoulliParameters, { a, b }: BetaPrior): void {
  probs.forEach((theta, i) => {
    const k = Math.floor(i / nFeatures);
    if ((theta > 0 || a === 1) && ((complements[i] as number) > 0 || b === 1)) return;
    throw new InvalidParametersError(
      `initialParameters.probs has ${theta} for component ${k}, feature ${i % nFeatures}, which a Beta(${a}, ${b}) prior gives a density of 0; start strictly between 0 and 1`,
      k,
    );
  });
}
