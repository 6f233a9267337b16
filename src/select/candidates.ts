/** The table of a selection, and its winner. */
import { aic, bic, icl } from '../diagnostics/criteria.js';
import type { Totals } from '../diagnostics/totals.js';
import { MixwasmError } from '../errors.js';

/** What a selection goes by; lower is better for the first three, higher for the last. */
export type Criterion = 'bic' | 'aic' | 'icl' | 'crossValidation';

/** Log-likelihood of rows that were held out, per row (per unit of weight), nats. */
export interface CrossValidation {
  /** over all held-out rows; higher is better. −Infinity if one of them has no density */
  readonly mean: number;
  /** of the mean: the standard deviation of the folds' means / √nFolds (Hastie, Tibshirani & Friedman 2009, §7.10) */
  readonly standardError: number;
  /** the folds' means (nFolds) */
  readonly folds: Float64Array;
}

/** How far a candidate came when `'stop'` ended its selection. */
export interface CandidateStop {
  /** starts that ran to their end; the model is the best of these and of the one that did not */
  readonly startsDone: number;
  /** starts that were asked for */
  readonly nInit: number;
  /** iterations of the start that did not run to its end; undefined if there is none, or nothing of it could be kept */
  readonly iteration: number | undefined;
  /** folds that were fitted and scored; undefined unless the selection goes by cross-validation */
  readonly foldsDone: number | undefined;
}

/** One row of the table. What is undefined could not be computed: `error` or `stopped` says why. */
export interface Candidate<Model> {
  readonly nComponents: number;
  /** free parameters, mixing proportions included */
  readonly nParameters: number;
  /** total over all rows, nats */
  readonly logLikelihood: number | undefined;
  /** Schwarz's criterion; lower is better */
  readonly bic: number | undefined;
  /** Akaike's criterion; lower is better */
  readonly aic: number | undefined;
  /** integrated completed likelihood; lower is better */
  readonly icl: number | undefined;
  /** undefined unless the selection goes by it; higher is better */
  readonly crossValidation: CrossValidation | undefined;
  readonly converged: boolean | undefined;
  readonly nIter: number | undefined;
  /** fitted to all rows; only the winner's has `labels` */
  readonly model: Model | undefined;
  /** why there is no fit (all its starts collapsed, fewer rows than components …), or no cross-validation */
  readonly error: MixwasmError | undefined;
  /** how far it came, if `'stop'` ended the selection before it was done; its numbers are those of its model, if it has one */
  readonly stopped: CandidateStop | undefined;
}

/** No candidate could be fitted (or cross-validated), or none yet: the table is attached. */
export class SelectionError extends MixwasmError {
  override name = 'SelectionError';
  /** the whole table; every row has its `error`, or says where it was `stopped` */
  readonly candidates: readonly Candidate<unknown>[];
  constructor(candidates: readonly Candidate<unknown>[], message: string, options?: ErrorOptions) {
    super('SELECTION', message, options);
    this.candidates = candidates;
  }
}

/** The criteria of a fit; `logWeight` is log Σ sampleWeights. */
export function criteriaOf({ logLikelihood, logTop }: Totals, nParameters: number, logWeight: number) {
  const schwarz = bic(logLikelihood, nParameters, logWeight);
  return { bic: schwarz, aic: aic(logLikelihood, nParameters), icl: icl(schwarz, logTop) };
}

/** What the folds say together. */
export function crossValidationOf(folds: readonly Totals[]): CrossValidation {
  const means = Float64Array.from(folds, ({ logLikelihood, weight }) => logLikelihood / weight);
  const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);
  const mean = sum(folds.map(({ logLikelihood }) => logLikelihood)) / sum(folds.map(({ weight }) => weight));
  const center = sum(means) / means.length;
  const variance = sum(means.map((m) => (m - center) * (m - center))) / (means.length - 1);
  return { mean, standardError: Math.sqrt(variance / means.length), folds: means };
}

/** Index of the winner: the best value, of equal ones the fewest parameters, of these the first; −1 if there is none. */
export function winner(candidates: readonly Candidate<unknown>[], criterion: Criterion): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  candidates.forEach((candidate, i) => {
    const loss = lossOf(candidate, criterion);
    if (loss === undefined || loss > least) return;
    const simplest = candidates[best]?.nParameters ?? Number.POSITIVE_INFINITY;
    if (loss === least && candidate.nParameters >= simplest) return;
    best = i;
    least = loss;
  });
  return best;
}

/** What is minimised. */
function lossOf(candidate: Candidate<unknown>, criterion: Criterion): number | undefined {
  if (criterion !== 'crossValidation') return candidate[criterion];
  const { crossValidation } = candidate;
  return crossValidation && -crossValidation.mean;
}
