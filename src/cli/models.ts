/** The kinds of model that the commands know. A new one is a line in `KINDS`. */
import {
  type AsyncBernoulliMixtureOptions,
  type AsyncClusteringOptions,
  type AsyncFitOptions,
  BernoulliMixture,
  GaussianMixture,
  KMeans,
  KMedians,
} from '../index.js';
import type { Selection } from './select-columns.js';

export type AnyModel = GaussianMixture | BernoulliMixture | KMeans | KMedians;
export type Mixture = GaussianMixture | BernoulliMixture;
export type X = Selection['X'];

/** Options as the library has them, whatever the kind: what a kind does not know, it rejects by name. */
export type FitOptions = Record<string, unknown>;

interface Kind {
  /** `format` of a saved model */
  readonly format: string;
  /** whether it is for 0 and 1 only */
  readonly binary: boolean;
  /** what the library calls the number of components */
  readonly size: 'nComponents' | 'nClusters';
  /** options that other kinds do not have */
  readonly own: readonly string[];
  fit(X: X, options: FitOptions): AnyModel;
  fitAsync(X: X, options: FitOptions): Promise<AnyModel>;
  fromJSON(json: unknown): AnyModel;
}

const mixtures = ['acceleration'];

export const KINDS = {
  gaussian: {
    format: 'mixwasm/gaussian-mixture',
    binary: false,
    size: 'nComponents',
    own: ['covarianceType', 'regCovar', ...mixtures],
    fit: (X, options) => GaussianMixture.fit(X, options as unknown as AsyncFitOptions),
    fitAsync: (X, options) => GaussianMixture.fitAsync(X, options as unknown as AsyncFitOptions),
    fromJSON: (json) => GaussianMixture.fromJSON(json),
  },
  bernoulli: {
    format: 'mixwasm/bernoulli-mixture',
    binary: true,
    size: 'nComponents',
    own: mixtures,
    fit: (X, options) => BernoulliMixture.fit(X, options as unknown as AsyncBernoulliMixtureOptions),
    fitAsync: (X, options) => BernoulliMixture.fitAsync(X, options as unknown as AsyncBernoulliMixtureOptions),
    fromJSON: (json) => BernoulliMixture.fromJSON(json),
  },
  kmeans: {
    format: 'mixwasm/k-means',
    binary: false,
    size: 'nClusters',
    own: [],
    fit: (X, options) => KMeans.fit(X, options as unknown as AsyncClusteringOptions),
    fitAsync: (X, options) => KMeans.fitAsync(X, options as unknown as AsyncClusteringOptions),
    fromJSON: (json) => KMeans.fromJSON(json),
  },
  kmedians: {
    format: 'mixwasm/k-medians',
    binary: false,
    size: 'nClusters',
    own: [],
    fit: (X, options) => KMedians.fit(X, options as unknown as AsyncClusteringOptions),
    fitAsync: (X, options) => KMedians.fitAsync(X, options as unknown as AsyncClusteringOptions),
    fromJSON: (json) => KMedians.fromJSON(json),
  },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as KindName[];

/** The kinds that have a likelihood, and with it criteria to select by. */
export const SELECTABLE = ['gaussian', 'bernoulli'] as const satisfies KindName[];
export type SelectableKind = (typeof SELECTABLE)[number];

/** Why another kind cannot be selected by criteria. */
export function noLikelihood(kind: KindName): string {
  return `a number of components can be chosen for mixtures; ${kind} has no likelihood to go by`;
}

/** Whether a model has densities, and with them responsibilities, criteria and samples. */
export function isMixture(model: AnyModel): model is Mixture {
  return 'predictProba' in model;
}

/** Whether a model is one of 0 and 1. */
export function isBinary(model: AnyModel): boolean {
  return model instanceof BernoulliMixture;
}

/** Components or clusters. */
export function sizeOf(model: AnyModel): number {
  return isMixture(model) ? model.nComponents : model.nClusters;
}
