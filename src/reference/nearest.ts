/** Nearest centres in plain TypeScript: what fits of clusters and starts of mixtures share. */
import type { ClusterShape } from '../backend.js';
import type { Rows } from '../data/dataset.js';
import type { SeedKernels } from '../em/hard.js';

/** Index of the nearest centre, lowest of equals; `least[0]` receives the sum of terms that belongs to it. */
export type Nearest = (x: Float64Array, centers: Float64Array, least: Float64Array) => number;

/** Seeds by squared distances. */
export function squaredSeeds(shape: ClusterShape): SeedKernels {
  return seedKernels(nearestSquared, rowLoader(shape), shape.data);
}

/** Writes a row, less the origin and scaled. */
export type Load = (row: number, x: Float64Array) => void;

export function rowLoader({ data: { x: values, nFeatures, origin }, scales }: ClusterShape): Load {
  const factors = scales ?? new Float64Array(nFeatures).fill(1);
  return (i, x) => {
    const at = i * nFeatures;
    for (let j = 0; j < nFeatures; j++) {
      x[j] = ((values[at + j] as number) - (origin[j] as number)) * (factors[j] as number);
    }
  };
}

export function seedKernels(
  nearest: Nearest,
  load: Load,
  { nSamples, nFeatures: d, sampleWeights }: Rows,
): SeedKernels {
  let costs: Float64Array | undefined;
  const x = new Float64Array(d);
  const term = new Float64Array(1);
  return {
    trySeeds(candidates, { start, nRows }, keep) {
      costs ??= new Float64Array(nSamples).fill(Infinity);
      const totals = new Float64Array(candidates.length / d);
      for (let t = 0; t < totals.length; t++) {
        const candidate = candidates.subarray(t * d, (t + 1) * d);
        // as the kernel's lanes
        const sums = new Float64Array(2);
        for (let i = 0; i < nRows; i++) {
          const row = start + i;
          load(row, x);
          nearest(x, candidate, term);
          const cost = Math.min(costs[row] as number, term[0] as number);
          const s = sampleWeights === undefined ? 1 : (sampleWeights[row] as number);
          if (s > 0) sums[i & 1] = (sums[i & 1] as number) + s * cost;
          if (keep) costs[row] = cost;
        }
        totals[t] = (sums[0] as number) + (sums[1] as number);
      }
      return totals;
    },
    seedCosts: ({ start, nRows }) => (costs as Float64Array).subarray(start, start + nRows),
    forgetSeeds({ start, nRows }) {
      costs?.fill(Infinity, start, start + nRows);
    },
  };
}

export function nearestSquared(x: Float64Array, centers: Float64Array, least: Float64Array): number {
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
