/** A Gaussian mixture fit from data to the best state: prepares, starts, loops, keeps the best of nInit. */
import type { Backend, BackendName } from '../backend.js';
import type { Dataset } from '../data/dataset.js';
import { type Random, createRandom } from '../data/random.js';
import { blockRows } from '../em/blocks.js';
import { type EMState, NonFiniteObjective, iterate } from '../em/loop.js';
import { mixture } from '../em/mixture.js';
import type { MixtureStatistics } from '../em/model.js';
import { DegenerateComponentError, ZeroDensityError } from '../errors.js';
import {
  type GaussianParameters,
  type StartContext,
  dataCovariance,
  startFromLabels,
  startFromResponsibilities,
  startFromRows,
} from '../init/gaussian-start.js';
import { kmeansPlusPlus } from '../init/kmeans-plus-plus.js';
import { lloyd } from '../init/kmeans.js';
import type { Start } from './gaussian-checks.js';
import type { Regularization } from './gaussian-options.js';
import { familyFor, fromComponents, toComponents } from './gaussian-parameters.js';
import type { CovarianceType, Moments } from './gaussian.js';

export type GaussianState = EMState<GaussianParameters, MixtureStatistics<Moments>>;

/** One of the nInit starts, for the record. */
export interface Restart {
  readonly logLikelihood: number | undefined;
  readonly nIter: number;
  readonly converged: boolean;
  /** why the start was discarded, if it was */
  readonly error: DegenerateComponentError | undefined;
}

/** What a fit has to know: plain data, so that a worker can be told. */
export interface FitPlan {
  readonly nComponents: number;
  readonly covarianceType: CovarianceType;
  readonly regCovar: Regularization;
  readonly seed: number;
  readonly nInit: number;
  readonly tol: number;
  readonly paramTol: number;
  readonly maxIter: number;
  readonly backend: BackendName;
  readonly start: Start;
}

/** One fit on one lease of a backend. */
export class GaussianFit {
  private readonly context: StartContext;
  private readonly random: Random;

  constructor(
    readonly plan: FitPlan,
    readonly data: Dataset,
    backend: Backend,
  ) {
    const { nComponents, covarianceType, regCovar, seed } = plan;
    const rows = blockRows(data.nFeatures, nComponents);
    const kernels = backend.gaussian({ data, covarianceType, nComponents, rows });
    const family = familyFor(covarianceType, backend, data, regCovar);
    const model = mixture(family, { nComponents, kernels, initialize: (_data, random) => this.start(random) });
    this.context = { data, nComponents, covarianceType, family, model, kernels, rows };
    this.random = createRandom(seed, backend.log);
  }

  /** How many starts make sense: given ones are all alike. */
  get nStarts(): number {
    const { start, nInit } = this.plan;
    return start.kind === 'parameters' || start.kind === 'labels' || start.kind === 'responsibilities' ? 1 : nInit;
  }

  /** Every state of one start; errors name the iteration and carry the last good parameters as users see them. */
  *states(): Generator<GaussianState> {
    const { model, data, rows } = this.context;
    const { tol, paramTol, maxIter } = this.plan;
    let last: GaussianState | undefined;
    try {
      const start = model.initialize(data, this.random.split());
      for (const state of iterate(model, data, start, { tol, paramTol, maxIter, rows })) {
        last = state;
        yield state;
      }
    } catch (error) {
      throw this.explain(error, last);
    }
  }

  /** log-posterior labels of the training rows under some parameters. */
  labels(parameters: GaussianParameters): Int32Array {
    const { data, kernels, rows } = this.context;
    const labels = new Int32Array(data.nSamples);
    for (let start = 0; start < data.nSamples; start += rows) {
      const nRows = Math.min(rows, data.nSamples - start);
      kernels.score(parameters, { data, start, nRows }, { labels: labels.subarray(start, start + nRows) });
    }
    return labels;
  }

  private start(random: Random): GaussianParameters {
    const { context } = this;
    const { data, nComponents } = context;
    const { start } = this.plan;
    switch (start.kind) {
      case 'parameters':
        return this.given(start);
      case 'labels':
        return startFromResponsibilities(context, (from, nRows, out) => {
          for (let i = 0; i < nRows; i++) out[i * nComponents + (start.labels[from + i] as number)] = 1;
        });
      case 'responsibilities':
        return startFromResponsibilities(context, (from, nRows, out) => {
          out.set(start.table.subarray(from * nComponents, (from + nRows) * nComponents));
        });
      case 'random':
        return startFromResponsibilities(context, randomResponsibilities(nComponents, random));
      case 'randomPoints':
        return startFromRows(context, distinctRows(data, nComponents, random));
      default: {
        const { labels } = kmeansPlusPlus(data, nComponents, random);
        if (start.kind === 'kmeans') lloyd(data, labels, nComponents);
        return startFromLabels(context, labels, random);
      }
    }
  }

  private given(start: Extract<Start, { kind: 'parameters' }>): GaussianParameters {
    const { data, nComponents, covarianceType, family } = this.context;
    const covariances = start.covariances ?? this.repeatedDataCovariance();
    const { weights, means } = start;
    const flat = { covarianceType, nComponents, nFeatures: data.nFeatures, weights, means, covariances };
    return toComponents(family, flat, data.origin);
  }

  private repeatedDataCovariance(): Float64Array {
    const { covarianceType, nComponents } = this.context;
    const one = dataCovariance(this.context);
    if (covarianceType === 'tied') return one;
    const all = new Float64Array(nComponents * one.length);
    for (let k = 0; k < nComponents; k++) all.set(one, k * one.length);
    return all;
  }

  private explain(error: unknown, last: GaussianState | undefined): unknown {
    if (error instanceof DegenerateComponentError) {
      const iteration = last === undefined ? 0 : last.iteration + 1;
      const good =
        last === undefined
          ? undefined
          : fromComponents(last.parameters, this.data.origin, this.context.covarianceType);
      const when = iteration === 0 ? 'in the initialisation' : `in M-step ${iteration}`;
      return new DegenerateComponentError(error.component, good, `${error.message} (${when})`, {
        iteration,
        ...(last === undefined ? {} : { logLikelihood: last.objective }),
        cause: error.cause,
      });
    }
    if (error instanceof NonFiniteObjective) return this.zeroDensity(error);
    return error;
  }

  private zeroDensity(error: NonFiniteObjective): ZeroDensityError {
    const { data, kernels, rows } = this.context;
    const parameters = error.parameters as GaussianParameters;
    for (let start = 0; start < data.nSamples; start += rows) {
      const nRows = Math.min(rows, data.nSamples - start);
      const logProbNorm = new Float64Array(nRows);
      kernels.score(parameters, { data, start, nRows }, { logProbNorm });
      const i = logProbNorm.findIndex(
        (value, at) => !Number.isFinite(value) && (data.sampleWeights === undefined || data.sampleWeights[start + at] !== 0),
      );
      if (i >= 0) {
        return new ZeroDensityError(
          `row ${start + i} is so far from every component that its density is 0 in double precision (after ${error.iteration} M-steps); remove the outlier, scale the data, or start with larger covariances`,
          start + i,
        );
      }
    }
    return new ZeroDensityError(`the log-likelihood overflowed after ${error.iteration} M-steps; scale the data or the weights down`);
  }
}

/** Uniform numbers, divided by their sum per row. */
function randomResponsibilities(nComponents: number, random: Random) {
  return (_start: number, nRows: number, out: Float64Array): void => {
    for (let i = 0; i < nRows; i++) {
      let sum = 0;
      for (let k = 0; k < nComponents; k++) {
        const u = random.uniform() + Number.MIN_VALUE;
        out[i * nComponents + k] = u;
        sum += u;
      }
      for (let k = 0; k < nComponents; k++) out[i * nComponents + k] = (out[i * nComponents + k] as number) / sum;
    }
  };
}

/** Different rows, each drawn with probability proportional to its weight among those left. */
function distinctRows({ nSamples, sampleWeights }: Dataset, n: number, random: Random): number[] {
  const left = sampleWeights === undefined ? new Float64Array(nSamples).fill(1) : sampleWeights.slice();
  const rows: number[] = [];
  while (rows.length < n) {
    let total = 0;
    for (const weight of left) total += weight;
    let target = random.uniform() * total;
    let row = -1;
    for (let i = 0; i < nSamples && target >= 0; i++) {
      if (left[i] === 0) continue;
      row = i;
      target -= left[i] as number;
    }
    left[row] = 0;
    rows.push(row);
  }
  return rows;
}
