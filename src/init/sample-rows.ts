/** A part of the rows, for starts on large data. */
import type { Dataset } from '../data/dataset.js';
import type { Random } from '../data/random.js';

/** Starts look at all rows up to this many, or this many for each cluster if that is more. */
const ENOUGH_ROWS = 16384;
const ENOUGH_PER_CLUSTER = 1024;

/**
 * The rows that a start looks at: all of them up to 16,384 (or 1,024 × nClusters, if that is more), beyond that so many of
 * them, drawn systematically: one random offset, then equal steps of weight through the rows in their order, so that a row
 * counts as often as a step falls on it. Which rows a seed means depends on nothing but the data's shape and weights.
 */
export function sampleRows(data: Dataset, nClusters: number, random: Random): Dataset {
  const { x, nSamples, nFeatures: d, sampleWeights, totalWeight } = data;
  const wanted = Math.max(ENOUGH_ROWS, ENOUGH_PER_CLUSTER * nClusters);
  if (nSamples <= wanted) return data;
  const step = totalWeight / wanted;
  const offset = random.uniform();
  const rows = new Int32Array(wanted);
  const counts = new Float64Array(wanted);
  let n = 0;
  let taken = 0;
  let passed = 0;
  for (let i = 0; i < nSamples && taken < wanted; i++) {
    passed += sampleWeights === undefined ? 1 : (sampleWeights[i] as number);
    const before = taken;
    while (taken < wanted && (taken + offset) * step < passed) taken++;
    if (taken > before) {
      rows[n] = i;
      counts[n++] = taken - before;
    }
  }
  const values = x.slice(0, n * d);
  for (let i = 0; i < n; i++) {
    const from = (rows[i] as number) * d;
    for (let j = 0; j < d; j++) values[i * d + j] = x[from + j] as number;
  }
  const weights = sampleWeights === undefined ? undefined : counts.slice(0, n);
  return { ...data, x: values, nSamples: n, sampleWeights: weights, totalWeight: taken };
}
