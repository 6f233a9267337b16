/** What the page asks the worker of the race, and what it answers. Both sides import these types. */

/** Three backends do the same iterations from the same start. */
export interface RaceJob {
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly nComponents: number;
  readonly iterations: number;
}

export type RunnerName = 'wasm' | 'threads' | 'js';

export type Reply =
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
