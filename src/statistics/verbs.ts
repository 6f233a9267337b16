/** The verbs of EM one by one: statistics of some rows, merged wherever they come from, maximised into a model. */
import type { Backend, LinearAlgebra } from '../backend.js';
import type { BinaryInput } from '../data/binary.js';
import type { Rows } from '../data/dataset.js';
import type { DataInput } from '../data/matrix.js';
import { blockRows, blocksOf, TreeSum } from '../em/blocks.js';
import { zeroDensityError, zeroDensityRow } from '../em/mixture-fit.js';
import type { BlockKernels, MixtureParameters, MixtureStatistics } from '../em/model.js';
import { InvalidOptionError, InvalidParametersError, show } from '../errors.js';
import { NO_PRIOR } from '../families/bernoulli.js';
import { BernoulliMixture } from '../families/bernoulli-mixture.js';
import { checkPrior } from '../families/bernoulli-options.js';
import { GaussianMixture } from '../families/gaussian-mixture.js';
import { checkRegularization, type Regularization } from '../families/gaussian-options.js';
import { PARTS } from '../families/internals.js';
import type { ModelParts, WeightedOptions } from '../families/mixture-model.js';
import { expectedBytes, withBackend } from '../lease.js';
import { checkKnown } from '../options.js';
import { bernoulliStatistics } from './bernoulli.js';
import { ExpectedStatistics, STATE, type StatisticsModel } from './expected-statistics.js';
import { type MaximizationSettings, type StatisticsFamily, toSums } from './family.js';
import { gaussianStatistics } from './gaussian.js';
import { type StatisticsState, sameNumbers } from './state.js';

/** Components and statistics of any family: which one is known by the state's `family` only. */
type AnyFamily = StatisticsFamily<StatisticsModel, unknown, unknown>;

/**
 * The E-step over some rows: what they add to the next M-step. Rows may be anywhere: in another process, on another machine,
 * on a disk; only the statistics have to come together.
 *
 * @param X nSamples × nFeatures, as `predict` takes them
 * @throws {InvalidDataError} rows that do not fit the model
 * @throws {ZeroDensityError} a row whose density is 0 under every component
 * @example
 * const parts = chunks.map((chunk) => expectation(model, chunk));
 * const next = maximization(mergeStatistics(...parts));
 */
export function expectation(
  model: GaussianMixture,
  X: DataInput,
  options?: WeightedOptions,
): ExpectedStatistics<GaussianMixture>;
export function expectation(
  model: BernoulliMixture,
  X: BinaryInput,
  options?: WeightedOptions,
): ExpectedStatistics<BernoulliMixture>;
export function expectation(
  model: StatisticsModel,
  X: DataInput | BinaryInput,
  options: WeightedOptions = {},
): ExpectedStatistics {
  checkKnown(options, ['sampleWeights'], 'expectation');
  const family = familyOfModel(model, 'expectation');
  const parts = partsOf(model);
  const rows = parts.rows(X, options.sampleWeights);
  const size = blockRows(parts.nFeatures, parts.nComponents);
  return withBackend(
    parts.backend,
    (backend) => {
      const kernels = parts.kernels(backend, rows, size);
      const parameters = parts.components(backend);
      const bare = {
        ...emptyState(family, model),
        origin: rows.origin,
        largest: largestOf(rows),
        nSamples: rows.nSamples,
      };
      const em = emOf(family, bare, backend);
      const pass = (seen: MixtureParameters<unknown>) => {
        const sum = new TreeSum<MixtureStatistics<unknown>>((a, b) => em.merge(a, b));
        for (const block of blocksOf(rows, size)) {
          const statistics = kernels.expectation(seen, block);
          if (!Number.isFinite(statistics.logLikelihood)) {
            const row = zeroDensityRow(kernels, seen, block);
            throw zeroDensityError(0, row < 0 ? undefined : row);
          }
          sum.add(statistics);
        }
        return sum.total() as MixtureStatistics<unknown>;
      };
      const sums = pass(parameters);
      const centred = family.centred?.(parameters.components, sums.components);
      // where a fit would repeat the pass about the new mean: there is none yet, but the old one is the better point
      const far = centred !== undefined && em.recentre?.(sums, parameters) !== undefined;
      const kept = far ? pass({ ...parameters, components: centred }) : sums;
      return new ExpectedStatistics(packed(family, bare, kept));
    },
    expectedBytes(rows, parts.nComponents),
  );
}

/**
 * The statistics of all rows together, merged as a binary tree in the order given. Chunks of 16384·2^m rows each (the last
 * may be shorter) give the bits of one piece, for they are cut where one piece is; others agree to rounding. Statistics of
 * different models (of one shape) merge too, moments are moved to a common centre; `logLikelihood` then belongs to no model. Nothing tells
 * them apart: where a worker may be an iteration late, send the number of the iteration along and drop what is old.
 *
 * @throws {InvalidParametersError} statistics of different families, shapes or origins
 * @example
 * const all = mergeStatistics(...saved.map((json) => ExpectedStatistics.fromJSON(json)));
 */
export function mergeStatistics<Model extends StatisticsModel>(
  first: ExpectedStatistics<Model>,
  ...others: readonly ExpectedStatistics<Model>[]
): ExpectedStatistics<Model> {
  const states = [first, ...others].map((statistics, i) => {
    if (statistics instanceof ExpectedStatistics) return statistics[STATE];
    throw new InvalidParametersError(
      `mergeStatistics needs statistics, as expectation and ExpectedStatistics.fromJSON give them; argument ${i} is ${show(statistics)}`,
    );
  });
  return new ExpectedStatistics(merged(states));
}

/** Merges statistics of one shape; none of them is changed. */
export function merged(states: readonly StatisticsState[]): StatisticsState {
  const first = states[0] as StatisticsState;
  const family = FAMILIES[first.family] as AnyFamily;
  states.forEach((state, i) => {
    requireAlike(first, state, i);
  });
  return withBackend(first.backend, (backend) => {
    const em = emOf(family, first, backend);
    const sum = new TreeSum<MixtureStatistics<unknown>>((a, b) => em.merge(a, b));
    for (const state of states) sum.add(toSums(family, withCentersOf(first, state)));
    const largest = first.largest.map((_, j) => Math.max(...states.map((state) => state.largest[j] as number)));
    const nSamples = states.reduce((n, state) => n + state.nSamples, 0);
    return packed(family, { ...first, largest, nSamples }, sum.total());
  });
}

/** Options of `maximization`. */
export interface MaximizationOptions {
  /**
   * for Gaussian mixtures: added to every variance; default `{ relative: 1e-6 }` of the features' variances, which are
   * computed from the statistics here (in a fit from the rows, so that the last digits may differ)
   */
  regCovar?: Regularization;
  /** for Bernoulli mixtures: Beta(a, b) prior of every probability; default none */
  prior?: { a: number; b: number };
}

/**
 * The M-step: the model of greatest expected log-likelihood. Its bits are those of an M-step of `fit` when the statistics
 * were merged in the tree of `fit` (see `mergeStatistics`), with a `regCovar` that is a number. `fit` takes moments once
 * more when a mean moves by more than 8 σ; here such a step loses (Δ/σ)²·2⁻⁵² of a covariance, the next one gains it back.
 *
 * @throws {DegenerateComponentError} a component without responsibility or without a maximiser
 * @throws {InvalidDataError} rows that differ by so little that their squares underflow
 * @throws {InvalidOptionError} an impossible or unknown option
 * @example
 * model = maximization(expectation(model, X), { regCovar: 0 });
 */
export function maximization<Model extends StatisticsModel>(
  statistics: ExpectedStatistics<Model>,
  options: MaximizationOptions = {},
): Model {
  if (!(statistics instanceof ExpectedStatistics)) {
    throw new InvalidParametersError(
      `maximization needs statistics, as expectation and mergeStatistics give them; got ${show(statistics)}`,
    );
  }
  const state = statistics[STATE];
  return maximized(state, checkMaximization(options, state.family, 'maximization')) as Model;
}

export function maximized(state: StatisticsState, settings: MaximizationSettings): StatisticsModel {
  const family = FAMILIES[state.family] as AnyFamily;
  family.check?.(state);
  return withBackend(state.backend, (backend) => {
    const k = state.counts.length;
    const previous = { weights: new Float64Array(k).fill(1 / k), components: [] };
    return family.model(state, family.em(state, backend, settings).maximization(toSums(family, state), previous));
  });
}

export function checkMaximization(
  options: MaximizationOptions,
  family: StatisticsState['family'],
  where: string,
  alsoKnown: readonly string[] = [],
): MaximizationSettings {
  checkKnown(options, [family === 'gaussian' ? 'regCovar' : 'prior', ...alsoKnown], where);
  return {
    regCovar: checkRegularization(options.regCovar ?? { relative: 1e-6 }),
    prior: checkPrior(options.prior),
  };
}

/** The statistics of rows that weigh 1 in sum and whose M-step gives the model back. */
export function statisticsOfModel(model: StatisticsModel, where: string): StatisticsState {
  const family = familyOfModel(model, where);
  const { backend: name, components, nFeatures } = partsOf(model);
  return withBackend(name, (backend) => {
    const parameters = components(backend);
    const bare = { ...emptyState(family, model), origin: family.originOf(model) };
    const statistics: MixtureStatistics<unknown> = {
      logLikelihood: 0,
      weight: 1,
      counts: parameters.weights.slice(),
      components: parameters.components.map((component, k) =>
        family.ofComponent(component, parameters.weights[k] as number, nFeatures),
      ),
    };
    return packed(family, bare, statistics);
  });
}

// ---- what all of these share

const FAMILIES = { gaussian: gaussianStatistics, bernoulli: bernoulliStatistics };

function familyOfModel(model: unknown, where: string): AnyFamily {
  if (model instanceof GaussianMixture) return FAMILIES.gaussian as AnyFamily;
  if (model instanceof BernoulliMixture) return FAMILIES.bernoulli as AnyFamily;
  throw new InvalidOptionError('model', `${where} needs a GaussianMixture or a BernoulliMixture; got ${show(model)}`);
}

/** The parts of a model whose family is known at run time only. */
type AnyParts = Omit<ModelParts<unknown, DataInput | BinaryInput>, 'kernels' | 'components'> & {
  kernels(backend: Backend, rows: Rows, size: number): BlockKernels<unknown, unknown>;
  components(backend: Backend): MixtureParameters<unknown>;
};

function partsOf(model: StatisticsModel): AnyParts {
  return model[PARTS] as AnyParts;
}

/** What is known of statistics before anything is summed. */
function emptyState(family: AnyFamily, model: StatisticsModel): StatisticsState {
  const { backend, nFeatures, nComponents } = partsOf(model);
  return {
    ...family.describe(model),
    backend,
    nFeatures,
    nSamples: 0,
    weight: 0,
    logLikelihood: 0,
    origin: new Float64Array(nFeatures),
    largest: new Float64Array(nFeatures),
    counts: new Float64Array(nComponents),
    centers: undefined,
    sums: [],
  };
}

/** What merges statistics like these, and tells when they are about too far a point. */
function emOf(family: AnyFamily, state: StatisticsState, algebra: LinearAlgebra) {
  return family.em(state, algebra, { regCovar: 0, prior: NO_PRIOR });
}

/** A state with the sums of some statistics. */
function packed(
  family: AnyFamily,
  state: StatisticsState,
  statistics: MixtureStatistics<unknown> | undefined,
): StatisticsState {
  const { logLikelihood, weight, counts, components } = statistics as MixtureStatistics<unknown>;
  const parts = components.map((component) => family.pack(component));
  const gaussian = state.family === 'gaussian';
  return {
    ...state,
    logLikelihood,
    weight,
    counts,
    centers: gaussian ? parts.map(({ center }) => center as Float64Array) : undefined,
    // apart from the block's shared buffer, so that keeping one does not keep all
    sums: parts.map(({ sums }) => sums.slice()),
  };
}

/** Largest |x_j| of the rows that count. */
function largestOf({ x, nSamples, nFeatures, sampleWeights }: Rows): Float64Array {
  const largest = new Float64Array(nFeatures);
  for (let i = 0; i < nSamples; i++) {
    if (sampleWeights?.[i] === 0) continue;
    for (let j = 0; j < nFeatures; j++) {
      const magnitude = Math.abs(x[i * nFeatures + j] as number);
      if (magnitude > (largest[j] as number)) largest[j] = magnitude;
    }
  }
  return largest;
}

/** Equal centres become one and the same: moments about it are added as they are. */
function withCentersOf(first: StatisticsState, state: StatisticsState): StatisticsState {
  if (state.centers === undefined) return state;
  const centers = state.centers.map((center, k) => {
    const other = first.centers?.[k] as Float64Array;
    return sameNumbers(center, other) ? other : center;
  });
  return { ...state, centers };
}

/** Statistics that can be merged; `i` numbers them in the message. */
export function requireAlike(first: StatisticsState, state: StatisticsState, i: number): void {
  const shape = ({ family, covarianceType, counts, nFeatures }: StatisticsState) =>
    `${covarianceType === undefined ? '' : `${covarianceType} `}${family} with ${counts.length} components of ${nFeatures} features`;
  if (shape(first) !== shape(state)) {
    throw new InvalidParametersError(
      `statistics merge only if they are of one family and shape; the first are ${shape(first)}, number ${i} ${shape(state)}`,
    );
  }
  if (first.weightsMode !== state.weightsMode) {
    throw new InvalidParametersError(`statistics merge only if all models learn their weights, or none does`);
  }
  if (!sameNumbers(first.origin, state.origin)) {
    throw new InvalidParametersError(
      `statistics merge only if their models have one origin (see toJSON of a model), as those made from one first model have; number ${i} differs`,
    );
  }
}
