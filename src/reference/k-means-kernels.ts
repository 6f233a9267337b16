/**
 * The hard E-step of k-means and k-medians in plain TypeScript: typed arrays, assignment and sums in one pass. This is the
 * JS backend, and what the kernels are tested against. Terms are added in the order of the features, as in the kernels,
 * so that distances, labels and centres have the same bits.
 */
import type { ClusterShape } from '../backend.js';
import type { Block, Dataset } from '../data/dataset.js';
import { weightOf } from '../data/weights.js';
import { ExactSums, summationGrids } from '../em/exact-sums.js';
import type { ClusterKernels, HardStatistics } from '../em/hard.js';
import type { KMeansStatistics } from '../families/k-means-method.js';
import { type Load, type Nearest, nearestSquared, rowLoader, seedKernels } from './nearest.js';

export function kMeansKernels(shape: ClusterShape): ClusterKernels<KMeansStatistics> {
  const { data, nClusters, rows, scales } = shape;
  const d = data.nFeatures;
  const load = rowLoader(shape);
  const fitted = 'largest' in data ? (data as Dataset) : undefined;
  const grids = fitted && summationGrids(fitted, scales, Math.min(rows, data.nSamples), d + 1);
  const seeding = seedKernels(nearestSquared, load, data);
  return {
    expectation({ centers }, block) {
      seeding.forget(block);
      if (grids === undefined) {
        const none = new Float64Array(0);
        const statistics = assign(nearestSquared, load, centers, nClusters, block, () => {});
        return { ...statistics, sums: none, errors: none, countErrors: new Float64Array(nClusters) };
      }
      // the weight is one more feature, whose value is 1
      const exact = new ExactSums(grids, nClusters * (d + 1));
      const statistics = assign(nearestSquared, load, centers, nClusters, block, (x, k, s) => {
        const at = k * (d + 1);
        for (let j = 0; j < d; j++) exact.add(at + j, j, s * (x[j] as number));
        exact.add(at + d, d, s);
      });
      const sums = new Float64Array(centers.length);
      const errors = new Float64Array(centers.length);
      const countErrors = new Float64Array(nClusters);
      for (let k = 0; k < nClusters; k++) {
        for (let j = 0; j < d; j++) [sums[k * d + j], errors[k * d + j]] = exact.take(k * (d + 1) + j);
        const [count, lost] = exact.take(k * (d + 1) + d);
        statistics.counts[k] = count + lost;
        countErrors[k] = count - (count + lost) + lost;
      }
      return { ...statistics, sums, errors, countErrors };
    },
    distances({ centers }, block, out) {
      eachDistance(nearestSquared, load, centers, block, (at, sum) => {
        out[at] = Math.sqrt(sum);
      });
    },
    ...seeding.kernels,
  };
}

export function kMediansKernels(shape: ClusterShape): ClusterKernels<HardStatistics> {
  const { data, nClusters } = shape;
  const load = rowLoader(shape);
  const seeding = seedKernels(nearestAbsolute, load, data);
  return {
    expectation({ centers }, block) {
      seeding.forget(block);
      return assign(nearestAbsolute, load, centers, nClusters, block, (_, k, s, counts) => {
        counts[k] = (counts[k] as number) + s;
      });
    },
    distances({ centers }, block, out) {
      eachDistance(nearestAbsolute, load, centers, block, (at, sum) => {
        out[at] = sum;
      });
    },
    ...seeding.kernels,
  };
}

/** Assigns the rows of a block; rows of positive weight are also handed to `member`. */
function assign(
  nearest: Nearest,
  load: Load,
  centers: Float64Array,
  nClusters: number,
  { data, start, nRows }: Block,
  member: (x: Float64Array, cluster: number, weight: number, counts: Float64Array) => void,
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
    load(row, x);
    const k = nearest(x, centers, least);
    labels[i] = k;
    const s = weightOf(sampleWeights, row);
    // a weight of 0 takes part in nothing, not even as 0·Infinity
    if (s === 0) continue;
    const own = least[0] as number;
    cost += s * own;
    weight += s;
    if (own > farthest.distance) {
      farthest.distance = own;
      farthest.row = row;
    }
    member(x, k, s, counts);
  }
  return { cost, weight, counts, farthest, runs: [{ start, labels }] };
}

function eachDistance(
  nearest: Nearest,
  load: Load,
  centers: Float64Array,
  { data, start, nRows }: Block,
  write: (at: number, sum: number) => void,
): void {
  const d = data.nFeatures;
  const nClusters = centers.length / d;
  const x = new Float64Array(d);
  const sum = new Float64Array(1);
  for (let i = 0; i < nRows; i++) {
    load(start + i, x);
    for (let k = 0; k < nClusters; k++) {
      nearest(x, centers.subarray(k * d, (k + 1) * d), sum);
      write(i * nClusters + k, sum[0] as number);
    }
  }
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
