/** Chooses the number of components and the shape of covariances, watched as fits are. */
import {
  BernoulliMixture,
  type Candidate,
  type CovarianceType,
  type Criterion,
  type SelectBernoulliOptions,
  type SelectOptions,
  select,
} from '../index.js';
import { winner } from '../select/candidates.js';
import { CliError, UsageError } from './errors.js';
import { untilInterrupted } from './interrupt.js';
import type { FitOptions, KindName, Mixture, X } from './models.js';
import { Bar } from './progress.js';

/** What the command line calls the criteria. */
export const CRITERIA = { bic: 'bic', aic: 'aic', icl: 'icl', cv: 'crossValidation' } as const satisfies Record<
  string,
  Criterion
>;
export type CriterionFlag = keyof typeof CRITERIA;
export const CRITERION_NAMES = Object.keys(CRITERIA) as CriterionFlag[];

/** A row of the table; Bernoulli mixtures have no covariances. */
export type Row = Candidate<Mixture> & { readonly covarianceType?: CovarianceType };

export interface Selected {
  readonly model: Mixture;
  readonly criterion: Criterion;
  readonly best: Row;
  /** in the order asked for; after Ctrl-C those that were done */
  readonly candidates: readonly Row[];
  readonly interrupted: boolean;
}

export interface SelectModelOptions {
  readonly nComponents: readonly number[];
  /** undefined: all that there are */
  readonly covarianceTypes: readonly CovarianceType[] | undefined;
  readonly criterion: Criterion;
  /** of every fit, as the library has them */
  readonly fit: FitOptions;
}

/** The kinds that have a likelihood, and with it criteria. */
type SelectableKind = Extract<KindName, 'gaussian' | 'bernoulli'>;

export function checkSelectable(kind: KindName): asserts kind is SelectableKind {
  if (kind === 'gaussian' || kind === 'bernoulli') return;
  throw new UsageError(`a number of components can be chosen for mixtures; ${kind} has no likelihood to go by`);
}

export async function selectModel(kind: KindName, X: X, options: SelectModelOptions): Promise<Selected> {
  checkSelectable(kind);
  const { nComponents, covarianceTypes, criterion, fit } = options;
  return untilInterrupted(async (interruption) => {
    const bar = new Bar();
    const done: Row[] = [];
    const given = {
      ...fit,
      nComponents,
      criterion,
      signal: interruption.signal,
      onProgress: (progress: { done: number; total: number; candidate: Row }) => {
        const { candidate } = progress;
        done.push(candidate);
        const type = candidate.covarianceType === undefined ? '' : `${candidate.covarianceType}, `;
        bar.update(progress.done, progress.total, `${type}${candidate.nComponents} components`);
      },
    };
    try {
      const { best, bestCandidate, candidates } =
        kind === 'bernoulli'
          ? await select(X as never, { ...given, mixture: BernoulliMixture } as unknown as SelectBernoulliOptions)
          : await select(X, {
              ...given,
              ...(covarianceTypes === undefined ? {} : { covarianceTypes }),
            } as unknown as SelectOptions);
      return { model: best, criterion, best: bestCandidate, candidates, interrupted: false };
    } catch (error) {
      if (!interruption.interrupted) throw error;
      const best = done[winner(done, criterion)];
      if (best?.model === undefined) throw new Interrupted();
      return { model: best.model, criterion, best, candidates: done, interrupted: true };
    } finally {
      bar.close();
    }
  });
}

/** Ctrl-C came before there was anything to keep. */
export class Interrupted extends CliError {
  constructor() {
    super('interrupted before a candidate was done: there is no model to keep');
  }
}

/** What the criterion says of a candidate; undefined if it failed. */
export function criterionOf(row: Row, criterion: Criterion): number | undefined {
  return criterion === 'crossValidation' ? row.crossValidation?.mean : row[criterion];
}
