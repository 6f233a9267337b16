/** What a fit of k-means or k-medians reserves. */
import type { Rows } from '../data/dataset.js';
import { clusterRows, KEPT_SHARE } from '../em/blocks.js';
import { expectedBytes } from '../lease.js';
import { isResident } from '../wasm/feed.js';

/**
 * As `expectedBytes`, with what k-means keeps: of each row its label, its bound and, where rows stay, the row as floats and half
 * its square; of each block its sums, unless they would be large beside the block; and a block of rows on its way to where they
 * are packed.
 */
export function clusteringBytes(data: Rows, nClusters: number, shared = false): number {
  const { nSamples, nFeatures } = data;
  const rows = clusterRows(nFeatures, nClusters);
  const block = 8 * Math.min(nSamples, rows) * nFeatures;
  const floats = isResident(data, shared) ? 4 * nSamples * nFeatures : 0;
  const sums = Math.ceil(nSamples / rows) * Math.min(24 * nClusters * (nFeatures + 4) + 64, KEPT_SHARE * block);
  return expectedBytes(data, nClusters, shared) + floats + 20 * nSamples + sums + block;
}
