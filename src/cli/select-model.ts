/** Chooses the number of components and the shape of covariances, watched as fits are. */
import {
  BernoulliMixture,
  type Candidate,
  type CandidateIteration,
  type CovarianceType,
  type Criterion,
  type SelectBernoulliOptions,
  SelectionError,
  type SelectOptions,
  select,
} from '../index.js';
import { UsageError } from './errors.js';
import { Interrupted, type Interruption } from './interrupt.js';
import {
  type FitOptions,
  type KindName,
  type Mixture,
  noLikelihood,
  SELECTABLE,
  type SelectableKind,
  type X,
} from './models.js';
import { SelectionBar } from './progress.js';

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
  /** in the order asked for */
  readonly candidates: readonly Row[];
  /** by Ctrl-C before all were done */
  readonly stopped: boolean;
}

export interface SelectModelOptions {
  readonly nComponents: readonly number[];
  /** undefined: all that there are */
  readonly covarianceTypes: readonly CovarianceType[] | undefined;
  readonly criterion: Criterion;
  /** of every fit, as the library has them */
  readonly fit: FitOptions;
}

export function checkSelectable(kind: KindName): asserts kind is SelectableKind {
  if (!(SELECTABLE as readonly KindName[]).includes(kind)) throw new UsageError(noLikelihood(kind));
}

/** The best candidate when the selection ends, by itself or interrupted. */
export async function selectModel(
  kind: KindName,
  X: X,
  options: SelectModelOptions,
  interruption: Interruption,
): Promise<Selected> {
  checkSelectable(kind);
  const { nComponents, covarianceTypes, criterion, fit } = options;
  const bar = new SelectionBar(fit.nInit as number | undefined);
  const stopIfInterrupted = () => (interruption.interrupted ? 'stop' : undefined);
  const given = {
    ...fit,
    nComponents,
    criterion,
    onProgress: (progress: { done: number; total: number; candidate: Row }) => {
      bar.settled(progress);
      return stopIfInterrupted();
    },
    onIteration: (progress: CandidateIteration) => {
      bar.iterated(progress);
      return stopIfInterrupted();
    },
  };
  try {
    const { best, bestCandidate, candidates, stopped } =
      kind === 'bernoulli'
        ? await select(X as never, { ...given, mixture: BernoulliMixture } as unknown as SelectBernoulliOptions)
        : await select(X, {
            ...given,
            ...(covarianceTypes === undefined ? {} : { covarianceTypes }),
          } as unknown as SelectOptions);
    return { model: best, criterion, best: bestCandidate, candidates, stopped };
  } catch (error) {
    if (!(error instanceof SelectionError) || error.candidates.every(({ stopped }) => stopped === undefined))
      throw error;
    throw new Interrupted(`interrupted: ${error.message}: there is no model to keep`);
  } finally {
    bar.close();
  }
}

/** What the criterion says of a candidate; undefined if it failed. */
export function criterionOf(row: Row, criterion: Criterion): number | undefined {
  return criterion === 'crossValidation' ? row.crossValidation?.mean : row[criterion];
}
