/** Hard clusters of all rows as a start, where a family wants to see every row in its start. */
import type { Backend } from '../backend.js';
import type { Dataset } from '../data/dataset.js';
import type { Random } from '../data/random.js';
import { blockRows } from '../em/blocks.js';
import { SQUARED_STARTS } from '../families/nearest-kernels.js';
import { type Improve, labelsOf, startCenters, startScales } from './kmeans.js';
import { sampleRows } from './sample-rows.js';

/** The nearest of the centres that `clusterSample` would find, for every row. */
export function clusterLabels(
  data: Dataset,
  nClusters: number,
  random: Random,
  backend: Backend,
  improve: Improve,
): Int32Array {
  const scales = startScales(data);
  const rows = blockRows(data.nFeatures, nClusters);
  const sample = sampleRows(data, nClusters, random);
  return backend.scoped(() => {
    const kernels = backend.open(SQUARED_STARTS, { data: sample, nClusters, rows, scales });
    const centers = startCenters(kernels, sample, nClusters, random, scales, improve);
    if (sample === data) return labelsOf(kernels, data, centers, rows);
    // bare rows: nothing is to be kept of them
    const { x, nSamples, nFeatures, sampleWeights, origin } = data;
    const all = { x, nSamples, nFeatures, sampleWeights, origin };
    return labelsOf(backend.open(SQUARED_STARTS, { data: all, nClusters, rows, scales }), all, centers, rows);
  });
}
