/** A part of the rows, for starts on large data. */
import type { Dataset } from '../data/dataset.js';
import type { Values } from '../data/matrix.js';
import type { Random } from '../data/random.js';
import { weightOf } from '../data/weights.js';

/** Starts look at all rows up to this many, or this many for each cluster if that is more. */
const ENOUGH_ROWS = 16384;
const ENOUGH_PER_CLUSTER = 1024;

/**
 * The rows that a start looks at: all of them up to 16,384 (or 1,024 × nClusters, if that is more), beyond that so many of
 * them, drawn systematically: one random offset, then equal steps of weight through the rows in their order, so that a row
 * counts as often as a step falls on it. Which rows a seed means depends on nothing but the data's shape and weights.
 */
export function sampleRows(data: Dataset, nClusters: number, random: Random): Dataset {
  const { x, nSamples: all, nFeatures, sampleWeights: weights } = data;
  const wanted = Math.max(ENOUGH_ROWS, ENOUGH_PER_CLUSTER * nClusters);
  if (all <= wanted) return data;
  const rows = new Int32Array(wanted);
  const counts = new Float64Array(wanted);
  const [nSamples, totalWeight] = takeSteps(all, weights, data.totalWeight / wanted, random.uniform(), rows, counts);
  const sampleWeights = weights && counts.slice(0, nSamples);
  return { ...data, x: valuesOf(rows.subarray(0, nSamples), x, nFeatures), nSamples, sampleWeights, totalWeight };
}

/*
 * Loops over rows are functions of their own that know nothing but numbers and arrays of them: machine code that knows
 * objects of one fit, or a function made for it, is thrown away when V8 collects those.
 */

/** Writes the rows on which steps fall, and how many of the steps; returns the numbers of both. */
function takeSteps(
  nSamples: number,
  weights: Float64Array | undefined,
  step: number,
  offset: number,
  rows: Int32Array,
  counts: Float64Array,
): [rows: number, steps: number] {
  let n = 0;
  let taken = 0;
  let passed = 0;
  for (let i = 0; i < nSamples && taken < rows.length; i++) {
    passed += weightOf(weights, i);
    const before = taken;
    while (taken < rows.length && (taken + offset) * step < passed) taken++;
    if (taken > before) {
      rows[n] = i;
      counts[n++] = taken - before;
    }
  }
  return [n, taken];
}

/** Values of some rows, in a copy. */
function valuesOf(rows: Int32Array, x: Values, nFeatures: number): Values {
  const values = x.slice(0, rows.length * nFeatures);
  for (let i = 0, at = 0; i < rows.length; i++) {
    const from = (rows[i] as number) * nFeatures;
    for (let j = 0; j < nFeatures; j++) values[at++] = x[from + j] as number;
  }
  return values;
}
