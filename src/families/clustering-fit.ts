/** A hard clustering from a checked plan to the best state: starts, loops, keeps the best of nInit. Knows no norm. */
import type { Backend, ClusterShape, KernelPair } from '../backend.js';
import type { Dataset } from '../data/dataset.js';
import { lessOrigin } from '../data/origin.js';
import { createRandom, type Random } from '../data/random.js';
import { weightOf } from '../data/weights.js';
import { blocksOf, clusterRows, expectationOver } from '../em/blocks.js';
import type { StopReason } from '../em/convergence.js';
import {
  type Centers,
  type ClusterKernels,
  type HardMethod,
  type HardStatistics,
  hardModel,
  holdLabels,
  joinLabels,
} from '../em/hard.js';
import { type EMState, iterate, NonFiniteObjective } from '../em/loop.js';
import type { EMModel } from '../em/model.js';
import { bestOfStarts, hasConverged, type Restart, type Run } from '../em/restarts.js';
import { InvalidDataError } from '../errors.js';
import { centerAt, greedyTrials, kmeansPlusPlus } from '../init/kmeans-plus-plus.js';
import { distinctRows } from '../init/random.js';
import { sampleRows } from '../init/sample-rows.js';
import type { ThreadsUsed } from '../threads/client.js';
import type { ClusteringPlan } from './clustering-options.js';

/** One of the nInit starts, for the record. */
export interface ClusteringRestart {
  /** what the start reached */
  readonly totalCost: number;
  /** updates of the centers done */
  readonly nIter: number;
  /** whether labels became stable (or `tol` was met) within `maxIter` */
  readonly converged: boolean;
}

/** What only a fit knows. */
export interface ClusteringRecord {
  /** Σ weight × distance term to the nearest center */
  readonly totalCost: number;
  /** whether labels became stable (or `tol` was met) within `maxIter` */
  readonly converged: boolean;
  /** updates of the centers done */
  readonly nIter: number;
  /** why the fit stopped */
  readonly stopReason: StopReason;
  /** cost[t]: of the assignment to the centres after t updates */
  readonly trace: { readonly cost: Float64Array };
  /** weight of each cluster's rows (nClusters) */
  readonly clusterCounts: Float64Array;
  /** all nInit starts, in order */
  readonly restarts: readonly ClusteringRestart[];
  /** nearest center of every training row (nSamples); not saved with a model */
  readonly labels: Int32Array | undefined;
  /** of a fit in workers: the threads that did it */
  readonly threads?: ThreadsUsed;
}

export interface ClusteringOutcome {
  /** less the data's origin (nClusters × nFeatures) */
  readonly centers: Float64Array;
  readonly record: ClusteringRecord;
}

/** Called after every assignment of a fit. */
export type OnClusteringProgress = (progress: {
  /** updates of the centres done in this start */
  readonly iteration: number;
  /** of the assignment to these centres */
  readonly totalCost: number;
  /** which of the nInit starts, from 0 */
  readonly restart: number;
}) => unknown;

/** What a kind of clustering supplies to be fitted. */
export interface ClusteringParts<S extends HardStatistics> {
  readonly method: HardMethod<S>;
  readonly pair: KernelPair<ClusterShape, ClusterKernels<S>>;
  /** of the pair, opened over the data */
  readonly kernels: ClusterKernels<S>;
  /** the lease of all that */
  readonly backend: Backend;
}

/** One fit on one lease of a backend. */
export class ClusteringFit<S extends HardStatistics> {
  private readonly model: EMModel<Centers, S>;
  private readonly random: Random;
  private readonly rows: number;

  constructor(
    private readonly parts: ClusteringParts<S>,
    private readonly plan: ClusteringPlan,
    private readonly data: Dataset,
  ) {
    this.model = hardModel(parts.method, parts.kernels, data, (random) => this.start(random));
    this.random = createRandom(plan.seed, parts.backend.log);
    this.rows = clusterRows(data.nFeatures, plan.nClusters);
  }

  /** Every state of one start. */
  *states(): Generator<EMState<Centers, S>> {
    const { model, data, rows, plan } = this;
    const { tol, maxIter } = plan;
    try {
      const start = model.initialize(data, this.random.split());
      for (const state of iterate(model, data, start, { tol, paramTol: 0, maxIter, rows })) {
        yield state.stopReason === undefined ? state : this.finished(state);
      }
    } catch (error) {
      throw error instanceof NonFiniteObjective ? this.tooFar(error) : error;
    }
  }

  /** A last state: with a cost by its definition, so that of equal starts the first is the best, and labels that stay. */
  private finished(state: EMState<Centers, S>): EMState<Centers, S> {
    const { model, data, rows, parts } = this;
    if (!parts.kernels.forgetCost?.()) {
      holdLabels(state.statistics);
      return state;
    }
    const statistics = expectationOver(model, state.parameters, data, rows);
    holdLabels(statistics);
    return { ...state, statistics, objective: model.objective(statistics, state.parameters) };
  }

  /** Runs every start. */
  best(onProgress?: OnClusteringProgress): ClusteringOutcome {
    const { kind } = this.plan.start;
    const { best, restarts } = bestOfStarts(
      // given starts are all alike
      kind === 'centers' || kind === 'labels' ? 1 : this.plan.nInit,
      () => this.states(),
      ({ iteration, statistics }, restart) => {
        const said = onProgress?.({ iteration, totalCost: statistics.cost, restart });
        if (said === 'stop') holdLabels(statistics);
        return said;
      },
    );
    return this.outcome(best, restarts);
  }

  /** The clustering of a run's last state. */
  outcome(run: Run<Centers, S>, restarts: readonly Restart[]): ClusteringOutcome {
    const { parameters, statistics, iteration, stopReason } = run.reached;
    return {
      centers: parameters.centers,
      record: {
        totalCost: statistics.cost,
        converged: hasConverged(stopReason),
        nIter: iteration,
        stopReason: stopReason as StopReason,
        trace: { cost: Float64Array.from(run.trace, positive) },
        clusterCounts: statistics.counts.slice(),
        restarts: restarts.map(({ objective, nIter, converged }) => ({
          totalCost: positive(objective as number),
          nIter,
          converged,
        })),
        labels: joinLabels(statistics),
      },
    };
  }

  /** Cost of given labels: what it is between an update of the centres and the next assignment. */
  costOf({ centers }: Centers, labels: Int32Array): number {
    const { x, nFeatures: d, origin, sampleWeights } = this.data;
    const { term } = this.parts.method;
    let total = 0;
    for (let i = 0; i < labels.length; i++) {
      const weight = weightOf(sampleWeights, i);
      if (weight === 0) continue;
      let sum = 0;
      for (let j = 0; j < d; j++) {
        const center = centers[(labels[i] as number) * d + j] as number;
        sum += term((x[i * d + j] as number) - (origin[j] as number) - center);
      }
      total += weight * sum;
    }
    return total;
  }

  private start(random: Random): Centers {
    const { data, plan, parts } = this;
    const { start, nClusters } = plan;
    switch (start.kind) {
      case 'centers':
        return { centers: lessOrigin(start.centers, data.origin) };
      case 'labels':
        return { centers: parts.method.update(parts.method.fromLabels(start.labels, nClusters, data), data) };
      case 'random':
        return { centers: rowsAsCenters(data, distinctRows(data, nClusters, random)) };
      default:
        return { centers: this.seeds(start.kind === 'kmeans++' ? 1 : greedyTrials(nClusters), random) };
    }
  }

  /** k-means++ in the terms of the method's own cost, on a sample of large data. */
  private seeds(trials: number, random: Random): Float64Array {
    const { data, plan, parts, rows } = this;
    const { nClusters } = plan;
    const sample = sampleRows(data, nClusters, random);
    if (sample === data) return kmeansPlusPlus(parts.kernels, data, nClusters, random, { trials, rows });
    return parts.backend.scoped(() => {
      const kernels = parts.backend.open(parts.pair, { data: sample, nClusters, rows });
      return kmeansPlusPlus(kernels, sample, nClusters, random, { trials, rows });
    });
  }

  private tooFar({ parameters, iteration }: NonFiniteObjective): InvalidDataError {
    const row = rowTooFar(this.parts.kernels, parameters as Centers, this.data, this.rows);
    const when = `after ${iteration} updates`;
    return row === undefined
      ? new InvalidDataError(`the cost overflowed ${when}; scale the data or the weights down`)
      : new InvalidDataError(
          `row ${row} is so far from every center that its cost overflows (${when}); scale the data down`,
          row,
        );
  }
}

/** The first row (of positive weight) whose distances to all centres overflow, if there is one. */
export function rowTooFar(
  kernels: ClusterKernels<HardStatistics>,
  parameters: Centers,
  data: Pick<Dataset, 'x' | 'nSamples' | 'nFeatures' | 'origin' | 'sampleWeights'>,
  rows: number,
): number | undefined {
  const k = parameters.centers.length / data.nFeatures;
  for (const block of blocksOf(data, rows)) {
    const distances = new Float64Array(block.nRows * k);
    kernels.distances(parameters, block, distances);
    for (let i = 0; i < block.nRows; i++) {
      const counts = weightOf(data.sampleWeights, block.start + i) !== 0;
      if (counts && distances.subarray(i * k, (i + 1) * k).every((distance) => !Number.isFinite(distance))) {
        return block.start + i;
      }
    }
  }
  return undefined;
}

function rowsAsCenters(data: Dataset, rows: readonly number[]): Float64Array {
  const centers = new Float64Array(rows.length * data.nFeatures);
  rows.forEach((row, k) => {
    centers.set(centerAt(data, row), k * data.nFeatures);
  });
  return centers;
}

/** −objective, without a negative zero. */
function positive(objective: number): number {
  return 0 - objective;
}
