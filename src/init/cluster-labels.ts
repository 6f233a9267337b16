/** Hard clusters as a start: the nearest centre of every row. */
import type { Backend } from '../backend.js';
import type { Dataset, Rows } from '../data/dataset.js';
import type { Random } from '../data/random.js';
import { blockRows } from '../em/blocks.js';
import { SQUARED_STARTS } from '../families/nearest-kernels.js';
import { type Improve, labelsOf, startCenters, startScales } from './kmeans.js';

/**
 * The nearest of `nClusters` centres for every row. Distances are in units of the features' standard deviations, so that no
 * unit of measurement decides alone. `all` are rows to be labelled instead of those that the centres are found among.
 */
export function clusterLabels(
  data: Dataset,
  nClusters: number,
  random: Random,
  backend: Backend,
  improve: Improve,
  all: Rows = data,
): Int32Array {
  const scales = startScales(data);
  const rows = blockRows(data.nFeatures, nClusters);
  return backend.scoped(() => {
    const kernels = backend.open(SQUARED_STARTS, { data, nClusters, rows, scales });
    const centers = startCenters(kernels, data, nClusters, random, scales, improve);
    if (all === data) return labelsOf(kernels, data, centers, rows);
    // bare rows: nothing is to be kept of them
    const { x, nSamples, nFeatures, sampleWeights, origin } = all;
    const bare = { x, nSamples, nFeatures, sampleWeights, origin };
    return labelsOf(backend.open(SQUARED_STARTS, { data: bare, nClusters, rows, scales }), bare, centers, rows);
  });
}
