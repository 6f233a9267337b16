/** Nearest centres in plain TypeScript: what fits of clusters and starts of mixtures share. */
import type { ClusterShape } from '../backend.js';
import type { Block, Rows } from '../data/dataset.js';
import { weightOf } from '../data/weights.js';
import type { SeedKernels, StartKernels } from '../em/hard.js';

/** Index of the nearest centre, lowest of equals; `least[0]` receives the sum of terms that belongs to it. */
export type Nearest = (x: Float64Array, centers: Float64Array, least: Float64Array) => number;

/** Starts by squared distances. */
export function squaredStarts(shape: ClusterShape): StartKernels {
  const { nSamples, nFeatures: d, sampleWeights } = shape.data;
  const load = rowLoader(shape);
  const x = new Float64Array(d);
  const least = new Float64Array(1);
  const labels = new Int32Array(Math.min(shape.rows, nSamples));
  return {
    ...seedKernels(nearestSquared, load, shape.data).kernels,
    nearest(centers, { start, nRows }, sums) {
      const found = labels.subarray(0, nRows);
      for (let i = 0; i < nRows; i++) {
        load(start + i, x);
        const k = nearestSquared(x, centers, least);
        found[i] = k;
        const s = weightOf(sampleWeights, start + i);
        if (sums === undefined || s === 0) continue;
        const { values, stride } = sums;
        const at = k * stride;
        for (let j = 0; j < d; j++) values[at + j] = (values[at + j] as number) + s * (x[j] as number);
        values[at + d] = (values[at + d] as number) + s;
      }
      return found;
    },
    rowSums: () => ({ values: new Float64Array(shape.nClusters * (d + 1)), stride: d + 1 }),
  };
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
): { kernels: SeedKernels; forget(block: Block): void } {
  let costs: Float64Array | undefined;
  const x = new Float64Array(d);
  const term = new Float64Array(1);
  const kernels: SeedKernels = {
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
          const s = weightOf(sampleWeights, row);
          if (s > 0) sums[i & 1] = (sums[i & 1] as number) + s * cost;
          if (keep) costs[row] = cost;
        }
        totals[t] = (sums[0] as number) + (sums[1] as number);
      }
      return totals;
    },
    seedCosts: ({ start, nRows }) => (costs as Float64Array).subarray(start, start + nRows),
  };
  return {
    kernels,
    forget({ start, nRows }) {
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
