/**
 * The hard E-step of k-means and k-medians in plain TypeScript: typed arrays, assignment and sums in one pass. This is the
 * JS backend, and what the kernels are tested against. Terms are added in the order of the features, as in the kernels,
 * so that distances, labels and centres have the same bits.
 */
import type { ClusterShape } from '../backend.js';
import type { Block, Rows } from '../data/dataset.js';
import type { ClusterKernels, HardStatistics } from '../em/hard.js';
import { accumulateRow, type KMeansStatistics } from '../families/k-means-method.js';

/** Index of the nearest centre, lowest of equals; `least[0]` receives the sum of terms that belongs to it. */
type Nearest = (x: Float64Array, centers: Float64Array, least: Float64Array) => number;

export function kMeansKernels({ data, nClusters }: ClusterShape): ClusterKernels<KMeansStatistics> {
  return {
    expectation({ centers }, block) {
      const sums = new Float64Array(centers.length);
      const errors = new Float64Array(centers.length);
      const part = { sums, errors };
      const statistics = assign(nearestSquared, centers, nClusters, block, (i, k, s) =>
        accumulateRow(part, data, i, k, s),
      );
      return { ...statistics, sums, errors };
    },
    distances({ centers }, block, out) {
      eachDistance(nearestSquared, centers, block, (at, sum) => {
        out[at] = Math.sqrt(sum);
      });
    },
  };
}

export function kMediansKernels({ nClusters }: ClusterShape): ClusterKernels<HardStatistics> {
  return {
    expectation: ({ centers }, block) => assign(nearestAbsolute, centers, nClusters, block, () => {}),
    distances({ centers }, block, out) {
      eachDistance(nearestAbsolute, centers, block, (at, sum) => {
        out[at] = sum;
      });
    },
  };
}

/** Assigns the rows of a block; rows of positive weight are also handed to `member`. */
function assign(
  nearest: Nearest,
  centers: Float64Array,
  nClusters: number,
  { data, start, nRows }: Block,
  member: (row: number, cluster: number, weight: number) => void,
): HardStatistics {
  const { sampleWeights } = data;
  const labels = new Int32Array(nRows);
  const counts = new Float64Array(nClusters);
  const x = new Float64Array(data.nFeatures);
  const least = new Float64Array(1);
  const farthest = { distance: 0, row: start };
  let cost = 0;
  let weight = 0;
  for (let i = 0; i < nRows; i++) {
    const row = start + i;
    loadRow(data, row, x);
    const k = nearest(x, centers, least);
    labels[i] = k;
    const s = sampleWeights === undefined ? 1 : (sampleWeights[row] as number);
    // a weight of 0 takes part in nothing, not even as 0·Infinity
    if (s === 0) continue;
    const own = least[0] as number;
    cost += s * own;
    weight += s;
    counts[k] = (counts[k] as number) + s;
    if (own > farthest.distance) {
      farthest.distance = own;
      farthest.row = row;
    }
    member(row, k, s);
  }
  return { cost, weight, counts, farthest, runs: [{ start, labels }] };
}

function eachDistance(
  nearest: Nearest,
  centers: Float64Array,
  { data, start, nRows }: Block,
  write: (at: number, sum: number) => void,
): void {
  const d = data.nFeatures;
  const nClusters = centers.length / d;
  const x = new Float64Array(d);
  const sum = new Float64Array(1);
  for (let i = 0; i < nRows; i++) {
    loadRow(data, start + i, x);
    for (let k = 0; k < nClusters; k++) {
      nearest(x, centers.subarray(k * d, (k + 1) * d), sum);
      write(i * nClusters + k, sum[0] as number);
    }
  }
}

function loadRow({ x: values, nFeatures, origin }: Rows, i: number, x: Float64Array): void {
  const at = i * nFeatures;
  for (let j = 0; j < nFeatures; j++) x[j] = (values[at + j] as number) - (origin[j] as number);
}

function nearestSquared(x: Float64Array, centers: Float64Array, least: Float64Array): number {
  let best = Infinity;
  let label = 0;
  for (let k = 0, at = 0; at < centers.length; k++) {
    let sum = 0;
    for (let j = 0; j < x.length; j++, at++) {
      const u = (x[j] as number) - (centers[at] as number);
      sum += u * u;
    }
    if (sum < best) {
      best = sum;
      label = k;
    }
  }
  least[0] = best;
  return label;
}

function nearestAbsolute(x: Float64Array, centers: Float64Array, least: Float64Array): number {
  let best = Infinity;
  let label = 0;
  for (let k = 0, at = 0; at < centers.length; k++) {
    let sum = 0;
    for (let j = 0; j < x.length; j++, at++) sum += Math.abs((x[j] as number) - (centers[at] as number));
    if (sum < best) {
      best = sum;
      label = k;
    }
  }
  least[0] = best;
  return label;
}
