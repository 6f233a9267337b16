/** One candidate while its fits are under way: what goes to workers, what came back, its row of the table. */
import type { Dataset } from '../data/dataset.js';
import type { Totals } from '../diagnostics/totals.js';
import type { MixturePlan, OnProgress } from '../em/mixture-fit.js';
import { InvalidDataError, MixwasmError } from '../errors.js';
import { checkUsableRows } from '../families/gaussian-checks.js';
import type { CrewJob } from '../threads/crew.js';
import type { unpackRestarts } from '../threads/protocol.js';
import type { CandidateInput, CandidateOutcome } from './candidate-job.js';
import {
  type Candidate,
  type CandidateStop,
  type CrossValidation,
  criteriaOf,
  crossValidationOf,
} from './candidates.js';
import type { AnySelection, Entry } from './family.js';
import type { Fold } from './folds.js';
import type { CandidateIteration } from './options.js';

/** A job and how long it takes, relative to others. */
export interface TrialJob extends CrewJob {
  readonly cost: number;
}

/** Who hears of a trial, and what unpacks what workers send (it comes with what runs them). */
export interface TrialListener {
  /** nothing of it is left to fit */
  settle(trial: Trial): void;
  iterated: ((progress: CandidateIteration) => void) | undefined;
  readonly unpack: typeof unpackRestarts;
}

export class Trial {
  /** most probable component of each row, as long as they may be wanted */
  labels: Int32Array | undefined;
  #left: number;
  #fit: CandidateOutcome<unknown> | undefined;
  #row: Candidate<unknown> | undefined;
  /** of each fold, once it is done */
  readonly #heldOut = new Map<number, Totals>();
  /** of the fit to all rows at 0, without fold i at i + 1 */
  readonly #errors: MixwasmError[] = [];

  constructor(
    private readonly entry: Entry<MixturePlan>,
    private readonly family: AnySelection,
    private readonly data: Dataset,
    private readonly folds: readonly Fold[],
    private readonly logWeight: number,
  ) {
    this.#errors = refusals(entry.plan.nComponents, data, folds);
    this.#left = this.#errors.length > 0 ? 0 : 1 + folds.length;
  }

  /** Whether nothing is left to fit. */
  get settled(): boolean {
    return this.#left === 0;
  }

  /** The fits of this candidate; the listener hears of the last of them. One that was stopped leaves it unsettled. */
  jobs({ settle, iterated, unpack }: TrialListener): TrialJob[] {
    if (this.settled) return [];
    const { plan, nParameters, fields } = this.entry;
    const { nComponents } = plan;
    const finish = () => {
      this.#left--;
      if (this.settled) settle(this);
    };
    return [undefined, ...this.folds].map((fold, at) => {
      const { job, centre } = this.family;
      const input: CandidateInput<MixturePlan> = { plan, data: this.data, ...(fold && { fold: { ...fold, centre } }) };
      return {
        job,
        input,
        cost: nParameters,
        onProgress:
          iterated &&
          ((progress: Parameters<OnProgress>[0]) =>
            iterated({ covarianceType: undefined, ...fields, nComponents, fold: fold?.index, ...progress })),
        done: (result) => {
          const outcome = result as CandidateOutcome<unknown>;
          if (fold === undefined) this.#keep(outcome, unpack);
          // what a fit that was stopped says of rows held out would be compared with what others say at their end
          else if (outcome.stopped === undefined) this.#heldOut.set(fold.index, outcome.totals);
          if (outcome.stopped === undefined) finish();
        },
        failed: (error) => {
          this.#errors[at] = fold === undefined ? error : located(error, fold);
          finish();
        },
      };
    });
  }

  #keep(outcome: CandidateOutcome<unknown>, unpack: typeof unpackRestarts): void {
    const { labels, ...record } = outcome.record;
    this.labels = labels;
    this.#fit = { ...outcome, record: { ...record, restarts: unpack(record.restarts), labels: undefined } };
  }

  /** The model, `withLabels` if they are still there; undefined if there is no fit. */
  model(withLabels: boolean): object | undefined {
    if (this.#fit === undefined) return undefined;
    const { parameters, record } = this.#fit;
    const labels = withLabels ? this.labels : undefined;
    return this.family.model(this.entry.plan, this.data, { parameters, record: { ...record, labels } });
  }

  /** The row of the table, once the candidate is settled or stopped. */
  row(): Candidate<unknown> {
    this.#row ??= this.#summarize();
    return this.#row;
  }

  #summarize(): Candidate<unknown> {
    const { plan, nParameters, fields } = this.entry;
    const { totals, record } = this.#fit ?? {};
    // the first fold that failed, whichever came back first
    const error = this.#errors.find((one) => one !== undefined);
    const criteria = totals && criteriaOf(totals, nParameters, this.logWeight);
    return {
      nComponents: plan.nComponents,
      ...fields,
      nParameters,
      logLikelihood: record?.logLikelihood,
      bic: criteria?.bic,
      aic: criteria?.aic,
      icl: criteria?.icl,
      crossValidation: error === undefined ? this.#crossValidation() : undefined,
      converged: record?.converged,
      nIter: record?.nIter,
      model: this.model(false),
      error,
      stopped: this.settled ? undefined : this.#stop(),
    };
  }

  /** Undefined unless all folds are done. */
  #crossValidation(): CrossValidation | undefined {
    if (this.folds.length === 0 || this.#heldOut.size < this.folds.length) return undefined;
    return crossValidationOf(this.folds.map(({ index }) => this.#heldOut.get(index) as Totals));
  }

  #stop(): CandidateStop {
    const { nInit } = this.entry.plan;
    const foldsDone = this.folds.length > 0 ? this.#heldOut.size : undefined;
    if (this.#fit === undefined) return { startsDone: 0, nInit, iteration: undefined, foldsDone };
    const { startsDone, iteration } = this.#fit.stopped ?? { startsDone: nInit, iteration: undefined };
    return { startsDone, nInit, iteration, foldsDone };
  }
}

/** Why a candidate is not even tried: fewer rows than components, with or without a fold. */
function refusals(nComponents: number, { nSamples, sampleWeights }: Dataset, folds: readonly Fold[]): MixwasmError[] {
  try {
    checkUsableRows(nSamples, sampleWeights, nComponents);
    for (const fold of folds) {
      const left = fold.ofRow.reduce((n, index) => n + (index >= 0 && index !== fold.index ? 1 : 0), 0);
      if (left >= nComponents) continue;
      throw new InvalidDataError(
        `${nComponents} components need at least ${nComponents} rows; without fold ${fold.index} there are ${left}; lower nComponents, or raise nFolds`,
      );
    }
  } catch (error) {
    if (error instanceof MixwasmError) return [error];
    throw error;
  }
  return [];
}

function located(error: MixwasmError, { index }: Fold): MixwasmError {
  error.message = `without fold ${index}: ${error.message}`;
  return error;
}
