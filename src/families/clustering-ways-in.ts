/** How clusterings come to be: fits on the calling thread, in a worker and step by step, and given centers. */
import type { Backend, BackendName } from '../backend.js';
import type { NamedRows } from '../data/columns.js';
import type { Dataset } from '../data/dataset.js';
import type { DataInput } from '../data/matrix.js';
import { addOrigin } from '../data/origin.js';
import type { StopReason } from '../em/convergence.js';
import { type Centers, type HardStatistics, joinLabels } from '../em/hard.js';
import { Run } from '../em/restarts.js';
import type { NestedNumbers } from '../init/names.js';
import { leaseBackend, withBackend } from '../lease.js';
import { booleanOption, checkKnown, functionOption, integerOption, requireObject } from '../options.js';
import {
  ASYNC_OPTIONS,
  type AsyncOptions,
  checkSignal,
  runInWorker,
  shareable,
  transferable,
} from '../threads/client.js';
import { MORE_KERNELS } from '../wasm/more-kernels.js';
import { type ClusteringModelParts, fittedParts } from './clustering.js';
import { clusteringBytes } from './clustering-bytes.js';
import type { ClusteringFit, ClusteringOutcome, OnClusteringProgress } from './clustering-fit.js';
import { checkCenters } from './clustering-json.js';
import { backendOption, type ClusteringOptions, type ClusteringPlan, prepareClustering } from './clustering-options.js';

/** One state of the loop, as `steps` yields it. */
export interface ClusteringStep {
  /** updates of the centers done; 0 is the initialisation */
  readonly iteration: number;
  /** (nClusters × nFeatures, row-major) */
  readonly centers: Float64Array;
  /** nearest of these centers for every row (nSamples) */
  readonly labels: Int32Array;
  /** of this assignment to these centers */
  readonly totalCost: number;
  /** weight of each cluster's rows (nClusters) */
  readonly clusterCounts: Float64Array;
  /** rows with another label than a step ago; undefined at the first step */
  readonly labelChanges: number | undefined;
  /** why the loop ends here; undefined while it goes on */
  readonly stopReason: StopReason | undefined;
  /**
   * with `half: true`, what was chosen last: `'E'` the labels, `'M'` the centers, with the labels and counts of before and
   * the cost of these labels to the new centers; it never rises from step to step, the last digit apart
   */
  readonly half?: 'E' | 'M';
}

/** Options of `steps`. */
export interface ClusteringStepsOptions extends ClusteringOptions {
  /** each iteration as two steps, after M (update) and after E (assignment); default false */
  half?: boolean;
}

/** What `KMeans.fromParameters` and `KMedians.fromParameters` take. */
export interface ClusteringFromParameters {
  /** rows of centers (nClusters × nFeatures), or flat and row-major with `nClusters`, as a model hands them out */
  centers: NestedNumbers;
  /** needed where centers are flat */
  nClusters?: number;
  /** default `'wasm'` */
  backend?: BackendName;
}

/** Options of the ways in that only run on the calling thread, and in a worker. */
export interface SyncClusteringOptions extends ClusteringOptions {
  /** called after every assignment */
  onProgress?: OnClusteringProgress;
}
/** Options of `fitAsync`. */
export interface AsyncClusteringOptions extends SyncClusteringOptions, AsyncOptions {}

/** What a kind of clustering supplies: `O` are its options beyond those of `ClusteringOptions`, checked; `S` its statistics. */
export interface ClusteringEntry<O, S extends HardStatistics> {
  /** 'KMeans' */
  readonly name: string;
  /** the worker's job */
  readonly job: string;
  /** whether data far from 0 are moved */
  readonly centre: boolean;
  readonly options: readonly string[];
  /** checks the further options */
  check(options: ClusteringOptions): O;
  fit(plan: ClusteringPlan, further: O, data: Dataset, backend: Backend): ClusteringFit<S>;
}

export function fitClustering<O, S extends HardStatistics>(
  entry: ClusteringEntry<O, S>,
  X: DataInput | NamedRows,
  options: SyncClusteringOptions,
): ClusteringModelParts {
  const { plan, further, data } = prepare(entry, X, options, 'fit', ['onProgress']);
  return withBackend(
    plan.backend,
    (backend) => fittedParts(entry.fit(plan, further, data, backend).best(options.onProgress), data, plan),
    clusteringBytes(data, plan.nClusters),
  );
}

export async function fitClusteringAsync<O, S extends HardStatistics>(
  entry: ClusteringEntry<O, S>,
  X: DataInput | NamedRows,
  options: AsyncClusteringOptions,
): Promise<ClusteringModelParts> {
  const { signal, onProgress, workerUrl, transfer, threads: wanted } = options ?? {};
  checkSignal(signal);
  // checked here, so that bad input is told at once and in the caller's stack
  const { plan, further, data } = prepare(entry, X, options, 'fitAsync', ASYNC_OPTIONS);
  const x = shareable(data.x, transfer === true);
  const { result, threads } = await runInWorker(
    entry.job,
    { plan, further, data: { ...data, x } },
    {
      backend: plan.backend,
      signal,
      workerUrl,
      onProgress,
      transfer: transferable(x),
      threads: wanted,
      more: MORE_KERNELS,
    },
  );
  const { centers, record } = result as ClusteringOutcome;
  return fittedParts({ centers, record: { ...record, threads } }, data, plan);
}

export function* clusteringSteps<O, S extends HardStatistics>(
  entry: ClusteringEntry<O, S>,
  X: DataInput | NamedRows,
  options: ClusteringStepsOptions,
): Generator<ClusteringStep, ClusteringModelParts> {
  const { plan, further, data } = prepare(entry, X, options, 'steps', ['half']);
  const half = booleanOption('half', options.half);
  if (plan.nInit !== 1) integerOption('nInit (steps follows one start)', plan.nInit, 1, 1);
  const backend = leaseBackend(plan.backend, clusteringBytes(data, plan.nClusters));
  try {
    const fit = entry.fit(plan, further, data, backend);
    const run = new Run<Centers, S>();
    let before: ClusteringStep | undefined;
    for (const state of fit.states()) {
      run.add(state);
      const { iteration, parameters, statistics, stopReason } = state;
      const labels = joinLabels(statistics);
      const centers = addOrigin(parameters.centers, data.origin).values;
      if (half && before !== undefined) {
        const totalCost = fit.costOf(parameters, before.labels);
        const assigned = { labels: before.labels.slice(), clusterCounts: before.clusterCounts.slice() };
        yield { iteration, centers, ...assigned, totalCost, labelChanges: 0, stopReason: undefined, half: 'M' };
      }
      const step = {
        iteration,
        centers: centers.slice(),
        labels,
        totalCost: statistics.cost,
        clusterCounts: statistics.counts.slice(),
        labelChanges: before === undefined ? undefined : differences(labels, before.labels),
        stopReason,
        ...(half ? { half: 'E' as const } : {}),
      };
      before = { ...step, labels: labels.slice(), clusterCounts: step.clusterCounts.slice() };
      yield step;
    }
    return fittedParts(fit.outcome(run, [run.restart()]), data, plan);
  } catch (error) {
    backend.release(error);
    throw error;
  } finally {
    backend.release();
  }
}

/** A model of given centers. */
export function clusteringFromParameters(parameters: ClusteringFromParameters, where: string): ClusteringModelParts {
  requireObject(parameters, where, 'centers');
  checkKnown(parameters, ['centers', 'nClusters', 'backend'], where);
  const backend = backendOption(parameters.backend);
  const { centers, nClusters, nFeatures } = checkCenters(parameters.centers, parameters.nClusters);
  const state = { nClusters, nFeatures, centers, low: undefined, origin: new Float64Array(nFeatures), backend };
  return { state, record: undefined };
}

function prepare<O, S extends HardStatistics>(
  { name, options: known, centre, check }: ClusteringEntry<O, S>,
  X: DataInput | NamedRows,
  options: ClusteringOptions,
  verb: string,
  alsoKnown: readonly string[],
) {
  functionOption('onProgress', (options as { onProgress?: unknown } | undefined)?.onProgress);
  const { plan, data } = prepareClustering(X, options, `${name}.${verb}`, [...known, ...alsoKnown], centre);
  return { plan, further: check(options), data };
}

function differences(a: Int32Array, b: Int32Array): number {
  let n = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) n++;
  return n;
}
