/** What a selection needs of a family, and the two it knows. */
import { type BinaryInput, toBinary } from '../data/binary.js';
import { readColumns } from '../data/columns.js';
import { createDataset, type Dataset } from '../data/dataset.js';
import { type DataInput, toMatrix } from '../data/matrix.js';
import { toSampleWeights } from '../data/weights.js';
import type { MixturePlan, Outcome } from '../em/mixture-fit.js';
import { InvalidOptionError, show } from '../errors.js';
import type { BernoulliComponent } from '../families/bernoulli.js';
import type { BernoulliPlan } from '../families/bernoulli-fit.js';
import { BernoulliMixture, bernoulliOf } from '../families/bernoulli-mixture.js';
import { checkBernoulliOptions, prepareBernoulliStart } from '../families/bernoulli-options.js';
import { countBernoulliParameters } from '../families/bernoulli-parameters.js';
import { COVARIANCE_TYPES, type CovarianceType, type GaussianComponent } from '../families/gaussian.js';
import type { GaussianPlan } from '../families/gaussian-fit.js';
import { GaussianMixture, gaussianOf, gaussianPlan } from '../families/gaussian-mixture.js';
import { checkOptions } from '../families/gaussian-options.js';
import { countParameters } from '../families/gaussian-parameters.js';
import { choiceOption } from '../options.js';
import { MORE_KERNELS, type MoreKernels } from '../wasm/more-kernels.js';
import {
  checkNames,
  fitOptions,
  listOption,
  type SelectBernoulliOptions,
  type SelectOptions,
  STARTS,
} from './options.js';

/** A candidate before its fit. */
export interface Entry<Plan> {
  readonly plan: Plan;
  readonly nParameters: number;
  /** what its row of the table has beside what all have */
  readonly fields: object;
}

/** Data and candidates of one family, checked. */
export interface SelectionOf<Plan extends MixturePlan, C> {
  readonly data: Dataset;
  readonly entries: readonly Entry<Plan>[];
  /** the worker's job */
  readonly job: string;
  readonly more: MoreKernels | undefined;
  /** whether data sets are centred (src/data/dataset.ts) */
  readonly centre: boolean;
  model(plan: Plan, data: Dataset, outcome: Outcome<C>): object;
}

// biome-ignore lint/suspicious/noExplicitAny: what a family's parts are is known to the family only
export type AnySelection = SelectionOf<any, any>;

/** @throws {InvalidOptionError} models without a likelihood, and what is no model */
export function selectionOf(
  X: unknown,
  options: SelectOptions | SelectBernoulliOptions,
  numbers: readonly number[],
): AnySelection {
  const { mixture } = options;
  if (mixture === undefined || mixture === GaussianMixture)
    return gaussianSelection(X, options as SelectOptions, numbers);
  if (mixture === BernoulliMixture) return bernoulliSelection(X, options as SelectBernoulliOptions, numbers);
  const name = typeof mixture === 'function' ? (mixture as { name: string }).name : show(mixture);
  const why = /KMe(ans|dians)/.test(name)
    ? ': its cost is no likelihood, so there is no BIC, AIC or ICL of it; a spherical GaussianMixture is the nearest model that has them'
    : '';
  throw new InvalidOptionError(
    'mixture',
    `select compares GaussianMixture (default) or BernoulliMixture; got ${name}${why}`,
  );
}

function gaussianSelection(
  X: unknown,
  options: SelectOptions,
  numbers: readonly number[],
): SelectionOf<GaussianPlan, GaussianComponent> {
  checkNames(options, ['covarianceTypes', 'regCovar']);
  const first = checkOptions(
    { ...fitOptions(options, 1), nInit: options.nInit ?? STARTS, regCovar: options.regCovar ?? 0 },
    'select',
  );
  const matrix = readColumns(toMatrix, X as DataInput, first.columns);
  const { nFeatures } = matrix;
  const data = createDataset(matrix, toSampleWeights(first.sampleWeights, matrix.nSamples));
  const types = options.covarianceTypes ?? (nFeatures === 1 ? (['full', 'tied'] as const) : COVARIANCE_TYPES);
  const entries = listOption('covarianceTypes', types, (type) =>
    choiceOption<CovarianceType>('covarianceTypes', type, COVARIANCE_TYPES),
  ).flatMap((covarianceType) =>
    numbers.map((nComponents) => ({
      plan: gaussianPlan({ ...first, covarianceType, nComponents }, data),
      nParameters: countParameters(covarianceType, nComponents, nFeatures),
      fields: { covarianceType },
    })),
  );
  return {
    data,
    entries,
    job: 'gaussianCandidate',
    more: undefined,
    centre: true,
    model: (plan, rows, outcome) => gaussianOf({ plan, data: rows }, outcome),
  };
}

function bernoulliSelection(
  X: unknown,
  options: SelectBernoulliOptions,
  numbers: readonly number[],
): SelectionOf<BernoulliPlan, BernoulliComponent> {
  checkNames(options, ['weights', 'prior']);
  const fit = { ...fitOptions(options, 1), nInit: options.nInit ?? STARTS };
  const { sampleWeights, ...first } = checkBernoulliOptions(fit, 'select', []);
  const matrix = readColumns(toBinary, X as BinaryInput, first.columns);
  const data = createDataset(matrix, toSampleWeights(sampleWeights, matrix.nSamples), false);
  const entries = numbers.map((nComponents) => {
    const checked = { ...first, nComponents };
    return {
      plan: { ...checked, start: prepareBernoulliStart(fit, checked, data) },
      nParameters: countBernoulliParameters(first.weights, nComponents, matrix.nFeatures),
      fields: {},
    };
  });
  return {
    data,
    entries,
    job: 'bernoulliCandidate',
    more: MORE_KERNELS,
    centre: false,
    model: (plan, _, outcome) => bernoulliOf({ plan }, outcome),
  };
}
