/** A candidate of a selection in a worker: the fit, and the sums that criteria are made of. */
import type { Backend } from '../backend.js';
import type { Dataset, Rows } from '../data/dataset.js';
import { addTotals, type Totals } from '../diagnostics/totals.js';
import { blockRows, blocksOf } from '../em/blocks.js';
import type { MixtureFit, MixturePlan, OnProgress, Outcome } from '../em/mixture-fit.js';
import type { BlockKernels, MixtureParameters } from '../em/model.js';
import type { FitMaker } from '../families/mixture-fit-now.js';
import { expectedBytes, withBackend } from '../lease.js';
import { heldOut, training } from './folds.js';

/** What the worker is told. */
export interface CandidateInput<Plan extends MixturePlan> {
  readonly plan: Plan;
  readonly data: Dataset;
  /** fit without the rows of one fold and score these; all rows are fitted if omitted */
  readonly fold?: { readonly ofRow: Int32Array; readonly index: number; readonly centre: boolean };
}

/** Where a fit was that its caller ended. */
export interface StoppedFit {
  /** starts that ran to their end */
  readonly startsDone: number;
  /** iterations of the one that did not, if one was under way */
  readonly iteration: number | undefined;
}

/** What it answers. */
export interface CandidateOutcome<C> extends Outcome<C> {
  /** undefined if all starts ran to their end */
  readonly stopped: StoppedFit | undefined;
  /** over the rows that were fitted, or over the fold that was held out (then without `logTop`) */
  readonly totals: Totals;
}

type Score<C> = Pick<BlockKernels<C, unknown>, 'score'>;

/** Fits a candidate, up to where `onProgress` ends it, and scores what it is judged by. `open` gives a family's kernels for rows it was not fitted to. */
export function fitCandidate<Plan extends MixturePlan, C, T>(
  { plan, data, fold }: CandidateInput<Plan>,
  make: FitMaker<Plan, C, T>,
  open: (backend: Backend, plan: Plan, rows: Rows, blockSize: number) => Score<C>,
  onProgress: OnProgress | undefined,
): CandidateOutcome<C> {
  const { nComponents: k, backend: name } = plan;
  const fitted = fold === undefined ? data : training(data, fold);
  return withBackend(
    name,
    (backend) => {
      const fit = make(plan, fitted, backend);
      const outcome = bestUntilStopped(fit, onProgress);
      if (fold === undefined)
        return { ...outcome, totals: total(fit.parts.kernels, outcome.parameters, data, k, true) };
      const rows = heldOut(data, fitted, fold);
      const totals = total(open(backend, plan, rows, blockRows(data.nFeatures, k)), outcome.parameters, rows, k, false);
      return { ...outcome, totals };
    },
    expectedBytes(fitted, k),
  );
}

/** The best of all starts, or of those up to where `onProgress` ends the fit. */
function bestUntilStopped<C, T>(
  fit: MixtureFit<C, T>,
  onProgress: OnProgress | undefined,
): Omit<CandidateOutcome<C>, 'totals'> {
  const { nStarts, plan } = fit.parts;
  let end: { restart: number; iteration: number } | undefined;
  const outcome = fit.best((progress) => {
    if (onProgress?.(progress) !== 'stop') return undefined;
    end = progress;
    return 'stop';
  });
  if (end === undefined) return { ...outcome, stopped: undefined };
  const { restart, iteration } = end;
  // the wish may have come with the last state of a start, which was at its end anyway
  const ended = outcome.record.restarts[restart]?.converged || iteration >= plan.maxIter;
  if (ended && restart === nStarts - 1) return { ...outcome, stopped: undefined };
  const stopped = ended ? { startsDone: restart + 1, iteration: undefined } : { startsDone: restart, iteration };
  return { ...outcome, stopped };
}

/** Scores rows block by block, in the blocks and the order that `model.icl(X)` takes. */
function total<C>(
  kernels: Score<C>,
  parameters: MixtureParameters<C>,
  rows: Rows,
  k: number,
  withTop: boolean,
): Totals {
  const totals: Totals = { logLikelihood: 0, weight: 0, logTop: 0 };
  for (const block of blocksOf(rows, blockRows(rows.nFeatures, k))) {
    const { start, nRows } = block;
    const logProbNorm = new Float64Array(nRows);
    const terms = withTop ? new Float64Array(nRows * k) : undefined;
    kernels.score(parameters, block, terms === undefined ? { logProbNorm } : { logProbNorm, weightedLogProb: terms });
    addTotals(totals, logProbNorm, terms, k, rows.sampleWeights?.subarray(start, start + nRows));
  }
  return totals;
}
