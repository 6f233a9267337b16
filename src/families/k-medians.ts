/** `KMedians`: the model users fit, keep, ask and save. */

import type { NamedRows } from '../data/columns.js';
import type { DataInput } from '../data/matrix.js';
import { checkKnown, type NoOptions } from '../options.js';
import { K_MEDIANS_KERNELS } from './cluster-kernels.js';
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
import { kMediansEntry } from './k-medians-fit.js';
import type { MedianTie } from './median.js';

const KIND: ClusteringKind = {
  name: 'K-medians',
  cost: 'L1 distances',
  format: 'mixwasm/k-medians',
  squares: false,
  kernels: (backend, data, nClusters, rows) => backend.open(K_MEDIANS_KERNELS, { data, nClusters, rows }),
};

/** What k-medians takes besides the options of every clustering. */
export interface MedianOptions {
  /**
   * the median of an even number of values (with weights: where half of them lie on each side): `'mid'` (default) the mean
   * of the two middle values, `'lower'` the lower of them. Either minimises the cost; the paths may differ.
   */
  tie?: MedianTie;
}

/**
 * K-medians: K centers and an assignment of the rows that minimise Σ_n s_n Σ_j |x_nj − c_{z_n}j| (Bradley, Mangasarian &
 * Street 1997): assign every row to the center of least L1 distance, move every center to the coordinate-wise median of
 * its rows, until no label changes. Less moved by outliers than k-means.
 *
 * Both steps must lower the same cost. Lecture notes that print ‖·‖₂ but expand it as Σ_j |x_j − c_j| mean L1: assigning
 * by Euclidean distance and updating by medians (or by L1 distance and means) can raise either cost and need not end.
 *
 * Ties in the assignment and empty clusters are treated as in `KMeans`. Models are plain immutable values.
 *
 * @example
 * const model = KMedians.fit([[1, 2], [1.1, 2.3], [0.8, 1.9], [8, 9], [8.2, 8.8], [99, 9.3]], { nClusters: 2 });
 * model.predict([[1, 2], [8, 9]]);
 */
export class KMedians extends Clustering {
  private constructor(parts: ClusteringModelParts) {
    super(KIND, parts);
  }

  /**
   * Fits on the calling thread.
   *
   * @param X nSamples × nFeatures: `number[][]`, typed rows, `{ data, rows, columns }`, or a flat array for one feature
   * @throws {InvalidDataError} empty, ragged, not finite (row and column named), fewer rows than clusters, or so large
   *   that distances overflow
   * @throws {InvalidOptionError} an impossible or unknown option
   * @throws {InvalidParametersError} initial centers or labels of a wrong shape or domain
   * @example
   * const model = KMedians.fit(X, { nClusters: 3, tie: 'lower', seed: 1 });
   * console.log(model.summary());
   */
  static fit(X: DataInput | NamedRows, options: SyncClusteringOptions & MedianOptions): KMedians {
    return new KMedians(fitClustering(kMediansEntry, X, options));
  }

  /**
   * As `fit`, in a worker (browser Worker, node worker_threads): the calling thread stays free. X is copied at
   * the call; on a SharedArrayBuffer it is read in place, and must not be written until the promise settles.
   * With `threads` the assignment of rows is shared, and the medians feature by feature (not those of weighted or float32 rows).
   *
   * @throws whatever `fit` throws (as a rejection), and `signal.reason` when aborted
   * @throws {InvalidDataError} X on a SharedArrayBuffer was written meanwhile, where its values show it
   * @example
   * const model = await KMedians.fitAsync(X, { nClusters: 3, signal: AbortSignal.timeout(5000) });
   */
  static async fitAsync(X: DataInput | NamedRows, options: AsyncClusteringOptions & MedianOptions): Promise<KMedians> {
    return new KMedians(await fitClusteringAsync(kMediansEntry, X, options));
  }

  /**
   * One iteration at a time, centers and labels included: t = 0 first, last the step with a `stopReason`. One start.
   * With `half: true` a step is half an iteration: E at t = 0, then M (new centers, old labels) and E of every iteration.
   *
   * @example
   * for (const step of KMedians.steps(X, { nClusters: 2 })) console.log(step.iteration, step.totalCost);
   */
  static *steps(
    X: DataInput | NamedRows,
    options: ClusteringStepsOptions & MedianOptions,
  ): Generator<ClusteringStep, KMedians> {
    return new KMedians(yield* clusteringSteps(kMediansEntry, X, options));
  }

  /**
   * A model with given centers: to predict, transform or score.
   *
   * @throws {InvalidParametersError} centers that are not a table of finite numbers
   * @example
   * const model = KMedians.fromParameters({ centers: [[0, 0], [4, 4]] });
   */
  static fromParameters(parameters: ClusteringFromParameters): KMedians {
    return new KMedians(clusteringFromParameters(parameters, 'KMedians.fromParameters'));
  }

  /**
   * A model saved by `toJSON` (the object, or its JSON text). Everything is checked; nothing but numbers is taken over.
   *
   * @throws {InvalidParametersError} not saved k-medians, another version, or centers that are not finite numbers
   * @example
   * const same = KMedians.fromJSON(JSON.stringify(model));
   */
  static fromJSON(json: unknown, options?: NoOptions): KMedians {
    checkKnown(options, [], 'KMedians.fromJSON');
    return new KMedians(parseClustering(KIND.format, json));
  }
}
