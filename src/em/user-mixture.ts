/** Mixtures of a family that a user writes: the model for `expectationMaximization`. */
import type { Block, Dataset } from '../data/dataset.js';
import type { Random } from '../data/random.js';
import { InvalidDataError, InvalidParametersError, show, ZeroDensityError } from '../errors.js';
import { clusterLabels } from '../init/cluster-labels.js';
import { randomResponsibilities } from '../init/random.js';
import { sampleRows } from '../init/sample-rows.js';
import { mixtureChart } from '../optimize/chart.js';
import { checkKnown, choiceOption, functionOption, integerOption } from '../options.js';
import { jsBackend } from '../reference/backend.js';
import { pointwiseKernels } from '../reference/pointwise.js';
import { blockValues, blockWeights } from './block-values.js';
import { checkFamily } from './check-family.js';
import { mixture as mixtureOf } from './mixture.js';
import { checkCount, scoreBlock, zeroDensity } from './mixture-scores.js';
import type { ComponentChart, EMModel, Family, MixtureParameters, MixtureStatistics, ParameterChart } from './model.js';

/** Options of `mixture`. */
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
 * @throws {InvalidParametersError} in the fit: a log-density that is no number below +Infinity, a `maximize` that gives nothing
 *   or a promise
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
  const { expectation, maximization } = model;
  // on the model itself: the start is an M-step too
  model.maximization = (statistics, previous) => {
    const parameters = maximization(statistics, previous);
    parameters.components.forEach(checkComponent);
    return parameters;
  };
  const { chart } = family;
  return {
    ...model,
    ...(chart === undefined ? {} : { chart: (start) => chartOf(chart, start, weights === 'uniform') }),
    expectation(parameters, block) {
      checkCount(parameters, nComponents);
      const statistics = expectation(parameters, block);
      if (!Number.isFinite(statistics.logLikelihood)) throw whyNotFinite(family, parameters, block);
      return statistics;
    },
    nComponents,
    // with the logarithms of the E-step above
    score: (parameters, block, out) => scoreBlock(family, parameters, block, out, jsBackend),
  };
}

/** The chart of a mixture from that of one component, as many numbers each as the first has at the start. */
function chartOf<C>(
  chart: ComponentChart<C>,
  start: MixtureParameters<C>,
  fixedWeights: boolean,
): ParameterChart<MixtureParameters<C>> {
  const size = chart.toFree(start.components[0] as C).length;
  const part = (free: Float64Array, k: number) => free.slice(k * size, (k + 1) * size);
  const { metric } = chart;
  const components = {
    length: (nComponents: number) => nComponents * size,
    write(all: readonly C[], free: Float64Array) {
      for (const [k, component] of all.entries()) free.set(chart.toFree(component), k * size);
    },
    read: (free: Float64Array, nComponents: number) =>
      Array.from({ length: nComponents }, (_, k) => chart.fromFree(part(free, k))),
    ...(metric === undefined
      ? {}
      : {
          metric(at: MixtureParameters<C>, step: Float64Array, into: Float64Array) {
            at.components.forEach((component, k) => {
              const product = Float64Array.from(metric.call(chart, component, part(step, k)));
              into.set(
                product.map((value) => value * (at.weights[k] as number)),
                k * size,
              );
            });
          },
        }),
  };
  // the algebra of the family's own functions, which are JavaScript
  return mixtureChart(components, start.components.length, jsBackend, fixedWeights ? start.weights : undefined);
}

/** What `maximize` gave: whatever a family calls a component, but something, and at once. */
function checkComponent(component: unknown, k: number): void {
  if (component !== undefined && component !== null && typeof (component as PromiseLike<unknown>).then !== 'function') {
    return;
  }
  throw new InvalidParametersError(
    `maximize must return the parameters of component ${k}, at once; got ${show(component)}`,
    k,
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
  else
    mostlyNearest(
      clusterLabels(sampleRows(data, nComponents, random), nComponents, random, jsBackend, 'none', data),
      nComponents,
      table,
    );

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

/** Why a log-likelihood is not finite: what `scoreBlock` throws, or the row without density. */
function whyNotFinite<C, T>(family: Family<C, T>, parameters: MixtureParameters<C>, block: Block): Error {
  const { sampleWeights } = block.data;
  const logProbNorm = new Float64Array(1);
  for (let i = 0; i < block.nRows; i++) {
    const row = block.start + i;
    if (sampleWeights?.[row] === 0) continue;
    try {
      scoreBlock(family, parameters, { data: block.data, start: row, nRows: 1 }, { logProbNorm }, jsBackend);
    } catch (error) {
      return error as Error;
    }
    if (logProbNorm[0] === -Infinity) return zeroDensity(row);
  }
  return new ZeroDensityError('the log-likelihood overflowed; scale the data or the weights down');
}
