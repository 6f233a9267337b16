/** `KMeans`: the model users fit, keep, ask and save. */

import type { NamedRows } from '../data/columns.js';
import type { DataInput } from '../data/matrix.js';
import { checkKnown, type NoOptions } from '../options.js';
import { K_MEANS_KERNELS } from './cluster-kernels.js';
import type { ClusteringKind, ClusteringModelParts } from './clustering.js';
import { Clustering } from './clustering.js';
import { parseClustering } from './clustering-json.js';
import {
  type AsyncClusteringOptions,
  type ClusteringFromParameters,
  type ClusteringStep,
  type ClusteringStepsOptions,
  clusteringFromParameters,
  clusteringSteps,
  fitClustering,
  fitClusteringAsync,
  type SyncClusteringOptions,
} from './clustering-ways-in.js';
import { kMeansEntry } from './k-means-fit.js';

const KIND: ClusteringKind = {
  name: 'K-means',
  cost: 'squared Euclidean distances',
  format: 'mixwasm/k-means',
  squares: true,
  kernels: (backend, data, nClusters, rows) => backend.open(K_MEANS_KERNELS, { data, nClusters, rows }),
};

/**
 * K-means: K centers and an assignment of the rows that minimise Σ_n s_n ‖x_n − c_{z_n}‖², by Lloyd's algorithm (Lloyd
 * 1982), which is EM with one-hot responsibilities: assign every row to its nearest center, move every center to the mean
 * of its rows, until no label changes.
 *
 * Ties go to the lowest cluster. A cluster without rows moves to the row that is farthest from its center (the first of
 * equals), one cluster per iteration; when every row lies on a center (fewer distinct rows than clusters) it stays where it
 * is, with a count of 0. The cost never rises, the last digit apart.
 *
 * Models are plain immutable values: nothing to dispose, safe to share.
 *
 * @example
 * const model = KMeans.fit([[1, 2], [1.1, 2.3], [0.8, 1.9], [8, 9], [8.2, 8.8], [7.9, 9.3]], { nClusters: 2 });
 * model.predict([[1, 2], [8, 9]]);
 */
export class KMeans extends Clustering {
  private constructor(parts: ClusteringModelParts) {
    super(KIND, parts);
  }

  /**
   * Fits on the calling thread.
   *
   * @param X nSamples × nFeatures: `number[][]`, typed rows, `{ data, rows, columns }`, or a flat array for one feature
   * @throws {InvalidDataError} empty, ragged, not finite (row and column named), fewer rows than clusters, or so large
   *   that squared distances overflow, or rows that differ by so little that they underflow
   * @throws {InvalidOptionError} an impossible or unknown option
   * @throws {InvalidParametersError} initial centers or labels of a wrong shape or domain
   * @example
   * const model = KMeans.fit(X, { nClusters: 3, nInit: 10, seed: 1 });
   * console.log(model.summary());
   */
  static fit(X: DataInput | NamedRows, options: SyncClusteringOptions): KMeans {
    return new KMeans(fitClustering(kMeansEntry, X, options));
  }

  /**
   * As `fit`, in a worker (browser Worker, node worker_threads): the calling thread stays free. X is copied at
   * the call; on a SharedArrayBuffer it is read in place, and must not be written until the promise settles.
   *
   * @throws whatever `fit` throws (as a rejection), and `signal.reason` when aborted
   * @throws {InvalidDataError} X on a SharedArrayBuffer was written meanwhile, where its values show it
   * @example
   * const model = await KMeans.fitAsync(X, { nClusters: 3, signal: AbortSignal.timeout(5000) });
   */
  static async fitAsync(X: DataInput | NamedRows, options: AsyncClusteringOptions): Promise<KMeans> {
    return new KMeans(await fitClusteringAsync(kMeansEntry, X, options));
  }

  /**
   * One iteration at a time, centers and labels included: t = 0 first, last the step with a `stopReason`. One start.
   * With `half: true` a step is half an iteration: E at t = 0, then M (new centers, old labels) and E of every iteration.
   *
   * @example
   * for (const step of KMeans.steps(X, { nClusters: 2 })) console.log(step.iteration, step.totalCost, step.labelChanges);
   */
  static *steps(X: DataInput | NamedRows, options: ClusteringStepsOptions): Generator<ClusteringStep, KMeans> {
    return new KMeans(yield* clusteringSteps(kMeansEntry, X, options));
  }

  /**
   * A model with given centers: to predict, transform or score.
   *
   * @throws {InvalidParametersError} centers that are not a table of finite numbers
   * @example
   * const model = KMeans.fromParameters({ centers: [[0, 0], [4, 4]] });
   */
  static fromParameters(parameters: ClusteringFromParameters): KMeans {
    return new KMeans(clusteringFromParameters(parameters, 'KMeans.fromParameters'));
  }

  /**
   * A model saved by `toJSON` (the object, or its JSON text). Everything is checked; nothing but numbers is taken over.
   *
   * @throws {InvalidParametersError} not saved k-means, another version, or centers that are not finite numbers
   * @example
   * const same = KMeans.fromJSON(JSON.stringify(model));
   */
  static fromJSON(json: unknown, options?: NoOptions): KMeans {
    checkKnown(options, [], 'KMeans.fromJSON');
    return new KMeans(parseClustering(KIND.format, json));
  }
}
