/** Mixtures of a family that a user writes: the model for `expectationMaximization`, and what to do with its parameters. */
import type { BackendName } from '../backend.js';
import type { Block, Dataset } from '../data/dataset.js';
import { type DataInput, toMatrix } from '../data/matrix.js';
import type { Random } from '../data/random.js';
import { InvalidDataError, InvalidOptionError, InvalidParametersError, show, ZeroDensityError } from '../errors.js';
import { clusterLabels } from '../init/kmeans.js';
import { randomResponsibilities } from '../init/random.js';
import { withBackend } from '../lease.js';
import { checkKnown, choiceOption, functionOption, integerOption } from '../options.js';
import { jsBackend } from '../reference/backend.js';
import { pointwiseKernels } from '../reference/pointwise.js';
import { blockValues, blockWeights } from './block-values.js';
import { mixture as mixtureOf } from './mixture.js';
import type { EMModel, Family, MixtureParameters, MixtureStatistics } from './model.js';

export interface UserMixtureOptions<C> {
  /** number of components K */
  nComponents: number;
  /** `'uniform'` keeps the mixing proportions at 1/K; default `'learned'` */
  weights?: 'learned' | 'uniform';
  /**
   * How to start: `'kmeans++'` (default: spread-out seeds; nine tenths of each row go to the nearest, so that no component
   * starts on a single row) or `'random'` (random responsibilities: components start nearly alike and part slowly).
   */
  init?: 'kmeans++' | 'random';
  /** a start of your own */
  initialize?: (data: Dataset, random: Random) => MixtureParameters<C>;
}

/**
 * The mixture of a family as an `EMModel`: p(x) = Σ_k w_k p(x|k). Only the family's own functions know what a component is.
 *
 * @throws {InvalidOptionError} an impossible or unknown option, a family that lacks a function
 * @example
 * const { parameters } = expectationMaximization(mixture(poisson, { nComponents: 2 }), counts);
 * parameters.weights; // Float64Array(2)
 * parameters.components; // two of what poisson.maximize returns
 */
export function mixture<C, T>(
  family: Family<C, T>,
  options: UserMixtureOptions<C>,
): EMModel<MixtureParameters<C>, MixtureStatistics<T>> {
  checkFamily(family);
  checkKnown(options, ['nComponents', 'weights', 'init', 'initialize'], 'mixture');
  const nComponents = integerOption('nComponents', options?.nComponents, 1);
  const weights = choiceOption('weights', options.weights ?? 'learned', ['learned', 'uniform']);
  const init = choiceOption('init', options.init ?? 'kmeans++', ['kmeans++', 'random']);
  functionOption('initialize', options.initialize);
  const initialize = options.initialize ?? ((data, random) => begin(family, model, data, init, nComponents, random));
  const model: EMModel<MixtureParameters<C>, MixtureStatistics<T>> = mixtureOf(family, {
    kernels: pointwiseKernels(family),
    nComponents,
    weights,
    initialize,
  });
  const { expectation } = model;
  return {
    ...model,
    expectation(parameters, block) {
      checkCount(parameters, nComponents);
      const statistics = expectation(parameters, block);
      if (!Number.isFinite(statistics.logLikelihood)) throw whyNotFinite(family, parameters, block);
      return statistics;
    },
  };
}

/** What responsibilities a mixture's parameters give. */
export interface MixtureScores {
  /** p(k|x) (nSamples × nComponents, row-major); below 2⁻⁶⁰ exactly 0 */
  readonly responsibilities: Float64Array;
  /** log p(x) of each row (nSamples), nats */
  readonly logDensity: Float64Array;
  /** most probable component of each row (nSamples) */
  readonly labels: Int32Array;
  /** Σ log p(x), nats */
  readonly logLikelihood: number;
}

/**
 * What the parameters of a mixture say of rows, old or new.
 *
 * @param X nSamples × nFeatures
 * @throws {ZeroDensityError} a row whose density is 0 under every component
 * @throws {InvalidParametersError} a log-density that is NaN or +Infinity (row and component named)
 * @example
 * const { responsibilities, labels } = responsibilitiesOf(poisson, parameters, [3, 12]);
 */
export function responsibilitiesOf<C, T>(
  family: Family<C, T>,
  parameters: MixtureParameters<C>,
  X: DataInput,
  options: { backend?: BackendName } = {},
): MixtureScores {
  checkFamily(family);
  checkKnown(options, ['backend'], 'responsibilitiesOf');
  const backend = choiceOption('backend', options.backend ?? 'wasm', ['wasm', 'js']);
  const { x, nSamples, nFeatures } = toMatrix(X);
  const nComponents = parameters.components.length;
  checkCount(parameters, nComponents);
  return withBackend(backend, (leased) => {
    const terms = new Float64Array(nSamples * nComponents);
    const labels = new Int32Array(nSamples);
    const point = new Float64Array(nFeatures);
    for (let i = 0; i < nSamples; i++) {
      for (let j = 0; j < nFeatures; j++) point[j] = x[i * nFeatures + j] as number;
      const row = termsOf(family, parameters, point, i, leased.log);
      terms.set(row, i * nComponents);
      labels[i] = row.indexOf(Math.max(...row));
    }
    const logDensity = new Float64Array(nSamples);
    const responsibilities = new Float64Array(terms.length);
    leased.logSumExp(terms, nComponents, logDensity, responsibilities);
    let logLikelihood = 0;
    for (const value of logDensity) logLikelihood += value;
    return {
      responsibilities,
      logDensity,
      labels,
      logLikelihood,
    };
  });
}

/** log w_k + log p(x|k), of which none is NaN or +Infinity and one is finite. */
function termsOf<C, T>(
  family: Family<C, T>,
  { weights, components }: MixtureParameters<C>,
  x: Float64Array,
  row: number,
  log: (x: number) => number,
): Float64Array {
  let top = -Infinity;
  const terms = Float64Array.from(components, (component, k) => {
    const weight = weights[k] as number;
    const term = (weight > 0 ? log(weight) : -Infinity) + family.logDensity(component, x);
    if (!(term < Infinity)) {
      throw new InvalidParametersError(
        `the log-density of component ${k} is ${term} for row ${row}; logDensity must give a number below +Infinity: check the parameters that maximize returns`,
        k,
      );
    }
    top = Math.max(top, term);
    return term;
  });
  if (top > -Infinity) return terms;
  throw new ZeroDensityError(
    `row ${row} has a density of 0 under every component; check that the family allows such a value`,
    row,
  );
}

/** Starts by an M-step from responsibilities. */
function begin<C, T>(
  family: Family<C, T>,
  model: EMModel<MixtureParameters<C>, MixtureStatistics<T>>,
  data: Dataset,
  init: 'kmeans++' | 'random',
  nComponents: number,
  random: Random,
): MixtureParameters<C> {
  if (data.nSamples < nComponents) {
    throw new InvalidDataError(`${nComponents} components need at least ${nComponents} rows; got ${data.nSamples}`);
  }
  const block = { data, start: 0, nRows: data.nSamples };
  const x = blockValues(block);
  const sampleWeights = blockWeights(block);
  const d = data.nFeatures;
  const table = new Float64Array(data.nSamples * nComponents);
  if (init === 'random') randomResponsibilities(nComponents, random)(0, data.nSamples, table);
  else mostlyNearest(clusterLabels(data, nComponents, random, jsBackend, 'none'), nComponents, table);

  const counts = new Float64Array(nComponents);
  const components = Array.from({ length: nComponents }, () => family.emptyStatistics(d));
  for (let i = 0; i < data.nSamples; i++) {
    // a copy: the family may keep it
    const point = x.slice(i * d, (i + 1) * d);
    for (let k = 0; k < nComponents; k++) {
      const weight = (sampleWeights[i] as number) * (table[i * nComponents + k] as number);
      if (weight === 0) continue;
      counts[k] = (counts[k] as number) + weight;
      family.accumulate(components[k] as T, point, weight);
    }
  }
  const uniform = { weights: new Float64Array(nComponents).fill(1 / nComponents), components: [] };
  return model.maximization({ logLikelihood: 0, weight: data.totalWeight, counts, components }, uniform);
}

function mostlyNearest(labels: Int32Array, nComponents: number, out: Float64Array): void {
  const share = 0.1 / nComponents;
  out.fill(share);
  labels.forEach((label, i) => {
    out[i * nComponents + label] = 0.9 + share;
  });
}

function whyNotFinite<C, T>(family: Family<C, T>, parameters: MixtureParameters<C>, block: Block): Error {
  const x = blockValues(block);
  const sampleWeights = blockWeights(block);
  const d = block.data.nFeatures;
  return withBackend('js', ({ log }) => {
    for (let i = 0; i < block.nRows; i++) {
      if (sampleWeights[i] === 0) continue;
      try {
        termsOf(family, parameters, x.slice(i * d, (i + 1) * d), block.start + i, log);
      } catch (error) {
        return error as Error;
      }
    }
    return new ZeroDensityError('the log-likelihood overflowed; scale the data or the weights down');
  });
}

function checkCount<C>({ weights, components }: MixtureParameters<C>, nComponents: number): void {
  if (components?.length === nComponents && weights?.length === nComponents) return;
  throw new InvalidParametersError(
    `parameters must be { weights, components } of ${nComponents} each; got ${show(weights?.length)} weights and ${show(components?.length)} components`,
  );
}

function checkFamily(family: unknown): void {
  const given = family as Record<string, unknown> | null | undefined;
  for (const verb of ['logDensity', 'emptyStatistics', 'accumulate', 'merge', 'maximize']) {
    if (typeof given?.[verb] === 'function') continue;
    throw new InvalidOptionError('family', `a family needs a function ${verb}; got ${show(given?.[verb])}`);
  }
}
