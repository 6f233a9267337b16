/** The verbs that k-means and k-medians share. Each adds its doc comments, its ways in and its norm. */
import type { Backend } from '../backend.js';
import { type NamedRows, readColumns } from '../data/columns.js';
import type { Dataset, Rows } from '../data/dataset.js';
import { Handouts } from '../data/handouts.js';
import { type DataInput, toMatrix } from '../data/matrix.js';
import { addOrigin, lessOrigin } from '../data/origin.js';
import { toSampleWeights } from '../data/weights.js';
import { blocksOf, clusterRows } from '../em/blocks.js';
import type { StopReason } from '../em/convergence.js';
import type { Centers, ClusterKernels, HardStatistics } from '../em/hard.js';
import { InvalidDataError, NotFittedError } from '../errors.js';
import { expectedBytes, withBackend } from '../lease.js';
import { checkKnown, type NoOptions } from '../options.js';
import type { ThreadsUsed } from '../threads/client.js';
import { type ClusteringOutcome, type ClusteringRecord, type ClusteringRestart, rowTooFar } from './clustering-fit.js';
import {
  type ClusteringFormat,
  type ClusteringJSON,
  type ClusteringState,
  serializeClustering,
} from './clustering-json.js';
import type { ClusteringPlan } from './clustering-options.js';
import { type ClusteringWords, summarizeClustering } from './clustering-summary.js';

/** What differs between the kinds of clustering once they are fitted. */
export interface ClusteringKind extends ClusteringWords {
  readonly format: ClusteringFormat;
  /** whether distances are square roots of sums of squares */
  readonly squares: boolean;
  kernels(backend: Backend, data: Rows, nClusters: number, rows: number): ClusterKernels<HardStatistics>;
}

/** The parts of a model. */
export interface ClusteringModelParts {
  readonly state: ClusteringState;
  readonly record: ClusteringRecord | undefined;
}

export abstract class Clustering {
  readonly #kind: ClusteringKind;
  readonly #state: ClusteringState;
  readonly #record: ClusteringRecord | undefined;
  /** less the origin, as kernels take them */
  readonly #parameters: Centers;
  readonly #handouts = new Handouts();

  /** @internal */
  protected constructor(kind: ClusteringKind, { state, record }: ClusteringModelParts) {
    this.#kind = kind;
    this.#state = state;
    this.#record = record;
    this.#parameters = { centers: lessOrigin(state.centers, state.origin, state.low) };
  }

  /** Centers (nClusters × nFeatures, row-major), in the data's units. */
  get centers(): Float64Array {
    return this.#handouts.of('centers', () => this.#state.centers);
  }
  /** Number of clusters K. */
  get nClusters(): number {
    return this.#state.nClusters;
  }
  /** Number of columns D. */
  get nFeatures(): number {
    return this.#state.nFeatures;
  }

  // ---- the fit

  /** Total cost of the training data under these very centers: Σ weight × distance term to the nearest. */
  get totalCost(): number {
    return this.#fitted('totalCost').totalCost;
  }
  /** Whether labels became stable (or `tol` was met) within `maxIter`. */
  get converged(): boolean {
    return this.#fitted('converged').converged;
  }
  /** Updates of the centers done (assignments after the first). */
  get nIter(): number {
    return this.#fitted('nIter').nIter;
  }
  /** Why the fit stopped: labels became stable, `tol` was met, or `maxIter`. */
  get stopReason(): StopReason {
    return this.#fitted('stopReason').stopReason;
  }
  /** trace.cost[t]: of the assignment to the centers after t updates; t = 0 is the initialisation. Never rises, the last digit apart. */
  get trace(): ClusteringRecord['trace'] {
    const { trace } = this.#fitted('trace');
    return { cost: this.#handouts.of('trace', () => trace.cost) };
  }
  /** Weight of each cluster's rows, Σ s (nClusters); 0 for an empty one. */
  get clusterCounts(): Float64Array {
    const { clusterCounts } = this.#fitted('clusterCounts');
    return this.#handouts.of('clusterCounts', () => clusterCounts);
  }
  /** All starts, in order. */
  get restarts(): readonly ClusteringRestart[] {
    return this.#fitted('restarts').restarts;
  }
  /** Nearest center of every training row (nSamples), the lowest of equally near ones. */
  get labels(): Int32Array {
    const { labels } = this.#fitted('labels');
    if (labels === undefined) {
      throw new NotFittedError('labels belong to the training data and are not saved with a model; call predict(X)');
    }
    return this.#handouts.of('labels', () => labels);
  }
  /** The threads that shared the E-steps, and why they are fewer than asked for; undefined unless from `fitAsync`. */
  get threads(): ThreadsUsed | undefined {
    return this.#record?.threads;
  }
  /** True if the model comes from a fit (or was saved after one), so that `totalCost`, `trace` … exist. */
  get fitted(): boolean {
    return this.#record !== undefined;
  }

  /** Names of the features, if `fit` was told: what `predict`, `score` … take from objects and tables. */
  get columns(): readonly string[] | undefined {
    return this.#state.columns;
  }

  // ---- using models

  /**
   * Nearest center of each row (nSamples), the lowest of equally near ones.
   * @throws {InvalidDataError} bad rows, another number of columns, a row whose distances overflow
   */
  predict(Y: DataInput | NamedRows, options?: NoOptions): Int32Array {
    checkKnown(options, [], 'predict');
    const rows = this.#rows(Y, undefined);
    const labels = new Int32Array(rows.nSamples);
    this.#assign(rows, (start, { runs: [run] }) => labels.set((run as { labels: Int32Array }).labels, start));
    return labels;
  }

  /**
   * Distances of each row to every center (nSamples × nClusters, row-major), in the units of the data: not squared.
   * Infinity where a distance itself overflows.
   * @throws {InvalidDataError} bad rows, another number of columns
   */
  transform(Y: DataInput | NamedRows, options?: NoOptions): Float64Array {
    checkKnown(options, [], 'transform');
    const rows = this.#rows(Y, undefined);
    const { nClusters: k } = this;
    const out = new Float64Array(rows.nSamples * k);
    this.#withKernels(rows, (kernels, size) => {
      for (const block of blocksOf(rows, size)) {
        kernels.distances(this.#parameters, block, out.subarray(block.start * k, (block.start + block.nRows) * k));
      }
    });
    if (this.#kind.squares) rescueDistances(rows, this.#parameters.centers, out);
    return out;
  }

  /**
   * −(mean cost per row), weighted if weights are given: higher is better, as `score` of every model here. On the training
   * data −totalCost / Σ weights. (scikit-learn's `KMeans.score` is the total, −inertia: multiply by Σ weights.)
   * @throws {InvalidDataError} bad rows, another number of columns, a row whose distances overflow
   */
  score(Y: DataInput | NamedRows, options: { sampleWeights?: ArrayLike<number> } = {}): number {
    checkKnown(options, ['sampleWeights'], 'score');
    const rows = this.#rows(Y, options.sampleWeights);
    let total = 0;
    let weights = 0;
    this.#assign(rows, (_start, { cost, weight }) => {
      total += cost;
      weights += weight;
    });
    return 0 - total / weights;
  }

  /** A report to read: the cost, the iterations, centers and counts. `featureNames` label the columns. */
  summary(options: { featureNames?: readonly string[] } = {}): string {
    checkKnown(options, ['featureNames'], 'summary');
    return summarizeClustering(this.#kind, this.#state, this.#record, options.featureNames ?? this.columns);
  }

  /** Plain JSON of this model: `JSON.stringify(model)` calls it. Labels are data, not model: they are not saved. */
  toJSON(): ClusteringJSON {
    return serializeClustering(this.#kind.format, this.#state, this.#record);
  }

  #fitted(what: string): ClusteringRecord {
    if (this.#record !== undefined) return this.#record;
    throw new NotFittedError(
      `this model was built from centers, so it has no ${what}; call score(X) or predict(X) with data, or fit one`,
    );
  }

  #rows(Y: DataInput | NamedRows, weights: ArrayLike<number> | undefined): Rows {
    const matrix = readColumns(toMatrix, Y, this.columns, 'data');
    if (matrix.nFeatures !== this.nFeatures) {
      throw new InvalidDataError(
        `the model has ${this.nFeatures} features but the data have ${matrix.nFeatures} columns; pass rows of ${this.nFeatures} numbers`,
      );
    }
    return { ...matrix, sampleWeights: toSampleWeights(weights, matrix.nSamples), origin: this.#state.origin };
  }

  #assign(rows: Rows, take: (start: number, statistics: HardStatistics) => void): void {
    this.#withKernels(rows, (kernels, size) => {
      for (const block of blocksOf(rows, size)) {
        const statistics = kernels.expectation(this.#parameters, block);
        if (!Number.isFinite(statistics.cost)) {
          const row = rowTooFar(kernels, this.#parameters, rows, size);
          if (row !== undefined) {
            throw new InvalidDataError(
              `row ${row} is so far from every center that its distances overflow; check its units`,
              row,
            );
          }
        }
        take(block.start, statistics);
      }
    });
  }

  #withKernels(rows: Rows, use: (kernels: ClusterKernels<HardStatistics>, size: number) => void): void {
    const { nFeatures, nClusters, backend: name } = this.#state;
    const size = clusterRows(nFeatures, nClusters);
    withBackend(
      name,
      (backend) => use(this.#kind.kernels(backend, rows, nClusters, size), size),
      expectedBytes(rows, nClusters),
    );
  }
}

/** Squares below this have lost digits to underflow. */
const LEAST_DISTANCE = 1e-145;

/** Distances once more whose squares overflow or underflow, in units of the greatest difference. */
function rescueDistances({ x, nFeatures: d, origin }: Rows, centers: Float64Array, out: Float64Array): void {
  const k = centers.length / d;
  const differences = new Float64Array(d);
  out.forEach((distance, at) => {
    if (distance >= LEAST_DISTANCE && distance < Infinity) return;
    const [row, center] = [Math.floor(at / k) * d, (at % k) * d];
    let greatest = 0;
    for (let j = 0; j < d; j++) {
      const difference = (x[row + j] as number) - (origin[j] as number) - (centers[center + j] as number);
      differences[j] = Math.abs(difference);
      greatest = Math.max(greatest, Math.abs(difference));
    }
    if (greatest === 0 || greatest === Infinity) return;
    let sum = 0;
    for (const difference of differences) sum += (difference / greatest) * (difference / greatest);
    out[at] = greatest * Math.sqrt(sum);
  });
}

/** The parts of a model that a fit found. */
export function fittedParts(
  { centers, record }: ClusteringOutcome,
  { origin, nFeatures }: Dataset,
  { nClusters, backend, columns }: ClusteringPlan,
): ClusteringModelParts {
  const { values, low } = addOrigin(centers, origin);
  return { state: { nClusters, nFeatures, centers: values, low, origin, backend, columns }, record };
}
