/** How k-means is fitted: what the library and the worker share. */

import { clusterRows } from '../em/blocks.js';
import { K_MEANS_KERNELS } from './cluster-kernels.js';
import { ClusteringFit } from './clustering-fit.js';
import type { ClusteringEntry } from './clustering-ways-in.js';
import { type KMeansStatistics, kMeansMethod } from './k-means-method.js';

export const kMeansEntry: ClusteringEntry<undefined, KMeansStatistics> = {
  name: 'KMeans',
  job: 'kMeans',
  centre: true,
  options: [],
  check: () => undefined,
  fit(plan, _further, data, backend) {
    const { nClusters } = plan;
    const kernels = backend.open(K_MEANS_KERNELS, { data, nClusters, rows: clusterRows(data.nFeatures, nClusters) });
    return new ClusteringFit({ method: kMeansMethod, pair: K_MEANS_KERNELS, kernels, backend }, plan, data);
  },
};
