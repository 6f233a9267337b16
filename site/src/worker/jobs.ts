/** What the page asks its workers, and what they answer. Both sides import these types. */
import type { CovarianceType } from 'mixwasm';

/** Rows to fit: numbers, or bits as bytes. */
export interface JobMatrix {
  readonly data: Float64Array | Uint8Array;
  readonly rows: number;
  readonly columns: number;
}

/** A shape of components: a covariance type, or the one shape that Bernoulli components have. */
export type Shape = CovarianceType | 'bernoulli';

/** One model of the search. */
export interface Candidate {
  readonly k: number;
  readonly shape: Shape;
  /** of the best start; undefined where no start gave a model */
  readonly bic: number | undefined;
  /** of the best start: loading it shows that very fit, from its beginning */
  readonly seed: number;
  readonly logLikelihood: number | undefined;
  /** why there is no model */
  readonly failure: string | undefined;
}

export interface SearchJob {
  readonly job: 'search';
  readonly matrix: JobMatrix;
  readonly candidates: readonly { k: number; shape: Shape }[];
  readonly seeds: number;
  readonly regCovar: number | { relative: number };
}

/** Three backends do the same iterations from the same start. */
export interface RaceJob {
  readonly job: 'race';
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly nComponents: number;
  readonly iterations: number;
}

export type RunnerName = 'wasm' | 'threads' | 'js';

export type Reply =
  | { readonly reply: 'candidate'; readonly candidate: Candidate }
  | { readonly reply: 'lap'; readonly runner: RunnerName; readonly iteration: number; readonly milliseconds: number }
  | {
      readonly reply: 'finish';
      readonly runner: RunnerName;
      readonly milliseconds: number;
      readonly logLikelihood: number;
      readonly threads: number;
      /** why threads are fewer than asked for */
      readonly reason: string | undefined;
    }
  | { readonly reply: 'stage'; readonly text: string }
  | { readonly reply: 'done' }
  | { readonly reply: 'failed'; readonly message: string };
