/**
 * Seeds spread over the data (Arthur & Vassilvitskii 2007): each next seed is a row drawn with probability proportional to
 * weight × distance term to the nearest seed so far. For mixtures the terms are squares, in units of each feature's
 * standard deviation, so that no unit of measurement decides alone; clusterings use the terms of their own cost.
 */
import type { Dataset } from '../data/dataset.js';
import type { Random } from '../data/random.js';

/** Rows chosen as seeds, and the nearest seed of every row. */
export interface Seeding {
  readonly seeds: Int32Array;
  readonly labels: Int32Array;
}

/** 1/variance per feature, 0 for a constant one. */
export function featureScales({ variance }: Dataset): Float64Array {
  return variance.map((v) => (v > 0 && v < Infinity ? 1 / v : 0));
}

/** How seeds are chosen. */
export interface SeedRule {
  /** the terms that a distance sums over the features: u² or |u| */
  readonly norm: 'squared' | 'absolute';
  /** of each term (nFeatures) */
  readonly scales: Float64Array;
  /** candidates for each seed after the first, of which the one that lowers the total cost most is taken */
  readonly trials: number;
}

/** Greedy form for mixtures: 2 + ⌊log₂ k⌋ candidates. */
function mixtureRule(data: Dataset, nClusters: number): SeedRule {
  return { norm: 'squared', scales: featureScales(data), trials: 2 + Math.floor(31 - Math.clz32(nClusters)) };
}

export function kmeansPlusPlus(
  data: Dataset,
  nClusters: number,
  random: Random,
  rule: SeedRule = mixtureRule(data, nClusters),
): Seeding {
  const { nSamples, sampleWeights } = data;
  const { trials } = rule;
  const seeds = new Int32Array(nClusters);
  const labels = new Int32Array(nSamples);
  let costs = new Float64Array(nSamples).fill(Infinity);
  let candidate = new Float64Array(nSamples);
  let best = new Float64Array(nSamples);

  const weightAt = (i: number) => (sampleWeights === undefined ? 1 : (sampleWeights[i] as number));
  let total = 0;
  for (let i = 0; i < nSamples; i++) total += weightAt(i);
  seeds[0] = draw(nSamples, weightAt, total * random.uniform());
  total = distancesTo(data, seeds[0] as number, rule, costs, costs);

  for (let k = 1; k < nClusters; k++) {
    let chosen = -1;
    let least = Infinity;
    for (let trial = 0; trial < trials; trial++) {
      const current = costs;
      const row =
        total > 0
          ? draw(nSamples, (i) => weightAt(i) * (current[i] as number), total * random.uniform())
          : // every row lies on a seed already: any row of weight will do
            draw(nSamples, weightAt, data.totalWeight * random.uniform());
      const cost = distancesTo(data, row, rule, costs, candidate);
      if (trial === 0 || cost < least) {
        least = cost;
        chosen = row;
        [best, candidate] = [candidate, best];
      }
    }
    for (let i = 0; i < nSamples; i++) if ((best[i] as number) < (costs[i] as number)) labels[i] = k;
    [costs, best] = [best, costs];
    seeds[k] = chosen;
    total = least;
  }
  return { seeds, labels };
}

/** The index at which the running sum of `mass` passes `target`; the last one with mass if rounding never lets it. */
function draw(n: number, mass: (i: number) => number, target: number): number {
  let sum = 0;
  let last = 0;
  for (let i = 0; i < n; i++) {
    const m = mass(i);
    if (m > 0) {
      last = i;
      sum += m;
      if (sum > target) return i;
    }
  }
  return last;
}

/** out[i] = min(before[i], scaled distance terms to the row); returns Σ weight·out. */
function distancesTo(
  { x, nSamples, nFeatures, sampleWeights }: Dataset,
  row: number,
  { norm, scales }: SeedRule,
  before: Float64Array,
  out: Float64Array,
): number {
  const seed = row * nFeatures;
  const squared = norm === 'squared';
  let total = 0;
  for (let i = 0; i < nSamples; i++) {
    let distance = 0;
    const at = i * nFeatures;
    for (let j = 0; j < nFeatures; j++) {
      const u = (x[at + j] as number) - (x[seed + j] as number);
      distance += (squared ? u * u : Math.abs(u)) * (scales[j] as number);
    }
    const nearest = Math.min(before[i] as number, distance);
    out[i] = nearest;
    total += nearest * (sampleWeights === undefined ? 1 : (sampleWeights[i] as number));
  }
  return total;
}
