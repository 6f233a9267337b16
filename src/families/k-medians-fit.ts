/** How k-medians is fitted: what the library and the worker share. */

import { clusterRows } from '../em/blocks.js';
import type { HardStatistics } from '../em/hard.js';
import { choiceOption } from '../options.js';
import { K_MEDIANS_KERNELS } from './cluster-kernels.js';
import { ClusteringFit } from './clustering-fit.js';
import type { ClusteringEntry } from './clustering-ways-in.js';
import { kMediansMethod } from './k-medians-method.js';
import { MEDIAN_TIES, type MedianTie } from './median.js';

export const kMediansEntry: ClusteringEntry<MedianTie, HardStatistics> = {
  name: 'KMedians',
  job: 'kMedians',
  // medians are values of the data: differences of two of them keep all their digits wherever the data lie, and a center
  // that is one of the values stays that value exactly
  centre: false,
  options: ['tie'],
  check: (options) => choiceOption('tie', (options as { tie?: unknown }).tie ?? 'mid', MEDIAN_TIES),
  fit(plan, tie, data, backend) {
    const { nClusters } = plan;
    const kernels = backend.open(K_MEDIANS_KERNELS, { data, nClusters, rows: clusterRows(data.nFeatures, nClusters) });
    return new ClusteringFit({ method: kMediansMethod(tie), pair: K_MEDIANS_KERNELS, kernels, backend }, plan, data);
  },
};
