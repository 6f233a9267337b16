/**
 * Seeds spread over the data (Arthur & Vassilvitskii 2007): each next seed is a row drawn with probability proportional to
 * weight × distance term to the nearest seed so far. Greedy form: of several rows so drawn the one that lowers the total
 * cost most. The kernels sum over rows; which row a random number means is found here, block by block.
 */
import type { Block, Dataset } from '../data/dataset.js';
import type { Random } from '../data/random.js';
import { weightOf } from '../data/weights.js';
import { blocksOf } from '../em/blocks.js';
import type { SeedKernels } from '../em/hard.js';
import { sumOf } from '../numeric/vectors.js';

/** How seeds are chosen. */
export interface SeedRule {
  /** candidates for each seed after the first */
  readonly trials: number;
  /** of the kernels: what features are multiplied by (nFeatures) */
  readonly scales?: Float64Array;
  /** of the kernels: rows of a block */
  readonly rows: number;
}

/** Candidates of the greedy form: 2 + ⌊log₂ k⌋, as in scikit-learn. */
export function greedyTrials(nClusters: number): number {
  return 2 + Math.floor(31 - Math.clz32(nClusters));
}

/** Rows of the seeds as centres (nClusters × nFeatures, less the origin, scaled). `kernels` must have seen no seed yet. */
export function kmeansPlusPlus(
  kernels: SeedKernels,
  data: Dataset,
  nClusters: number,
  random: Random,
  { trials, scales, rows }: SeedRule,
): Float64Array {
  const d = data.nFeatures;
  const blocks = [...blocksOf(data, rows)];
  const centers = new Float64Array(nClusters * d);
  let masses = new Float64Array(0);
  for (let k = 0; k < nClusters; k++) {
    const n = k === 0 ? 1 : trials;
    const candidates = new Float64Array(n * d);
    for (let t = 0; t < n; t++) {
      const row = (k > 0 && drawByCost(kernels, blocks, masses, random)) || drawByWeight(data, random);
      candidates.set(centerAt(data, row.at, scales), t * d);
    }
    const best = n === 1 ? 0 : leastOf(kernels, blocks, candidates, n);
    const chosen = candidates.subarray(best * d, (best + 1) * d);
    centers.set(chosen, k * d);
    masses = Float64Array.from(blocks, (block) => kernels.trySeeds(chosen, block, true)[0] as number);
  }
  return centers;
}

/** The first candidate of least total cost. */
function leastOf(kernels: SeedKernels, blocks: readonly Block[], candidates: Float64Array, n: number): number {
  const totals = new Float64Array(n);
  for (const block of blocks) {
    kernels.trySeeds(candidates, block, false).forEach((cost, t) => {
      totals[t] = (totals[t] as number) + cost;
    });
  }
  return totals.indexOf(Math.min(...totals));
}

/** A row by weight × cost; undefined if every row lies on a seed already: then any row of weight will do. */
function drawByCost(kernels: SeedKernels, blocks: readonly Block[], masses: Float64Array, random: Random) {
  const total = sumOf(masses);
  if (!(total > 0)) return undefined;
  const { at, rest } = draw(masses.length, total * random.uniform(), masses);
  const block = blocks[at] as Block;
  const { data, start, nRows } = block;
  return { at: start + draw(nRows, rest, kernels.seedCosts(block), data.sampleWeights?.subarray(start)).at };
}

function drawByWeight({ nSamples, sampleWeights, totalWeight }: Dataset, random: Random) {
  return draw(nSamples, totalWeight * random.uniform(), sampleWeights);
}

/**
 * The index at which the running sum of masses passes `target`, and what is left of the target before it; the last index
 * with mass if rounding never lets it. A mass is 1, times each of the factors that are given.
 */
function draw(n: number, target: number, factors?: Float64Array, further?: Float64Array): { at: number; rest: number } {
  let left = target;
  let at = 0;
  let rest = left;
  for (let i = 0; i < n && !(left < 0); i++) {
    const mass = weightOf(factors, i) * weightOf(further, i);
    if (mass > 0) {
      at = i;
      rest = left;
      left -= mass;
    }
  }
  return { at, rest };
}

/** A row as the kernels see it. */
export function centerAt({ x, nFeatures, origin }: Dataset, row: number, scales?: Float64Array): Float64Array {
  return origin.map((o, j) => ((x[row * nFeatures + j] as number) - o) * (scales?.[j] ?? 1));
}
