/** What a family supplies to be fitted from a stream. */
import type { FitRecord, MixturePlan, OnProgress } from '../em/mixture-fit.js';
import type { MixtureParameters } from '../em/model.js';
import type { FitMaker } from '../families/mixture-fit-now.js';

/** Options of every fit from a stream. */
export interface StreamOptions {
  /** columns of a row; may be left out where chunks say it as `{ data, columns }` */
  nFeatures?: number;
  /**
   * rows of the seeded sample on which the start is made (all rows if there are not more; drawn alike, whatever their
   * weight); default 16384 (fewer above 256 features: at most 32 MB), but at least 64 for each component
   */
  sampleRows?: number;
  /** when it fires, reading ends, the iterator is closed, and the promise rejects with `signal.reason` */
  signal?: AbortSignal;
  /** called after every E-step, which is one pass over the source */
  onProgress?: OnProgress;
}

export const STREAM_OPTIONS = ['nFeatures', 'sampleRows', 'signal'] as const;

/** Options of a mixture fit that a stream has no use for. */
export type NotStreamed = 'sampleWeights' | 'optimizer' | 'trace' | 'onProgress' | 'init';

export interface StreamFamily<Plan extends MixturePlan, C, T, Model> {
  /** whether rows are bytes of 0 and 1 */
  readonly binary: boolean;
  /** whether rows far from 0 are moved */
  readonly centre: boolean;
  /** whether the squares of differences must not underflow: in each feature, or in one at least (src/data/squares.ts) */
  readonly squares?: 'each' | 'any';
  /** the options less the start, checked before anything is read */
  readonly plan: Omit<Plan, 'start'>;
  /** the plan of a fit, its start checked */
  starting(nSamples: number, nFeatures: number): Plan;
  /** whether a start says everything, so that no sample is needed */
  complete(plan: Plan): boolean;
  readonly fit: FitMaker<Plan, C, T>;
  /** parameters in coordinates less one origin, in those less another */
  move(parameters: MixtureParameters<C>, from: Float64Array, to: Float64Array): MixtureParameters<C>;
  model(plan: Plan, origin: Float64Array, parameters: MixtureParameters<C>, record: FitRecord): Model;
}
